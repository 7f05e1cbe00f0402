/* SPDX-License-Identifier: MIT
 * rnnbench merge */
#include "bench/base/command.h"
#include "bench/base/fail.h"
#include "bench/base/replace.h"
#include "bench/problems/shard.h"
#include "bench/results/comparable.h"
#include "bench/results/merge_json.h"
#include "bench/results/rows.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct merge_state {
    const char *out;
    bool force;
    const option_list *options; /* its arguments are the files to join */
    timed_file *parts;
    int count;
} merge_state;

/* ---- Reading -------------------------------------------------------------------------------- */

static bool same_file(const char *a, const char *b) {
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_ino == second.st_ino &&
           first.st_dev == second.st_dev;
}

static bool check_usage(const merge_state *merge, rnn_error *error) {
    const option_list *options = merge->options;
    if (!merge->out)
        return fail(error, "--out FILE is missing");
    for (int i = 0; options->argument_count > 1 && i < options->argument_count; i++)
        if (same_file(options->arguments[i], merge->out))
            return fail(error, "--out %.200s: is one of the files to join", merge->out);
    return true;
}

static bool read_parts(merge_state *merge, rnn_error *error) {
    const option_list *options = merge->options;
    merge->parts = calloc((size_t)options->argument_count + 1, sizeof *merge->parts);
    if (!merge->parts)
        return fail(error, "out of memory");
    for (; merge->count < options->argument_count; merge->count++)
        if (!rows_read_with_text(&merge->parts[merge->count], options->arguments[merge->count],
                                 error))
            return false;
    for (int i = 0; i < merge->count; i++)
        rows_tell_notes(&merge->parts[i], "merge");
    return true;
}

static void free_parts(merge_state *merge) {
    for (int i = 0; i < merge->count; i++)
        rows_free(&merge->parts[i]);
    free(merge->parts);
}

/* ---- What cannot be joined at all ------------------------------------------------------------ */

static bool check_schemas(const merge_state *merge) {
    for (int i = 1; i < merge->count; i++)
        if (merge->parts[i].schema != merge->parts[0].schema) {
            fprintf(stderr, "rnnbench merge: %s is of schema version %d, %s of %d\n",
                    merge->parts[0].path, merge->parts[0].schema, merge->parts[i].path,
                    merge->parts[i].schema);
            return false;
        }
    return true;
}

/* The part before `index` that has this row too; NULL: none. */
static const timed_file *find_earlier(const merge_state *merge, int index, const timed_row *row) {
    for (int i = 0; i < index; i++)
        if (rows_find(&merge->parts[i], row->problem, row->backend, row->threads))
            return &merge->parts[i];
    return NULL;
}

static bool check_rows(const merge_state *merge) {
    for (int i = 1; i < merge->count; i++)
        for (int k = 0; k < merge->parts[i].row_count; k++) {
            const timed_row *row = &merge->parts[i].rows[k];
            const timed_file *other = find_earlier(merge, i, row);
            if (!other)
                continue;
            fprintf(stderr, "rnnbench merge: %s is in %s and in %s\n", row->name, other->path,
                    merge->parts[i].path);
            return false;
        }
    return true;
}

/* ---- What can be joined only when told to ---------------------------------------------------- */

typedef struct file_pair {
    const timed_file *first, *other;
    int differences;
} file_pair;

static void tell_difference(const context_difference *difference, void *data) {
    file_pair *pair = data;
    fprintf(stderr, "rnnbench merge: %s: \"%s\" in %s, \"%s\" in %s\n", difference->name,
            comparable_text(pair->first, difference->name), pair->first->path,
            comparable_text(pair->other, difference->name), pair->other->path);
    pair->differences += difference->weight == REFUSED;
}

static int tell_unfinished(const timed_file *part) {
    const bool has_mark = part->schema > 0;
    if (rows_context(part, "interrupted") || (has_mark && !rows_context(part, "finished"))) {
        fprintf(stderr, "rnnbench merge: %s is of a sweep that did not finish\n", part->path);
        return 1;
    }
    return 0;
}

static bool shard_of(const timed_file *part, shard_choice *shard) {
    const int most = 100000; /* in a foreign file it may be anything */
    const char *text = rows_context(part, "shard");
    return text && sscanf(text, "%d/%d", &shard->index, &shard->count) == 2 && shard->index >= 1 &&
           shard->index <= shard->count && shard->count <= most;
}

static bool has_shard(const merge_state *merge, int index, int count) {
    shard_choice shard;
    for (int i = 0; i < merge->count; i++)
        if (shard_of(&merge->parts[i], &shard) && shard.index == index && shard.count == count)
            return true;
    return false;
}

/* The first part that is a shard says how many shards there are. */
static int tell_missing_shards(const merge_state *merge) {
    int missing = 0, first = 0;
    shard_choice shard;
    while (first < merge->count && !shard_of(&merge->parts[first], &shard))
        first++;
    if (first == merge->count)
        return 0;
    const int shards = shard.count;
    for (int i = 1; i <= shards; i++)
        if (!has_shard(merge, i, shards)) {
            fprintf(stderr, "rnnbench merge: shard %d/%d is missing\n", i, shards);
            missing++;
        }
    for (int i = 0; i < merge->count; i++)
        if (shard_of(&merge->parts[i], &shard) && shard.count != shards) {
            fprintf(stderr, "rnnbench merge: %s is shard %d/%d, %s one of %d\n",
                    merge->parts[i].path, shard.index, shard.count, merge->parts[first].path,
                    shards);
            missing++;
        }
    return missing;
}

/* Returns how many parts of the sweep are missing or unfinished. */
static int tell_incomplete(const merge_state *merge) {
    int count = tell_missing_shards(merge);
    for (int i = 0; i < merge->count; i++)
        count += tell_unfinished(&merge->parts[i]);
    return count;
}

static int tell_differences(const merge_state *merge) {
    int count = 0;
    for (int i = 1; i < merge->count; i++) {
        file_pair pair = {&merge->parts[0], &merge->parts[i], 0};
        comparable_differences(comparable_context(pair.first), comparable_context(pair.other),
                               FOR_MERGE, tell_difference, &pair);
        count += pair.differences;
    }
    return count;
}

/* ---- The command ---------------------------------------------------------------------------- */

static int refuse(const char *why) {
    fprintf(stderr, "rnnbench merge: %s\n", why);
    return EXIT_NOT_COMPARABLE;
}

static int join(const merge_state *merge, bool complete) {
    rnn_error error;
    size_t size;
    char *text = merge_json(merge->parts, merge->count, complete, &size, &error);
    if (!text)
        return refuse_usage("merge", error.text);
    bool written = file_replace(merge->out, text, size);
    free(text);
    if (!written) {
        fprintf(stderr, "rnnbench merge: --out %s: %s\n", merge->out, strerror(errno));
        return EXIT_WRONG;
    }
    int rows = 0;
    for (int i = 0; i < merge->count; i++)
        rows += merge->parts[i].row_count;
    printf("%d file%s, %d rows: %s\n", merge->count, merge->count == 1 ? "" : "s", rows,
           merge->out);
    return EXIT_FINE;
}

static int merge_parts(const merge_state *merge) {
    if (merge->count == 1) /* it is only written anew, in the form of today */
        return join(merge, true);
    if (!check_schemas(merge) || !check_rows(merge))
        return refuse("these files do not join");
    const int missing = tell_incomplete(merge), differences = tell_differences(merge);
    if (missing + differences && !merge->force)
        return refuse("not joined; --force does it all the same");
    return join(merge, missing == 0);
}

int command_merge(const command_line *line) {
    rnn_error error;
    option_list options = {.least_arguments = 1,
                           .most_arguments = INT_MAX,
                           .missing = "the files to join are missing"};
    merge_state merge = {.options = &options};
    int status;
    options_add(&options, "out", "FILE", "the one to make", read_text, &merge.out);
    options_add(&options, "force", "", "joins although parts differ or are missing", read_flag,
                &merge.force);
    if (!command_read(line, &options, &status))
        return status;
    bool ready = check_usage(&merge, &error) && read_parts(&merge, &error);
    status = ready ? merge_parts(&merge) : refuse_usage("merge", error.text);
    free_parts(&merge);
    return status;
}
