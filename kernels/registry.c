/* SPDX-License-Identifier: MIT
 * The tables made from the .inc rows. */
#include "kernels/registry.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A backend that was not built has no symbol to refer to, so its row holds NULL. */
#define WHEN_BUILT_0(symbol)             NULL
#define WHEN_BUILT_1(symbol)             &symbol
#define CHOOSE(built, symbol)            WHEN_BUILT_##built(symbol)
#define NULL_UNLESS_BUILT(built, symbol) CHOOSE(built, symbol)

extern const rnn_backend rnn_backend_serial;
#define BACKEND(name, ...) extern const rnn_backend rnn_backend_##name;
#define LIBRARY(name, ...) extern const rnn_backend rnn_backend_##name;
#include "kernels/backends.inc"

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})
static const rnn_backend_row rows[] = {
#define BACKEND(row_name, row_kind, row_built, row_needs, row_features, row_threaded, row_summary) \
    {.name = #row_name,                                                                            \
     .kind = RNN_BACKEND_##row_kind,                                                               \
     .backend = NULL_UNLESS_BUILT(row_built, rnn_backend_##row_name),                              \
     .needs = row_needs,                                                                           \
     .features = row_features,                                                                     \
     .threaded = row_threaded,                                                                     \
     .summary = row_summary},
#define KERNELS(row_name, row_built, row_needs, row_features, row_summary)                         \
    {.name = #row_name,                                                                            \
     .kind = RNN_BACKEND_KERNELS,                                                                  \
     .backend = NULL_UNLESS_BUILT(row_built, rnn_backend_serial),                                  \
     .kernels = NULL_UNLESS_BUILT(row_built, rnn_kernels_##row_name),                              \
     .needs = row_needs,                                                                           \
     .features = row_features,                                                                     \
     .summary = row_summary},
#define LIBRARY(row_name, row_built, row_needs, row_threaded, row_title, row_variables,            \
                row_limits, row_relu_loses_nan, row_summary)                                       \
    {.name = #row_name,                                                                            \
     .kind = RNN_BACKEND_LIBRARY,                                                                  \
     .backend = NULL_UNLESS_BUILT(row_built, rnn_backend_##row_name),                              \
     .needs = row_needs,                                                                           \
     .features = RNN_CPU_BASELINE,                                                                 \
     .threaded = row_threaded,                                                                     \
     .summary = row_summary,                                                                       \
     .library = &(const rnn_library){row_title, row_variables, row_limits, row_relu_loses_nan}},
#include "kernels/backends.inc"
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };

rnn_status rnn_fail(rnn_error *error, rnn_status status, const char *format, ...) {
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
        for (char *c = error->text; *c; c++)
            if (*c == '\n' || *c == '\r') /* a name that the caller gave may have them */
                *c = ' ';
    }
    return status;
}

const char *rnn_status_text(rnn_status status) {
    switch (status) {
    case RNN_OK:
        return "ok";
    case RNN_INVALID_ARGUMENT:
        return "invalid argument";
    case RNN_UNSUPPORTED:
        return "unsupported by this backend";
    case RNN_UNAVAILABLE:
        return "backend not available";
    case RNN_OUT_OF_MEMORY:
        return "out of memory";
    case RNN_BACKEND_FAILED:
        return "library behind the backend failed";
    }
    return "unknown status";
}

static rnn_status refuse_override(const char *unknown, rnn_error *error) {
    char known[128] = "";
    const rnn_instruction_set *set;
    for (int i = 0; (set = rnn_instruction_set_at(i)); i++) {
        const size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", set->name);
    }
    return rnn_fail(error, RNN_UNAVAILABLE, "RNN_ISA: \"%.32s\" is none of %s", unknown, known);
}

static rnn_status row_available(const rnn_backend_row *row, rnn_error *error) {
    if (!row->backend)
        return rnn_fail(error, RNN_UNAVAILABLE, "backend: \"%s\" was not built in, which needs %s",
                        row->name, row->needs);
    const char *unknown = rnn_cpu_unknown_override();
    if (unknown)
        return refuse_override(unknown, error);
    const bool detected = rnn_cpu_has(rnn_cpu_detected(), row->features);
    if (!detected || !rnn_cpu_has(rnn_cpu_in_use(), row->features))
        return rnn_fail(error, RNN_UNAVAILABLE, "backend: \"%s\" needs %s, %s", row->name,
                        rnn_instruction_set_with(row->features)->name,
                        detected ? "switched off by RNN_ISA" : "which this CPU lacks");
    return RNN_OK;
}

const rnn_backend_row *rnn_backend_row_at(int index) {
    return index >= 0 && index < ROW_COUNT ? &rows[index] : NULL;
}

const rnn_backend_row *rnn_backend_row_named(const char *name) {
    for (int i = 0; i < ROW_COUNT; i++)
        if (strcmp(name, rows[i].name) == 0)
            return &rows[i];
    return NULL;
}

const rnn_backend_row *rnn_backend_row_of_kind(rnn_backend_kind kind) {
    for (int i = 0; i < ROW_COUNT; i++)
        if (rows[i].kind == kind)
            return &rows[i];
    return NULL;
}

rnn_status rnn_backend_find(const char *name, const rnn_backend_row **row, rnn_error *error) {
    if (!name)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "backend: NULL");
    *row = rnn_backend_row_named(name);
    if (!*row)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "backend: \"%.64s\" is unknown", name);
    return row_available(*row, error);
}

const rnn_kernels *rnn_kernels_best(void) {
    const rnn_kernels *best = NULL;
    for (int i = 0; i < ROW_COUNT; i++)
        if (rows[i].kernels && row_available(&rows[i], NULL) == RNN_OK)
            best = rows[i].kernels;
    return best;
}

int rnn_backend_count(void) {
    return ROW_COUNT;
}

/* The name of the instructions that the backend of a row computes with. */
static const char *row_isa(const rnn_backend_row *row) {
    if (row->library)
        return rnn_instruction_set_best(rnn_library_features(row->library))->name;
    if (row->kind == RNN_BACKEND_KERNELS || row->kind == RNN_BACKEND_TEXTBOOK)
        return rnn_instruction_set_with(row->features)->name;
    return rnn_isa_name();
}

rnn_status rnn_backend_get(int index, rnn_backend_info *info) {
    static const char *const none[] = {NULL};
    if (index < 0 || index >= ROW_COUNT || !info)
        return RNN_INVALID_ARGUMENT;
    const rnn_backend_row *row = &rows[index];
    rnn_error why = {""};
    rnn_status status = row_available(row, &why);
    *info = (rnn_backend_info){.name = row->name,
                               .summary = row->summary,
                               .available = status == RNN_OK,
                               .threaded = row->threaded,
                               .kind = row->kind,
                               .isa = row_isa(row),
                               .library = row->library ? row->library->title : NULL,
                               .variables = row->library ? row->library->variables : none,
                               .relu_loses_nan = row->library && row->library->relu_loses_nan};
    snprintf(info->reason, sizeof info->reason, "%.159s", why.text);
    if (row->backend && row->backend->version)
        row->backend->version(info->version, sizeof info->version);
    return RNN_OK;
}

rnn_status rnn_backend_named(const char *name, rnn_backend_info *info) {
    const rnn_backend_row *row = name ? rnn_backend_row_named(name) : NULL;
    return row ? rnn_backend_get((int)(row - rows), info) : RNN_INVALID_ARGUMENT;
}

rnn_backend_kind rnn_backend_kind_of(const char *name) {
    const rnn_backend_row *row = name ? rnn_backend_row_named(name) : NULL;
    return row ? row->kind : RNN_BACKEND_UNKNOWN;
}

const char *rnn_backend_of_kind(rnn_backend_kind kind) {
    const rnn_backend_row *row = rnn_backend_row_of_kind(kind);
    return row ? row->name : NULL;
}

const char *rnn_isa_name(void) {
    return rnn_cpu_unknown_override() ? "none" : rnn_instruction_set_best(rnn_cpu_in_use())->name;
}

/* ---- Names -------------------------------------------------------------------------------- */

static const char *name_of(const char *const *names, int count, int value) {
    return value >= 0 && value < count ? names[value] : "?";
}

static int value_of(const char *const *names, int count, const char *name) {
    for (int i = 0; name && i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static const char *const cell_names[RNN_CELL_COUNT] = {
#define CELL(id, name, keras_name, gates, states) [id] = name,
#include "kernels/cells.inc"
#undef CELL
};
static const char *const activation_names[RNN_ACTIVATION_COUNT] = {
#define ACTIVATION(id, name) [id] = name,
#include "kernels/activations.inc"
#undef ACTIVATION
};
static const char *const direction_names[RNN_DIRECTION_COUNT] = {
    [RNN_FORWARD] = "forward", [RNN_BACKWARD] = "backward", [RNN_BIDIRECTIONAL] = "bidirectional"};
static const char *const merge_names[RNN_MERGE_COUNT] = {[RNN_CONCAT] = "concat",
                                                         [RNN_SUM] = "sum",
                                                         [RNN_MUL] = "mul",
                                                         [RNN_AVE] = "ave",
                                                         [RNN_NONE] = "none"};

static const char *const coupling_names[RNN_COUPLING_COUNT] = {
    [RNN_COUPLING_NONE] = "none", [RNN_COUPLING_INPUT] = "input", [RNN_COUPLING_FORGET] = "forget"};

/* Makes the pair of functions of one name table, whose bodies are name_of and value_of. */
#define NAMED(type, kind, COUNT)                                                                   \
    const char *rnn_##kind##_name(type value) {                                                    \
        return name_of(kind##_names, COUNT, (int)value);                                           \
    }                                                                                              \
    bool rnn_##kind##_parse(const char *name, type *value) {                                       \
        int found = value_of(kind##_names, COUNT, name);                                           \
        if (found >= 0)                                                                            \
            *value = (type)found;                                                                  \
        return found >= 0;                                                                         \
    }
NAMED(rnn_cell, cell, RNN_CELL_COUNT)
NAMED(rnn_activation, activation, RNN_ACTIVATION_COUNT)
NAMED(rnn_direction, direction, RNN_DIRECTION_COUNT)
NAMED(rnn_merge, merge, RNN_MERGE_COUNT)
NAMED(rnn_coupling, coupling, RNN_COUPLING_COUNT)
