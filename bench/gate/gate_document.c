/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_document.h"

#include "bench/base/clock.h"
#include "bench/base/text.h"
#include "bench/gate/gate_selftest.h"
#include "bench/statistics/statistics.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

static const char *const outcome_names[GATE_OUTCOMES] = {
    [GATE_SAME] = "not slower", [GATE_FASTER] = "faster",
    [GATE_SLOWER] = "SLOWER",   [GATE_NOT_CONFIRMED] = "not confirmed",
    [GATE_WRONG] = "WRONG",     [GATE_UNJUDGED] = "not judged",
    [GATE_ONLY_BASE] = "gone",  [GATE_ONLY_NEW] = "new"};

/* Puts the verdict into one line. */
static void print_verdict(const gate_rows *rows, bool were_timed, char *text, size_t size) {
    const int wrong = gate_rows_count(rows, GATE_WRONG),
              slower = gate_rows_count(rows, GATE_SLOWER);
    const int unjudged = gate_rows_count(rows, GATE_UNJUDGED), judged = gate_rows_judged(rows);
    if (wrong)
        snprintf(text, size, "WRONG: %d of %d rows; nothing %s", wrong, rows->count,
                 were_timed ? "else is judged" : "was timed");
    else if (slower)
        snprintf(text, size, "SLOWER: %d of %d rows", slower, judged);
    else if (judged == 0)
        snprintf(text, size, "no row could be judged");
    else
        snprintf(text, size, "fine: none of %d rows is slower", judged);
    const size_t used = strlen(text);
    if (unjudged && !wrong)
        snprintf(text + used, size - used, "; %d not judged", unjudged);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static const document_column row_columns[] = {
    {"problem", "problem", false, FOR_ALL},
    {"backend", "backend", false, FOR_ALL},
    {"threads", "thr", true, FOR_ALL},
    {"base", "base", true, FOR_ALL},
    {"new", "new", true, FOR_ALL},
    {"ratio", "ratio", true, FOR_ALL},
    {"interval", "95% interval", false, FOR_PEOPLE},
    {"ratio_low", "from", true, FOR_PROGRAMS},
    {"ratio_high", "to", true, FOR_PROGRAMS},
    {"p_adjusted", "p", true, FOR_PROGRAMS},
    {"rounds", "rounds", true, FOR_PROGRAMS},
    {"confirming_rounds", "confirming", true, FOR_PROGRAMS},
    {"judged_by", "judged by", false, FOR_PROGRAMS},
    {"visible", "visible", true, FOR_PROGRAMS},
    {"verdict", "", false, FOR_ALL},
    {"why", "", false, FOR_ALL},
};

/* Adds the seconds, or the instructions, of one run. */
static void add_cost(document *d, const gate_state *gate, double cost) {
    char text[32] = "-";
    if (cost > 0 && gate->options->instructions)
        snprintf(text, sizeof text, "%.0f", cost);
    else if (cost > 0)
        time_text(cost, text);
    document_add_number(d, cost > 0 ? cost : NAN, "%s", text);
}

static void add_ratio(document *d, double ratio) {
    document_add_number(d, ratio, isfinite(ratio) ? "%.3f" : "-", ratio);
}

static void add_outcome(document *d, const gate_row *row) {
    char message[400];
    snprintf(message, sizeof message, "%s%s%s", outcome_names[row->outcome],
             row->why[0] ? ": " : "", row->why);
    if (row->outcome == GATE_SLOWER)
        snprintf(message, sizeof message, "slower by %.1f%%", 100 * (row->ratio - 1));
    if (row->outcome == GATE_SLOWER || row->outcome == GATE_WRONG)
        document_add_outcome(d, ROW_FAILED, message);
    else if (row->left_out)
        document_add_outcome(d, ROW_SKIPPED, message);
}

static double side_seconds(const gate_side *side) {
    return side->times.count ? median(side->times.logs, side->times.count) : side->seconds;
}

static void add_row(document *d, const gate_state *gate, const gate_row *row) {
    char name[PROBLEM_TEXT_SIZE + 80];
    gate_row_name(row, name, sizeof name);
    document_add_row(d, name, gate->options->instructions ? NAN : side_seconds(&row->sides[NEW]));
    document_add_text(d, "%s", row->problem);
    document_add_text(d, "%s", row->backend);
    document_add_number(d, row->threads, "%d", row->threads);
    add_cost(d, gate, side_seconds(&row->sides[BASE]));
    add_cost(d, gate, side_seconds(&row->sides[NEW]));
    add_ratio(d, row->ratio);
    document_add_text(d, isfinite(row->low) ? "%.3f..%.3f" : "-", row->low, row->high);
    add_ratio(d, row->low);
    add_ratio(d, row->high);
    document_add_number(d, row->p, "%.4f", row->p);
    document_add_number(d, row->first.count, "%d", row->first.count);
    document_add_number(d, row->second.count, "%d", row->second.count);
    document_add_text(d, "%s",
                      gate->options->instructions ? "instructions"
                      : gate_row_by_cpu(row)      ? "CPU time"
                                                  : "wall time");
    add_ratio(d, row->visible);
    document_add_text(d, "%s", outcome_names[row->outcome]);
    document_add_text(d, "%s", row->why);
    add_outcome(d, row);
}

static void start_rows(document *d, const char *key, document_audience audience, bool cases) {
    const int count = sizeof row_columns / sizeof *row_columns;
    document_add_table(d, &(document_table){.key = key,
                                            .title = "",
                                            .audience = audience,
                                            .cases = cases,
                                            .columns = row_columns,
                                            .column_count = count});
}

/* People are shown the rows that they can do something about. */
static void add_rows(document *d, const gate_state *gate) {
    static const gate_outcome order[] = {GATE_WRONG,    GATE_SLOWER,    GATE_NOT_CONFIRMED,
                                         GATE_UNJUDGED, GATE_ONLY_BASE, GATE_ONLY_NEW,
                                         GATE_FASTER};
    const gate_rows *rows = &gate->rows;
    start_rows(d, "notable", FOR_PEOPLE, false);
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (int i = 0; i < rows->count; i++)
            if (rows->items[i].outcome == order[k])
                add_row(d, gate, &rows->items[i]);
    start_rows(d, "rows", FOR_PROGRAMS, true);
    for (int i = 0; i < rows->count; i++)
        add_row(d, gate, &rows->items[i]);
}

/* ---- Backends -------------------------------------------------------------------------------- */

static const document_column backend_columns[] = {
    {"backend", "backend", false, FOR_ALL},
    {"rows", "rows", true, FOR_ALL},
    {"ratio", "ratio", true, FOR_ALL},
    {"slower", "slower", true, FOR_ALL},
    {"faster", "faster", true, FOR_ALL},
    {"not_judged", "not judged", true, FOR_ALL},
    {"visible", "slowdown that is seen", true, FOR_ALL},
};

static bool is_first_of_backend(const gate_rows *rows, int index) {
    for (int i = 0; i < index; i++)
        if (strcmp(rows->items[i].backend, rows->items[index].backend) == 0)
            return false;
    return true;
}

static void add_backend(document *d, const gate_rows *rows, const char *backend) {
    int count = 0, counted = 0, outcomes[GATE_OUTCOMES] = {0};
    double logs = 0, worst = NAN;
    for (int i = 0; i < rows->count; i++) {
        const gate_row *row = &rows->items[i];
        if (strcmp(row->backend, backend) != 0)
            continue;
        count++;
        outcomes[row->outcome]++;
        if (isfinite(row->ratio)) {
            logs += log(row->ratio);
            counted++;
        }
        if (row->outcome == GATE_SAME)
            worst = fmax(worst, row->visible);
    }
    document_add_row(d, backend, NAN);
    document_add_text(d, "%s", backend);
    document_add_number(d, count, "%d", count);
    add_ratio(d, counted ? exp(logs / counted) : NAN);
    document_add_number(d, outcomes[GATE_SLOWER], "%d", outcomes[GATE_SLOWER]);
    document_add_number(d, outcomes[GATE_FASTER], "%d", outcomes[GATE_FASTER]);
    document_add_number(d, outcomes[GATE_UNJUDGED], "%d", outcomes[GATE_UNJUDGED]);
    document_add_number(d, worst - 1, isfinite(worst) ? "%.1f%%" : "-", 100 * (worst - 1));
}

static void add_backends(document *d, const gate_rows *rows) {
    document_add_table(
        d, &(document_table){.key = "backends",
                             .title = "Geometric means",
                             .columns = backend_columns,
                             .column_count = sizeof backend_columns / sizeof *backend_columns});
    for (int i = 0; i < rows->count; i++)
        if (is_first_of_backend(rows, i))
            add_backend(d, rows, rows->items[i].backend);
}

/* ---- Every round, for whoever wants to judge otherwise --------------------------------------- */

static const document_column round_columns[] = {
    {"row", "row", false, FOR_ALL},
    {"series", "series", true, FOR_ALL},
    {"log_ratio", "log ratio", true, FOR_ALL},
};

static void add_series(document *d, const char *name, int which, const gate_series *series) {
    for (int i = 0; i < series->count; i++) {
        document_add_row(d, name, NAN);
        document_add_text(d, "%s", name);
        document_add_number(d, which, "%d", which);
        document_add_number(d, series->logs[i], "%.6f", series->logs[i]);
    }
}

static void add_rounds(document *d, const gate_rows *rows) {
    char name[PROBLEM_TEXT_SIZE + 80];
    document_add_table(
        d, &(document_table){.key = "rounds",
                             .title = "",
                             .audience = FOR_PROGRAMS,
                             .columns = round_columns,
                             .column_count = sizeof round_columns / sizeof *round_columns});
    for (int i = 0; i < rows->count; i++) {
        gate_row_name(&rows->items[i], name, sizeof name);
        add_series(d, name, 1, &rows->items[i].first);
        add_series(d, name, 2, &rows->items[i].second);
    }
}

/* ---- Notes ----------------------------------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static void add_property(document *d, const char *name,
                                                               const char *format, ...) {
    char text[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    document_add_property(d, name, text);
}

static void add_effort(document *d, const gate_state *gate, double seconds) {
    const double percent = 100 * gate->rule.threshold;
    if (gate->options->instructions)
        document_add_note(d, "%.1f s of %.0f s; threshold %.3g%%", seconds, gate->plan.budget,
                          percent);
    else
        document_add_note(
            d, "%.1f s of %.0f s: %d rounds, %d to confirm; threshold %.3g%%, floor %.3g ns",
            seconds, gate->plan.budget, gate->plan.rounds, gate->plan.rounds_again, percent,
            1e9 * gate->rule.floor);
}

static void add_notes(document *d, const gate_state *gate) {
    char verdict[200];
    const double seconds = clock_seconds() - gate->plan.start;
    print_verdict(&gate->rows, gate->plan.rounds, verdict, sizeof verdict);
    document_add_note(d, "%s", verdict);
    for (int side = 0; side < SIDES; side++)
        document_add_note(d, "%s: %s", side == BASE ? "base" : "new", gate->programs.names[side]);
    for (int i = 0; i < gate->notes.count; i++)
        document_add_note(d, "%s", gate->notes.texts[i]);
    add_effort(d, gate, seconds);
    document_add_property(d, "verdict", verdict);
    document_add_property(d, "base", gate->programs.names[BASE]);
    document_add_property(d, "new", gate->programs.names[NEW]);
    document_add_property(d, "unit", gate->options->instructions ? "instructions" : "s");
    add_property(d, "seconds", "%.3f", seconds);
    add_property(d, "budget", "%g", gate->plan.budget);
    add_property(d, "threshold", "%g", gate->rule.threshold);
    if (!gate->options->instructions)
        add_property(d, "floor", "%g", gate->rule.floor);
    add_property(d, "rounds", "%d", gate->plan.rounds);
    add_property(d, "confirming_rounds", "%d", gate->plan.rounds_again);
}

static void add_legend(document *d, const gate_state *gate) {
    if (gate->options->instructions)
        return;
    document_add_legend(d,
                        "ratio: time of new / time of base%s, median over the rounds; below 1 is "
                        "faster. Rows on one thread by CPU time, others by wall time",
                        gate->options->baseline ? ", each relative to the anchor's" : "");
    document_add_legend(d, "SLOWER: above the threshold and beyond noise, and so again when "
                           "measured anew (Wilcoxon; p adjusted over all rows)");
    document_add_legend(d,
                        "slowdown that is seen: of one row, in 95 of 100 gates, on the row where "
                        "it is largest");
    document_add_legend(d, "%s",
                        gate->options->baseline
                            ? "How often chance alone names a row is not known against a baseline: "
                              "it was measured on another day, and the anchor need not slow down "
                              "as other backends do. The rate that is stated holds for --against"
                            : "Chance alone names a row in one of 40 gates at most");
}

bool gate_document(document *d, const gate_state *gate) {
    bool ok = true;
    document_start(d, "rnnbench gate");
    add_notes(d, gate);
    add_rows(d, gate);
    add_backends(d, &gate->rows);
    if (gate->options->selftest && !gate->options->instructions)
        ok = gate_selftest_add(d, &gate->rows, &gate->plan, &gate->rule);
    add_rounds(d, &gate->rows);
    add_legend(d, gate);
    return ok && document_complete(d);
}
