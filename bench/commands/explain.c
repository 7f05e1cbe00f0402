/* SPDX-License-Identifier: MIT
 * rnnbench explain: what `auto` takes for a problem, and why. */
#include "bench/base/command.h"
#include "bench/base/fail.h"
#include "bench/base/growing_list.h"
#include "bench/base/text.h"
#include "bench/document/document_output.h"
#include "bench/measure/roof.h"
#include "bench/problems/problem_request.h"
#include "bench/worker/subject.h"
#include "kernels/auto/auto.h"
#include "kernels/engine/cores.h"
#include "kernels/engine/cost.h"
#include "reference/inputs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

typedef struct considered_split {
    rnn_split split;
    double seconds;
} considered_split;

typedef struct explanation {
    machine_info machine;
    int threads; /* asked for */
    subject subject;
    rnn_problem as_chosen;      /* on the threads that the cost model has to share out */
    const rnn_kernels *kernels; /* NULL where RNN_ISA leaves none: there is nothing to choose */
    rnn_cost_model cost;
    rnn_split taken;
    considered_split *splits; /* each once, the quickest first */
    int split_count;
    bool out_of_memory;
    peak_set peaks;
} explanation;

/* ---- The splits of the threads --------------------------------------------------------------- */

static void add_split(rnn_split split, double seconds, void *data) {
    explanation *e = data;
    for (int i = 0; i < e->split_count; i++)
        if (e->splits[i].split.slices == split.slices &&
            e->splits[i].split.members == split.members)
            return;
    if (LIST_MAKE_ROOM(e->splits, e->split_count))
        e->splits[e->split_count++] = (considered_split){split, seconds};
    else
        e->out_of_memory = true;
}

static int by_seconds(const void *a, const void *b) {
    const considered_split *x = a, *y = b;
    return (x->seconds > y->seconds) - (x->seconds < y->seconds);
}

/* As `auto` asks the cost model where no tuning file knows better. */
static void consider_splits(explanation *e) {
    const rnn_model model = problem_model(&e->subject.run.problem);
    const rnn_shape shape = problem_shape(&e->subject.run.problem);
    const int cores = e->threads > 1 ? rnn_thread_limit().cores : 1;
    const rnn_choice choice =
        rnn_choose_by_model(&model, &shape, e->threads < cores ? e->threads : cores);
    e->as_chosen = (rnn_problem){.model = model, .shape = shape, .threads = choice.threads};
    e->taken = (rnn_split){1, 1};
    e->kernels = rnn_kernels_best();
    if (!e->kernels)
        return;
    e->cost = rnn_cost_model_of(&e->as_chosen, e->kernels);
    e->taken = rnn_quickest_split(&e->cost);
    rnn_each_split(&e->cost, add_split, e);
    if (e->splits)
        qsort(e->splits, (size_t)e->split_count, sizeof *e->splits, by_seconds);
}

static const document_column split_columns[] = {
    {"split", "threads", false, FOR_ALL},      {"slices", "", true, FOR_PROGRAMS},
    {"members", "", true, FOR_PROGRAMS},       {"seconds", "expected", true, FOR_ALL},
    {"of_quickest", "of best", true, FOR_ALL}, {"choice", "", false, FOR_ALL},
};

static const char *split_text(rnn_split split, char text[64]) {
    if (split.slices > 1 && split.members > 1)
        snprintf(text, 64, "batch in %d slices, each by a team of %d", split.slices, split.members);
    else if (split.slices > 1)
        snprintf(text, 64, "batch in %d slices", split.slices);
    else if (split.members > 1)
        snprintf(text, 64, "team of %d", split.members);
    else
        snprintf(text, 64, "one thread");
    return text;
}

static void add_splits(document *d, const explanation *e) {
    document_add_table(d, &(document_table){.key = "splits",
                                            .title = "What the cost model expects",
                                            .cases = true,
                                            .columns = split_columns,
                                            .column_count = COUNT(split_columns)});
    for (int i = 0; i < e->split_count; i++) {
        const considered_split *considered = &e->splits[i];
        const rnn_split split = considered->split;
        const bool taken = split.slices == e->taken.slices && split.members == e->taken.members;
        const double ratio = considered->seconds / e->splits[0].seconds;
        char text[64], time[16];
        time_text(considered->seconds, time);
        document_add_row(d, split_text(split, text), considered->seconds);
        document_add_text(d, "%s", text);
        document_add_number(d, split.slices, "%d", split.slices);
        document_add_number(d, split.members, "%d", split.members);
        document_add_number(d, considered->seconds, "%s", time);
        document_add_number(d, ratio, "%.2f", ratio);
        document_add_text(d, "%s", taken ? "taken" : "");
    }
}

/* ---- The layers ------------------------------------------------------------------------------ */

static const document_column layer_columns[] = {
    {"layer", "layer", true, FOR_ALL},     {"direction", "direction", false, FOR_ALL},
    {"way", "way", false, FOR_ALL},        {"chunk_steps", "", true, FOR_PROGRAMS},
    {"members", "threads", true, FOR_ALL}, {"W_bytes", "W", true, FOR_ALL},
    {"W_stays", "in", false, FOR_ALL},     {"U_bytes", "U", true, FOR_ALL},
    {"U_stays", "in", false, FOR_ALL},     {"streams", "streams", false, FOR_ALL},
};

static const char *way_text(const rnn_way *way, int members, char text[32]) {
    if (way->layers > 1)
        snprintf(text, 32, "wavefront of %d", way->layers);
    else if (way->lanes > 1)
        snprintf(text, 32, "side by side");
    else
        snprintf(text, 32, "%s", members > 1 ? "together" : "one thread");
    return text;
}

/* The first cache that holds so many bytes, of the cores of so many threads. */
static const char *place_text(const machine_info *machine, double bytes, int threads,
                              char text[32]) {
    const int cores = threads < machine->cores ? threads : machine->cores;
    for (int level = 0; level < machine->cache_count; level++) {
        if (bytes > (double)machine_cache_bytes(machine, level, threads))
            continue;
        if (machine->caches[level].cores < cores)
            snprintf(text, 32, "L%d of %d", level + 1, cores);
        else
            snprintf(text, 32, "L%d", level + 1);
        return text;
    }
    snprintf(text, 32, "memory");
    return text;
}

static void add_weights(document *d, const explanation *e, double bytes, int members) {
    const bool large = bytes >= 1 << 20;
    char place[32];
    document_add_number(d, bytes, "%.4g %s", bytes / (large ? 1 << 20 : 1 << 10),
                        large ? "MiB" : "KiB");
    document_add_text(d, "%s", place_text(&e->machine, bytes, members, place));
}

static void add_direction(document *d, const explanation *e, int index, int which,
                          const rnn_way *way) {
    const rnn_layer *layer = &e->subject.run.problem.layers[index];
    const bool backward = layer->direction == RNN_BACKWARD || which == 1;
    const int rows = 1 + (e->subject.run.problem.batch - 1) / e->taken.slices;
    const int members = e->taken.members / way->lanes;
    char text[32];
    document_add_row(d, "", NAN);
    document_add_number(d, index + 1, "%d", index + 1);
    document_add_text(d, "%s", backward ? "backward" : "forward");
    document_add_text(d, "%s", way_text(way, e->taken.members, text));
    document_add_number(d, way->chunk_steps ? (double)way->chunk_steps : (double)NAN, "%s", "");
    document_add_number(d, members, "%d", members);
    add_weights(d, e, sizeof(float) * problem_layer_kernel(layer), members);
    add_weights(d, e, sizeof(float) * problem_layer_recurrent(layer), members);
    document_add_text(
        d, "%s",
        e->kernels && rnn_way_streams_weights(&e->cost, way, layer, rows, e->taken.members) ? "yes"
                                                                                            : "no");
}

static void add_layers(document *d, const explanation *e) {
    const problem *p = &e->subject.run.problem;
    const int rows = 1 + (p->batch - 1) / e->taken.slices;
    rnn_way way = {.lanes = 1, .layers = 1};
    document_add_table(d, &(document_table){.key = "layers",
                                            .title = "Layers and their weights",
                                            .columns = layer_columns,
                                            .column_count = COUNT(layer_columns)});
    for (int i = 0, end_of_way = 0; i < p->layer_count; i++) {
        if (e->kernels && i == end_of_way) {
            way = rnn_quickest_way(&e->cost, i, rows, e->taken.members);
            end_of_way += way.layers;
        }
        for (int which = 0; which < rnn_layer_directions(&p->layers[i]); which++)
            add_direction(d, e, i, which, &way);
    }
}

/* ---- The machine's limit --------------------------------------------------------------------- */

static const document_column limit_columns[] = {
    {"limit", "limit", false, FOR_ALL},
    {"amount", "amount", true, FOR_ALL},
    {"peak", "at most", true, FOR_ALL},
    {"seconds", "time", true, FOR_ALL},
};

static void add_time(document *d, double seconds) {
    char text[16];
    time_text(seconds, text);
    document_add_number(d, seconds, "%s", text);
}

/* "839 MFLOP" */
static void add_scaled(document *d, double amount, const char *unit) {
    static const char *const prefixes[] = {"", "k", "M", "G", "T", "P"};
    double shown = amount;
    int i = 0;
    for (; shown >= 999.5 && i + 1 < COUNT(prefixes); i++)
        shown /= 1000;
    document_add_number(d, amount, "%.3g %s%s", shown, prefixes[i], unit);
}

static void add_limit(document *d, const char *name, roof_limit limit, bool reads) {
    document_add_row(d, name, limit.seconds);
    document_add_text(d, "%s", name);
    add_scaled(d, limit.amount, reads ? "B" : "FLOP");
    add_scaled(d, limit.rate, reads ? "B/s" : "FLOP/s");
    add_time(d, limit.seconds);
}

static void add_whole(document *d, const char *name, double seconds) {
    document_add_row(d, name, seconds);
    document_add_text(d, "%s", name);
    document_add_number(d, NAN, "%s", "");
    document_add_number(d, NAN, "%s", "");
    add_time(d, seconds);
}

static void add_limits(document *d, const explanation *e) {
    const problem *p = &e->subject.run.problem;
    const problem_steps steps = inputs_steps(&e->subject.run.arrays.io, p);
    const int isa = roof_isa_of_plan(rnn_backend_of_kind(RNN_BACKEND_CHOICE), e->subject.run.plan);
    const roof_limits limits = roof_find_limits(p, steps, &e->machine, &e->peaks, isa);
    char name[64];
    document_add_table(d, &(document_table){.key = "limits",
                                            .title = "The machine's limit",
                                            .columns = limit_columns,
                                            .column_count = COUNT(limit_columns)});
    snprintf(name, sizeof name, "multiply-adds by %s", peak_isa_name(isa));
    add_limit(d, name, limits.flops, false);
    for (int level = 0; level < e->machine.cache_count; level++) {
        if (level + 1 < e->machine.cache_count)
            snprintf(name, sizeof name, "reads from L%d", level + 2);
        else
            snprintf(name, sizeof name, "reads from memory");
        add_limit(d, name, limits.reads[level], true);
    }
    const double roof = roof_seconds(p, steps, &e->machine, &e->peaks, isa);
    add_whole(d, "all at once: the roof", roof);
    if (e->split_count)
        add_whole(d, "expected by the cost model", e->splits[0].seconds);
}

/* ---- The document ---------------------------------------------------------------------------- */

static void add_notes(document *d, const explanation *e) {
    char caches[128], number[16];
    machine_caches_text(&e->machine, caches, sizeof caches);
    snprintf(number, sizeof number, "%d", e->threads);
    document_add_property(d, "problem", e->subject.text);
    document_add_property(d, "threads", number);
    document_add_property(d, "implementation", rnn_plan_implementation(e->subject.run.plan));
    document_add_note(d, "auto takes %s", rnn_plan_implementation(e->subject.run.plan));
    document_add_note(d, "%d thread%s on %s, %d core%s, %s", e->threads, e->threads == 1 ? "" : "s",
                      e->machine.cpu, e->machine.cores, e->machine.cores == 1 ? "" : "s", caches);
    if (!e->kernels)
        document_add_note(d, "RNN_ISA leaves no kernels that a cost model could choose among");
}

static void add_legend(document *d, const explanation *e) {
    if (e->kernels)
        document_add_legend(d, "expected: by sizes alone, on the machine that the cost model was "
                               "measured on: ratios mean more than times. taken: what auto takes "
                               "where no tuning file has the problem");
    document_add_legend(d,
                        "way: a wavefront has each layer follow the one below; threads: of a "
                        "direction, together. in: the first cache of their cores that holds W or "
                        "U alone from step to step; L2 of 2: of two cores together. A projection's "
                        "weights count with U. streams: each step reads W and U side by side from "
                        "behind L2");
    document_add_legend(d, "roof: the longest of the times above it, by peaks measured just now. "
                           "Reads are of weights that the cache before cannot hold");
}

static bool write_document(const explanation *e, const output_choice *output) {
    document d;
    document_start(&d, e->subject.text);
    add_notes(&d, e);
    add_splits(&d, e);
    add_layers(&d, e);
    add_limits(&d, e);
    add_legend(&d, e);
    bool written = document_complete(&d);
    if (written)
        written = document_output(output, "explain", &d);
    else
        fputs("rnnbench explain: out of memory\n", stderr);
    document_free(&d);
    return written;
}

/* ---- The command ----------------------------------------------------------------------------- */

typedef struct explain_options {
    int_list threads;
    double peak_time;
    output_choice output;
} explain_options;

/* What --threads names, or all cores that may be used. */
static bool choose_threads(explanation *e, const int_list *given, rnn_error *error) {
    if (given->count > 1)
        return fail(error, "--threads: one number of threads is explained at a time");
    const rnn_core_limit limit = rnn_thread_limit();
    const int usable = limit.cores < e->machine.cores ? limit.cores : e->machine.cores;
    e->threads = given->count ? given->values[0] : usable;
    return true;
}

static bool choose_problem(char chosen[PROBLEM_TEXT_SIZE], const char *text, rnn_error *error) {
    problem_list list = {0};
    bool ok = problem_list_expand(&list, text, error);
    if (ok && list.count != 1)
        ok = fail(error, "%.200s: %d problems; one is explained at a time", text, list.count);
    ok = ok && problem_fits_memory(&list.items[0], error);
    if (ok)
        problem_print(&list.items[0], chosen);
    problem_list_free(&list);
    return ok;
}

static bool measure_peaks(explanation *e, double seconds, rnn_error *error) {
    const int_list threads = {.values = &e->threads, .count = 1};
    int count;
    peak_set *peaks = peaks_measure(&e->machine, &threads, seconds, &count, error);
    if (peaks)
        e->peaks = peaks[(e->threads < count ? e->threads : count) - 1];
    free(peaks);
    return peaks != NULL;
}

static int tell_failure(rnn_status status, const rnn_error *error) {
    if (status == RNN_INVALID_ARGUMENT)
        return refuse_usage("explain", error->text);
    fprintf(stderr, "rnnbench explain: %s: %s\n", rnn_status_text(status), error->text);
    return EXIT_WRONG;
}

static int explain(explanation *e, const char *text, const explain_options *options) {
    rnn_error error = {""};
    rnn_status status = subject_fill(&e->subject, text, 1, &error);
    if (status == RNN_OK)
        status =
            subject_plan(&e->subject, rnn_backend_of_kind(RNN_BACKEND_CHOICE), e->threads, &error);
    if (status != RNN_OK)
        return tell_failure(status, &error);
    consider_splits(e);
    if (e->out_of_memory) {
        fputs("rnnbench explain: out of memory\n", stderr);
        return EXIT_WRONG;
    }
    if (!measure_peaks(e, options->peak_time, &error)) {
        fprintf(stderr, "rnnbench explain: %s\n", error.text);
        return EXIT_WRONG;
    }
    return write_document(e, &options->output) ? EXIT_FINE : EXIT_WRONG;
}

static int explain_as_asked(explain_options *options, const char *text) {
    explanation e = {0};
    rnn_error error;
    char chosen[PROBLEM_TEXT_SIZE];
    machine_describe(&e.machine);
    if (!output_choose_format_but_junit(&options->output, "explain", &error) ||
        !choose_threads(&e, &options->threads, &error) || !choose_problem(chosen, text, &error))
        return refuse_usage("explain", error.text);
    const int status = explain(&e, chosen, options);
    subject_free(&e.subject);
    free(e.splits);
    return status;
}

int command_explain(const command_line *line) {
    explain_options options = {.peak_time = 1};
    option_list list = {.least_arguments = 1,
                        .most_arguments = 1,
                        .missing = "a problem is missing, as in lstm/N:1/T:25/U:64"};
    int status;
    options_add(&list, "threads", "N", "that auto may take; all cores that may be used",
                read_threads, &options.threads);
    options_add(&list, "peak-time", "SECONDS",
                "to measure the machine's peaks, of which its limit is made; 1", read_seconds,
                &options.peak_time);
    output_options(&list, &options.output);
    if (command_read(line, &list, &status))
        status = explain_as_asked(&options, list.arguments[0]);
    int_list_free(&options.threads);
    return status;
}
