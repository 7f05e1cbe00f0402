/* SPDX-License-Identifier: MIT
 *
 * One backend against the oracle, on the problems of one cell.
 *
 *   equivalence [--exact] [--first] [--seed S] [--seconds S] [--problem TEXT] BACKEND CELL
 *
 * Without options it tries every row of reference/problems.inc, with guard pages at either end, on
 * one thread and on more where the backend takes them. With --seconds it tries random problems for
 * that long. With --exact it tries every number of units, on small integers. With --first it ends
 * at the first one that fails. */
#include "reference/cases.h"
#include "reference/problem_table.h"
#include "tests/support/support.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_REPORTS = 20 };

typedef struct session {
    rnn_backend_info backend;
    rnn_cell cell;
    uint64_t seed;
    bool only_first;
    int problems, claimed, refused; /* `claimed` are those that the backend says it does */
    int checks, failed;
    double max_error;
} session;

static void report(session *s, const char *text) {
    if (s->failed++ < MAX_REPORTS)
        printf("FAILED %s: %s\n", s->backend.name, text);
}

/* ---- One problem --------------------------------------------------------------------------- */

static void check_once(session *s, reference_case *c, int threads, case_guard guard) {
    case_verdict verdict;
    rnn_error error = {""};
    rnn_status status = case_check(c, s->backend.name, threads, guard, &verdict, &error);
    s->checks++;
    if (status != RNN_OK) {
        char text[PROBLEM_TEXT_SIZE + sizeof error.text];
        problem_print(&case_run(c)->problem, text);
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, ": %s", error.text);
        report(s, text);
        return;
    }
    if (verdict.max_error > s->max_error)
        s->max_error = verdict.max_error;
    if (!verdict.passed)
        report(s, verdict.text);
}

static void check_case(session *s, reference_case *c) {
    for (int guard = GUARD_NONE; guard <= GUARD_BEFORE; guard++)
        check_once(s, c, 1, (case_guard)guard);
    for (int threads = 2; s->backend.threaded && threads <= 3; threads++)
        check_once(s, c, threads, GUARD_AFTER);
}

/* A problem that the backend refuses must be refused with the name of the option. */
static bool is_claimed(session *s, const problem *p) {
    rnn_error error = {""};
    rnn_model model = problem_model(p);
    rnn_shape shape = problem_shape(p);
    rnn_status status = rnn_backend_supports(s->backend.name, &model, &shape, NULL, &error);
    if (status == RNN_OK)
        return true;
    if (status != RNN_UNSUPPORTED || !error.text[0])
        report(s, error.text[0] ? error.text : "refused without a reason");
    s->refused++;
    return false;
}

static void check_problem(session *s, const problem *p) {
    if (s->only_first && s->failed)
        return;
    s->problems++;
    if (!is_claimed(s, p))
        return;
    s->claimed++;
    rnn_error error = {""};
    reference_case *c;
    if (case_create(&c, p, s->seed, &error) != RNN_OK) {
        report(s, error.text);
        return;
    }
    check_case(s, c);
    case_destroy(c);
}

static void check_text(session *s, const char *text) {
    problem p;
    rnn_error error;
    if (!problem_parse(&p, text, &error))
        report(s, error.text);
    else if (p.layers[0].cell == s->cell)
        check_problem(s, &p);
}

/* ---- Many ---------------------------------------------------------------------------------- */

static void check_table(session *s) {
    for (int i = 0; i < problem_table_count(); i++)
        check_text(s, problem_table_get(i)->text);
}

/* Tries every number of units, with as many batches and features as they bring along. */
static void check_exact(session *s) {
    static const int batches[] = {1, 2, 3, 4, 5, 6, 7, 12, 13};
    enum { LARGEST = 67, BATCHES = sizeof batches / sizeof *batches };
    for (int units = 1; units <= LARGEST; units++)
        for (int reset_after = 0; reset_after <= (s->cell == RNN_GRU); reset_after++) {
            int batch = batches[(units + reset_after) % BATCHES], features = units * 5 % 19 + 1;
            int timesteps = s->cell == RNN_SIMPLE ? 2 : 1;
            problem p = problem_defaults(s->cell, batch, timesteps, features, units);
            p.layers[0].activation = RNN_LINEAR;
            if (s->cell != RNN_SIMPLE)
                p.layers[0].recurrent_activation = RNN_LINEAR;
            p.layers[0].reset_after = reset_after;
            p.layers[0].direction = (rnn_direction)(units % RNN_DIRECTION_COUNT);
            p.initial_state = true;
            p.values = VALUES_EXACT;
            check_problem(s, &p);
        }
}

static void check_random(session *s, double seconds) {
    uint64_t state = s->seed;
    double end = seconds_now() + seconds;
    while (seconds_now() < end) {
        problem p;
        problem_random(&p, &state);
        if (p.layers[0].cell == s->cell)
            check_problem(s, &p);
    }
}

static int finish(session *s) {
    printf("%s %s: %d problems, %d refused, %d checks, %d failed, largest error %.3g, seed %" PRIu64
           "\n",
           s->backend.name, rnn_cell_name(s->cell), s->problems, s->refused, s->checks, s->failed,
           s->max_error, s->seed);
    bool behind_library = s->backend.version[0] != '\0';
    if (s->claimed == 0 && behind_library) {
        printf("skipped: %s does none of these problems\n", s->backend.name);
        return TEST_SKIPPED;
    }
    if (s->claimed == 0 || s->checks < 3 * s->claimed) {
        printf("FAILED: %d checks of %d claimed problems\n", s->checks, s->claimed);
        return 1;
    }
    if (s->refused && !behind_library) {
        printf("FAILED: only a backend behind a library may refuse\n");
        return 1;
    }
    return s->failed != 0;
}

/* ---- Command line -------------------------------------------------------------------------- */

static int usage(void) {
    printf(
        "equivalence [--first] [--seed S] [--exact | --seconds S | --problem TEXT] BACKEND CELL\n");
    return 2;
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"seed", required_argument, NULL, 's'},    {"seconds", required_argument, NULL, 't'},
        {"problem", required_argument, NULL, 'p'}, {"exact", no_argument, NULL, 'e'},
        {"first", no_argument, NULL, 'f'},         {0}};
    session s = {.seed = 1};
    double seconds = 0;
    bool exact = false;
    const char *text = NULL;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 's')
            s.seed = strtoull(optarg, NULL, 0);
        else if (option == 't')
            seconds = strtod(optarg, NULL);
        else if (option == 'p')
            text = optarg;
        else if (option == 'e')
            exact = true;
        else if (option == 'f')
            s.only_first = true;
        else
            return usage();
    }
    if (argc - optind != 2 || !rnn_cell_parse(argv[optind + 1], &s.cell))
        return usage();
    s.backend = require_backend(argv[optind]);
    if (text)
        check_text(&s, text);
    else if (exact)
        check_exact(&s);
    else if (seconds > 0)
        check_random(&s, seconds);
    else
        check_table(&s);
    return finish(&s);
}
