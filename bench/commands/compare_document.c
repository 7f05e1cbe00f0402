/* SPDX-License-Identifier: MIT */
#include "bench/commands/compare_document.h"

#include "bench/base/text.h"
#include "bench/results/comparable.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

/* ---- Cells ----------------------------------------------------------------------------------- */

static void add_time(document *d, double seconds) {
    char text[16];
    time_text(seconds, text);
    document_add_number(d, seconds, "%s", text);
}

/* The columns that add_ratio() fills. */
#define RATIO_COLUMNS(title)                                                                       \
    {"ratio", title, true, FOR_ALL}, {"interval", "95% interval", false, FOR_PEOPLE},              \
        {"ratio_low", "from", true, FOR_PROGRAMS}, {                                               \
        "ratio_high", "to", true, FOR_PROGRAMS                                                     \
    }

/* People get a ratio of times as it is, or as a speed, which is the other way round. */
static void add_ratio(document *d, double ratio, confidence_interval interval, bool as_speed) {
    char text[16];
    speed_text(1 / ratio, text);
    if (as_speed)
        document_add_number(d, ratio, "%s", text);
    else
        document_add_number(d, ratio, "%.3f", ratio);
    if (isnan(interval.low))
        document_add_text(d, "-");
    else if (as_speed)
        document_add_text(d, "%.2f..%.2f", 1 / interval.high, 1 / interval.low);
    else
        document_add_text(d, "%.3f..%.3f", interval.low, interval.high);
    document_add_number(d, interval.low, "%s", "");
    document_add_number(d, interval.high, "%s", "");
}

static void add_p(document *d, double p) {
    if (isnan(p))
        document_add_number(d, p, "-");
    else if (p < 0.001)
        document_add_number(d, p, "<0.001");
    else
        document_add_number(d, p, "%.3f", p);
}

static bool is_beyond_noise(const compared_row *pair) {
    return pair->slower || pair->faster;
}

static bool is_shown(const compare_view *view, const compared_row *pair) {
    return !view->changed_only || is_beyond_noise(pair);
}

/* The columns that add_change() fills. */
#define CHANGE_COLUMNS(ratio_title)                                                                \
    RATIO_COLUMNS(ratio_title), {"p", "p", true, FOR_PROGRAMS},                                    \
        {"p_adjusted", "p", true, FOR_ALL}, {"change", "", false, FOR_ALL},                        \
        {"base_samples", "", true, FOR_PROGRAMS}, {                                                \
        "samples", "", true, FOR_PROGRAMS                                                          \
    }

static void add_change(document *d, const compared_row *pair, bool as_speed) {
    add_ratio(d, pair->ratio, pair->interval, as_speed);
    add_p(d, pair->p);
    add_p(d, pair->adjusted_p);
    document_add_text(d, "%s", pair->slower ? "slower" : pair->faster ? "faster" : "");
    document_add_number(d, pair->base->sample_count, "%d", pair->base->sample_count);
    document_add_number(d, pair->row->sample_count, "%d", pair->row->sample_count);
}

static double variation(const timed_row *row) {
    return coefficient_of_variation(row->samples, row->sample_count);
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

static const document_column pair_columns[] = {
    {"problem", "problem", false, FOR_ALL},      {"backend", "backend", false, FOR_ALL},
    {"threads", "thr", true, FOR_ALL},           {"base_backend", "base", false, FOR_PROGRAMS},
    {"base_threads", "thr", true, FOR_PROGRAMS}, {"base_seconds", "base", true, FOR_ALL},
    {"seconds", "new", true, FOR_ALL},           {"base_anchor_seconds", "", true, FOR_PROGRAMS},
    {"anchor_seconds", "", true, FOR_PROGRAMS},  CHANGE_COLUMNS("ratio"),
    {"base_cv", "", true, FOR_PROGRAMS},         {"cv", "", true, FOR_PROGRAMS},
};

/* People get the time relative to the anchor where there is one. */
static void add_pair_time(document *d, const timed_row *row, const timed_row *anchor) {
    if (anchor)
        document_add_number(d, row->median, "%.3f", row->median / anchor->median);
    else
        add_time(d, row->median);
}

static void add_anchor_time(document *d, const timed_row *anchor) {
    const double seconds = anchor ? anchor->median : NAN;
    document_add_number(d, seconds, "%s", "");
}

static void add_pair(document *d, const compared_row *pair) {
    document_add_row(d, pair->row->name, pair->row->median);
    document_add_text(d, "%s", pair->row->problem);
    document_add_text(d, "%s", pair->row->backend);
    document_add_number(d, pair->row->threads, "%d", pair->row->threads);
    document_add_text(d, "%s", pair->base->backend);
    document_add_number(d, pair->base->threads, "%d", pair->base->threads);
    add_pair_time(d, pair->base, pair->base_anchor);
    add_pair_time(d, pair->row, pair->row_anchor);
    add_anchor_time(d, pair->base_anchor);
    add_anchor_time(d, pair->row_anchor);
    add_change(d, pair, false);
    document_add_number(d, variation(pair->base), "%.3f", variation(pair->base));
    document_add_number(d, variation(pair->row), "%.3f", variation(pair->row));
}

static void add_pairs(document *d, const comparison *c, const compare_view *view) {
    document_add_table(d, &(document_table){.key = "rows",
                                            .title = "",
                                            .audience = view->next ? FOR_ALL : FOR_PROGRAMS,
                                            .cases = true,
                                            .columns = pair_columns,
                                            .column_count = COUNT(pair_columns)});
    for (int i = 0; i < c->row_count; i++)
        if (is_shown(view, &c->rows[i]))
            add_pair(d, &c->rows[i]);
}

/* ---- Ours against others --------------------------------------------------------------------- */

static const document_column against_columns[] = {
    {"problem", "problem", false, FOR_ALL},
    {"threads", "thr", true, FOR_ALL},
    {"against", "", false, FOR_PROGRAMS},
    {"base_backend", "", false, FOR_PROGRAMS},
    {"opponent", "against", false, FOR_PEOPLE},
    {"base_threads", "thr", true, FOR_PROGRAMS},
    {"base_seconds", "theirs", true, FOR_ALL},
    {"backend", "", false, FOR_PROGRAMS},
    {"ours_threads", "", true, FOR_PROGRAMS},
    {"seconds", "ours", true, FOR_ALL},
    CHANGE_COLUMNS("speed"),
};

/* Where either has a row on fewer threads, the case is that of the other. */
static int threads_of_case(const compared_row *pair) {
    return pair->base->threads > pair->row->threads ? pair->base->threads : pair->row->threads;
}

static void add_against(document *d, const compared_row *pair) {
    document_add_row(d, pair->row->name, pair->row->median);
    document_add_text(d, "%s", pair->row->problem);
    document_add_number(d, threads_of_case(pair), "%d", threads_of_case(pair));
    document_add_text(d, "%s", pair->against);
    const bool by_name = strcmp(pair->against, pair->base->backend) == 0;
    document_add_text(d, "%s", pair->base->backend);
    document_add_text(d, "%s%s%s", by_name ? "" : pair->against, by_name ? "" : ": ",
                      pair->base->backend);
    document_add_number(d, pair->base->threads, "%d", pair->base->threads);
    add_time(d, pair->base->median);
    document_add_text(d, "%s", pair->row->backend);
    document_add_number(d, pair->row->threads, "%d", pair->row->threads);
    add_time(d, pair->row->median);
    add_change(d, pair, true);
}

static void add_all_against(document *d, const comparison *c, const compare_view *view) {
    document_add_table(d, &(document_table){.key = "rows",
                                            .title = "",
                                            .cases = true,
                                            .columns = against_columns,
                                            .column_count = COUNT(against_columns)});
    for (int i = 0; i < c->row_count; i++)
        if (is_shown(view, &c->rows[i]))
            add_against(d, &c->rows[i]);
}

static const document_column against_group_columns[] = {
    {"against", "against", false, FOR_ALL},  {"cell", "cell", false, FOR_ALL},
    {"rows", "rows", true, FOR_ALL},         RATIO_COLUMNS("speed"),
    {"above", "below 1x", true, FOR_ALL},    {"slower", "slower", true, FOR_ALL},
    {"faster", "faster", true, FOR_ALL},     {"close", "within 5%", true, FOR_ALL},
    {"worst_ratio", "worst", true, FOR_ALL}, {"worst_problem", "", false, FOR_ALL},
};

static void add_against_groups(document *d, const comparison *c) {
    document_add_table(d, &(document_table){.key = "summary",
                                            .title = "Geometric means",
                                            .columns = against_group_columns,
                                            .column_count = COUNT(against_group_columns)});
    for (int i = 0; i < c->group_count; i++) {
        const row_group *group = &c->groups[i];
        char worst[16];
        speed_text(1 / group->worst, worst);
        document_add_row(d, group->against, NAN);
        document_add_text(d, "%s", group->against);
        document_add_text(d, "%s", *group->cell ? group->cell : "all");
        document_add_number(d, group->count, "%d", group->count);
        add_ratio(d, group->ratio, group->interval, true);
        document_add_number(d, group->above, "%d", group->above);
        document_add_number(d, group->slower, "%d", group->slower);
        document_add_number(d, group->faster, "%d", group->faster);
        document_add_number(d, group->close, "%.1f%%", 100.0 * group->close / group->count);
        document_add_number(d, group->worst, "%s", worst);
        document_add_text(d, "%s", group->worst_row->problem);
    }
}

/* ---- A line a problem, a column a backend ---------------------------------------------------- */

typedef struct matrix_line {
    int first, count; /* of its pairs, which are neighbours where these are sorted by problem */
    double slowest;
} matrix_line;

static bool same_line(const compared_row *a, const compared_row *b) {
    return a->row->threads == b->row->threads && strcmp(a->row->problem, b->row->problem) == 0;
}

static int slowest_first(const void *a, const void *b) {
    const matrix_line *x = a, *y = b;
    return (x->slowest < y->slowest) - (x->slowest > y->slowest);
}

static int find_lines(const comparison *c, const compare_view *view, matrix_line *lines) {
    int count = 0;
    for (int first = 0, end; first < c->row_count; first = end) {
        matrix_line line = {first, 0, 0};
        bool changed = false;
        for (end = first; end < c->row_count && same_line(&c->rows[first], &c->rows[end]); end++) {
            line.slowest = fmax(line.slowest, c->rows[end].ratio);
            changed |= is_beyond_noise(&c->rows[end]);
        }
        line.count = end - first;
        if (changed || !view->changed_only)
            lines[count++] = line;
    }
    if (view->order == SLOWEST_FIRST)
        qsort(lines, (size_t)count, sizeof *lines, slowest_first);
    return count;
}

enum { KEY_COLUMNS = 3 };

/* The groups of all cells are one a backend, in order. */
static int make_columns(document *d, document_column *columns, const comparison *c,
                        const char *anchor) {
    int count = 0;
    columns[count++] = (document_column){"problem", "problem", false, FOR_ALL};
    columns[count++] = (document_column){"threads", "thr", true, FOR_ALL};
    columns[count++] = (document_column){anchor, document_keep(d, anchor), true, FOR_ALL};
    for (int i = 0; i < c->group_count; i++)
        if (!*c->groups[i].cell)
            columns[count++] = (document_column){
                c->groups[i].backend, document_keep(d, c->groups[i].backend), true, FOR_ALL};
    return count;
}

/* Adds how many times faster the row is than the anchor. */
static void add_speed(document *d, const compared_row *pair) {
    if (!pair) {
        document_add_text(d, "%s", "");
        return;
    }
    char text[16];
    speed_text(1 / pair->ratio, text);
    document_add_number(d, 1 / pair->ratio, "%s%s", is_beyond_noise(pair) ? "" : "~", text);
}

static void add_line(document *d, const comparison *c, const matrix_line *line,
                     const document_column *columns, int column_count) {
    const compared_row *pairs = &c->rows[line->first];
    document_add_row(d, pairs->row->problem, NAN);
    document_add_text(d, "%s", pairs->row->problem);
    document_add_number(d, pairs->row->threads, "%d", pairs->row->threads);
    add_time(d, pairs->base->median);
    for (int column = KEY_COLUMNS; column < column_count; column++) {
        const compared_row *found = NULL;
        for (int i = 0; i < line->count; i++)
            if (strcmp(pairs[i].row->backend, columns[column].key) == 0)
                found = &pairs[i];
        add_speed(d, found);
    }
}

static bool add_matrix(document *d, const comparison *c, const compare_view *view,
                       document_column **columns) {
    matrix_line *lines = calloc((size_t)c->row_count + 1, sizeof *lines);
    *columns = calloc((size_t)c->group_count + KEY_COLUMNS, sizeof **columns);
    if (!lines || !*columns) {
        free(lines);
        return false;
    }
    const int column_count = make_columns(d, *columns, c, view->anchor);
    const int line_count = find_lines(c, view, lines);
    document_add_table(d, &(document_table){.key = "speeds",
                                            .title = "",
                                            .audience = FOR_PEOPLE,
                                            .columns = *columns,
                                            .column_count = column_count});
    for (int i = 0; i < line_count; i++)
        add_line(d, c, &lines[i], *columns, column_count);
    free(lines);
    return true;
}

/* ---- Summary and missing rows ---------------------------------------------------------------- */

#define GROUP_COLUMNS(ratio_title)                                                                 \
    {                                                                                              \
        {"cell", "cell", false, FOR_ALL}, {"backend", "backend", false, FOR_ALL},                  \
            {"rows", "rows", true, FOR_ALL}, RATIO_COLUMNS(ratio_title),                           \
            {"slower", "slower", true, FOR_ALL}, {"faster", "faster", true, FOR_ALL},              \
    }

/* Of backends people get the speed, as in the table above; programs always get the ratio. */
static const document_column file_group_columns[] = GROUP_COLUMNS("ratio");
static const document_column backend_group_columns[] = GROUP_COLUMNS("speed");

static void add_groups(document *d, const comparison *c, bool of_backends) {
    document_add_table(
        d, &(document_table){.key = "summary",
                             .title = "Geometric means",
                             .columns = of_backends ? backend_group_columns : file_group_columns,
                             .column_count = COUNT(file_group_columns)});
    for (int i = 0; i < c->group_count; i++) {
        const row_group *group = &c->groups[i];
        document_add_row(d, group->backend, NAN);
        document_add_text(d, "%s", *group->cell ? group->cell : "all");
        document_add_text(d, "%s", *group->backend ? group->backend : "all");
        document_add_number(d, group->count, "%d", group->count);
        add_ratio(d, group->ratio, group->interval, of_backends);
        document_add_number(d, group->slower, "%d", group->slower);
        document_add_number(d, group->faster, "%d", group->faster);
    }
}

static const document_column missing_columns[] = {
    {"problem", "problem", false, FOR_ALL},
    {"backend", "backend", false, FOR_ALL},
    {"threads", "thr", true, FOR_ALL},
    {"reason", "", false, FOR_ALL},
};

static void add_missing(document *d, const comparison *c) {
    document_add_table(d, &(document_table){.key = "missing",
                                            .title = "Rows that were not compared",
                                            .cases = true,
                                            .columns = missing_columns,
                                            .column_count = COUNT(missing_columns)});
    for (int i = 0; i < c->unpaired_count; i++) {
        const timed_row *row = c->unpaired[i].row;
        document_add_row(d, row->name, NAN);
        document_add_text(d, "%s", row->problem);
        document_add_text(d, "%s", row->backend);
        document_add_number(d, row->threads, "%d", row->threads);
        document_add_text(d, "%s%s%s", c->unpaired[i].why, row->error ? ": " : "",
                          row->error ? row->error : "");
        document_add_outcome(d, ROW_SKIPPED, c->unpaired[i].why);
    }
}

/* ---- Notes ----------------------------------------------------------------------------------- */

static const char *or_unknown(const char *text) {
    return text ? text : "unknown";
}

static void add_file(document *d, const char *role, const timed_file *file) {
    document_add_note(d, "%s: %s: %s, commit %s, CPU %s", role, file->path,
                      or_unknown(rows_context(file, "date")),
                      or_unknown(rows_context(file, "commit")),
                      or_unknown(rows_context(file, "cpu")));
    document_add_property(d, role, file->path);
}

/* What a reader of the file did not take as it stands. */
static void add_file_notes(document *d, const timed_file *file) {
    for (int i = 0; i < file->note_count; i++)
        document_add_note(d, "%s: %s", file->path, file->notes[i]);
    if (file->notes_left_out)
        document_add_note(d, "%s: and %d more notes", file->path, file->notes_left_out);
}

static void add_differences(document *d, const compare_view *view) {
    char differences[4000];
    comparable_describe(comparable_context(view->base), comparable_context(view->next), FOR_COMPARE,
                        differences, sizeof differences);
    if (*differences)
        document_add_note(d, "These differ: %s", differences);
    document_add_property(d, "differences", differences);
    const char *base = rows_context(view->base, "cpu"), *next = rows_context(view->next, "cpu");
    if (base && next && strcmp(base, next) != 0 && !view->anchor)
        document_add_note(d, "Two CPUs: most ratios are theirs; --anchor BACKEND compares times "
                             "relative to a backend of each file");
}

/* What chance alone could do with so few repetitions and so many rows cannot be told from a change.
 * The adjusted p of k rows of m that have the smallest p of all is p m / k. */
static void add_sample_note(document *d, const comparison *c) {
    double smallest = 1;
    for (int i = 0; i < c->row_count; i++)
        smallest = fmin(smallest, mann_whitney_smallest(c->rows[i].base->sample_count,
                                                        c->rows[i].row->sample_count));
    const int needed = (int)ceil(smallest * c->row_count / COMPARISON_P_AT_MOST - 1e-9);
    if (smallest > COMPARISON_P_AT_MOST)
        document_add_note(d, "Too few repetitions for any row to be beyond noise: 4 a side is the "
                             "least, 9 is better");
    else if (needed > 1)
        document_add_note(d,
                          "With so few repetitions a change shows only where %d or more of these "
                          "%d rows have one: repeat more, or filter",
                          needed, c->row_count);
}

static void add_notes(document *d, const comparison *c, const compare_view *view) {
    add_file(d, "base", view->base);
    if (view->next)
        add_file(d, "new", view->next);
    add_file_notes(d, view->base);
    if (view->next)
        add_file_notes(d, view->next);
    if (view->anchor)
        document_add_property(d, "anchor", view->anchor);
    if (view->opponents)
        document_add_property(d, "ours", view->opponents->ours);
    if (view->next)
        add_differences(d, view);
    if (view->next && view->anchor)
        document_add_note(d, "Times are multiples of the median of %s in the same file",
                          view->anchor);
    add_sample_note(d, c);
}

static void add_against_legend(document *d, const comparison *c, const compare_view *view) {
    document_add_legend(d, "speed: how many times faster %s is, by the medians",
                        view->opponents->ours);
    document_add_legend(d,
                        "slower, faster: beyond noise, with p (Mann-Whitney U, adjusted over the "
                        "%d rows) at most %g, and an interval without 1",
                        c->row_count, COMPARISON_P_AT_MOST);
    document_add_legend(d, "within 5%%: or faster");
    if (view->opponents->limit_from)
        document_add_legend(d, "ours is at its roof wherever all layers have %d units or more",
                            view->opponents->limit_from);
}

static void add_legend(document *d, const comparison *c, const compare_view *view) {
    if (view->opponents) {
        add_against_legend(d, c, view);
    } else if (view->next) {
        document_add_legend(d, "ratio: new / base, of the medians; below 1 is faster");
        document_add_legend(d,
                            "p: Mann-Whitney U, adjusted over the %d rows (Benjamini-Hochberg); "
                            "slower, faster: p at most %g, and an interval without 1",
                            c->row_count, COMPARISON_P_AT_MOST);
        if (view->anchor)
            document_add_legend(d, "p takes the anchor's medians as exact; the interval does not");
    } else {
        document_add_legend(d,
                            "%s: its median time; other columns: how many times faster; "
                            "~: within noise",
                            view->anchor);
    }
    document_add_legend(d, "95%% interval: bootstrap, of a mean over its rows");
}

bool compare_document(document *d, const comparison *c, const compare_view *view,
                      document_column **columns) {
    *columns = NULL;
    document_start(d, view->opponents ? "rnnbench compare --against"
                      : view->next    ? "rnnbench compare"
                                      : "rnnbench compare --by backend");
    add_notes(d, c, view);
    bool ok = true;
    if (view->opponents) {
        add_all_against(d, c, view);
        add_against_groups(d, c);
    } else {
        ok = view->next || add_matrix(d, c, view, columns);
        add_pairs(d, c, view);
        add_groups(d, c, !view->next);
    }
    add_missing(d, c);
    add_legend(d, c, view);
    return ok && document_complete(d);
}
