/* SPDX-License-Identifier: MIT */
#include "bench/measure/table.h"

#include "bench/base/text.h"

#include <string.h>

/* The median of repetitions that vary more than this says little. */
#define MOST_VARIATION 0.1

void spread_text(double cv, char text[16]) {
    snprintf(text, 16, "%.1f%%%s", 100 * cv, cv > MOST_VARIATION ? "!" : "");
}

/* Writes how many times faster the row is than `other`, or "-" where that was not measured. */
static void ratio_text(const measurement *row, const measurement *other, char text[16]) {
    if (other)
        snprintf(text, 16, "%.2fx", other->time.median / row->time.median);
    else
        snprintf(text, 16, "-");
}

typedef struct row_texts {
    char name[48], threads[12], median[16], spread[16];
    char to_textbook[16], to_library[16], gflops[16], roof[16], error[16];
} row_texts;

static row_texts format_row(const measurement_list *results, int index) {
    const measurement *row = &results->rows[index];
    row_texts c;
    snprintf(c.name, sizeof c.name, "%s", row->backend);
    snprintf(c.threads, sizeof c.threads, "%d", row->threads);
    time_text(row->time.median, c.median);
    spread_text(row->time.cv, c.spread);
    ratio_text(row, measurements_sibling(results, index, rnn_backend_of_kind(RNN_BACKEND_TEXTBOOK)),
               c.to_textbook);
    ratio_text(row, measurements_sibling(results, index, rnn_backend_of_kind(RNN_BACKEND_LIBRARY)),
               c.to_library);
    snprintf(c.gflops, sizeof c.gflops, "%.2f", 1e-9 * row->flops / row->time.median);
    snprintf(c.roof, sizeof c.roof, "%.1f%%", 100 * row->roof_seconds / row->time.median);
    snprintf(c.error, sizeof c.error, "%.1e", row->max_error);
    return c;
}

static bool starts_problem(const measurement_list *results, int index) {
    return index == 0 ||
           strcmp(results->rows[index].problem, results->rows[index - 1].problem) != 0;
}

static void print_legend(FILE *to, const measurement_list *results, const char *bullet) {
    int unsteady = 0;
    for (int i = 0; i < results->count; i++)
        unsteady += results->rows[i].time.cv > MOST_VARIATION;
    if (unsteady)
        fprintf(to,
                "%s!: cv above %.0f%%, the machine was busy: do not trust the times of these %d of"
                " %d rows\n",
                bullet, 100 * MOST_VARIATION, unsteady, results->count);
    fprintf(to,
            "%stime: median over the repetitions; cv: their standard deviation / mean\n"
            "%svs: how many times faster than these, on as many threads if there is such"
            " a row\n"
            "%sroof: time of the machine's limit / time; for tiny problems a far horizon\n",
            bullet, bullet, bullet);
}

typedef struct ratio_titles {
    char textbook[32], library[32];
} ratio_titles;

static ratio_titles title_ratios(void) {
    ratio_titles titles;
    snprintf(titles.textbook, sizeof titles.textbook, "vs %s",
             rnn_backend_of_kind(RNN_BACKEND_TEXTBOOK));
    snprintf(titles.library, sizeof titles.library, "vs %s",
             rnn_backend_of_kind(RNN_BACKEND_LIBRARY));
    return titles;
}

void table_print(FILE *to, const measurement_list *results) {
    const ratio_titles titles = title_ratios();
    for (int i = 0; i < results->count; i++) {
        row_texts c = format_row(results, i);
        if (starts_problem(results, i))
            fprintf(to, "\n%s\n  %-12s %7s  %9s %7s  %8s %9s  %8s %6s  %8s\n",
                    results->rows[i].problem, "backend", "threads", "time", "cv", titles.textbook,
                    titles.library, "GFLOP/s", "roof", "error");
        fprintf(to, "  %-12s %7s  %9s %7s  %8s %9s  %8s %6s  %8s\n", c.name, c.threads, c.median,
                c.spread, c.to_textbook, c.to_library, c.gflops, c.roof, c.error);
    }
    fputc('\n', to);
    print_legend(to, results, "");
}

/* ---- Markdown: an overview, then all rows --------------------------------------------------- */

#define MAX_COLUMNS 64

/* The columns of the overview, each a backend on a number of threads. */
typedef struct column_list {
    const measurement *first[MAX_COLUMNS]; /* the first row of each column has its names */
    int count;
} column_list;

static int column_of(const column_list *columns, const measurement *row) {
    for (int i = 0; i < columns->count; i++)
        if (columns->first[i]->threads == row->threads &&
            strcmp(columns->first[i]->backend, row->backend) == 0)
            return i;
    return -1;
}

/* Prints the problem that starts at `index`, with the fastest time in bold, and returns the index
 * of the next problem. */
static int print_overview_row(FILE *to, const measurement_list *results, const column_list *columns,
                              int index) {
    const measurement *by_column[MAX_COLUMNS] = {NULL}, *fastest = &results->rows[index];
    int i = index;
    do {
        const measurement *row = &results->rows[i];
        int column = column_of(columns, row);
        if (column >= 0)
            by_column[column] = row;
        if (row->time.median < fastest->time.median)
            fastest = row;
        i++;
    } while (i < results->count && !starts_problem(results, i));
    fprintf(to, "| %s |", results->rows[index].problem);
    for (int column = 0; column < columns->count; column++) {
        char time[16] = "";
        if (by_column[column])
            time_text(by_column[column]->time.median, time);
        fprintf(to, by_column[column] == fastest ? " **%s** |" : " %s |", time);
    }
    fputc('\n', to);
    return i;
}

static void print_overview(FILE *to, const measurement_list *results) {
    column_list columns = {.count = 0};
    for (int i = 0; i < results->count && columns.count < MAX_COLUMNS; i++)
        if (column_of(&columns, &results->rows[i]) < 0)
            columns.first[columns.count++] = &results->rows[i];
    fputs("| problem |", to);
    for (int i = 0; i < columns.count; i++)
        fprintf(to, columns.first[i]->threads > 1 ? " %s, %d threads |" : " %s |",
                columns.first[i]->backend, columns.first[i]->threads);
    fputs("\n|---|", to);
    for (int i = 0; i < columns.count; i++)
        fputs("---:|", to);
    fputc('\n', to);
    for (int i = 0; i < results->count;)
        i = print_overview_row(to, results, &columns, i);
}

void table_print_markdown(FILE *to, const measurement_list *results) {
    print_overview(to, results);
    const ratio_titles titles = title_ratios();
    fprintf(to,
            "\n| problem | backend | threads | time | cv | %s | %s | GFLOP/s | roof | error |\n"
            "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
            titles.textbook, titles.library);
    for (int i = 0; i < results->count; i++) {
        row_texts c = format_row(results, i);
        fprintf(to, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n",
                starts_problem(results, i) ? results->rows[i].problem : "", c.name, c.threads,
                c.median, c.spread, c.to_textbook, c.to_library, c.gflops, c.roof, c.error);
    }
    fputc('\n', to);
    print_legend(to, results, "- ");
}
