/* SPDX-License-Identifier: MIT */
#include "bench/report/report_summary.h"

#include "bench/report/report_cases.h"
#include "bench/report/report_html.h"
#include "bench/report/report_versus.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Times within this factor of the fastest cannot be told apart on machines like these. */
#define ABOUT_AS_FAST 1.05

typedef struct tally {
    int backend, part, fastest, about;
} tally;

static void count_case(const report *all, const report_case *c, tally *tallies) {
    const double least = all->rows[c->fastest].row->median;
    for (int b = 0; b < all->backend_count; b++) {
        const report_row *row = report_case_row(all, c, b);
        tallies[b].part += row != NULL;
        tallies[b].about += row && row->row->median <= ABOUT_AS_FAST * least;
    }
    tallies[all->rows[c->fastest].backend].fastest++;
}

static int by_fastest(const void *a, const void *b) {
    const tally *x = a, *y = b;
    if (x->fastest != y->fastest)
        return y->fastest - x->fastest;
    return y->about != x->about ? y->about - x->about : x->backend - y->backend;
}

static void count_all(const report *all, tally *tallies) {
    for (int b = 0; b < all->backend_count; b++)
        tallies[b] = (tally){.backend = b};
    for (int i = 0; i < all->case_count; i++)
        count_case(all, &all->cases[i], tallies);
}

static double share(int part, int whole) {
    return whole ? (double)part / whole : NAN;
}

static void write_case_name(FILE *to, const report *all, int index) {
    const report_case *c = &all->cases[index];
    html_text(to, all->problems[c->problem].name);
    fputs(", ", to);
    html_count(to, c->threads, "thread");
}

/* ---- The sentence ---------------------------------------------------------------------------- */

static void write_backend(FILE *to, const report *all, int backend) {
    fputs("<strong>", to);
    html_text(to, all->backends[backend].name);
    fputs("</strong>", to);
}

/* Returns the tally of ours or, where there is none, of the backend that is the fastest most
 * often. */
static const tally *find_subject(const report *all, const tally *sorted) {
    for (int i = 0; i < all->backend_count; i++)
        if (sorted[i].backend == all->ours)
            return &sorted[i];
    return &sorted[0];
}

/* Returns the last of the list that is not the textbook: the best of all peers stands behind
 * each of them. */
static const versus *find_hardest(const versus_list *list) {
    const versus *hardest = NULL;
    for (int i = 0; i < list->count; i++)
        if (rnn_backend_kind_of(list->items[i].name) != RNN_BACKEND_TEXTBOOK)
            hardest = &list->items[i];
    return hardest;
}

static void write_sentence(FILE *to, const report *all, const tally *sorted,
                           const versus_list *list) {
    const tally *subject = find_subject(all, sorted);
    const versus *hardest = find_hardest(list);
    fputs("<p class=\"lead\">", to);
    write_backend(to, all, subject->backend);
    fprintf(to, " is the fastest, or within %.0f%% of it, on <strong>", 100 * (ABOUT_AS_FAST - 1));
    html_percent(to, share(subject->about, subject->part));
    fputs("</strong> of ", to);
    html_count(to, subject->part, "case");
    if (hardest) {
        const bool one = strcmp(hardest->name, VERSUS_BEST_PEER) != 0;
        fputs(", and <strong>", to);
        html_ratio(to, hardest->mean);
        fputs("</strong> as fast as ", to);
        html_text(to, one ? hardest->name : "the best of all peers on each");
        fputs(" (geometric mean; at worst ", to);
        html_ratio(to, hardest->ratios[0]);
        fputs(")", to);
    }
    fputs(".</p>\n", to);
}

/* ---- The tables ------------------------------------------------------------------------------ */

static void write_fastest(FILE *to, const report *all, const tally *sorted) {
    static const html_column columns[] = {
        {"backend", false}, {"fastest", true}, {"within 5%", true}, {"of cases", true}};
    fputs("<div class=\"scroll\"><table>\n<caption>Who is the fastest</caption>\n", to);
    html_head(to, columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < all->backend_count; i++) {
        const tally *t = &sorted[i];
        if (t->part == 0 || !*all->backends[t->backend].name)
            continue;
        fputs("<tr><th scope=\"row\">", to);
        html_mark(to, all->backends[t->backend].style);
        html_text(to, all->backends[t->backend].name);
        fputs("</th><td class=\"n\">", to);
        html_percent(to, share(t->fastest, t->part));
        fputs("</td><td class=\"n\">", to);
        html_percent(to, share(t->about, t->part));
        fprintf(to, "</td><td class=\"n\">%d</td></tr>\n", t->part);
    }
    fputs("</tbody></table></div>\n", to);
}

static void write_versus_row(FILE *to, const report *all, const versus *v) {
    fputs("<tr><th scope=\"row\">", to);
    html_text(to, v->name);
    fputs("</th><td class=\"n\"><strong>", to);
    html_ratio(to, v->mean);
    fputs("</strong></td><td class=\"n\">", to);
    html_ratios(to, v->interval.low, v->interval.high);
    fprintf(to,
            "</td><td class=\"n\">%d</td><td class=\"n\">%d</td><td class=\"n\">%d</td><td "
            "class=\"n\">",
            v->count, v->slower, v->certain);
    html_ratio(to, v->ratios[0]);
    fputs("</td><td class=\"name\">", to);
    write_case_name(to, all, v->worst);
    fputs("</td></tr>\n", to);
}

static void write_versus(FILE *to, const report *all, const versus_list *list) {
    static const html_column columns[] = {
        {"against", false}, {"geometric mean", true}, {"95% interval", true}, {"cases", true},
        {"slower", true},   {"beyond noise", true},   {"worst", true},        {"on", false}};
    if (list->count == 0)
        return;
    fputs("<div class=\"scroll\"><table>\n<caption>How many times faster <em>", to);
    html_text(to, all->backends[all->ours].name);
    fputs("</em> is than each</caption>\n", to);
    html_head(to, columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < list->count; i++)
        write_versus_row(to, all, &list->items[i]);
    fputs("</tbody></table></div>\n", to);
}

static void write_what_is_known(FILE *to, const report *all, tally *tallies) {
    versus_list list = versus_find(all);
    count_all(all, tallies);
    qsort(tallies, (size_t)all->backend_count, sizeof *tallies, by_fastest);
    write_sentence(to, all, tallies, &list);
    write_fastest(to, all, tallies);
    write_versus(to, all, &list);
    fputs("<p class=\"note\">A case is a problem on a number of threads. A backend that takes one "
          "thread alone takes part with that one. Times are medians; slower beyond noise: three "
          "quarters of the repetitions are slower than three quarters of the other\xe2\x80\x99s. "
          "The interval is that of the mean over the cases.</p>\n",
          to);
    versus_free(&list);
}

static bool has_named_backend(const report *all) {
    for (int i = 0; i < all->backend_count; i++)
        if (*all->backends[i].name && all->backends[i].rows)
            return true;
    return false;
}

void summary_write(FILE *to, const report *all) {
    tally *tallies = calloc((size_t)all->backend_count + 1, sizeof *tallies);
    if (tallies && has_named_backend(all))
        write_what_is_known(to, all, tallies);
    else
        fputs(all->timed_count ? "<p class=\"lead\">No row names a backend: only the table of all "
                                 "rows has something to show.</p>\n"
                               : "<p class=\"lead\">No row has a time.</p>\n",
              to);
    free(tallies);
}
