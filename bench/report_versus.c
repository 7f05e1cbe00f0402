/* SPDX-License-Identifier: MIT */
#include "report_versus.h"

#include "report_sections.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BEST_PEER (-1)

static const report_row *opponent_row(const report *all, const report_case *c, int opponent) {
    if (opponent == BEST_PEER)
        return report_best_peer(all, c);
    const report_row *row = report_case_row(all, c, opponent);
    /* One on fewer threads would count twice. */
    return row && row->row->threads == c->threads ? row : NULL;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void add_case(versus *v, const report *all, int index, int opponent) {
    const report_case *c = &all->cases[index];
    const report_row *theirs = opponent_row(all, c, opponent);
    const report_row *ours = report_case_row(all, c, all->ours);
    if (!theirs || !ours)
        return;
    const double ratio = theirs->row->median / ours->row->median;
    v->slower += ratio < 1;
    v->certain += ratio < 1 && ours->low > theirs->high;
    if (v->count == 0 || ratio < v->mean) { /* the least so far, until all are there */
        v->mean = ratio;
        v->worst = index;
    }
    v->ratios[v->count++] = ratio;
}

static void add_opponent(versus_list *list, const report *all, int opponent, const char *name) {
    versus *v = &list->items[list->count];
    *v = (versus){.ratios = calloc((size_t)all->case_count + 1, sizeof *v->ratios)};
    if (!v->ratios)
        return;
    snprintf(v->name, sizeof v->name, "%s", name);
    for (int i = 0; i < all->case_count; i++)
        add_case(v, all, i, opponent);
    if (v->count == 0) {
        free(v->ratios);
        return;
    }
    qsort(v->ratios, (size_t)v->count, sizeof *v->ratios, ascending);
    v->mean = geometric_mean(v->ratios, v->count);
    v->interval = geometric_mean_interval(v->ratios, v->count, &BOOTSTRAP_DEFAULT);
    list->count++;
}

versus_list versus_find(const report *all) {
    versus_list list = {.items = calloc((size_t)all->backend_count + 2, sizeof *list.items)};
    if (!list.items || all->ours < 0)
        return list;
    for (int i = 0; i < all->backend_count; i++)
        if (all->backends[i].is_peer)
            add_opponent(&list, all, i, all->backends[i].name);
    if (list.count > 1)
        add_opponent(&list, all, BEST_PEER, VERSUS_BEST_PEER);
    for (int i = 0; i < all->backend_count; i++)
        if (strcmp(all->backends[i].name, "naive") == 0)
            add_opponent(&list, all, i, "naive");
    return list;
}

void versus_free(versus_list *list) {
    for (int i = 0; i < list->count; i++)
        free(list->items[i].ratios);
    free(list->items);
    *list = (versus_list){0};
}

/* ---- The plot
 * ------------------------------------------------------------------------------------ */

/* Dots spread over a strip so that equal ratios lie side by side: a sequence without pattern. */
static double spread(int i) {
    return 0.36 * (fmod(0.6180339887 * i, 1) - 0.5);
}

static void write_strips(FILE *script, const versus_list *list) {
    fputs("$dots << EOD\n", script);
    for (int i = 0; i < list->count; i++)
        for (int j = 0; j < list->items[i].count; j++)
            fprintf(script, "%.4g %.3f\n", list->items[i].ratios[j],
                    list->count - i - 0.12 + spread(j));
    fputs("EOD\n$boxes << EOD\n", script);
    for (int i = 0; i < list->count; i++) {
        const versus *v = &list->items[i];
        fprintf(script, "%d", list->count - i);
        for (int k = 0; k < 5; k++) {
            static const double fractions[] = {0.05, 0.25, 0.5, 0.75, 0.95};
            fprintf(script, " %.4g", quantile(v->ratios, v->count, fractions[k]));
        }
        fputc('\n', script);
    }
    fputs("EOD\n", script);
}

static void write_tics(plot_list *plots, FILE *script, const versus_list *list) {
    double least = 0.5, most = 2;
    for (int i = 0; i < list->count; i++) {
        least = fmin(least, list->items[i].ratios[0]);
        most = fmax(most, list->items[i].ratios[list->items[i].count - 1]);
    }
    fprintf(script, "set logscale x 2\nset xrange [%.4g:%.4g]\nset yrange [0.4:%d.7]\n",
            0.9 * least, 1.1 * most, list->count);
    /* Every power of two, or every second or third one of a wide range. */
    const int first = (int)ceil(log2(0.9 * least)), last = (int)floor(log2(1.1 * most));
    const int step = 1 + (last - first) / 8;
    fputs("set xtics (", script);
    bool any = false;
    for (int e = first; e <= last; e++) {
        if (e % step != 0)
            continue;
        fprintf(script, "%s\"%g\" %g", any ? ", " : "", exp2(e), exp2(e));
        any = true;
    }
    fputs(")\nset ytics scale 0 (", script);
    for (int i = 0; i < list->count; i++)
        fprintf(script, "%s\"%s\" %d", i ? ", " : "", plots_label(plots, list->items[i].name),
                list->count - i);
    fputs(")\n", script);
}

void versus_plot(plot_list *plots, const report *all) {
    versus_list list = versus_find(all);
    char title[96], description[200];
    if (list.count) {
        snprintf(title, sizeof title, "Times faster than each, over all problems");
        snprintf(description, sizeof description,
                 "A strip of dots for each of %d, one dot a problem, with its median, quartiles "
                 "and 5th to 95th percentile. The table above has the figures.",
                 list.count);
        FILE *script = plots_begin(plots, PLOTS_VERSUS, title, description);
        if (script) {
            write_tics(plots, script, &list);
            write_strips(script, &list);
            fputs("set border 1\nunset grid\nset grid xtics " PLOT_GRID " dashtype solid\n"
                  "set lmargin at screen 0.29\n"
                  "set xlabel \"times faster (log scale; below 1: slower)\"\n"
                  "set arrow from 1, graph 0 to 1, graph 1 nohead " PLOT_INK " lw 1\n",
                  script);
            fprintf(script,
                    "plot $dots using 1:2 with points pt 7 ps 0.24 " PLOT_STYLE ",\\\n"
                    " $boxes using 2:1:($6-$2):(0) with vectors nohead " PLOT_INK " lw 1,\\\n"
                    " '' using 3:1:($5-$3):(0) with vectors nohead " PLOT_INK " lw 4,\\\n"
                    " '' using 4:1 with points pt 7 ps 1.1 " PLOT_STYLE "\n",
                    (unsigned)all->backends[all->ours].style,
                    (unsigned)(all->backends[all->ours].style + REPORT_COLOURS));
        }
    }
    versus_free(&list);
}
