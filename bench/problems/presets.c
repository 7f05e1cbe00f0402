/* SPDX-License-Identifier: MIT */
#include "bench/problems/presets.h"

#include <stdio.h>
#include <string.h>

/* Every cell and backend, a spread of sizes, and one of each option that changes the work. */
static const char *const quick[] = {
    "simple_rnn,lstm/N:1,8,32/T:25/U:16,64,256",
    "gru/N:1,8,32/T:25/U:16,64,256/reset_after:1,0",
    "lstm/N:8/T:25/U:64/direction:bidirectional",
    "lstm/N:8/T:25/U:64+64/dense:10",
    "lstm/N:8/T:25/U:64/mask:lengths",
    "lstm/N:8/T:25/U:64/layout:time_major",
};

/* The shapes of the tutorials: a batch of one-hot words, front-padded sequences, a bidirectional
 * layer, a prediction head, a batch of short sequences. */
static const char *const keras[] = {
    "simple_rnn,lstm,gru/N:3/T:5/D:4/U:2",
    "gru/N:3/T:5/D:4/U:2/reset_after:0",
    "simple_rnn,lstm,gru/N:2/T:4/D:3/U:2/mask:front",
    "gru/N:2/T:4/D:3/U:2/reset_after:0/mask:front",
    "simple_rnn,lstm,gru/N:1/T:4/D:5/U:3/direction:bidirectional",
    "gru/N:1/T:4/D:5/U:3/reset_after:0/direction:bidirectional",
    "simple_rnn,lstm,gru/N:1/T:10/D:3/U:5/output:last/dense:2",
    "gru/N:1/T:10/D:3/U:5/reset_after:0/output:last/dense:2",
    "simple_rnn,lstm,gru/N:4/T:2/D:3/U:5",
    "gru/N:4/T:2/D:3/U:5/reset_after:0",
};

/* The inference_server_set of DeepBench's rnn_problems.h. DeepBench has D = U and does not time the
 * input product; we do. */
static const char *const deepbench[] = {
    "lstm/N:1,2,4/T:25/U:512,1024,2048",
    "lstm/N:1,2,4/T:50/U:1536",
    "lstm/N:1,2,4/T:150/U:256",
    "gru/N:1,2,4/T:187,375,750,1500/U:1536,2048,2560,2816",
    "gru/N:1,2,4/T:1/U:512",
    "gru/N:1,2,4/T:1500/U:1024",
};

/* Work step by step: one sequence, one step a call, with the state carried in and out. */
static const char *const tiny[] = {
    "simple_rnn,lstm,gru/N:1/T:1/U:4:64:x2/state:1",
    "gru/N:1/T:1/U:4:64:x2/reset_after:0/state:1",
};

static const char *const full[] = {
    "simple_rnn,lstm,gru/N:1,2,4,8,16,32,64,128/T:1,10,25,100/U:16:256:x2",
    "gru/N:1,2,4,8,16,32,64,128/T:1,10,25,100/U:16:256:x2/reset_after:0",
    "simple_rnn,lstm,gru/N:1,4,32,128/T:25/U:512,1024",
    "gru/N:1,4,32,128/T:25/U:512,1024/reset_after:0",
};

/* Every power of two from one sequence to many, and from few units to more than a cache holds. The
 * layout is time-major as oneDNN wants it, so that no peer pays for a layout that is not its
 * own. */
static const char *const grid[] = {
    "simple_rnn,lstm,gru/N:1:128:x2/T:1,32/U:16:1024:x2/layout:time_major",
    "gru/N:1:128:x2/T:1,32/U:16:1024:x2/reset_after:0/layout:time_major",
};

/* Each kernel of each cell on a product with a vector, one with a matrix, and steps too small for
 * either to matter; then all that is around them. There are few steps, so that a run takes
 * microseconds. */
static const char *const gate[] = {
    "simple_rnn,lstm/N:1/T:16/U:32",
    "gru/N:1/T:16/U:32/reset_after:1,0",
    "simple_rnn,lstm/N:1/T:8/U:128",
    "gru/N:1/T:8/U:128/reset_after:1,0",
    "simple_rnn,lstm/N:16/T:8/U:64",
    "gru/N:16/T:8/U:64/reset_after:1,0",
    "lstm/N:4/T:8/U:32+32/dense:10/direction:bidirectional/mask:lengths",
};

#define PRESET(name)                                                                               \
    { #name, name, sizeof name / sizeof *name }
static const problem_preset presets[] = {PRESET(quick),     PRESET(full), PRESET(keras),
                                         PRESET(deepbench), PRESET(tiny), PRESET(grid),
                                         PRESET(gate)};
enum { PRESET_COUNT = sizeof presets / sizeof *presets };

const problem_preset *preset_find(const char *name) {
    for (int i = 0; i < PRESET_COUNT; i++)
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    return NULL;
}

const char *preset_names(char *text, size_t size) {
    size_t used = 0;
    for (int i = 0; i < PRESET_COUNT && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", presets[i].name);
    return text;
}
