/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_instructions.h"

#include "bench/base/clock.h"
#include "bench/base/fail.h"
#include "bench/base/temporary.h"
#include "kernels/isa/cpu.h"
#include "reference/inputs.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A count covers enough work that the instructions of starting up, which vary by some 100, do not
 * matter. */
#define COUNTED_FLOPS    4e6
#define MOST_RUNS        200
#define MOST_PROCESSES   4 /* both sides, with few and with many runs */
#define QUICK_SECONDS    0.5
#define SLOWEST_FLOPS    1e8 /* in a second, of any backend */
#define SECONDS_TO_LEAVE 30. /* under valgrind, which writes its count at the end */

/* ---- Which way ------------------------------------------------------------------------------ */

static const char *find_valgrind(void) {
    static const char *const places[] = {"/usr/bin/valgrind", "/usr/local/bin/valgrind",
                                         "/bin/valgrind"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

typedef struct counter {
    bool there; /* both sides' workers can count by themselves */
    rnn_error why;
} counter;

static gate_end try_counter(gate_workers *workers, gate_row *none, void *what) {
    counter *found = what;
    gate_end end = GATE_GOES_ON;
    (void)none;
    *found = (counter){.there = true};
    for (int side = 0; side < SIDES && found->there && end == GATE_GOES_ON; side++) {
        json_t *answer;
        end = gate_ask(workers, (side_id)side, &answer, QUICK_SECONDS, &found->why,
                       "prepare %s 1 lstm/N:1/T:1/D:1/U:1",
                       rnn_backend_of_kind(RNN_BACKEND_TEXTBOOK));
        json_decref(answer);
        if (end != GATE_GOES_ON)
            return end;
        end = gate_ask(workers, (side_id)side, &answer, QUICK_SECONDS, &found->why, "count 1");
        found->there = answer && json_number_value(json_object_get(answer, "instructions")) > 0;
        if (answer && !found->there)
            fail(&found->why, "the CPU's counter counted nothing");
        json_decref(answer);
    }
    return end;
}

static gate_end find_counter(gate_workers *workers, counter *found) {
    gate_end end = gate_start_pair(workers, true);
    if (end == GATE_GOES_ON)
        end = gate_with_row(workers, NULL, true, try_counter, found);
    gate_stop_pair(workers);
    return end;
}

static double flops_of(const gate_row *row) {
    problem p;
    rnn_error error;
    if (!problem_parse(&p, row->problem, &error))
        return COUNTED_FLOPS;
    return problem_flops(&p, inputs_expected_steps(&p));
}

static int runs_for(const gate_row *row) {
    return (int)fmin(ceil(COUNTED_FLOPS / flops_of(row)), MOST_RUNS);
}

/* ---- By the CPU ----------------------------------------------------------------------------- */

static gate_end count_side(gate_workers *workers, gate_row *row, side_id side) {
    const int runs = runs_for(row);
    const double expected = flops_of(row) / SLOWEST_FLOPS;
    const gate_end end = gate_prepare(workers, row, side, expected);
    row->sides[side].seconds = 0;
    if (end != GATE_GOES_ON || row->left_out)
        return end;
    return gate_run(workers, row, side, runs * expected, "count", runs, "instructions",
                    &row->sides[side].seconds);
}

static gate_end count_by_cpu(gate_workers *workers, gate_row *row, void *nothing) {
    (void)nothing;
    gate_end end = GATE_GOES_ON;
    for (int side = 0; side < SIDES && end == GATE_GOES_ON && !row->left_out; side++)
        end = count_side(workers, row, (side_id)side);
    return end;
}

/* ---- Under valgrind ------------------------------------------------------------------------- */

typedef struct counted_process {
    worker_process worker;
    side_id side;
    int runs;
    char log[PATH_MAX]; /* "": none yet */
} counted_process;

static bool start_process(const gate_workers *workers, counted_process *p, rnn_error *error) {
    char log_option[PATH_MAX + 16];
    if (!temporary_name(p->log, error)) {
        p->log[0] = '\0';
        return false;
    }
    snprintf(log_option, sizeof log_option, "--log-file=%s", p->log);
    const char *words[] = {find_valgrind(),
                           "--tool=cachegrind",
                           "--cache-sim=no",
                           "--branch-sim=no",
                           "--cachegrind-out-file=/dev/null",
                           log_option,
                           workers->programs->paths[p->side],
                           NULL};
    return worker_start(&p->worker, words, (worker_place){.core = WORKER_ANY_CORE}, workers->stop,
                        error);
}

/* Sends the worker its lines and reads the answers; it then ends by itself. */
static worker_outcome run_process(const gate_state *gate, counted_process *p, const gate_row *row,
                                  rnn_error *error) {
    char lines[3][PROBLEM_TEXT_SIZE + 100];
    worker_outcome outcome = WORKER_ANSWERED;
    snprintf(lines[0], sizeof lines[0], "seed %llu", (unsigned long long)gate->options->seed);
    snprintf(lines[1], sizeof lines[1], "prepare %s 1 %s", row->sides[p->side].backend,
             row->problem);
    snprintf(lines[2], sizeof lines[2], "run %d", p->runs);
    for (int i = 0; i < 3 && outcome == WORKER_ANSWERED; i++) {
        json_t *answer;
        outcome = worker_ask(&p->worker, &answer, gate->plan.start + gate->plan.budget, error, "%s",
                             lines[i]);
        json_decref(answer);
    }
    return outcome;
}

/* "==12== I   refs:      12,629,021"; NAN: there is no such line. */
static double count_of(const char *log) {
    char line[256];
    double count = NAN;
    FILE *file = fopen(log, "r");
    while (file && fgets(line, sizeof line, file)) {
        const char *at = strstr(line, "refs:");
        if (!at)
            continue;
        count = 0;
        for (at += 5; *at; at++)
            if (*at >= '0' && *at <= '9')
                count = 10 * count + (*at - '0');
    }
    if (file)
        fclose(file);
    return count;
}

/* The processes start at once, and are asked in turn. */
static gate_end count_processes(gate_state *gate, gate_row *row,
                                counted_process processes[MOST_PROCESSES]) {
    rnn_error error;
    for (int i = 0; i < MOST_PROCESSES; i++)
        if (!start_process(&gate->workers, &processes[i], &error)) {
            snprintf(gate->workers.failure, sizeof gate->workers.failure, "%s", error.text);
            return GATE_UNABLE;
        }
    for (int i = 0; i < MOST_PROCESSES && !row->left_out; i++) {
        const worker_outcome outcome = run_process(gate, &processes[i], row, &error);
        if (outcome == WORKER_INTERRUPTED)
            return GATE_INTERRUPTED;
        if (outcome != WORKER_ANSWERED)
            gate_leave_out(row, GATE_UNJUDGED, "under valgrind, %s: %.200s",
                           processes[i].side == BASE ? "base" : "new", error.text);
    }
    return GATE_GOES_ON;
}

static gate_end count_by_valgrind(gate_state *gate, gate_row *row) {
    const int runs = runs_for(row);
    counted_process processes[MOST_PROCESSES] = {{.side = BASE, .runs = 1},
                                                 {.side = NEW, .runs = 1},
                                                 {.side = BASE, .runs = 1 + runs},
                                                 {.side = NEW, .runs = 1 + runs}};
    double counts[MOST_PROCESSES];
    const gate_end end = count_processes(gate, row, processes);
    const bool all_ran = end == GATE_GOES_ON && !row->left_out;
    for (int i = 0; i < MOST_PROCESSES; i++) {
        const double left = gate->workers.last_moment - clock_seconds();
        worker_stop(&processes[i].worker, all_ran ? fmax(0, fmin(SECONDS_TO_LEAVE, left)) : 0);
        counts[i] = processes[i].log[0] ? count_of(processes[i].log) : NAN;
        if (processes[i].log[0])
            unlink(processes[i].log);
    }
    for (int side = 0; side < SIDES; side++)
        row->sides[side].seconds = (counts[2 + side] - counts[side]) / runs;
    return end;
}

/* ---- Rows ----------------------------------------------------------------------------------- */

static void judge_count(const gate_rule *rule, gate_row *row) {
    row->ratio = row->sides[NEW].seconds / row->sides[BASE].seconds;
    if (!(row->ratio > 0) || !isfinite(row->ratio)) {
        row->ratio = NAN;
        gate_leave_out(row, GATE_UNJUDGED, "nothing was counted");
    } else
        row->outcome = row->ratio > 1 + rule->threshold   ? GATE_SLOWER
                       : row->ratio < 1 - rule->threshold ? GATE_FASTER
                                                          : GATE_SAME;
}

static gate_end count_once(gate_state *gate, gate_row *row, bool by_cpu) {
    const gate_end end = by_cpu ? gate_with_row(&gate->workers, row, true, count_by_cpu, NULL)
                                : count_by_valgrind(gate, row);
    if (end == GATE_GOES_ON && !row->left_out)
        judge_count(&gate->rule, row);
    return end;
}

static bool budget_is_gone(const gate_plan *plan) {
    return clock_seconds() > plan->start + 0.9 * plan->budget;
}

/* Counts a row again that one count finds slower: a counter may have been disturbed once. */
static gate_end confirm_count(gate_state *gate, gate_row *row, bool by_cpu) {
    if (budget_is_gone(&gate->plan)) {
        gate_leave_out(row, GATE_UNJUDGED, "suspect, and the budget is too small to confirm it");
        return GATE_GOES_ON;
    }
    const gate_end end = count_once(gate, row, by_cpu);
    if (end == GATE_GOES_ON && !row->left_out && row->outcome != GATE_SLOWER)
        row->outcome = GATE_NOT_CONFIRMED;
    return end;
}

static gate_end count_row(gate_state *gate, gate_row *row, bool by_cpu) {
    if (!row->left_out && !gate_row_by_cpu(row))
        gate_leave_out(row, GATE_UNJUDGED, "threads wait for each other, and count that");
    else if (!row->left_out && budget_is_gone(&gate->plan))
        gate_leave_out(row, GATE_UNJUDGED, "the budget is too small for so many rows");
    if (row->left_out)
        return GATE_GOES_ON;
    const gate_end end = count_once(gate, row, by_cpu);
    return end == GATE_GOES_ON && row->outcome == GATE_SLOWER ? confirm_count(gate, row, by_cpu)
                                                              : end;
}

/* Lowers the instruction set to the best one that valgrind runs. */
static void lower_isa(gate_notes *notes) {
    const rnn_instruction_set *own = rnn_instruction_set_named(rnn_isa_name()), *set, *run = own;
    for (int i = 0; own && !own->valgrind && (set = rnn_instruction_set_at(i)); i++)
        if (set->valgrind && rnn_cpu_has(own->features, set->features))
            run = set;
    if (run != own)
        setenv("RNN_ISA", run->name, 1);
    gate_note(notes, "instructions of one run, under valgrind%s%s, by %s",
              run != own ? ", which does not run " : "", run != own ? own->name : "",
              rnn_isa_name());
}

gate_end gate_count_rows(gate_state *gate) {
    counter found = {0};
    gate_end end = find_counter(&gate->workers, &found);
    const bool by_cpu = found.there;
    if (end != GATE_GOES_ON)
        return end;
    if (!by_cpu && !find_valgrind()) {
        snprintf(gate->workers.failure, sizeof gate->workers.failure,
                 "--instructions: %.250s, and no valgrind in /usr/bin, /usr/local/bin or /bin",
                 found.why.text);
        return GATE_UNABLE;
    }
    if (by_cpu)
        gate_note(&gate->notes, "instructions of one run, by the CPU's counter");
    else
        lower_isa(&gate->notes);
    end = by_cpu ? gate_start_pair(&gate->workers, true) : GATE_GOES_ON;
    for (int i = 0; i < gate->rows.count && end == GATE_GOES_ON; i++) {
        if (gate_rows_count(&gate->rows, GATE_WRONG))
            break;
        progress_show(&gate->progress, clock_seconds() - gate->plan.start, "counting");
        end = count_row(gate, &gate->rows.items[i], by_cpu);
        if (end == GATE_LATE) {
            gate_leave_out(&gate->rows.items[i], GATE_UNJUDGED,
                           "the budget is too small for so many rows");
            end = GATE_GOES_ON;
        }
    }
    gate_stop_pair(&gate->workers);
    return end;
}
