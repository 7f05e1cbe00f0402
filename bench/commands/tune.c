/* SPDX-License-Identifier: MIT
 * rnnbench tune: times every backend on every number of threads that `auto` may choose among, as a
 * sweep does, and writes down the winners. */
#include "bench/base/clock.h"
#include "bench/base/command.h"
#include "bench/base/interrupt.h"
#include "bench/base/text.h"
#include "bench/commands/tune_file.h"
#include "bench/measure/measure.h"
#include "bench/measure/table.h"
#include "kernels/auto/auto.h"
#include "kernels/engine/cores.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct tune_state {
    sweep_options options; /* the user's, with the candidates as backends */
    sweep_state sweep;     /* its threads are those of the candidates */
    peak_set no_peak;      /* a sweep's rows want one for their roof, which is not shown here */
    int_list limits;       /* the threads that auto is asked for */
    tune_file file;
    int entries, others;     /* decided; not as the cost model does */
    double last_write;       /* of the file, by the clock */
    double log_gain_of_rest; /* sum over the others of log(the model's time / the winner's) */
} tune_state;

/* ---- Candidates ----------------------------------------------------------------------------- */

/* Every available backend but naive and auto, or those of --backend; and what the cost model takes,
 * which the winner has to beat. */
static void choose_backends(tune_state *tune) {
    unsigned given = tune->options.backends, chosen = 0;
    problem small = problem_defaults(RNN_LSTM, 1, 1, 1, 1);
    rnn_model model = problem_model(&small);
    rnn_shape shape = problem_shape(&small);
    for (int i = 0; i < rnn_backend_count(); i++) {
        const rnn_backend_row *row = rnn_backend_row_at(i);
        bool candidate = given ? given >> i & 1u : row->kind != RNN_BACKEND_TEXTBOOK;
        for (int j = 0; j < tune->limits.count; j++)
            candidate |= rnn_choose_by_model(&model, &shape, tune->limits.values[j]).row == row;
        if (candidate && row->kind != RNN_BACKEND_CHOICE)
            chosen |= 1u << i;
    }
    tune->options.backends = chosen;
}

static bool add_once(int_list *list, int value) {
    return int_list_contains(list, value) || int_list_append(list, value);
}

/* 1, 2, 4 .. and each limit itself. */
static bool choose_threads(tune_state *tune) {
    int most = 0;
    for (int i = 0; i < tune->limits.count; i++) {
        if (!add_once(&tune->sweep.threads, tune->limits.values[i]))
            return false;
        most = most < tune->limits.values[i] ? tune->limits.values[i] : most;
    }
    for (int threads = 1; threads < most; threads *= 2)
        if (!add_once(&tune->sweep.threads, threads))
            return false;
    return true;
}

/* One thread and all that auto may use, unless told otherwise. */
static bool choose_limits(tune_state *tune, rnn_error *error) {
    const rnn_core_limit usable = rnn_thread_limit();
    const int usual[] = {1, usable.cores};
    const int_list *given = &tune->options.threads;
    for (int i = 0; i < (given->count ? given->count : 2); i++) {
        int limit = given->count ? given->values[i] : usual[i];
        if (limit > usable.cores)
            printf("threads %d: left out, auto uses at most %d here (%s)\n", limit, usable.cores,
                   usable.set_by[0] ? usable.set_by : "cores");
        else if (!add_once(&tune->limits, limit))
            snprintf(error->text, sizeof error->text, "out of memory");
    }
    if (tune->limits.count == 0)
        snprintf(error->text, sizeof error->text, "--threads: all are more than auto uses here");
    return tune->limits.count > 0;
}

/* ---- Decisions ------------------------------------------------------------------------------ */

/* The standard error of the median of n samples with this spread. */
static double standard_error(const gbench_result *time) {
    const double of_median = 1.2533; /* sqrt(pi / 2) times that of a mean */
    return of_median * time->cv * time->median / sqrt(time->repetitions);
}

/* Beyond the spread: in its best and its median run, the latter by more than twice the standard
 * error of the difference. */
static bool is_clearly_faster(const gbench_result *a, const gbench_result *b) {
    double noise = 2 * hypot(standard_error(a), standard_error(b));
    return a->min < b->min && a->median < b->median - noise;
}

typedef struct contest {
    rnn_choice model_choice;
    const measurement *usual; /* the row of that choice; NULL: not measured */
    const measurement *winner;
} contest;

/* Times of such a spread are those of a disturbance: nothing wins or loses by them. */
static bool is_disturbed(const measurement *row) {
    return row->time.cv > 0.25;
}

static const measurement *fastest(const measurement_list *results, int limit, bool disturbed_too) {
    const measurement *best = NULL;
    for (int i = 0; i < results->count; i++) {
        const measurement *row = &results->rows[i];
        if (row->threads <= limit && (disturbed_too || !is_disturbed(row)) &&
            (!best || row->time.median < best->time.median))
            best = row;
    }
    return best;
}

/* `any_wrong`: of this problem. */
static contest decide(const measurement_list *results, const problem *p, int limit,
                      bool any_wrong) {
    rnn_model model = problem_model(p);
    rnn_shape shape = problem_shape(p);
    contest c = {.model_choice = rnn_choose_by_model(&model, &shape, limit)};
    for (int i = 0; i < results->count; i++) {
        const measurement *row = &results->rows[i];
        if (row->threads == c.model_choice.threads &&
            strcmp(row->backend, c.model_choice.row->name) == 0)
            c.usual = row;
    }
    c.winner = fastest(results, limit, false);
    /* Anything right is better than a choice that may be wrong, even with a spread. */
    if (!c.winner && !c.usual && any_wrong)
        c.winner = fastest(results, limit, true);
    if (c.usual &&
        (!c.winner || is_disturbed(c.usual) || !is_clearly_faster(&c.winner->time, &c.usual->time)))
        c.winner = c.usual;
    return c;
}

static void print_decision(tune_state *tune, const contest *c, int limit) {
    char time[16], spread[16];
    time_text(c->winner->time.median, time);
    spread_text(c->winner->time.cv, spread);
    printf("  %7d  %-12s %7d %10s %7s", limit, c->winner->backend, c->winner->threads, time,
           spread);
    if (c->winner == c->usual)
        puts("  as the cost model");
    else if (c->usual)
        printf("  %.2fx %s on %d\n", c->usual->time.median / c->winner->time.median,
               c->usual->backend, c->usual->threads);
    else
        puts("  the cost model's choice was not timed");
    if (c->usual && c->winner != c->usual) {
        tune->others++;
        tune->log_gain_of_rest += log(c->usual->time.median / c->winner->time.median);
    }
}

/* Returns false where memory ran out. */
static bool keep_decision(tune_state *tune, const problem *p, int limit, bool any_wrong) {
    contest c = decide(&tune->sweep.results, p, limit, any_wrong);
    if (!c.winner) {
        if (tune->sweep.results.count)
            printf("  %7d  not kept: the machine was busy\n", limit);
        return true;
    }
    print_decision(tune, &c, limit);
    rnn_tuning_entry entry = {.threads = c.winner->threads,
                              .nanoseconds = llround(1e9 * c.winner->time.median),
                              .model_nanoseconds =
                                  c.usual ? llround(1e9 * c.usual->time.median) : 0};
    snprintf(entry.backend, sizeof entry.backend, "%s", c.winner->backend);
    rnn_model model = problem_model(p);
    rnn_shape shape = problem_shape(p);
    if (!rnn_tuning_key(entry.key, &model, &shape, limit)) {
        puts("           not kept: the model is too long for the file");
        return true;
    }
    tune->entries++;
    return tune_file_put(&tune->file, &entry);
}

/* A library behind a backend may end the program: that shall not cost more than this. */
static bool write_now_and_then(tune_state *tune) {
    const double interval = 20;
    rnn_error error;
    double now = clock_seconds();
    if (tune->file.is_stream || now - tune->last_write < interval)
        return true;
    tune->last_write = now;
    return tune_file_write(&tune->file, &error);
}

/* ---- The command ---------------------------------------------------------------------------- */

static bool tune_problem(tune_state *tune, const problem *p) {
    sweep_state *sweep = &tune->sweep;
    double cost = measure_cost(sweep, p);
    char text[PROBLEM_TEXT_SIZE];
    problem_print(p, text);
    sweep->results.count = 0;
    const int wrong_before = sweep->results.wrong;
    bool ok = measure_problem(sweep, p, cost);
    progress_clear(&sweep->progress);
    if (!ok || *sweep->stop) /* half of the samples are no contest */
        return ok;
    sweep->done_cost += cost;
    sweep->done_problems++;
    puts(text);
    for (int i = 0; ok && i < tune->limits.count; i++)
        ok = keep_decision(tune, p, tune->limits.values[i], sweep->results.wrong > wrong_before);
    fflush(stdout);
    return ok;
}

static bool tune_all(tune_state *tune, const problem_list *problems) {
    double total = 0;
    bool ok = true;
    for (int i = 0; i < problems->count; i++)
        total += measure_cost(&tune->sweep, &problems->items[i]);
    progress_start(&tune->sweep.progress, total);
    tune->last_write = clock_seconds();
    printf("  at most  backend      threads     median      cv\n");
    for (int i = 0; ok && i < problems->count && !*tune->sweep.stop; i++) {
        ok = tune_problem(tune, &problems->items[i]);
        if (!write_now_and_then(tune))
            break; /* told when the last write fails as well */
    }
    if (!ok)
        fputs("rnnbench tune: out of memory\n", stderr);
    return ok;
}

static int close_tune(tune_state *tune, int problems, bool complete) {
    const measurement_list *results = &tune->sweep.results;
    rnn_error error;
    bool written = tune_file_write(&tune->file, &error);
    if (!written)
        fprintf(stderr, "rnnbench tune: --out %s\n", error.text);
    refusals_print(&results->refusals, "not measured", "row");
    printf("\n%d of %d problems, %d entries, ", tune->sweep.done_problems, problems, tune->entries);
    measurements_print_failures(results);
    printf(", %.0f s\n", clock_seconds() - tune->sweep.start);
    if (tune->others)
        printf("%d not as the cost model, by %.2fx in the geometric mean\n", tune->others,
               exp(tune->log_gain_of_rest / tune->others));
    if (written && tune->file.count)
        printf("RNN_TUNING=%s has %d entries\n", tune->file.path, tune->file.count);
    if (*tune->sweep.stop)
        return EXIT_INTERRUPTED;
    bool fine = complete && written && tune->entries && !results->wrong && !results->failed;
    return fine ? EXIT_FINE : EXIT_WRONG;
}

static int run_tune(tune_state *tune, const problem_list *problems) {
    sweep_state *sweep = &tune->sweep;
    const sweep_effort *effort = &tune->options.request.effort;
    choose_backends(tune);
    if (!choose_threads(tune) || !gbench_start(effort->repetitions, effort->min_time)) {
        fputs("rnnbench tune: out of memory\n", stderr);
        return EXIT_WRONG;
    }
    sweep->start = clock_seconds();
    for (int isa = 0; isa < PEAK_MOST_ISAS; isa++)
        tune->no_peak.flops[isa] = 1;
    sweep->peaks = &tune->no_peak;
    sweep->peak_count = 1;
    sweep->stop = interrupt_catch();
    bool complete = tune_all(tune, problems);
    return close_tune(tune, problems->count, complete);
}

static const char *file_name(const char *out) {
    const char *path = out ? out : rnn_tuning_path();
    return path ? path : "rnn_tuning.txt";
}

static int tune_as_asked(tune_state *tune, bool force) {
    rnn_error error = {""};
    problem_list problems = {0};
    bool ready = problem_list_for_sweep(&problems, &tune->options.request, &error) &&
                 choose_limits(tune, &error) &&
                 tune_file_open(&tune->file, file_name(tune->options.out), force, &error);
    int status = ready ? run_tune(tune, &problems) : refuse_usage("tune", error.text);
    tune_file_close(&tune->file);
    measurements_free(&tune->sweep.results);
    int_list_free(&tune->sweep.threads);
    int_list_free(&tune->limits);
    problem_list_free(&problems);
    return status;
}

int command_tune(const command_line *line) {
    tune_state tune = {.options = SWEEP_OPTIONS, .no_peak.threads = 1};
    option_list list = {0};
    bool force = false;
    int status;
    tune.options.request.effort =
        (sweep_effort){.repetitions = 21, .min_time = 0.005, .max_run_time = 2};
    tune.sweep.options = &tune.options;
    sweep_options_of_timing(&list, &tune.options);
    options_add(&list, "out", "FILE", "the tuning file, else RNN_TUNING's", read_text,
                &tune.options.out);
    options_add(&list, "force", "", "replaces an --out that is no tuning file of this machine",
                read_flag, &force);
    if (command_read(line, &list, &status))
        status = tune_as_asked(&tune, force);
    sweep_options_free(&tune.options);
    return status;
}
