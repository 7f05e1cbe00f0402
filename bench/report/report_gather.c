/* SPDX-License-Identifier: MIT */
#include "bench/report/report_gather.h"

#include "bench/base/fail.h"
#include "bench/measure/roof.h"
#include "bench/report/report_cases.h"
#include "bench/report/report_family.h"
#include "bench/statistics/statistics.h"
#include "reference/problem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Rows, by problem ------------------------------------------------------------------------ */

typedef struct entry {
    const timed_row *row;
    int file, place; /* `place` is the place of the row within all files */
} entry;

static int compare_ints(int a, int b) {
    return (a > b) - (a < b);
}

static int by_problem(const void *a, const void *b) {
    const entry *x = a, *y = b;
    int order = strcmp(x->row->problem, y->row->problem);
    return order ? order : compare_ints(x->place, y->place);
}

/* Lists the rows of all files, with those of one problem side by side. */
static entry *list_entries(const timed_file *files, int file_count, int *count) {
    size_t total = 0;
    for (int i = 0; i < file_count; i++)
        total += (size_t)files[i].row_count;
    entry *entries = calloc(total + 1, sizeof *entries);
    *count = 0;
    for (int i = 0; entries && i < file_count; i++)
        for (int j = 0; j < files[i].row_count; j++, ++*count)
            entries[*count] = (entry){&files[i].rows[j], i, *count};
    if (entries)
        qsort(entries, (size_t)*count, sizeof *entries, by_problem);
    return entries;
}

static double share_to(double value, double most) {
    return value > 0 && value <= most ? value : NAN;
}

static double error_or_unknown(double error) {
    return error >= 0 && error <= 1e30 ? error : NAN;
}

static report_row describe_row(const timed_row *row, int index) {
    report_row described = {.row = row,
                            .problem = index,
                            .cv = NAN,
                            .gflops = NAN,
                            .roof = NAN,
                            .low = NAN,
                            .high = NAN,
                            .max_error = NAN,
                            .of_tolerance = NAN,
                            .intensity = NAN};
    if (row->error)
        return described;
    described.low = quantile(row->samples, row->sample_count, 0.25);
    described.high = quantile(row->samples, row->sample_count, 0.75);
    if (row->sample_count > 1)
        described.cv = coefficient_of_variation(row->samples, row->sample_count);
    described.gflops = share_to(row_counter_value(row, "GFLOP/s"), 1e9);
    described.roof = share_to(row_counter_value(row, "roof"), 1e3);
    described.max_error = error_or_unknown(row_counter_value(row, "max_error"));
    described.of_tolerance = error_or_unknown(row_counter_value(row, "of_tolerance"));
    return described;
}

/* Keeps of each problem the rows of the last file that has it. */
static void choose_rows(report *all, const entry *entries, int count) {
    for (int i = 0; i < count;) {
        int end = i, last = 0;
        for (; end < count && strcmp(entries[end].row->problem, entries[i].row->problem) == 0;
             end++)
            if (entries[end].file > last)
                last = entries[end].file;
        report_problem *p = &all->problems[all->problem_count];
        *p = (report_problem){
            .name = entries[i].row->problem, .file = last, .family = -1, .first = all->row_count};
        for (; i < end; i++)
            if (entries[i].file == last) {
                all->rows[all->row_count++] = describe_row(entries[i].row, all->problem_count);
                all->rows_used[last]++;
            }
        p->count = all->row_count - p->first;
        all->problem_count++;
    }
}

/* ---- Problems -------------------------------------------------------------------------------- */

/* Which steps count under lengths or a mask is known to the run alone. It is in the row's
 * counters, which files of older programs lack. The GFLOP/s and roof of such rows are of all
 * steps, and mean nothing. */
static bool steps_of_row(const timed_row *row, const problem *p, problem_steps *steps) {
    *steps = problem_all_steps(p);
    if (p->mask == MASK_NONE)
        return true;
    const problem_steps counted = {row_counter_value(row, "counted_steps"),
                                   row_counter_value(row, "longest_row")};
    const bool sound = counted.longest >= 1 && counted.longest <= steps->longest &&
                       counted.counted >= counted.longest && counted.counted <= steps->counted;
    *steps = counted;
    return sound;
}

static void describe_work(report *all, const report_problem *described, const problem *p) {
    for (int i = described->first; i < described->first + described->count; i++) {
        report_row *row = &all->rows[i];
        problem_steps steps;
        if (row->row->error)
            continue;
        if (steps_of_row(row->row, p, &steps)) {
            const double flops = problem_flops(p, steps);
            row->gflops = 1e-9 * flops / row->row->median;
            row->intensity = flops / roof_weight_bytes(p, steps);
        } else {
            row->gflops = row->roof = NAN;
            all->uncounted_count++;
        }
    }
}

static void describe_problem(report *all, report_problem *described) {
    problem p;
    rnn_error ignored;
    if (strlen(described->name) >= PROBLEM_TEXT_SIZE ||
        !problem_parse(&p, described->name, &ignored))
        return;
    described->family = report_family_of(all, described->name);
    described->N = p.batch;
    described->T = p.timesteps;
    described->D = p.layers[0].features;
    described->U = p.layers[0].units;
    described->single = p.layer_count == 1 && !p.has_dense;
    describe_work(all, described, &p);
}

/* ---- An order to read in --------------------------------------------------------------------- */

/* Orders problems by family and then by sizes, with foreign names last. */
static int by_sizes(const void *a, const void *b) {
    const report_problem *x = a, *y = b;
    if (x->family < 0 || y->family < 0)
        return x->family < 0 && y->family < 0 ? strcmp(x->name, y->name) : x->family < 0 ? 1 : -1;
    const int differences[] = {compare_ints(x->family, y->family), compare_ints(x->T, y->T),
                               compare_ints(x->D, y->D),           compare_ints(x->U, y->U),
                               compare_ints(x->N, y->N),           strcmp(x->name, y->name)};
    for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
        if (differences[i])
            return differences[i];
    return 0;
}

static int by_threads(const void *a, const void *b) {
    const report_row *x = a, *y = b;
    int order = compare_ints(x->row->threads, y->row->threads);
    if (order == 0)
        order = compare_ints(x->backend, y->backend);
    return order ? order : strcmp(x->row->name, y->row->name);
}

static bool order_problems(report *all) {
    report_row *rows = calloc((size_t)all->row_count + 1, sizeof *rows);
    if (!rows || !report_order_families(all)) {
        free(rows);
        return false;
    }
    qsort(all->problems, (size_t)all->problem_count, sizeof *all->problems, by_sizes);
    int placed = 0;
    for (int i = 0; i < all->problem_count; i++) {
        report_problem *p = &all->problems[i];
        memcpy(rows + placed, all->rows + p->first, (size_t)p->count * sizeof *rows);
        p->first = placed;
        for (int j = 0; j < p->count; j++)
            rows[placed++].problem = i;
        qsort(rows + p->first, (size_t)p->count, sizeof *rows, by_threads);
    }
    free(all->rows);
    all->rows = rows;
    return true;
}

/* ---- Everything ------------------------------------------------------------------------------ */

static bool make_room(report *all, const timed_file *files, int file_count) {
    size_t rows = 1;
    for (int i = 0; i < file_count; i++)
        rows += (size_t)files[i].row_count;
    all->rows = calloc(rows, sizeof *all->rows);
    all->problems = calloc(rows, sizeof *all->problems);
    all->families = calloc(rows, sizeof *all->families);
    all->backends = calloc(REPORT_MAX_BACKENDS, sizeof *all->backends);
    all->cases = calloc(rows, sizeof *all->cases);
    all->threads = calloc(RNN_MAX_THREADS, sizeof *all->threads);
    all->rows_used = calloc((size_t)file_count + 1, sizeof *all->rows_used);
    return all->rows && all->problems && all->families && all->backends && all->cases &&
           all->threads && all->rows_used;
}

static bool choose_rows_of_files(report *all, const timed_file *files, int file_count) {
    int count;
    entry *entries = list_entries(files, file_count, &count);
    if (!entries)
        return false;
    choose_rows(all, entries, count);
    free(entries);
    return true;
}

bool report_gather(report *all, timed_file *files, int file_count, rnn_error *error) {
    *all = (report){.files = files, .file_count = file_count, .ours = -1, .reference = -1};
    bool ok = (make_room(all, files, file_count) && choose_rows_of_files(all, files, file_count)) ||
              fail(error, "out of memory");
    for (int i = 0; ok && i < all->problem_count; i++)
        describe_problem(all, &all->problems[i]);
    ok = ok && report_find_backends(all, error) &&
         (order_problems(all) || fail(error, "out of memory")) && report_find_cases(all, error);
    if (!ok)
        report_free(all);
    return ok;
}

void report_free(report *all) {
    for (int i = 0; i < all->file_count; i++)
        rows_free(&all->files[i]);
    for (int i = 0; i < all->family_count; i++)
        free(all->families[i]);
    void *const owned[] = {all->files,    all->rows,  all->problems, all->families,
                           all->backends, all->cases, all->threads,  all->rows_used};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    *all = (report){0};
}
