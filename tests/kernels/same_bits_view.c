/* SPDX-License-Identifier: MIT */
#include "tests/kernels/same_bits_view.h"

#include "reference/random.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Comparison --------------------------------------------------------------------------- */

static char difference[160];

const char *last_difference(void) {
    return difference;
}

static bool same_row(const char *what, int n, int step, const float *a, const float *b, int count) {
    for (int i = 0; i < count; i++) {
        if (memcmp(&a[i], &b[i], sizeof *a) == 0 || (isnan(a[i]) && isnan(b[i])))
            continue;
        snprintf(difference, sizeof difference, "%s of row %d, step %d, [%d]: %a against %a", what,
                 n, step, i, (double)a[i], (double)b[i]);
        return false;
    }
    return true;
}

static bool same_output(const runnable *a, int a_row, int a_step, const runnable *b, int b_row,
                        int b_step) {
    const int width = runnable_width(a);
    return same_row("y", a_row, a_step, trial_y(a, a_row, a_step), trial_y(b, b_row, b_step),
                    width) &&
           (!trial_y_backward(a, 0, 0) ||
            same_row("y_backward", a_row, a_step, trial_y_backward(a, a_row, a_step),
                     trial_y_backward(b, b_row, b_step), width));
}

static bool same_states(const runnable *a, int a_row, const runnable *b, int b_row) {
    for (int i = 0; i < trial_states(a); i++)
        if (!same_row("final state", a_row, i, trial_final(a, i, a_row), trial_final(b, i, b_row),
                      trial_state_units(a, i)))
            return false;
    return true;
}

bool same_outputs(const runnable *a, const runnable *b) {
    for (int n = 0; n < a->problem.batch; n++) {
        for (int step = 0; step < runnable_steps(a); step++)
            if (!same_output(a, n, step, b, n, step))
                return false;
        if (!same_states(a, n, b, n))
            return false;
    }
    return true;
}

static void count_numbers(view *v, const float *row, int count) {
    v->compared += count;
    for (int i = 0; i < count; i++)
        v->finite += isfinite(row[i]) && row[i] != 0;
}

/* ---- Which rows --------------------------------------------------------------------------- */

static void draw_rows(view *v, uint64_t *state) {
    const int rows = v->whole->problem.batch;
    const int batch = v->company == ALONE          ? 1
                      : v->company == ALL_TOGETHER ? rows
                                                   : random_between(state, 1, VIEW_ROWS);
    v->problem.batch = batch;
    for (int n = 0; n < batch; n++) {
        v->source[n] = v->company == ALL_TOGETHER ? n : random_below(state, rows);
        if (v->company == AMONG_OTHERS && random_chance(state, 2))
            v->source[n] = -1;
    }
    if (v->company == AMONG_OTHERS)
        v->source[random_below(state, batch)] = random_below(state, rows);
}

/* How the steps that count lie in the rows that are taken. */
typedef enum pattern { ALL_COUNT, FIRST_COUNT, HOLES } pattern;

static pattern pattern_of_row(const runnable *whole, int n) {
    pattern found = ALL_COUNT;
    for (int t = 0; t < whole->problem.timesteps; t++) {
        if (!trial_counts(whole, n, t))
            found = FIRST_COUNT;
        else if (found == FIRST_COUNT)
            return HOLES;
    }
    return found;
}

/* Draws any kind of mask that can express the pattern. */
static mask_kind draw_mask_kind(const view *v, uint64_t *state) {
    pattern most = ALL_COUNT;
    for (int n = 0; n < v->problem.batch; n++) {
        const pattern row = v->source[n] < 0 ? ALL_COUNT : pattern_of_row(v->whole, v->source[n]);
        most = row > most ? row : most;
    }
    if (most == ALL_COUNT && random_chance(state, 2))
        return MASK_NONE;
    if (most < HOLES && random_chance(state, 2))
        return MASK_LENGTHS;
    return random_chance(state, 2) ? MASK_HOLES : MASK_BOTH;
}

/* ---- Which parts -------------------------------------------------------------------------- */

/* Whether every layer has done its first steps when x's first ones, in its order, are known. */
static bool can_be_cut(const problem *p) {
    for (int i = 0; i < p->layer_count; i++)
        if (p->layers[i].direction == RNN_BIDIRECTIONAL ||
            (i > 0 && p->layers[i].direction != RNN_FORWARD))
            return false;
    /* Above a backward layer a mask or attention would apply to the other end of time. */
    bool by_time = p->mask != MASK_NONE;
    for (int i = 0; i < p->layer_count; i++)
        by_time |= p->layers[i].attention;
    return p->layers[0].direction == RNN_FORWARD || p->layer_count == 1 || !by_time;
}

static void draw_parts(view *v, uint64_t *state) {
    const int timesteps = v->problem.timesteps;
    const bool cut = can_be_cut(&v->whole->problem) && !random_chance(state, 3);
    const bool single_steps = random_chance(state, 3);
    v->parts = 0;
    for (int end = 0; cut && end < timesteps - 1;) {
        end += single_steps ? 1 : random_between(state, 1, 1 + timesteps / 2);
        if (end < timesteps)
            v->ends[v->parts++] = end;
    }
    v->ends[v->parts++] = timesteps;
}

/* ---- Threads ------------------------------------------------------------------------------ */

/* Few threads are quicker to try, and as likely to differ. */
static int draw_threads(uint64_t *state) {
    return random_chance(state, 2) ? random_between(state, 1, 3) : random_between(state, 1, 8);
}

void view_draw(view *v, company_kind company, const char *backend, bool threaded,
               const runnable *whole, uint64_t *state) {
    *v = (view){.backend = backend, .whole = whole, .company = company, .problem = whole->problem};
    draw_rows(v, state);
    draw_parts(v, state);
    v->problem.mask = draw_mask_kind(v, state);
    v->problem.time_major = random_chance(state, 2);
    v->problem.padded = random_chance(state, 2);
    v->problem.initial_state =
        whole->problem.initial_state || v->parts > 1 || random_chance(state, 2);
    v->in_place = v->problem.initial_state && random_chance(state, 2);
    const int threads = draw_threads(state), at_run = random_between(state, 1, threads);
    v->threads = threaded ? threads : 1;
    v->threads_at_run = random_chance(state, 2) && threaded ? at_run : v->threads;
    v->cores_at_creation = draw_threads(state);
    v->state = random_bits(state);
}

void view_describe(const view *v, char text[VIEW_TEXT_SIZE]) {
    static const char *const companies[] = {"alone", "among others", "all together"};
    snprintf(text, VIEW_TEXT_SIZE,
             "%s, %d rows, %d parts, %d threads planned on %d cores, run on %d",
             companies[v->company], v->problem.batch, v->parts, v->threads, v->cores_at_creation,
             v->threads_at_run);
}

/* ---- One part ----------------------------------------------------------------------------- */

/* Gives row n the steps of its source from `first` on. */
static void give_row(const view *v, runnable *part, int n, int first) {
    int last_that_counts = -1;
    for (int t = 0; t < part->problem.timesteps; t++) {
        trial_copy_step(part, n, t, v->whole, v->source[n], first + t);
        if (trial_counts(v->whole, v->source[n], first + t))
            last_that_counts = t;
    }
    if (part->arrays.io.lengths)
        ((int32_t *)part->arrays.all[ARRAY_LENGTHS].data)[n] = last_that_counts + 1;
}

static void give_other_row(view *v, runnable *part, int n) {
    const int timesteps = part->problem.timesteps;
    int32_t *lengths = part->arrays.all[ARRAY_LENGTHS].data;
    uint8_t *mask = part->arrays.all[ARRAY_MASK].data;
    float *attention = array_floats(&part->arrays, ARRAY_ATTENTION);
    for (int t = 0; t < timesteps; t++) {
        draw_numbers(runnable_x(part, n, t), (size_t)part->problem.layers[0].features, &v->state);
        if (mask)
            mask[n * timesteps + t] = !random_chance(&v->state, 3);
        if (attention)
            attention[n * timesteps + t] = (float)random_below(&v->state, 8) / 7;
    }
    if (lengths)
        lengths[n] = random_between(&v->state, 0, timesteps);
}

static void give_first_states(view *v, runnable *part, int n) {
    for (int i = 0; i < trial_states(part); i++) {
        const int units = trial_state_units(part, i);
        if (v->source[n] < 0)
            draw_numbers(trial_initial(part, i, n), (size_t)units, &v->state);
        else if (v->whole->problem.initial_state)
            memcpy(trial_initial(part, i, n), trial_initial(v->whole, i, v->source[n]),
                   (size_t)units * sizeof(float));
    }
}

static void carry_states(runnable *to, const runnable *from) {
    for (int i = 0; i < trial_states(from); i++)
        memcpy(trial_initial(to, i, 0), trial_final(from, i, 0),
               from->arrays.all[ARRAY_FINAL_STATE + i].size);
}

static void run_part(const view *v, runnable *part, const rnn_plan *plan) {
    float *kept[MAX_STATES];
    memcpy(kept, part->arrays.final_states, sizeof kept);
    for (int i = 0; v->in_place && i < trial_states(part); i++)
        part->arrays.final_states[i] = trial_initial(part, i, 0);
    test_threads_given = v->threads_at_run;
    trial_run_plan(part, plan, 0xff);
    for (int i = 0; v->in_place && i < trial_states(part); i++)
        memcpy(kept[i], trial_initial(part, i, 0), part->arrays.all[ARRAY_FINAL_STATE + i].size);
    memcpy(part->arrays.final_states, kept, sizeof kept);
}

/* Compares the outputs of steps [begin, end) in order of processing, and the states after the last
 * one. */
static bool part_is_the_same(view *v, const runnable *part, int begin, int end) {
    const bool is_last = end == v->problem.timesteps;
    const bool sequence = v->problem.layers[v->problem.layer_count - 1].return_sequences;
    const int steps = sequence ? end - begin : is_last;
    for (int n = 0; n < v->problem.batch; n++) {
        if (v->source[n] < 0)
            continue;
        for (int step = 0; step < steps; step++) {
            if (!same_output(v->whole, v->source[n], sequence ? begin + step : 0, part, n, step))
                return false;
            count_numbers(v, trial_y(part, n, step), runnable_width(part));
        }
        if (is_last && !same_states(v->whole, v->source[n], part, n))
            return false;
    }
    return true;
}

/* ---- All parts ---------------------------------------------------------------------------- */

/* The run of a part, whose plan also serves the next part if that is as long. */
typedef struct part_run {
    runnable trial;
    rnn_plan *plan; /* NULL: none yet */
} part_run;

static void destroy_part(part_run *run) {
    if (!run->plan)
        return;
    rnn_plan_destroy(run->plan);
    runnable_destroy(&run->trial);
    run->plan = NULL;
}

static void create_part(const view *v, part_run *run, int timesteps) {
    problem p = v->problem;
    p.timesteps = timesteps;
    trial_create(&run->trial, &p);
    trial_copy_weights(&run->trial, v->whole);
    test_cores = v->cores_at_creation;
    run->plan = trial_plan(&run->trial, v->backend, v->threads);
}

/* The run for the next part: `now` once more where that is as long, otherwise `spare`. */
static part_run *next_run(const view *v, part_run *now, part_run *spare, int timesteps) {
    if (now->plan && now->trial.problem.timesteps == timesteps) {
        carry_states(&now->trial, &now->trial);
        return now;
    }
    create_part(v, spare, timesteps);
    if (now->plan)
        carry_states(&spare->trial, &now->trial);
    destroy_part(now);
    return spare;
}

static void give_rows(view *v, runnable *part, int begin, int end) {
    const bool backward = v->problem.layers[0].direction == RNN_BACKWARD;
    for (int n = 0; n < v->problem.batch; n++) {
        if (v->source[n] < 0)
            give_other_row(v, part, n);
        else
            give_row(v, part, n, backward ? v->problem.timesteps - end : begin);
        if (begin == 0 && v->problem.initial_state)
            give_first_states(v, part, n);
    }
}

bool view_holds(view *v) {
    part_run runs[2] = {{.plan = NULL}, {.plan = NULL}}, *now = &runs[0];
    bool same = true;
    for (int i = 0, begin = 0; same && i < v->parts; begin = v->ends[i++]) {
        const int end = v->ends[i];
        now = next_run(v, now, now == &runs[0] ? &runs[1] : &runs[0], end - begin);
        give_rows(v, &now->trial, begin, end);
        run_part(v, &now->trial, now->plan);
        same = part_is_the_same(v, &now->trial, begin, end);
    }
    destroy_part(now);
    test_cores = 0;
    test_threads_given = RNN_MAX_THREADS;
    return same;
}
