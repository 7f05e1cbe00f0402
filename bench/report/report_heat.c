/* SPDX-License-Identifier: MIT
 * Heat maps over batch x units: one for each family, T, D and number of threads. */
#include "bench/report/report_heat.h"

#include "bench/report/report_cases.h"
#include "bench/report/report_family.h"
#include "bench/report/report_html.h"
#include "bench/report/report_section.h"
#include "bench/statistics/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a field shows. */
typedef struct heat_kind {
    /* Returns the ratio that colours a field, or NAN where there is no field. `winner` becomes
     * the row that the field names. */
    double (*ratio)(const report *all, const report_case *c, const report_row **winner);
    char letter; /* which its classes in the style sheet start with */
    int (*level)(double ratio, double highest);
} heat_kind;

/* ---- Values ---------------------------------------------------------------------------------- */

static double fastest_ratio(const report *all, const report_case *c, const report_row **winner) {
    *winner = &all->rows[c->fastest];
    const report_row *reference = report_case_row(all, c, all->reference);
    return reference ? reference->row->median / (*winner)->row->median : NAN;
}

static double peer_ratio(const report *all, const report_case *c, const report_row **winner) {
    const report_row *ours = report_case_row(all, c, all->ours), *peer = report_best_peer(all, c);
    *winner = peer;
    return ours && peer ? peer->row->median / ours->row->median : NAN;
}

/* Returns one of 10 levels, which divide the range from 1 to the highest into equal ratios. */
static int sequential_level(double ratio, double highest) {
    const double place = log(ratio) / log(highest > 1.5 ? highest : 1.5);
    return place <= 0 ? 0 : place >= 0.999 ? 9 : (int)(10 * place);
}

static const double diverging_bounds[] = {0.5, 0.67, 0.8, 0.95, 1.05, 1.25, 1.5, 2};
enum { DIVERGING_COUNT = sizeof diverging_bounds / sizeof *diverging_bounds };

static int diverging_level(double ratio, double highest) {
    (void)highest;
    int level = 0;
    while (level < DIVERGING_COUNT && ratio >= diverging_bounds[level])
        level++;
    return level;
}

static const heat_kind of_fastest = {fastest_ratio, 'q', sequential_level};
static const heat_kind against_peers = {peer_ratio, 'd', diverging_level};

/* ---- Groups of cases ------------------------------------------------------------------------- */

typedef struct heat_map {
    const report_case **cases;
    int count;
    int *batches, *units; /* ascending */
    int batch_count, unit_count;
} heat_map;

/* Cases are in the order of their family, and then of T. */
static bool is_near(const report *all, const report_case *c, const report_case *first) {
    const report_problem *p = &all->problems[c->problem], *q = &all->problems[first->problem];
    return p->family == q->family && p->T == q->T;
}

static bool belongs(const report *all, const report_case *c, const report_case *first) {
    const report_problem *p = &all->problems[c->problem], *q = &all->problems[first->problem];
    return c->threads == first->threads && p->single &&
           (p->D == q->D || (p->D == p->U && q->D == q->U));
}

static int add_value(int *values, int count, int value) {
    int at = count;
    while (at > 0 && values[at - 1] > value)
        at--;
    if (at > 0 && values[at - 1] == value)
        return count;
    memmove(values + at + 1, values + at, (size_t)(count - at) * sizeof *values);
    values[at] = value;
    return count + 1;
}

static void add_to_map(heat_map *map, const report *all, const report_case *c) {
    const report_problem *p = &all->problems[c->problem];
    map->cases[map->count++] = c;
    map->batch_count = add_value(map->batches, map->batch_count, p->N);
    map->unit_count = add_value(map->units, map->unit_count, p->U);
}

/* Collects one map: the first case, and all that belong to it and are not yet `done`. */
static bool collect_map(heat_map *map, const report *all, const heat_kind *kind, int first,
                        bool *done) {
    map->count = map->batch_count = map->unit_count = 0;
    for (int i = first; i < all->case_count; i++) {
        const report_row *winner;
        const report_case *c = &all->cases[i];
        if (!is_near(all, c, &all->cases[first]))
            break;
        if (done[i] || !belongs(all, c, &all->cases[first]))
            continue;
        done[i] = true;
        if (!isnan(kind->ratio(all, c, &winner)) || (kind == &of_fastest && all->reference < 0))
            add_to_map(map, all, c);
    }
    /* Fewer cases are better read in the table, and a grid with mostly holes is no map. */
    enum { FEWEST = 4, MOST = 24 };
    return map->count >= FEWEST && map->unit_count > 1 && map->unit_count <= MOST &&
           map->batch_count <= MOST && 4 * map->count >= map->batch_count * map->unit_count;
}

/* ---- HTML ------------------------------------------------------------------------------------ */

static const report_case *case_at(const heat_map *map, const report *all, int N, int U) {
    for (int i = 0; i < map->count; i++) {
        const report_problem *p = &all->problems[map->cases[i]->problem];
        if (p->N == N && p->U == U)
            return map->cases[i];
    }
    return NULL;
}

static void write_field(FILE *to, const report *all, const report_case *c, const heat_kind *kind,
                        double highest) {
    const report_row *winner;
    const double ratio = c ? kind->ratio(all, c, &winner) : NAN;
    if (!c) {
        fputs("<td></td>", to);
        return;
    }
    if (isnan(ratio))
        fputs("<td class=\"none\">", to);
    else
        fprintf(to, "<td class=\"%c%d\">", kind->letter, kind->level(ratio, highest));
    fputs("<b>", to);
    html_ratio(to, ratio);
    fputs("</b>", to);
    html_text(to, all->backends[winner->backend].name);
    if (winner->row->threads < c->threads)
        fprintf(to, " (%d)", winner->row->threads);
    fputs("</td>", to);
}

static void write_map(FILE *to, const report *all, const heat_map *map, const heat_kind *kind,
                      double highest) {
    const report_problem *p = &all->problems[map->cases[0]->problem];
    char title[160];
    report_family_title(all, p->family, title, sizeof title);
    fprintf(to, "<div class=\"scroll\"><table class=\"heat\" style=\"--fields:%d\"><caption>",
            map->unit_count);
    html_text(to, title);
    fprintf(to, ", T = %d", p->T);
    if (p->D != p->U)
        fprintf(to, ", D = %d", p->D);
    fputs("</caption>\n<thead><tr><th scope=\"col\"><span>batch \\ units</span></th>", to);
    for (int u = 0; u < map->unit_count; u++)
        fprintf(to, "<th scope=\"col\">%d</th>", map->units[u]);
    fputs("</tr></thead>\n<tbody>\n", to);
    for (int n = 0; n < map->batch_count; n++) {
        fprintf(to, "<tr><th scope=\"row\">%d</th>", map->batches[n]);
        for (int u = 0; u < map->unit_count; u++)
            write_field(to, all, case_at(map, all, map->batches[n], map->units[u]), kind, highest);
        fputs("</tr>\n", to);
    }
    fputs("</tbody></table></div>\n", to);
}

/* Writes the maps of one number of threads. Returns how many there are. */
static int write_maps_on(FILE *to, const report *all, heat_map *map, const heat_kind *kind,
                         double highest, int threads, bool *done) {
    int written = 0;
    for (int i = 0; i < all->case_count; i++) {
        const report_problem *p = &all->problems[all->cases[i].problem];
        if (done[i] || p->family < 0 || !p->single || all->cases[i].threads != threads ||
            !collect_map(map, all, kind, i, done))
            continue;
        if (written++ == 0) {
            fputs("<details open=\"open\"><summary>", to);
            html_count(to, threads, "thread");
            fputs("</summary>\n<div class=\"maps\">\n", to);
        }
        write_map(to, all, map, kind, highest);
    }
    if (written)
        fputs("</div></details>\n", to);
    return written;
}

/* Returns where the scale of colours ends: at a power of two above all but the highest ratios. */
static double highest_ratio(const report *all, const heat_kind *kind) {
    double *ratios = calloc((size_t)all->case_count + 1, sizeof *ratios), highest = 2;
    int count = 0;
    for (int i = 0; ratios && i < all->case_count; i++) {
        const report_row *winner;
        const double ratio = kind->ratio(all, &all->cases[i], &winner);
        if (!isnan(ratio))
            ratios[count++] = ratio;
    }
    if (count)
        highest = fmax(highest, quantile(ratios, count, 0.95));
    free(ratios);
    return exp2(ceil(log2(highest)));
}

static void write_maps(FILE *to, const report *all, const heat_kind *kind, double highest) {
    const size_t room = (size_t)all->case_count + 1;
    bool *done = calloc(room, sizeof *done);
    heat_map map = {.cases = calloc(room, sizeof *map.cases),
                    .batches = calloc(room, sizeof *map.batches),
                    .units = calloc(room, sizeof *map.units)};
    int written = 0;
    if (done && map.cases && map.batches && map.units)
        for (int i = 0; i < all->thread_count; i++)
            written += write_maps_on(to, all, &map, kind, highest, all->threads[i], done);
    if (written == 0)
        fputs("<p class=\"note\">There is no grid of batch x units among these rows.</p>\n", to);
    free(done);
    free(map.cases);
    free(map.batches);
    free(map.units);
}

static void write_scale(FILE *to, char letter, int levels, const char *low, const char *high) {
    fprintf(to, "<p class=\"scale\"><span>%s</span> ", low);
    for (int i = 0; i < levels; i++)
        fprintf(to, "<i class=\"%c%d\"></i>", letter, i);
    fprintf(to, " <span>%s</span></p>\n", high);
}

static void write_fastest(const page *p) {
    FILE *to = p->to;
    const report *all = p->all;
    const double highest = highest_ratio(all, &of_fastest);
    char high[48];
    fputs("<p>Each field names the backend with the shortest median time", to);
    if (all->reference >= 0) {
        fputs(", and says how many times faster it is than <em>", to);
        html_text(to, all->backends[all->reference].name);
        fputs("</em>", to);
    }
    fputs(". A number in brackets: on that many threads only.</p>\n", to);
    if (all->reference >= 0) {
        snprintf(high, sizeof high, "%.0f\xc3\x97 or more", highest);
        write_scale(to, 'q', 10, "1\xc3\x97", high);
    }
    write_maps(to, all, &of_fastest, highest);
}

const report_section section_fastest = {
    .title = "The fastest backend", .link = "Fastest", .write = write_fastest};

void heat_peers_write(FILE *to, const report *all) {
    bool any = false;
    for (int i = 0; i < all->case_count && !any && all->ours >= 0; i++)
        any = report_best_peer(all, &all->cases[i]) != NULL;
    if (!any)
        return;
    fputs("<h3>Where it leads, where it trails</h3>\n<p>How many times faster <em>", to);
    html_text(to, all->backends[all->ours].name);
    fputs("</em> is than the best peer on each problem, which the field names: blue leads, orange "
          "trails.</p>\n",
          to);
    write_scale(to, 'd', DIVERGING_COUNT + 1, "0.5\xc3\x97 or less", "2\xc3\x97 or more");
    write_maps(to, all, &against_peers, 2);
}
