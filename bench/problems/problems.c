/* SPDX-License-Identifier: MIT */
#include "bench/problems/problems.h"

#include "bench/base/fail.h"
#include "bench/machine/machine.h"
#include "bench/problems/presets.h"
#include "bench/problems/sweep_cost.h"
#include "reference/problem_table.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PROBLEMS 20000
#define MAX_SEGMENTS 32

/* A hash table of the items: twice as many slots as there can be items, a power of two. */
#define SLOTS (1 << 16)
_Static_assert(SLOTS >= 2 * MAX_PROBLEMS, "a search must end soon");

void problem_list_free(problem_list *list) {
    free(list->items);
    free(list->slots);
    *list = (problem_list){0};
}

/* FNV-1a. */
static unsigned hash_of(const char *text) {
    unsigned hash = 2166136261u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

/* Where the problem of this text has its slot; 0 in it: it is not in the list. */
static int *find_slot(const problem_list *list, const char *text) {
    char other[PROBLEM_TEXT_SIZE];
    for (unsigned at = hash_of(text);; at++) {
        int *slot = &list->slots[at % SLOTS];
        if (*slot == 0)
            return slot;
        problem_print(&list->items[*slot - 1], other);
        if (strcmp(text, other) == 0)
            return slot;
    }
}

static bool append(problem_list *list, const problem *p, rnn_error *error) {
    char text[PROBLEM_TEXT_SIZE];
    problem_print(p, text);
    if (!list->slots)
        list->slots = calloc(SLOTS, sizeof *list->slots);
    if (!list->slots)
        return fail(error, "out of memory");
    int *slot = find_slot(list, text);
    if (*slot)
        return true;
    if (list->count == MAX_PROBLEMS)
        return fail(error, "more than %d problems", MAX_PROBLEMS);
    if (list->count == list->capacity) {
        int capacity = list->capacity ? 2 * list->capacity : 64;
        void *grown = realloc(list->items, (size_t)capacity * sizeof *list->items);
        if (!grown)
            return fail(error, "out of memory");
        list->items = grown;
        list->capacity = capacity;
    }
    list->items[list->count++] = *p;
    *slot = list->count;
    return true;
}

static bool append_text(problem_list *list, const char *text, rnn_error *error) {
    problem p;
    rnn_error why;
    if (!problem_parse(&p, text, &why))
        return fail(error, "%.90s: %.150s", text, why.text);
    rnn_model model = problem_model(&p);
    if (rnn_model_validate(&model, &why) != RNN_OK)
        return fail(error, "%.90s: %.150s", text, why.text);
    return append(list, &p, error);
}

/* ---- Patterns ----------------------------------------------------------------------------- */

typedef struct problem_pattern {
    char *segments[MAX_SEGMENTS]; /* into one copy of the text */
    int count;
    bool has_features;
} problem_pattern;

static bool is_size(const char *segment) {
    return segment[0] && strchr("NTDU", segment[0]) && segment[1] == ':';
}

/* Appends one segment's text; false if there is no room. */
static bool push(char text[PROBLEM_TEXT_SIZE], const char *key, size_t key_length,
                 const char *value, size_t value_length) {
    size_t used = strlen(text);
    if (used + key_length + value_length + 2 > PROBLEM_TEXT_SIZE)
        return false;
    char *end = text + used;
    if (used)
        *end++ = '/';
    memcpy(end, key, key_length);
    memcpy(end + key_length, value, value_length);
    end[key_length + value_length] = '\0';
    return true;
}

static bool expand_from(problem_list *list, const problem_pattern *pattern, int at,
                        char text[PROBLEM_TEXT_SIZE], rnn_error *error);

/* Goes on with "<key><value>" as the next segment, then takes it off again. */
static bool expand_with(problem_list *list, const problem_pattern *pattern, int at,
                        char text[PROBLEM_TEXT_SIZE], const char *key, const char *value,
                        size_t value_length, rnn_error *error) {
    size_t used = strlen(text);
    size_t key_length = strcspn(key, ":") + 1;
    bool ok = true;
    if (!pattern->has_features && key[0] == 'U' && key_length == 2)
        ok = push(text, "D:", 2, value, strspn(value, "0123456789"));
    ok = ok && push(text, key, strchr(key, ':') ? key_length : 0, value, value_length);
    if (!ok)
        fail(error, "a problem's text would be longer than %d", PROBLEM_TEXT_SIZE - 1);
    ok = ok && expand_from(list, pattern, at + 1, text, error);
    text[used] = '\0';
    return ok;
}

/* A size that may be a range: all of its values. */
static bool expand_sizes(problem_list *list, const problem_pattern *pattern, int at,
                         char text[PROBLEM_TEXT_SIZE], rnn_error *error) {
    const char *segment = pattern->segments[at];
    int_list sizes = {0};
    rnn_error why;
    bool ok = int_list_parse(&sizes, segment + 2, 1, INT_MAX, &why) ||
              fail(error, "%.80s: %.160s", segment, why.text);
    for (int i = 0; ok && i < sizes.count; i++) {
        char value[16];
        int length = snprintf(value, sizeof value, "%d", sizes.values[i]);
        ok = expand_with(list, pattern, at, text, segment, value, (size_t)length, error);
    }
    int_list_free(&sizes);
    return ok;
}

/* Anything else: names, or stacks as 16+8. */
static bool expand_words(problem_list *list, const problem_pattern *pattern, int at,
                         char text[PROBLEM_TEXT_SIZE], rnn_error *error) {
    const char *segment = pattern->segments[at];
    const char *colon = strchr(segment, ':');
    bool ok = true;
    for (const char *word = colon ? colon + 1 : segment; ok && word;) {
        size_t length = strcspn(word, ",");
        ok = expand_with(list, pattern, at, text, segment, word, length, error);
        word = word[length] == ',' ? word + length + 1 : NULL;
    }
    return ok;
}

static bool expand_from(problem_list *list, const problem_pattern *pattern, int at,
                        char text[PROBLEM_TEXT_SIZE], rnn_error *error) {
    if (at == pattern->count)
        return append_text(list, text, error);
    const char *segment = pattern->segments[at];
    bool sizes = is_size(segment) && !strchr(segment, '+');
    return (sizes ? expand_sizes : expand_words)(list, pattern, at, text, error);
}

/* Cuts `copy` at its slashes. A "+K" step is the only plus that follows a colon. */
static bool cut(problem_pattern *pattern, char *copy, rnn_error *error) {
    *pattern = (struct problem_pattern){0};
    for (char *segment = copy; segment;) {
        if (pattern->count == MAX_SEGMENTS)
            return fail(error, "more than %d segments", MAX_SEGMENTS);
        pattern->segments[pattern->count++] = segment;
        pattern->has_features |= strncmp(segment, "D:", 2) == 0;
        segment = strchr(segment, '/');
        if (segment)
            *segment++ = '\0';
    }
    return true;
}

bool problem_list_expand(problem_list *list, const char *text, rnn_error *error) {
    char *copy = strdup(text);
    if (!copy)
        return fail(error, "out of memory");
    problem_pattern pattern;
    char text_so_far[PROBLEM_TEXT_SIZE] = "";
    bool ok = cut(&pattern, copy, error) && expand_from(list, &pattern, 0, text_so_far, error);
    free(copy);
    return ok;
}

/* ---- The choice of a command line ---------------------------------------------------------- */

static bool expand_all(problem_list *list, const char *const *patterns, int count,
                       rnn_error *error) {
    for (int i = 0; i < count; i++)
        if (!problem_list_expand(list, patterns[i], error))
            return false;
    return true;
}

/* The patterns of --problem; a message names the option and its text. */
static bool expand_given(problem_list *list, const cli_options *options, rnn_error *error) {
    for (int i = 0; i < options->problem_count; i++) {
        const char *given = options->problems[i];
        rnn_error why;
        if (problem_list_expand(list, given, &why))
            continue;
        if (strncmp(why.text, given, strlen(given)) == 0)
            return fail(error, "--problem %.240s", why.text);
        return fail(error, "--problem %.90s: %.150s", given, why.text);
    }
    return true;
}

static bool asks_for_grid(const cli_options *options) {
    return options->directions || options->batch.count || options->steps.count ||
           options->features.count || options->units.count;
}

static bool append_cell_grid(problem_list *list, const cli_options *options, rnn_cell cell,
                             rnn_direction direction, bool reset_after, rnn_error *error);

/* A list that was given, or what a grid takes where it was not. */
static int_list or_default(const int_list *given, int_list fallback) {
    return given->count ? *given : fallback;
}

static bool append_grid(problem_list *list, const cli_options *options, rnn_error *error) {
    for (int cell = 0; cell < RNN_CELL_COUNT; cell++)
        for (int direction = 0; direction < RNN_DIRECTION_COUNT; direction++)
            for (int before = 0; before <= (cell == RNN_GRU); before++)
                if (!append_cell_grid(list, options, (rnn_cell)cell, (rnn_direction)direction,
                                      cell == RNN_GRU && !before, error))
                    return false;
    return true;
}

static bool append_cell_grid(problem_list *list, const cli_options *options, rnn_cell cell,
                             rnn_direction direction, bool reset_after, rnn_error *error) {
    int batches[] = {1, 8, 32}, steps[] = {25}, units[] = {64};
    int_list n = or_default(&options->batch, (int_list){batches, 3});
    int_list t = or_default(&options->steps, (int_list){steps, 1});
    int_list m = or_default(&options->units, (int_list){units, 1});
    if (!options->directions && direction != RNN_FORWARD)
        return true;
    /* Sizes are the filters' own: what rejects one problem rejects all. */
    problem first = problem_defaults(cell, n.values[0], t.values[0], 1, m.values[0]);
    first.layers[0].direction = direction;
    first.layers[0].reset_after = reset_after;
    first.layers[0].features = options->features.count ? options->features.values[0] : m.values[0];
    if (!options_select(options, &first))
        return true;
    for (int i = 0; i < n.count; i++)
        for (int j = 0; j < t.count; j++)
            for (int k = 0; k < m.count; k++) {
                int_list d = or_default(&options->features, (int_list){&m.values[k], 1});
                for (int l = 0; l < d.count; l++) {
                    problem p =
                        problem_defaults(cell, n.values[i], t.values[j], d.values[l], m.values[k]);
                    p.layers[0].direction = direction;
                    p.layers[0].reset_after = reset_after;
                    char text[PROBLEM_TEXT_SIZE];
                    problem_print(&p, text);
                    if (options_select(options, &p) && !append_text(list, text, error))
                        return false;
                }
            }
    return true;
}

static bool append_preset(problem_list *list, const char *name, rnn_error *error) {
    const problem_preset *preset = preset_find(name);
    if (preset)
        return expand_all(list, preset->patterns, preset->pattern_count, error);
    char known[96];
    return fail(error, "--preset %.80s: not one of %s", name, preset_names(known, sizeof known));
}

/* Caps T, then keeps what the filters let pass; a cap can make two problems one. */
static bool filter(problem_list *list, const cli_options *options, rnn_error *error) {
    problem_list all = *list;
    *list = (problem_list){0};
    bool ok = true;
    for (int i = 0; ok && i < all.count; i++) {
        problem p = all.items[i];
        if (options->max_steps && p.timesteps > options->max_steps)
            p.timesteps = options->max_steps;
        if (options_select(options, &p))
            ok = append(list, &p, error);
    }
    problem_list_free(&all);
    return ok;
}

/* Roughly the bytes at work while a problem is checked and timed: inputs, outputs, what is expected
 * of them and copies of all, and for each of some eight rows its packed weights and a projection of
 * the input. */
static double working_bytes(const problem *p) {
    const double rows = 8, copies = 6;
    double widest = 0;
    for (int i = 0; i < p->layer_count; i++) {
        const rnn_layer *layer = &p->layers[i];
        double gate_units = (double)rnn_cell_gates(layer->cell) * layer->units;
        widest = fmax(widest, rnn_layer_directions(layer) * gate_units);
    }
    double step = copies * (p->layers[0].features + widest) + rows * widest;
    return sizeof(float) * step * p->batch * p->timesteps +
           (rows + copies) * problem_weight_bytes(p);
}

/* An operating system that promises memory it lacks would kill the program later. */
static bool fits_memory(const problem *p, rnn_error *error) {
    double bytes = working_bytes(p), memory = (double)machine_available_memory(), gib = 1 << 30;
    if (memory == 0 || bytes <= memory)
        return true;
    char text[PROBLEM_TEXT_SIZE];
    problem_print(p, text);
    return fail(error, "%.120s: needs some %.3g GiB of memory, %.3g are available", text,
                bytes / gib, memory / gib);
}

static void keep_owned(problem_list *list, const int *owners, int owner) {
    int kept = 0;
    for (int i = 0; i < list->count; i++)
        if (owners[i] == owner)
            list->items[kept++] = list->items[i];
    list->count = kept;
    free(list->slots); /* of where they were */
    list->slots = NULL;
}

/* Leaves one shard, its problems in the order they had. */
static bool keep_shard(problem_list *list, const cli_options *options, rnn_error *error) {
    if (options->shard.count == 0)
        return true;
    const int all = list->count;
    const sweep_effort effort = sweep_effort_of(options);
    double *costs = calloc((size_t)all, sizeof *costs);
    int *owners = calloc((size_t)all, sizeof *owners);
    for (int i = 0; costs && i < all; i++)
        costs[i] = sweep_cost(&effort, &list->items[i]);
    bool ok = costs && owners && shard_assign(costs, all, options->shard.count, owners);
    if (ok)
        keep_owned(list, owners, options->shard.index);
    else
        fail(error, "out of memory: %d problems", all);
    free(costs);
    free(owners);
    if (ok && list->count == 0)
        return fail(error, "--shard %d/%d: there are %d problems, so nothing is left for it",
                    options->shard.index, options->shard.count, all);
    return ok;
}

/* Ends a choice: filters what was collected. */
static bool finish(problem_list *list, const cli_options *options, bool collected,
                   rnn_error *error) {
    bool ok = collected && filter(list, options, error);
    if (ok && list->count == 0)
        ok = fail(error, "no problem passes %s", options->filters);
    ok = ok && keep_shard(list, options, error);
    for (int i = 0; ok && i < list->count; i++)
        ok = fits_memory(&list->items[i], error);
    if (!ok)
        problem_list_free(list);
    return ok;
}

const char *problem_list_preset(const cli_options *options) {
    if (options->preset || options->problem_count || asks_for_grid(options))
        return options->preset;
    return "quick";
}

bool problem_list_for_sweep(problem_list *list, const cli_options *options, rnn_error *error) {
    const char *preset = problem_list_preset(options);
    bool ok;
    if (options->preset && options->problem_count)
        ok = fail(error, "--preset %.80s: excludes --problem %.120s", options->preset,
                  options->problems[0]);
    else if (options->problem_count)
        ok = expand_given(list, options, error);
    else if (preset)
        ok = append_preset(list, preset, error);
    else
        ok = append_grid(list, options, error);
    return finish(list, options, ok, error);
}

static bool append_table(problem_list *list, rnn_error *error) {
    for (int i = 0; i < problem_table_count(); i++)
        if (!append_text(list, problem_table_get(i)->text, error))
            return false;
    return true;
}

bool problem_list_for_check(problem_list *list, const cli_options *options, rnn_error *error) {
    bool ok =
        options->problem_count ? expand_given(list, options, error) : append_table(list, error);
    return finish(list, options, ok, error);
}
