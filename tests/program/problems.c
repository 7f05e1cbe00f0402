/* SPDX-License-Identifier: MIT
 * Which problems a command line asks for: patterns, grids, filters, caps and shards. */
#include "bench/measure/sweep_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_WORDS = 16, ROOM = 4096 };

/* Reads the options of `rnnbench sweep` out of `line`, which is cut at its blanks. */
static void parse(sweep_options *options, option_list *list, char *line) {
    char *words[MOST_WORDS] = {"sweep"};
    int count = 1;
    rnn_error error;
    for (char *word = strtok(line, " "); word && count < MOST_WORDS - 1; word = strtok(NULL, " "))
        words[count++] = word;
    sweep_options_all(list, options);
    if (!options_parse(list, count, words, &error))
        fail_msg("%s", error.text);
}

/* Writes the problems' texts, a line each, or the reason why there are none. */
static void ask(const char *asked, char text[ROOM]) {
    char line[400];
    sweep_options options = SWEEP_OPTIONS;
    option_list known = {0};
    problem_list list = {0};
    rnn_error error;
    snprintf(line, sizeof line, "%s", asked);
    parse(&options, &known, line);
    text[0] = '\0';
    if (!problem_list_for_sweep(&list, &options.request, &error))
        snprintf(text, ROOM, "%s", error.text);
    for (int i = 0; i < list.count; i++) {
        const size_t used = strlen(text);
        char one[PROBLEM_TEXT_SIZE];
        problem_print(&list.items[i], one);
        snprintf(text + used, ROOM - used, "%s%s", used ? "\n" : "", one);
    }
    problem_list_free(&list);
    sweep_options_free(&options);
}

static void expect(const char *asked, const char *expected) {
    char text[ROOM];
    ask(asked, text);
    if (strcmp(text, expected) != 0)
        fail_msg("%s\nasks for:\n%s\nand not:\n%s", asked, text, expected);
}

static void expands_patterns(void **state) {
    (void)state;
    expect("--problem lstm,gru/N:1:4:x4/T:2/U:3", "lstm/N:1/T:2/D:3/U:3\nlstm/N:4/T:2/D:3/U:3\n"
                                                  "gru/N:1/T:2/D:3/U:3\ngru/N:4/T:2/D:3/U:3");
    expect("--problem lstm/N:1/T:2/D:5/U:3,4", "lstm/N:1/T:2/D:5/U:3\nlstm/N:1/T:2/D:5/U:4");
    expect("--problem gru/N:1/T:2/U:16+8,4", "gru/N:1/T:2/D:16/U:16+8\ngru/N:1/T:2/D:4/U:4");
    expect("--problem simple_rnn/N:1/T:2/U:3/direction:forward,backward/output:last",
           "simple_rnn/N:1/T:2/D:3/U:3/output:last\n"
           "simple_rnn/N:1/T:2/D:3/U:3/direction:backward/output:last");
}

/* A problem is listed once, however it is written and whichever pattern it is from. Its first place
 * counts. */
static void lists_each_once(void **state) {
    (void)state;
    expect("--problem lstm/N:2,1/T:2/U:3 --problem lstm/N:1:3/T:2/D:3/U:3/merge:concat/bias:1",
           "lstm/N:2/T:2/D:3/U:3\nlstm/N:1/T:2/D:3/U:3\nlstm/N:3/T:2/D:3/U:3");
}

/* The grid has three cells, GRU in two forms, and as many features as units. */
static void makes_a_grid(void **state) {
    (void)state;
    expect("--batch 2 --steps 3 --units 4,5 --cell gru,lstm",
           "lstm/N:2/T:3/D:4/U:4\nlstm/N:2/T:3/D:5/U:5\ngru/N:2/T:3/D:4/U:4\ngru/N:2/T:3/D:5/U:5\n"
           "gru/N:2/T:3/D:4/U:4/reset_after:0\ngru/N:2/T:3/D:5/U:5/reset_after:0");
    expect("--units 4 --cell simple_rnn",
           "simple_rnn/N:1/T:25/D:4/U:4\nsimple_rnn/N:8/T:25/D:4/U:4\n"
           "simple_rnn/N:32/T:25/D:4/U:4");
    expect("--features 3,6 --cell lstm --batch 1",
           "lstm/N:1/T:25/D:3/U:64\nlstm/N:1/T:25/D:6/U:64");
    expect("--units 4 --cell lstm --batch 1 --direction backward,bidirectional",
           "lstm/N:1/T:25/D:4/U:4/direction:backward\n"
           "lstm/N:1/T:25/D:4/U:4/direction:bidirectional");
}

static void filters_and_caps(void **state) {
    (void)state;
    const char *const all = "--problem lstm,gru/N:1,8/T:10,20,30/U:3";
    char asked[200];
    snprintf(asked, sizeof asked, "%s --batch 8 --cell gru --steps 20:30", all);
    expect(asked, "gru/N:8/T:20/D:3/U:3\ngru/N:8/T:30/D:3/U:3");
    snprintf(asked, sizeof asked, "%s --max-steps 20 --cell lstm --batch 1", all);
    expect(asked, "lstm/N:1/T:10/D:3/U:3\nlstm/N:1/T:20/D:3/U:3");
    snprintf(asked, sizeof asked, "%s --batch 2", all);
    expect(asked, "no problem passes --batch 2");
}

/* Together the shares have every problem, each in one share, in the order of the list. */
static void shares(void **state) {
    (void)state;
    char seen[6] = "", text[ROOM];
    for (int shard = 1; shard <= 2; shard++) {
        char asked[100];
        int last = 0;
        snprintf(asked, sizeof asked, "--problem lstm/N:1/T:2/U:2:6 --shard %d/2", shard);
        ask(asked, text);
        for (const char *at = strstr(text, "U:"); at; at = strstr(at + 1, "U:")) {
            const int units = at[2] - '0';
            assert_in_range(units, 2, 6);
            assert_true(units > last);
            seen[units - 2]++;
            last = units;
        }
    }
    assert_memory_equal(seen, "\1\1\1\1\1", 5);
    expect("--problem lstm/N:1/T:2/U:2:6 --shard 6/6",
           "--shard 6/6: there are 5 problems, so nothing is left for it");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expands_patterns), cmocka_unit_test(lists_each_once),
        cmocka_unit_test(makes_a_grid),     cmocka_unit_test(filters_and_caps),
        cmocka_unit_test(shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
