/* SPDX-License-Identifier: MIT
 * What rnn.h promises of our own backends: a row's result has the same bits in whatever company, in
 * however many calls, on however many threads, in whatever process.
 *
 *   same_bits [--seed S] [--cases N | --case NUMBER] BACKEND
 *
 * Every case is drawn from its number; a failure prints the command that repeats it.
 */
#include "kernels/engine/rounding.h"
#include "reference/random.h"
#include "tests/kernels/same_bits_view.h"

#include <fenv.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_REPORTS = 20, MOST_DIGESTS = 200 };

typedef struct session {
    const char *program;
    rnn_backend_info backend;
    uint64_t seed;
    long cases, failed;
    long views[COMPANY_COUNT], cut, threaded;
    long long compared, finite;
    int digest_count;
    uint64_t digests[MOST_DIGESTS]; /* of the outputs of the first cases */
    bool digests_only;
} session;

static void report(session *s, long number, const runnable *whole, const char *what) {
    if (s->failed++ >= MAX_REPORTS)
        return;
    char text[PROBLEM_TEXT_SIZE];
    problem_print(&whole->problem, text);
    printf("FAILED %s, %s%s: %s: %s; repeat: same_bits --seed %" PRIu64 " --case %ld %s\n",
           s->backend.name, text, whole->problem.layer_count > 1 ? " (or unlike layers)" : "", what,
           last_difference(), s->seed, number, s->backend.name);
}

/* ---- One case ------------------------------------------------------------------------------- */

static void check_view(session *s, long number, company_kind company, const runnable *whole,
                       uint64_t *state) {
    view v;
    view_draw(&v, company, s->backend.name, s->backend.threaded, whole, state);
    if (!view_holds(&v)) {
        char text[VIEW_TEXT_SIZE];
        view_describe(&v, text);
        report(s, number, whole, text);
    }
    s->views[company]++;
    s->cut += v.parts > 1;
    s->threaded += v.threads > 1;
    s->compared += v.compared;
    s->finite += v.finite;
}

static uint64_t digest_of_row(uint64_t digest, const float *row, int count) {
    for (int i = 0; row && i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &row[i], sizeof bits);
        digest = (digest ^ (isnan(row[i]) ? 0x7fc00001u : bits)) * 0x100000001b3u;
    }
    return digest;
}

static uint64_t digest_of(const runnable *t) {
    uint64_t digest = 0xcbf29ce484222325u;
    for (int n = 0; n < t->problem.batch; n++) {
        for (int step = 0; step < runnable_steps(t); step++) {
            digest = digest_of_row(digest, trial_y(t, n, step), runnable_width(t));
            digest = digest_of_row(digest, trial_y_backward(t, n, step), runnable_width(t));
        }
        for (int i = 0; i < trial_states(t); i++)
            digest = digest_of_row(digest, trial_final(t, i, n), trial_state_units(t, i));
    }
    return digest;
}

/* The second run of a plan goes through its weights the other way. */
static void check_second_run(session *s, long number, const runnable *whole, const rnn_plan *plan) {
    runnable again;
    trial_create(&again, &whole->problem);
    runnable_copy(&again, whole, 0, ARRAY_INPUTS_END);
    trial_run_plan(&again, plan, 0x7f);
    if (!same_outputs(whole, &again))
        report(s, number, whole, "the same plan again");
    runnable_destroy(&again);
}

/* Makes the calling thread sometimes round as others do not, or take denormal numbers for 0. */
static void draw_rounding(uint64_t *state) {
    static const int modes[] = {FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD};
    fesetenv(FE_DFL_ENV);
    if (random_chance(state, 12))
        fesetround(modes[random_below(state, (int)(sizeof modes / sizeof *modes))]);
#ifdef RNN_ROUNDING_FLUSH
    rnn_rounding rounding;
    rnn_rounding_get(&rounding);
    if (random_chance(state, 12))
        rounding |= RNN_ROUNDING_FLUSH;
    rnn_rounding_set(&rounding);
#endif
}

static void check_case(session *s, long number) {
    uint64_t state = random_seed_of("same bits", s->seed + (uint64_t)number * 0x9e3779b97f4a7c15u);
    runnable whole;
    draw_rounding(&state);
    draw_trial(&whole, &state);
    rnn_plan *plan = trial_plan(&whole, s->backend.name, 1);
    trial_run_plan(&whole, plan, 0);
    if (number < MOST_DIGESTS)
        s->digests[s->digest_count++] = digest_of(&whole);
    if (!s->digests_only) {
        check_second_run(s, number, &whole, plan);
        for (int i = 0; i < COMPANY_COUNT; i++)
            check_view(s, number, (company_kind)i, &whole, &state);
    }
    rnn_plan_destroy(plan);
    runnable_destroy(&whole);
    s->cases++;
}

/* ---- Restart -------------------------------------------------------------------------------- */

static int print_digests(const session *s) {
    for (int i = 0; i < s->digest_count; i++)
        printf("%" PRIx64 "\n", s->digests[i]);
    return 0;
}

/* Runs the first cases in a process of its own, whose memory lies elsewhere. */
static void check_restart(session *s) {
    char command[4096];
    const char *runner = getenv("TEST_RUNNER"); /* an emulator, where this is another machine's */
    snprintf(command, sizeof command, "%s '%s' --digests --seed %" PRIu64 " --cases %d %s",
             runner ? runner : "", s->program, s->seed, s->digest_count, s->backend.name);
    FILE *child = popen(command, "r");
    uint64_t digest;
    int same = 0;
    while (child && same < s->digest_count && fscanf(child, "%" SCNx64, &digest) == 1 &&
           digest == s->digests[same])
        same++;
    const bool ended_well = child && pclose(child) == 0;
    if (same == s->digest_count && ended_well)
        return;
    s->failed++;
    printf("FAILED %s: another process has other bits, or none, in case %d\n", s->backend.name,
           same);
}

/* ---- Command line --------------------------------------------------------------------------- */

/* Whether the cases did not ask everything that they should. */
static bool is_vacuous(const session *s) {
    bool vacuous = s->cut == 0 || (s->backend.threaded && s->threaded == 0);
    for (int i = 0; i < COMPANY_COUNT; i++)
        vacuous |= s->views[i] != s->cases;
    return vacuous || 2 * s->finite < s->compared;
}

static int finish(const session *s) {
    printf(
        "%s: %ld cases, %ld different: %ld rows alone, %ld batches among others, %ld all together, "
        "%ld of these cut, %ld threaded, %d in another process; %lld numbers, %.0f%% finite and "
        "not 0; seed %" PRIu64 "\n",
        s->backend.name, s->cases, s->failed, s->views[ALONE], s->views[AMONG_OTHERS],
        s->views[ALL_TOGETHER], s->cut, s->threaded, s->digest_count, s->compared,
        100.0 * (double)s->finite / (double)s->compared, s->seed);
    if (s->cases > 1 && is_vacuous(s)) {
        printf("FAILED: something was never asked about\n");
        return 1;
    }
    return s->failed > 0;
}

static int usage(void) {
    printf("same_bits [--seed S] [--cases N | --case NUMBER] BACKEND\n");
    return 2;
}

int main(int argc, char **argv) {
    static const struct option options[] = {{"seed", required_argument, NULL, 's'},
                                            {"cases", required_argument, NULL, 'n'},
                                            {"case", required_argument, NULL, 'c'},
                                            {"digests", no_argument, NULL, 'd'},
                                            {0}};
    static session s = {.seed = 1};
    s.program = argv[0];
    long first = 0, end = 100;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 's') {
            s.seed = strtoull(optarg, NULL, 0);
        } else if (option == 'n') {
            end = strtol(optarg, NULL, 10);
        } else if (option == 'c') {
            first = strtol(optarg, NULL, 10);
            end = first + 1;
        } else if (option == 'd') {
            s.digests_only = true;
        } else {
            return usage();
        }
    }
    if (argc - optind != 1)
        return usage();
    unsetenv("RNN_TUNING"); /* by a tuning file auto may take a library */
    s.backend = require_backend(argv[optind]);
    if (s.backend.version[0]) {
        printf("skipped: nothing is promised of what a library computes\n");
        return TEST_SKIPPED;
    }
    for (long number = first; number < end; number++)
        check_case(&s, number);
    if (s.digests_only)
        return print_digests(&s);
    if (first == 0)
        check_restart(&s);
    return finish(&s);
}
