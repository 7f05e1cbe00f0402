/* SPDX-License-Identifier: MIT
 * rnnbench list */
#include "bench/base/command.h"
#include "bench/build_info.h"
#include "bench/results/context.h"
#include "kernels/known_faults.h"
#include "reference/problem.h"

#include <stdio.h>
#include <string.h>

static void print_pair(const char *key, const char *value, void *data) {
    (void)data;
    printf("  %-20s %s\n", key, value);
}

/* A column of the table: a cell and, for the GRU, its form. */
typedef struct cell_column {
    const char *title;
    rnn_cell cell;
    bool reset_after;
} cell_column;

static const cell_column columns[] = {{"simple_rnn", RNN_SIMPLE, false},
                                      {"lstm", RNN_LSTM, false},
                                      {"gru", RNN_GRU, true},
                                      {"gru/reset_after:0", RNN_GRU, false}};
enum { COLUMN_COUNT = sizeof columns / sizeof *columns };

static bool supports(const char *backend, const cell_column *column, rnn_error *why) {
    problem p = problem_defaults(column->cell, 2, 3, 4, 5);
    p.layers[0].reset_after = column->reset_after;
    rnn_model model = problem_model(&p);
    rnn_shape shape = problem_shape(&p);
    return rnn_backend_supports(backend, &model, &shape, NULL, why) == RNN_OK;
}

static void print_backend(const rnn_backend_info *info) {
    printf("  %-12s %-8s", info->name, info->threaded ? "1..n" : "1");
    for (int i = 0; i < COLUMN_COUNT; i++) {
        rnn_error why;
        bool yes = info->available && supports(info->name, &columns[i], &why);
        printf(" %-17s", yes ? "yes" : "no");
    }
    printf(" %s%s%s\n", info->summary, info->version[0] ? ", " : "", info->version);
}

static void print_reasons(const rnn_backend_info *info) {
    if (!info->available) {
        printf("  %-12s %s\n", info->name, info->reason);
        return;
    }
    for (int i = 0; i < COLUMN_COUNT; i++) {
        rnn_error why;
        if (!supports(info->name, &columns[i], &why))
            printf("  %-12s %s: %s\n", info->name, columns[i].title, why.text);
    }
}

static bool misses_something(const rnn_backend_info *info) {
    rnn_error why;
    bool misses = !info->available;
    for (int i = 0; i < COLUMN_COUNT && !misses; i++)
        misses = !supports(info->name, &columns[i], &why);
    return misses;
}

/* What the version in use of a library computes wrongly; `any`: the heading is there. */
static void print_known_faults(bool any) {
    const rnn_known_fault *fault;
    for (int i = 0; (fault = rnn_known_fault_at(i)); i++) {
        problem p;
        rnn_error why;
        if (!problem_parse(&p, fault->problem, &why))
            continue;
        rnn_model model = problem_model(&p);
        rnn_shape shape = problem_shape(&p);
        if (rnn_backend_supports(fault->backend, &model, &shape, NULL, &why) != RNN_UNSUPPORTED ||
            !strstr(why.text, fault->what)) /* refused for another reason */
            continue;
        printf("%s  %-12s as %s: %s\n", any ? "" : "\nmissing\n", fault->backend, fault->problem,
               why.text);
        any = true;
    }
}

static void print_backends(void) {
    rnn_backend_info info;
    bool any = false;
    printf("backends\n  %-12s %-8s", "", "threads");
    for (int i = 0; i < COLUMN_COUNT; i++)
        printf(" %-17s", columns[i].title);
    putchar('\n');
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        print_backend(&info);
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++) {
        if (!misses_something(&info))
            continue;
        if (!any)
            puts("\nmissing");
        any = true;
        print_reasons(&info);
    }
    print_known_faults(any);
}

int command_list(const command_line *line) {
    option_list options = {0};
    int status;
    if (!command_read(line, &options, &status))
        return status;
    machine_info machine;
    machine_describe(&machine);
    puts("machine");
    context_machine(&machine, print_pair, NULL);
    puts("\nbuild");
    context_build(print_pair, NULL);
    putchar('\n');
    print_backends();
    return EXIT_FINE;
}
