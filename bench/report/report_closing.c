/* SPDX-License-Identifier: MIT
 * Prints for a terminal what a person wants to know when a sweep has ended, in the figures of
 * the page. */
#include "bench/report/report_summary.h"

#include "bench/base/text.h"
#include "bench/document/document.h"
#include "bench/report/report_figures.h"
#include "bench/report/report_versus.h"

#include <math.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static const document_column columns[] = {
    {"against", "than", false, FOR_ALL}, {"mean", "mean", true, FOR_ALL},
    {"worst", "worst", true, FOR_ALL},   {"slower", "slower", true, FOR_ALL},
    {"on", "worst on", false, FOR_ALL},
};

static void add_ratio(document *d, double ratio) {
    char text[16];
    speed_text(ratio, text);
    document_add_number(d, ratio, "%s", text);
}

static void add_versus(document *d, const report *all) {
    versus_list list = versus_find(all);
    if (list.count) {
        char title[128];
        snprintf(title, sizeof title, "How many times faster %.80s is",
                 all->backends[all->ours].name);
        document_add_table(d, &(document_table){.key = "versus",
                                                .title = document_keep(d, title),
                                                .columns = columns,
                                                .column_count = COUNT(columns)});
    }
    for (int i = 0; i < list.count; i++) {
        const versus *v = &list.items[i];
        const report_case *worst = &all->cases[v->worst];
        document_add_row(d, v->name, NAN);
        document_add_text(d, "%s", v->name);
        add_ratio(d, v->mean);
        add_ratio(d, v->ratios[0]);
        document_add_number(d, v->slower, "%d of %d", v->slower, v->count);
        document_add_text(d, "%.200s, %d thread%s", all->problems[worst->problem].name,
                          worst->threads, worst->threads == 1 ? "" : "s");
    }
    if (list.count)
        document_add_legend(d,
                            "mean: geometric, over problems and numbers of threads; slower: on so "
                            "many of them");
    versus_free(&list);
}

/* Tells the largest error of our backend alone, as the errors of others are not ours to answer
 * for. */
static void add_exactness(document *d, const report *all) {
    report_figures figures;
    if (all->ours < 0 || !report_figures_of(all, all->ours, &figures) || !figures.error.count)
        return;
    char share[48] = "";
    if (figures.of_tolerance.count)
        snprintf(share, sizeof share, ", at most %.2g of what is tolerated",
                 figures.of_tolerance.most);
    document_add_note(d, "exact: %.80s's largest error is %.1e%s", all->backends[all->ours].name,
                      figures.error.most, share);
}

static void add_disturbance(document *d, const report *all) {
    report_figures figures;
    if (!report_figures_of(all, EVERY_BACKEND, &figures) || !figures.cv.count)
        return;
    document_add_note(d,
                      "disturbed: %d of %d rows (%.1f%%) vary by more than %.0f%%; half of all "
                      "by at most %.1f%%",
                      figures.unsteady, figures.cv.count,
                      100.0 * figures.unsteady / figures.cv.count, 100 * REPORT_MOST_VARIATION,
                      100 * figures.cv.median);
}

void closing_print(FILE *to, const report *all) {
    document d;
    char title[64];
    snprintf(title, sizeof title, "%d problem%s, %d row%s with a time", all->problem_count,
             all->problem_count == 1 ? "" : "s", all->timed_count,
             all->timed_count == 1 ? "" : "s");
    document_start(&d, title);
    add_exactness(&d, all);
    add_disturbance(&d, all);
    add_versus(&d, all);
    if (document_complete(&d))
        document_write_text(to, &d);
    fputc('\n', to);
    document_free(&d);
}
