/* SPDX-License-Identifier: MIT
 *
 * That several threads can run one plan at once, each with its own scratch and outputs. The
 * argument is the backend. */
#include "tests/support/agreement.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { RUNNERS = 3, RUNS = 20 };

typedef struct runner {
    pthread_t thread;
    const rnn_plan *plan;
    runnable trial;
} runner;

static void *run_often(void *opaque) {
    runner *r = opaque;
    for (int i = 0; i < RUNS; i++)
        trial_run_plan(&r->trial, r->plan, 0xff);
    return NULL;
}

static void must(bool holds, const char *text, const char *what) {
    if (holds)
        return;
    printf("FAILED %s: %s\n", text, what);
    exit(1);
}

/* Each runner has the same weights and its own numbers. */
static void check(const char *backend, int plan_threads, const char *text) {
    problem p;
    rnn_error error;
    must(problem_parse(&p, text, &error), text, error.text);
    static runner runners[RUNNERS];
    static runnable alone[RUNNERS];
    for (int i = 0; i < RUNNERS; i++) {
        trial_create(&runners[i].trial, &p);
        trial_create(&alone[i], &p);
        runnable_fill(&runners[i].trial, (uint64_t)i + 1, 0);
        runnable_fill(&alone[i], (uint64_t)i + 1, 0);
        trial_copy_weights(&runners[i].trial, &runners[0].trial);
    }
    rnn_plan *plan = trial_plan(&runners[0].trial, backend, plan_threads);
    for (int i = 0; i < RUNNERS; i++) {
        trial_run_plan(&alone[i], plan, 0);
        runners[i].plan = plan;
    }
    for (int i = 0; i < RUNNERS; i++)
        must(pthread_create(&runners[i].thread, NULL, run_often, &runners[i]) == 0, text,
             "pthread_create");
    for (int i = 0; i < RUNNERS; i++)
        must(pthread_join(runners[i].thread, NULL) == 0, text, "pthread_join");
    for (int i = 0; i < RUNNERS; i++) {
        must(trials_agree(&alone[i], &runners[i].trial, SAME_BITS), text, last_disagreement());
        must(i == 0 || !trials_agree(&alone[0], &runners[i].trial, CLOSE), text,
             "the runners had the same numbers");
    }
    for (int i = 0; i < RUNNERS; i++) {
        runnable_destroy(&runners[i].trial);
        runnable_destroy(&alone[i]);
    }
    rnn_plan_destroy(plan);
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    static const char *const problems[] = {
        "simple_rnn/N:7/T:9/D:11/U:17/direction:bidirectional/state:1",
        "lstm/N:7/T:9/D:11/U:17+5/state:1/dense:3",
        "gru/N:7/T:9/D:11/U:17/state:1/output:last",
        "simple_rnn/N:7/T:9/D:11/U:17/state:1",
        "lstm/N:7/T:9/D:11/U:17/direction:backward/state:1",
        "gru/N:7/T:9/D:11/U:17/reset_after:0/output:last",
        "lstm/N:7/T:9/D:11/U:17/mask:lengths/state:1",
        "gru/N:7/T:9/D:11/U:17/mask:holes/reset_after:0/direction:bidirectional/merge:sum",
    };
    rnn_backend_info info = require_backend(argv[1]);
    int ran = 0;
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
        problem p;
        rnn_error error;
        must(problem_parse(&p, problems[i], &error), problems[i], error.text);
        rnn_model model = problem_model(&p);
        rnn_shape shape = problem_shape(&p);
        for (int threads = 1; threads <= (info.threaded ? 2 : 1); threads++) {
            if (rnn_backend_supports(info.name, &model, &shape,
                                     &(rnn_plan_options){.threads = threads}, &error) != RNN_OK)
                continue;
            check(info.name, threads, problems[i]);
            ran++;
        }
    }
    printf("%s: %d plans shared by %d threads\n", info.name, ran, RUNNERS);
    return ran < 3;
}
