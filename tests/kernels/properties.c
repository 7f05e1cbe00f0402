/* SPDX-License-Identifier: MIT
 *
 * What must hold between two runs of one backend, whatever the oracle says. The argument is the
 * backend. */
#include "kernels/backend.h"
#include "tests/support/agreement.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a property is asked about. */
typedef struct subject {
    const char *backend;
    bool threaded, behind_library;
    const runnable *whole; /* is filled, and has been run once on one thread */
} subject;

typedef enum answer { NOT_APPLICABLE, HOLDS, FAILS } answer;

/* ---- Making another trial of the same model ------------------------------------------------ */

static bool all_layers_are(const problem *p, rnn_direction direction) {
    for (int i = 0; i < p->layer_count; i++)
        if (p->layers[i].direction != direction)
            return false;
    return true;
}

/* The problem for another N and T, with a mask of its own where the original is masked. */
static problem resized(const problem *p, int batch, int timesteps) {
    problem other = *p;
    other.batch = batch;
    other.timesteps = timesteps;
    other.mask = p->mask == MASK_NONE ? MASK_NONE : MASK_HOLES;
    return other;
}

static void copy_all_steps(runnable *to, const runnable *from) {
    for (int n = 0; n < from->problem.batch; n++)
        for (int t = 0; t < from->problem.timesteps; t++)
            trial_copy_step(to, n, t, from, n, t);
}

/* Makes a trial of `p`, which differs from that of `from` in nothing but its layout. */
static void create_like(runnable *copy, const runnable *from, const problem *p) {
    trial_create(copy, p);
    trial_copy_weights(copy, from);
    trial_copy_initial(copy, from);
    copy_all_steps(copy, from);
}

static void create_copy(runnable *copy, const runnable *from) {
    problem same = resized(&from->problem, from->problem.batch, from->problem.timesteps);
    create_like(copy, from, &same);
}

static answer finish(runnable *other, bool holds) {
    runnable_destroy(other);
    return holds ? HOLDS : FAILS;
}

/* ---- Properties --------------------------------------------------------------------------- */

static answer same_bits_when_run_twice(const subject *s) {
    runnable again;
    create_copy(&again, s->whole);
    rnn_plan *plan = trial_plan(&again, s->backend, 1);
    trial_run_plan(&again, plan, 0);
    bool holds = trials_agree(s->whole, &again, SAME_BITS);
    trial_run_plan(&again, plan, 0x7f);
    holds = holds && trials_agree(s->whole, &again, SAME_BITS);
    rnn_plan_destroy(plan);
    return finish(&again, holds);
}

/* How many plans divided a batch among threads in each way, by what they say of themselves. */
static int in_slices, by_a_team, in_slices_by_teams;

static void note_division(const rnn_plan *plan) {
    const char *implementation = rnn_plan_implementation(plan);
    const bool slices = strstr(implementation, " slices"),
               team = strstr(implementation, "team of ");
    in_slices += slices && !team;
    by_a_team += team && !slices;
    in_slices_by_teams += slices && team;
}

/* Plans are made for as many cores as there are threads, however few cores there are here. */
static answer same_bits_on_more_threads(const subject *s) {
    static const int numbers_of_threads[] = {2, 3, 4, 5, 8};
    if (!s->threaded)
        return NOT_APPLICABLE;
    /* The threads of libraries, and those of a team of all threads, wait for long where there are
     * few cores. */
    const int most = s->behind_library || strchr(s->backend, '_') ? 5 : 8;
    runnable again;
    create_copy(&again, s->whole);
    bool holds = true;
    for (size_t i = 0; holds && i < sizeof numbers_of_threads / sizeof *numbers_of_threads; i++) {
        if (numbers_of_threads[i] > most)
            break;
        test_cores = numbers_of_threads[i];
        rnn_plan *plan = trial_plan(&again, s->backend, test_cores);
        note_division(plan);
        trial_run_plan(&again, plan, 0xff);
        rnn_plan_destroy(plan);
        holds = trials_agree(s->whole, &again, s->behind_library ? CLOSE : SAME_BITS);
    }
    test_cores = 0;
    return finish(&again, holds);
}

static answer weights_may_go_away(const subject *s) {
    runnable again;
    create_copy(&again, s->whole);
    rnn_plan *plan = trial_plan(&again, s->backend, 1);
    arrays_poison(&again.arrays, 0, ARRAY_WEIGHTS_END);
    trial_run_plan(&again, plan, 0);
    rnn_plan_destroy(plan);
    return finish(&again, trials_agree(s->whole, &again, SAME_BITS));
}

static answer batch_order_does_not_matter(const subject *s) {
    runnable turned;
    const problem *p = &s->whole->problem;
    problem same = resized(p, p->batch, p->timesteps);
    trial_create(&turned, &same);
    trial_copy_weights(&turned, s->whole);
    for (int n = 0; n < p->batch; n++) {
        int to = p->batch - 1 - n;
        for (int t = 0; t < p->timesteps; t++)
            trial_copy_step(&turned, to, t, s->whole, n, t);
        for (int i = 0; p->initial_state && i < trial_states(s->whole); i++)
            memcpy(trial_initial(&turned, i, to), trial_initial(s->whole, i, n),
                   (size_t)trial_state_units(s->whole, i) * sizeof(float));
    }
    trial_run(&turned, s->backend, 1);
    bool holds = true;
    for (int n = 0; holds && n < p->batch; n++) {
        int to = p->batch - 1 - n;
        for (int step = 0; holds && step < runnable_steps(s->whole); step++)
            holds = outputs_agree(s->whole, n, step, &turned, to, step, CLOSE);
        holds = holds && final_states_agree(s->whole, n, &turned, to, CLOSE);
    }
    return finish(&turned, holds);
}

static answer a_row_with_nan_keeps_to_itself(const subject *s) {
    runnable spoiled;
    const problem *p = &s->whole->problem;
    create_copy(&spoiled, s->whole);
    for (int t = 0; t < p->timesteps; t++)
        runnable_x(&spoiled, 1, t)[0] = t % 2 ? NAN : INFINITY;
    trial_run(&spoiled, s->backend, 1);
    bool holds = true;
    for (int n = 0; holds && n < p->batch; n++) {
        if (n == 1)
            continue;
        for (int step = 0; holds && step < runnable_steps(s->whole); step++)
            holds = outputs_agree(s->whole, n, step, &spoiled, n, step, SAME_BITS);
        holds = holds && final_states_agree(s->whole, n, &spoiled, n, SAME_BITS);
    }
    return finish(&spoiled, holds);
}

static bool part_agrees(const runnable *whole, const runnable *part, int first_step) {
    if (runnable_steps(whole) == 1)
        return true;
    for (int n = 0; n < part->problem.batch; n++)
        for (int step = 0; step < runnable_steps(part); step++)
            if (!outputs_agree(whole, n, first_step + step, part, n, step, CLOSE))
                return false;
    return true;
}

/* T1 steps, and then the others from the state that was left, give the same as all at once. */
static answer two_parts_make_the_whole(const subject *s) {
    const problem *p = &s->whole->problem;
    if (!all_layers_are(p, RNN_FORWARD) || p->timesteps < 2)
        return NOT_APPLICABLE;
    int split = p->timesteps / 3 + 1;
    runnable first, second;
    problem before = resized(p, p->batch, split),
            after = resized(p, p->batch, p->timesteps - split);
    before.initial_state = after.initial_state = true;
    trial_create(&first, &before);
    trial_create(&second, &after);
    trial_copy_weights(&first, s->whole);
    trial_copy_weights(&second, s->whole);
    trial_copy_initial(&first, s->whole);
    for (int n = 0; n < p->batch; n++)
        for (int t = 0; t < p->timesteps; t++)
            trial_copy_step(t < split ? &first : &second, n, t < split ? t : t - split, s->whole, n,
                            t);
    trial_run(&first, s->backend, 1);
    for (int i = 0; i < trial_states(&first); i++)
        memcpy(trial_initial(&second, i, 0), trial_final(&first, i, 0),
               second.arrays.all[ARRAY_INITIAL_STATE + i].size);
    trial_run(&second, s->backend, 1);
    bool holds = part_agrees(s->whole, &first, 0) && part_agrees(s->whole, &second, split);
    for (int n = 0; holds && n < p->batch; n++)
        holds = final_states_agree(s->whole, n, &second, n, CLOSE) &&
                outputs_agree(s->whole, n, runnable_steps(s->whole) - 1, &second, n,
                              runnable_steps(&second) - 1, CLOSE);
    runnable_destroy(&first);
    return finish(&second, holds);
}

/* One plan for T = 1 is run again and again, with the same arrays as initial and final states. */
static answer single_steps_make_the_whole(const subject *s) {
    const problem *p = &s->whole->problem;
    if (!all_layers_are(p, RNN_FORWARD))
        return NOT_APPLICABLE;
    runnable one;
    problem step = resized(p, p->batch, 1);
    step.initial_state = true;
    trial_create(&one, &step);
    trial_copy_weights(&one, s->whole);
    trial_copy_initial(&one, s->whole);
    rnn_plan *plan = trial_plan(&one, s->backend, 1);
    bool holds = true;
    float *kept[MAX_STATES];
    memcpy(kept, one.arrays.final_states, sizeof kept);
    for (int i = 0; i < trial_states(&one); i++)
        one.arrays.final_states[i] = trial_initial(&one, i, 0);
    for (int t = 0; holds && t < p->timesteps; t++) {
        for (int n = 0; n < p->batch; n++)
            trial_copy_step(&one, n, 0, s->whole, n, t);
        trial_run_plan(&one, plan, 0xff);
        holds = part_agrees(s->whole, &one, t);
    }
    for (int i = 0; i < trial_states(&one); i++)
        memcpy(kept[i], trial_initial(&one, i, 0), one.arrays.all[ARRAY_FINAL_STATE + i].size);
    for (int n = 0; holds && n < p->batch; n++)
        holds = final_states_agree(s->whole, n, &one, n, CLOSE);
    rnn_plan_destroy(plan);
    return finish(&one, holds);
}

/* ---- Time turned round --------------------------------------------------------------------- */

static void swap_arrays(runnable *t, int a, int b) {
    unsigned char *left = t->arrays.all[a].data, *right = t->arrays.all[b].data;
    for (size_t i = 0; i < t->arrays.all[a].size; i++) {
        unsigned char byte = left[i];
        left[i] = right[i];
        right[i] = byte;
    }
}

/* Compares step t of a bidirectional layer with that of one whose halves were exchanged and whose
 * time was turned round. */
static bool mirrored_outputs_agree(const runnable *whole, int t, const runnable *turned, int n) {
    const rnn_layer *layer = &whole->problem.layers[0];
    int there = runnable_steps(whole) - 1 - t, width = rnn_layer_direction_width(layer);
    const float *a = trial_y(whole, n, t), *b = trial_y(turned, n, there);
    if (layer->merge == RNN_CONCAT)
        return rows_agree("y's first half", a, b + width, width, CLOSE) &&
               rows_agree("y's second half", a + width, b, width, CLOSE);
    if (layer->merge == RNN_NONE)
        return rows_agree("y", a, trial_y_backward(turned, n, there), width, CLOSE) &&
               rows_agree("y_backward", trial_y_backward(whole, n, t), b, width, CLOSE);
    return rows_agree("y", a, b, width, CLOSE);
}

static answer reversed_input_reverses_direction(const subject *s) {
    const problem *p = &s->whole->problem;
    bool both = p->layers[0].direction == RNN_BIDIRECTIONAL;
    if (p->layer_count > 1 || (both && p->has_dense))
        return NOT_APPLICABLE;
    problem other = resized(p, p->batch, p->timesteps);
    if (!both)
        other.layers[0].direction =
            p->layers[0].direction == RNN_FORWARD ? RNN_BACKWARD : RNN_FORWARD;
    runnable turned;
    trial_create(&turned, &other);
    trial_copy_weights(&turned, s->whole);
    trial_copy_initial(&turned, s->whole);
    for (int n = 0; n < p->batch; n++)
        for (int t = 0; t < p->timesteps; t++)
            trial_copy_step(&turned, n, p->timesteps - 1 - t, s->whole, n, t);
    int half = both ? rnn_cell_states(p->layers[0].cell) : 0;
    if (both) {
        swap_arrays(&turned, ARRAY_KERNEL, ARRAY_KERNEL + 1);
        swap_arrays(&turned, ARRAY_RECURRENT_KERNEL, ARRAY_RECURRENT_KERNEL + 1);
        swap_arrays(&turned, ARRAY_BIAS, ARRAY_BIAS + 1);
        for (int i = 0; i < half; i++)
            swap_arrays(&turned, ARRAY_INITIAL_STATE + i, ARRAY_INITIAL_STATE + half + i);
    }
    trial_run(&turned, s->backend, 1);
    for (int i = 0; i < half; i++)
        swap_arrays(&turned, ARRAY_FINAL_STATE + i, ARRAY_FINAL_STATE + half + i);
    bool holds = true;
    for (int n = 0; holds && n < p->batch; n++) {
        for (int t = 0; holds && t < runnable_steps(s->whole); t++)
            holds = both ? mirrored_outputs_agree(s->whole, t, &turned, n)
                         : outputs_agree(s->whole, n, t, &turned, n, t, CLOSE);
        holds = holds && final_states_agree(s->whole, n, &turned, n, CLOSE);
    }
    return finish(&turned, holds);
}

/* ---- Variable length ----------------------------------------------------------------------- */

/* Compares row n of a padded batch with the run of its sequence alone. */
static bool alone_agrees(const runnable *whole, int n, const runnable *alone) {
    const problem *p = &whole->problem;
    const rnn_layer *last = &p->layers[p->layer_count - 1];
    int length = alone->problem.timesteps, padding = p->timesteps - length;
    /* A backward layer puts out its padding first. */
    int shift = last->direction == RNN_BACKWARD ? padding : 0;
    if (!final_states_agree(whole, n, alone, 0, CLOSE))
        return false;
    if (runnable_steps(whole) == 1) {
        bool last_is_padding = padding > 0 && last->direction != RNN_BACKWARD;
        return (last_is_padding && rnn_layer_zeroes_masked(last)) ||
               outputs_agree(whole, n, 0, alone, 0, 0, CLOSE);
    }
    for (int t = 0; t < length; t++)
        if (!outputs_agree(whole, n, t + shift, alone, 0, t, CLOSE))
            return false;
    return true;
}

static answer padded_rows_run_as_if_alone(const subject *s) {
    const problem *p = &s->whole->problem;
    bool uniform = p->layer_count == 1 || all_layers_are(p, RNN_FORWARD) ||
                   all_layers_are(p, RNN_BIDIRECTIONAL);
    if (p->mask != MASK_LENGTHS || !uniform)
        return NOT_APPLICABLE;
    bool holds = true;
    for (int n = 0; holds && n < p->batch; n++) {
        int length = s->whole->arrays.io.lengths[n];
        if (length == 0)
            continue;
        problem single = resized(p, 1, length);
        single.mask = MASK_NONE;
        runnable alone;
        trial_create(&alone, &single);
        trial_copy_weights(&alone, s->whole);
        for (int t = 0; t < length; t++)
            trial_copy_step(&alone, 0, t, s->whole, n, t);
        for (int i = 0; p->initial_state && i < trial_states(s->whole); i++)
            memcpy(trial_initial(&alone, i, 0), trial_initial(s->whole, i, n),
                   (size_t)trial_state_units(s->whole, i) * sizeof(float));
        trial_run(&alone, s->backend, 1);
        holds = alone_agrees(s->whole, n, &alone);
        runnable_destroy(&alone);
    }
    return holds ? HOLDS : FAILS;
}

/* A layer whose steps are all masked must put out its initial state or zeros. */
static bool empty_outputs_agree(const runnable *t, int n, int step) {
    const problem *p = &t->problem;
    const rnn_layer *last = &p->layers[p->layer_count - 1];
    int width = rnn_layer_direction_width(last), halves = rnn_layer_directions(last);
    int first_state = trial_states(t) - halves * rnn_cell_states(last->cell);
    bool zeroes = rnn_layer_zeroes_masked(last);
    float *zeros = test_alloc((size_t)width * sizeof *zeros);
    bool agrees = true;
    for (int half = 0; agrees && half < halves; half++) {
        int h = first_state + half * rnn_cell_states(last->cell);
        agrees = rows_agree("y of an empty row", trial_y(t, n, step) + half * width,
                            zeroes ? zeros : trial_initial(t, h, n), width, SAME_BITS);
    }
    free(zeros);
    return agrees;
}

static answer empty_with_mask_kind(const subject *s, mask_kind kind) {
    problem p = s->whole->problem;
    const rnn_layer *last = &p.layers[p.layer_count - 1];
    p.mask = kind;
    p.initial_state = true;
    runnable empty;
    trial_create(&empty, &p);
    runnable_fill(&empty, 3, 0);
    memset(empty.arrays.all[ARRAY_LENGTHS].data ? empty.arrays.all[ARRAY_LENGTHS].data
                                                : empty.arrays.all[ARRAY_MASK].data,
           0,
           empty.arrays.all[ARRAY_LENGTHS].size ? empty.arrays.all[ARRAY_LENGTHS].size
                                                : empty.arrays.all[ARRAY_MASK].size);
    trial_run(&empty, s->backend, 1);
    bool holds = true;
    for (int n = 0; holds && n < p.batch; n++) {
        for (int i = 0; holds && i < trial_states(&empty); i++)
            holds =
                rows_agree("state of an empty row", trial_final(&empty, i, n),
                           trial_initial(&empty, i, n), trial_state_units(&empty, i), SAME_BITS);
        bool plain = !p.has_dense && last->merge == RNN_CONCAT;
        for (int step = 0; plain && holds && step < runnable_steps(&empty); step++)
            holds = empty_outputs_agree(&empty, n, step);
    }
    return finish(&empty, holds);
}

static answer empty_rows_keep_their_state(const subject *s) {
    if (s->whole->problem.mask == MASK_NONE)
        return NOT_APPLICABLE;
    answer by_lengths = empty_with_mask_kind(s, MASK_LENGTHS);
    return by_lengths == HOLDS ? empty_with_mask_kind(s, MASK_HOLES) : by_lengths;
}

/* ---- Layout -------------------------------------------------------------------------------- */

/* Counts the floats of y that no run wrote. */
static size_t untouched(const runnable *t) {
    size_t count = 0;
    const float *y = array_floats(&t->arrays, ARRAY_Y);
    for (size_t i = 0; i < array_float_count(&t->arrays, ARRAY_Y); i++)
        count += array_is_poison(y[i]);
    return count;
}

static answer layout_does_not_matter(const subject *s) {
    const problem *p = &s->whole->problem;
    bool holds = true;
    for (int layout = 1; holds && layout < 4; layout++) {
        problem other = resized(p, p->batch, p->timesteps);
        other.time_major ^= layout & 1;
        other.padded ^= layout >> 1;
        runnable again;
        create_like(&again, s->whole, &other);
        trial_run(&again, s->backend, 1);
        size_t rows = (size_t)p->batch * (size_t)runnable_steps(&again);
        size_t gaps =
            array_float_count(&again.arrays, ARRAY_Y) - rows * (size_t)runnable_width(&again);
        holds = trials_agree(s->whole, &again, s->behind_library ? CLOSE : SAME_BITS);
        if (holds && untouched(&again) != gaps) {
            disagreement("the gaps of y were written to");
            holds = false;
        }
        runnable_destroy(&again);
    }
    return holds ? HOLDS : FAILS;
}

/* Rows of x may overlap: row n starts at step n of one long sequence. */
static answer x_may_be_a_sliding_window(const subject *s) {
    const problem *p = &s->whole->problem;
    if (p->mask != MASK_NONE || p->time_major || p->padded)
        return NOT_APPLICABLE;
    int features = p->layers[0].features;
    runnable windows, copies;
    create_copy(&windows, s->whole);
    windows.shape.x = (rnn_strides){.batch = features, .time = features};
    create_copy(&copies, &windows);
    trial_run(&windows, s->backend, 1);
    trial_run(&copies, s->backend, 1);
    bool holds = trials_agree(&windows, &copies, SAME_BITS);
    runnable_destroy(&copies);
    return finish(&windows, holds);
}

/* ---- States that are not given ------------------------------------------------------------- */

static answer no_initial_state_means_zeros(const subject *s) {
    problem with = s->whole->problem, without = with;
    with.initial_state = true;
    without.initial_state = false;
    runnable zeros, none;
    trial_create(&zeros, &with);
    trial_create(&none, &without);
    runnable_fill(&none, 7, 0);
    trial_copy_weights(&zeros, &none);
    memcpy(zeros.arrays.all[ARRAY_X].data, none.arrays.all[ARRAY_X].data,
           none.arrays.all[ARRAY_X].size);
    zeros.arrays.io.lengths = none.arrays.io.lengths;
    zeros.arrays.io.mask = none.arrays.io.mask;
    trial_run(&zeros, s->backend, 1);
    trial_run(&none, s->backend, 1);
    bool holds = trials_agree(&zeros, &none, SAME_BITS);
    /* A NULL entry means the same as a NULL list. */
    zeros.arrays.initial_states[0] = NULL;
    trial_run(&zeros, s->backend, 1);
    holds = holds && trials_agree(&zeros, &none, SAME_BITS);
    runnable_destroy(&none);
    return finish(&zeros, holds);
}

static answer final_states_need_not_be_wanted(const subject *s) {
    runnable again;
    create_copy(&again, s->whole);
    int last_state = trial_states(&again) - 1;
    for (int i = 0; i < last_state; i++)
        again.arrays.final_states[i] = NULL;
    trial_run(&again, s->backend, 1);
    bool holds = rows_agree("the only final state", trial_final(&again, last_state, 0),
                            trial_final(s->whole, last_state, 0),
                            again.problem.batch * trial_state_units(&again, last_state), SAME_BITS);
    again.arrays.io.final_states = NULL;
    trial_run(&again, s->backend, 1);
    for (int n = 0; holds && n < again.problem.batch; n++)
        for (int step = 0; holds && step < runnable_steps(&again); step++)
            holds = outputs_agree(s->whole, n, step, &again, n, step, SAME_BITS);
    return finish(&again, holds);
}

/* ---- All of them --------------------------------------------------------------------------- */

typedef struct property {
    const char *name;
    answer (*check)(const subject *subject);
} property;

static const property properties[] = {
    {"same bits when run twice", same_bits_when_run_twice},
    {"same bits on more threads", same_bits_on_more_threads},
    {"weights may go away", weights_may_go_away},
    {"batch order does not matter", batch_order_does_not_matter},
    {"a row with NaN keeps to itself", a_row_with_nan_keeps_to_itself},
    {"two parts make the whole", two_parts_make_the_whole},
    {"single steps make the whole", single_steps_make_the_whole},
    {"reversed input reverses direction", reversed_input_reverses_direction},
    {"padded rows run as if alone", padded_rows_run_as_if_alone},
    {"empty rows keep their state", empty_rows_keep_their_state},
    {"layout does not matter", layout_does_not_matter},
    {"x may be a sliding window", x_may_be_a_sliding_window},
    {"no initial state means zeros", no_initial_state_means_zeros},
    {"final states need not be wanted", final_states_need_not_be_wanted},
};
enum { PROPERTY_COUNT = sizeof properties / sizeof *properties };

/* These follow the cell's name. GRU also runs those of gru_options. */
static const char *const options[] = {
    "N:4/T:6/D:5/U:8/state:1",
    "N:7/T:5/D:9/U:17/output:last",
    "N:3/T:7/D:33/U:31/bias:0/direction:backward/state:1",
    "N:2/T:4/D:3/U:1",
    "N:5/T:5/D:6/U:40/direction:bidirectional/state:1",
    "N:5/T:5/D:6/U:7/direction:bidirectional/merge:sum/output:last",
    "N:4/T:4/D:2/U:9/direction:bidirectional/merge:mul/mask:lengths",
    "N:4/T:4/D:8/U:16/direction:bidirectional/merge:ave/layout:time_major",
    "N:4/T:5/D:4/U:5/direction:bidirectional/merge:none/state:1/mask:holes",
    "N:6/T:8/D:4/U:12/mask:lengths/state:1",
    "N:6/T:8/D:4/U:12/mask:lengths/output:last/direction:backward",
    "N:6/T:8/D:4/U:12/mask:lengths/output:last/zero_masked:1",
    "N:9/T:7/D:4/U:11/mask:holes/state:1",
    "N:6/T:6/D:3/U:10/mask:front/zero_masked:1",
    "N:6/T:6/D:3/U:10/mask:both/output:last/direction:backward",
    "N:4/T:5/D:6/U:8+16+3/state:1",
    "N:5/T:6/D:3/U:9+4/mask:lengths/state:1/dense:3",
    "N:3/T:5/D:6/U:8+5/direction:bidirectional/mask:lengths",
    "N:3/T:4/D:5/U:6/output:last/dense:2/dense_activation:sigmoid",
    "N:3/T:4/D:5/U:6/activation:relu/strides:padded",
    "N:3/T:4/D:5/U:256/state:1",
    /* threads divide this one in every way */
    "N:16/T:8/D:32/U:48/mask:lengths",
    "N:2/T:9/D:5/U:64+64/direction:bidirectional/state:1",
    "N:4/T:9/D:5/U:48+33/direction:bidirectional/merge:sum/mask:lengths",
    "N:2/T:9/D:5/U:64+64+64",
};
static const char *const gru_options[] = {
    "N:4/T:6/D:5/U:17/reset_after:0/state:1",
    "N:6/T:8/D:4/U:12/reset_after:0/mask:lengths/direction:bidirectional",
    "N:3/T:5/D:6/U:8+5/reset_after:0/mask:holes/bias:0",
    "N:3/T:4/D:5/U:256/reset_after:0/mask:holes",
    "N:3/T:4/D:5/U:6/activation:relu/recurrent_activation:hard_sigmoid",
};

typedef struct tally {
    int held[PROPERTY_COUNT], failed, refused;
} tally;

static void check_problem(subject *s, const char *text, tally *counts) {
    rnn_error error;
    problem parsed;
    if (!problem_parse(&parsed, text, &error)) {
        printf("%s: %s\n", text, error.text);
        exit(1);
    }
    rnn_model model = problem_model(&parsed);
    rnn_shape shape = problem_shape(&parsed);
    if (rnn_backend_supports(s->backend, &model, &shape, NULL, &error) == RNN_UNSUPPORTED) {
        counts->refused++;
        return;
    }
    runnable whole;
    trial_create(&whole, &parsed);
    runnable_fill(&whole, 1, 0);
    trial_run(&whole, s->backend, 1);
    s->whole = &whole;
    for (int i = 0; i < PROPERTY_COUNT; i++) {
        char tried[PROBLEM_TEXT_SIZE + 80];
        snprintf(tried, sizeof tried, "%s, %s: %s", s->backend, text, properties[i].name);
        expect_an_end(tried);
        answer found = properties[i].check(s);
        counts->held[i] += found == HOLDS;
        counts->failed += found == FAILS;
        if (found == FAILS)
            printf("FAILED %s, %s: %s: %s\n", s->backend, text, properties[i].name,
                   last_disagreement());
    }
    runnable_destroy(&whole);
}

static void check_options(subject *s, rnn_cell cell, const char *const *list, size_t count,
                          tally *counts) {
    for (size_t i = 0; i < count; i++) {
        char text[PROBLEM_TEXT_SIZE];
        snprintf(text, sizeof text, "%s/%s", rnn_cell_name(cell), list[i]);
        check_problem(s, text, counts);
    }
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    rnn_backend_info info = require_backend(argv[1]);
    subject s = {info.name, info.threaded, info.version[0] != '\0', NULL};
    tally counts = {0};
    for (int cell = 0; cell < RNN_CELL_COUNT; cell++)
        check_options(&s, (rnn_cell)cell, options, sizeof options / sizeof *options, &counts);
    check_options(&s, RNN_GRU, gru_options, sizeof gru_options / sizeof *gru_options, &counts);

    /* A library may lack masks; our own backends do everything. */
    bool vacuous = counts.held[0] == 0 || (counts.refused && !s.behind_library);
    for (int i = 0; i < PROPERTY_COUNT; i++) {
        printf("%3d  %s\n", counts.held[i], properties[i].name);
        bool expected = s.threaded || properties[i].check != same_bits_on_more_threads;
        vacuous |= counts.held[i] == 0 && expected && !s.behind_library;
    }
    printf("%d failed, %d problems refused by %s\n", counts.failed, counts.refused, s.backend);
    printf("%d plans in slices, %d by a team, %d in slices by teams\n", in_slices, by_a_team,
           in_slices_by_teams);
    if (strcmp(s.backend, "openmp") == 0 && test_cores_were_asked)
        vacuous |= !(in_slices && by_a_team && in_slices_by_teams);
    if (vacuous)
        printf("FAILED: a property was never asked about\n");
    return counts.failed || vacuous;
}
