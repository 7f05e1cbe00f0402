/* SPDX-License-Identifier: MIT */
#include "bench/report/report_versus.h"

#include "bench/report/report_axes.h"
#include "bench/report/report_cases.h"
#include "bench/report/report_heat.h"
#include "bench/report/report_labels.h"
#include "bench/report/report_section.h"
#include "bench/statistics/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BEST_PEER (-1)

static const report_row *opponent_row(const report *all, const report_case *c, int opponent) {
    if (opponent == BEST_PEER)
        return report_best_peer(all, c);
    const report_row *row = report_case_row(all, c, opponent);
    /* A row on fewer threads has a case of its own, and would count twice. */
    return row && row->row->threads == c->threads ? row : NULL;
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
    if (v->count == 0 || ratio < v->mean) { /* until all are added, `mean` is the least ratio */
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
        if (all->backends[i].kind == RNN_BACKEND_TEXTBOOK)
            add_opponent(&list, all, i, all->backends[i].name);
    return list;
}

void versus_free(versus_list *list) {
    for (int i = 0; i < list->count; i++)
        free(list->items[i].ratios);
    free(list->items);
    *list = (versus_list){0};
}

/* ---- The section ----------------------------------------------------------------------------- */

/* Spreads dots over the height of a strip by a sequence without pattern, so that equal ratios
 * lie side by side. */
static double spread(int i) {
    return 0.44 * (fmod(0.6180339887 * i, 1) - 0.5);
}

/* Returns a range that holds all losses, and all gains but the odd one that is far off. */
static axis_range fit_all(const versus_list *list) {
    axis_range range = {0.5, 2, 0};
    for (int i = 0; i < list->count; i++) {
        const axis_range fitted = axis_fit(list->items[i].ratios, list->items[i].count);
        range.low = fmin(range.low, list->items[i].ratios[0] / 1.1);
        range.high = fmax(range.high, fitted.high);
    }
    for (int i = 0; i < list->count; i++)
        for (int j = 0; j < list->items[i].count; j++)
            range.beyond += list->items[i].ratios[j] > range.high;
    return range;
}

static void write_strips(FILE *script, const versus_list *list, axis_range range) {
    static const double fractions[] = {0.05, 0.25, 0.5, 0.75, 0.95};
    fputs("$dots << EOD\n", script);
    for (int i = 0; i < list->count; i++)
        for (int j = 0; j < list->items[i].count; j++)
            fprintf(script, "%.4g %.3f\n", axis_clamp(range, list->items[i].ratios[j]),
                    list->count - i - 0.18 + spread(j));
    fputs("EOD\n$boxes << EOD\n", script);
    for (int i = 0; i < list->count; i++) {
        fprintf(script, "%.2f", list->count - i + 0.2);
        for (int k = 0; k < 5; k++)
            fprintf(script, " %.4g",
                    quantile(list->items[i].ratios, list->items[i].count, fractions[k]));
        fputc('\n', script);
    }
    fputs("EOD\n", script);
}

/* The longest name that has room is as long as VERSUS_BEST_PEER. */
enum { MOST_CHARACTERS = sizeof VERSUS_BEST_PEER - 1 };

static void write_names(plot_list *plots, FILE *script, const versus_list *list) {
    const double room = (PLOT_TOP - PLOT_BOTTOM) * PLOT_HEIGHT / (list->count + 0.2);
    const double font = fmin(12, room / label_height(1));
    fprintf(script, "set yrange [0.4:%d.6]\nset ytics scale 0 font \",%.2g\" (", list->count, font);
    for (int i = 0; i < list->count; i++) {
        char name[sizeof list->items[i].name + 4];
        label_shorten(list->items[i].name, MOST_CHARACTERS, name, sizeof name);
        fprintf(script, "%s\"%s\" %d", i ? ", " : "", plots_label(plots, name), list->count - i);
    }
    fputs(")\n", script);
}

static const plot_group strips = {.nothing = "No peer was measured on the same problems."};

static void add_plot(plot_list *plots, const report *all, const versus_list *list) {
    const axis_range range = fit_all(list);
    char title[120], description[240], beyond[48] = "";
    if (range.beyond)
        snprintf(beyond, sizeof beyond, "; %d lie beyond the right edge", range.beyond);
    snprintf(title, sizeof title, "One dot a case%s; median, quartiles, 5th to 95th percentile",
             beyond);
    snprintf(description, sizeof description,
             "How many times faster: a strip of dots against each of %d others, one dot a case. "
             "The table at the top has the geometric means and the worst cases.",
             list->count);
    FILE *script = plots_begin(plots, &strips, title, description);
    if (!script)
        return;
    write_names(plots, script, list);
    write_strips(script, list, range);
    axis_doublings(script, 'x', range);
    axis_titles(script, "times faster; below 1: slower", "");
    fprintf(script,
            "set border 1\nunset grid\nset grid xtics " PLOT_GRID "\n"
            "set lmargin at screen 0.29\n"
            "set arrow from 1, graph 0 to 1, graph 1 nohead " PLOT_INK " lw 1\n"
            "plot $dots using 1:2 with points pt 7 ps 0.26 " PLOT_STYLE ",\\\n"
            " $boxes using 2:1:($6-$2):(0) with vectors nohead " PLOT_INK " lw 1,\\\n"
            " '' using 3:1:($5-$3):(0) with vectors nohead " PLOT_INK " lw 4,\\\n"
            " '' using 4:1 with points pt 7 ps 1.1 " PLOT_STYLE "\n",
            (unsigned)all->backends[all->ours].style,
            (unsigned)(all->backends[all->ours].style + REPORT_COLOURS));
}

static void plot_peers(plot_list *plots, const report *all) {
    versus_list list = versus_find(all);
    if (list.count)
        add_plot(plots, all, &list);
    versus_free(&list);
}

static void write_peers(const page *p) {
    page_plots(p, &strips);
    heat_peers_write(p->to, p->all);
}

const report_section section_peers = {
    .title = "Against the peers", .link = "Peers", .plot = plot_peers, .write = write_peers};
