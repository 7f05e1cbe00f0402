/* SPDX-License-Identifier: MIT */
#include "bench/options.h"

#include "bench/base/fail.h"
#include "bench/commands.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Values ------------------------------------------------------------------------------- */

static bool parse_sizes(void *field, const char *value, rnn_error *error) {
    int_list_free(field);
    return int_list_parse(field, value, 1, INT_MAX, error);
}

static bool parse_threads(void *field, const char *value, rnn_error *error) {
    int_list_free(field);
    return int_list_parse(field, value, 1, RNN_MAX_THREADS, error);
}

static bool parse_switches(void *field, const char *value, rnn_error *error) {
    int_list_free(field);
    return int_list_parse(field, value, 0, 1, error);
}

static bool parse_count(void *field, const char *value, rnn_error *error) {
    return parse_int(value, 1, INT_MAX, field, error);
}

/* Every repetition of every row is kept until the end. */
static bool parse_repetitions(void *field, const char *value, rnn_error *error) {
    return parse_int(value, 1, 10000, field, error);
}

static bool parse_seconds(void *field, const char *value, rnn_error *error) {
    char *end;
    double seconds = strtod(value, &end);
    if (end == value || *end != '\0' || !isfinite(seconds) || seconds <= 0 || seconds > 1e6)
        return fail(error, "not a number of seconds above 0 and at most 1e6");
    *(double *)field = seconds;
    return true;
}

/* "30s", "2m", "100ns"; a number alone is of seconds. */
static bool parse_duration(void *field, const char *value, rnn_error *error) {
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"", 1},      {"s", 1},  {"ms", 1e-3}, {"us", 1e-6},
                 {"ns", 1e-9}, {"m", 60}, {"h", 3600}};
    char *end;
    const double number = strtod(value, &end);
    for (size_t i = 0; end != value && i < sizeof units / sizeof *units; i++) {
        const double seconds = number * units[i].seconds;
        if (strcmp(end, units[i].name) == 0 && isfinite(seconds) && seconds > 0 && seconds <= 1e6) {
            *(double *)field = seconds;
            return true;
        }
    }
    return fail(error, "not a duration such as 30s, 2m or 100ns");
}

static bool parse_percent(void *field, const char *value, rnn_error *error) {
    char *end;
    const double percent = strtod(value, &end);
    if (end == value || strcmp(end, "%") != 0 || !(percent > 0) || percent > 1000)
        return fail(error, "not a percentage above 0%% such as 5%%");
    *(double *)field = 0.01 * percent;
    return true;
}

static bool parse_seed(void *field, const char *value, rnn_error *error) {
    char *end;
    errno = 0;
    unsigned long long seed = strtoull(value, &end, 0);
    if (!isdigit((unsigned char)*value) || *end != '\0' || errno == ERANGE)
        return fail(error, "not a whole number of 64 bits");
    *(uint64_t *)field = seed;
    return true;
}

static bool parse_text(void *field, const char *value, rnn_error *error) {
    if (*value == '\0')
        return fail(error, "empty");
    *(const char **)field = value;
    return true;
}

static bool parse_shard(void *field, const char *value, rnn_error *error) {
    const int most = 100000;
    char index[16];
    shard_choice *given = field;
    size_t length = strcspn(value, "/");
    snprintf(index, sizeof index, "%.*s", (int)(length < 15 ? length : 15), value);
    if (value[length] != '/')
        return fail(error, "not I/N, as in 2/8");
    return parse_int(value + length + 1, 1, most, &given->count, error) &&
           parse_int(index, 1, given->count, &given->index, error);
}

/* An option without a value. */
static bool parse_flag(void *field, const char *value, rnn_error *error) {
    (void)value;
    (void)error;
    *(bool *)field = true;
    return true;
}

/* Adds the bit of every name in a list; find() gives a name's number, or -1. */
static bool parse_names(unsigned *bits, const char *value, int (*find)(const char *),
                        const char *kind, rnn_error *error) {
    *bits = 0;
    char name[64];
    for (const char *item = value; item;) {
        size_t length = strcspn(item, ",");
        snprintf(name, sizeof name, "%.*s", (int)(length < 63 ? length : 63), item);
        int found = find(name);
        if (found < 0)
            return fail(error, "\"%s\" is not a known %s", name, kind);
        *bits |= 1u << found;
        item = item[length] == ',' ? item + length + 1 : NULL;
    }
    return true;
}

static int find_cell(const char *name) {
    rnn_cell cell;
    return rnn_cell_parse(name, &cell) ? (int)cell : -1;
}

static int find_direction(const char *name) {
    rnn_direction direction;
    return rnn_direction_parse(name, &direction) ? (int)direction : -1;
}

static int find_backend(const char *name) {
    rnn_backend_info info;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (strcmp(info.name, name) == 0)
            return i;
    return -1;
}

static bool parse_cells(void *field, const char *value, rnn_error *error) {
    return parse_names(field, value, find_cell, "cell", error);
}

static bool parse_directions(void *field, const char *value, rnn_error *error) {
    return parse_names(field, value, find_direction, "direction", error);
}

static bool parse_backends(void *field, const char *value, rnn_error *error) {
    return parse_names(field, value, find_backend, "backend", error);
}

/* ---- The table ---------------------------------------------------------------------------- */

typedef struct option_row {
    const char *name, *argument, *help; /* argument "": the option takes none */
    bool (*parse)(void *field, const char *value, rnn_error *error); /* NULL: --problem */
    size_t field;                                                    /* offset in options */
    unsigned commands; /* bit set of command_id, and FILTER */
} option_row;

#define CHECK    (1u << COMMAND_check)
#define SWEEP    (1u << COMMAND_sweep)
#define PEAK     (1u << COMMAND_peak)
#define TUNE     (1u << COMMAND_tune)
#define COMPARE  (1u << COMMAND_compare)
#define HISTORY  (1u << COMMAND_history)
#define MERGE    (1u << COMMAND_merge)
#define INDEX    (1u << COMMAND_index)
#define REPORT   (1u << COMMAND_report)
#define GATE     (1u << COMMAND_gate)
#define FILTER   (1u << COMMAND_COUNT) /* selects among problems */
#define AT(name) offsetof(cli_options, name)

/* A name may stand in several rows that mean different things to different commands. */
static const option_row rows[] = {
    {"against", "BUILD_OR_REV",
     "a build folder, a program (./rnnbench: with a slash), or a git revision, built first",
     parse_text, AT(against), GATE},
    {"baseline", "FILE.json",
     "a results file: speeds relative to the anchor are compared; no rate of false alarms is known",
     parse_text, AT(baseline), GATE},
    {"selftest", "", "this program against itself: the smallest slowdown that is seen here",
     parse_flag, AT(selftest), GATE},
    {"budget", "DURATION",
     "for all of it but building a revision, kept to within 2 s; 30s, of instructions 900s",
     parse_duration, AT(budget), GATE},
    {"threshold", "PERCENT",
     "more time that is not yet slower; 5%, with --baseline 20%, of instructions 1%", parse_percent,
     AT(threshold), GATE},
    {"floor", "DURATION", "more time of one run that is not yet slower; 100ns", parse_duration,
     AT(floor), GATE},
    {"instructions", "", "with --against: counts instructions instead of measuring time",
     parse_flag, AT(instructions), GATE},
    {"anchor", "BACKEND", "of --baseline; naive", parse_text, AT(anchor), GATE},
    {"anyway", "", "judges by a baseline of another machine, compiler or library too", parse_flag,
     AT(anyway), GATE},
    {"cache", "FOLDER", "where built revisions are kept; ~/.cache/rnnbench", parse_text, AT(cache),
     GATE},
    {"cell", "LIST", "simple_rnn, lstm, gru", parse_cells, AT(cells),
     FILTER | CHECK | SWEEP | TUNE | COMPARE | GATE},
    {"backend", "LIST", "names as in `rnnbench list`", parse_backends, AT(backends),
     CHECK | SWEEP | TUNE | GATE},
    {"backend", "LIST", "names as in the files", parse_text, AT(backend_names), COMPARE | HISTORY},
    {"batch", "LIST", "N", parse_sizes, AT(batch), FILTER | CHECK | SWEEP | TUNE | COMPARE | GATE},
    {"steps", "LIST", "T", parse_sizes, AT(steps), FILTER | CHECK | SWEEP | TUNE | COMPARE | GATE},
    {"features", "LIST", "D; the units if not given", parse_sizes, AT(features),
     FILTER | CHECK | SWEEP | TUNE | COMPARE | GATE},
    {"units", "LIST", "M", parse_sizes, AT(units), FILTER | CHECK | SWEEP | TUNE | COMPARE | GATE},
    {"threads", "LIST", "for the backends that take more than one; tune: the most that auto gets",
     parse_threads, AT(threads), CHECK | SWEEP | TUNE | PEAK},
    {"threads", "LIST", "for the backends that take more than one; all usable cores", parse_threads,
     AT(threads), GATE},
    {"threads", "LIST", "P", parse_threads, AT(threads), COMPARE | HISTORY},
    {"directions", "LIST", "forward, backward, bidirectional", parse_directions, AT(directions),
     FILTER | CHECK | SWEEP | TUNE | COMPARE | GATE},
    {"reset-after", "LIST", "0, 1: which GRU", parse_switches, AT(reset_after),
     FILTER | CHECK | SWEEP | TUNE | COMPARE | GATE},
    {"problem", "PATTERN",
     "a problem whose values may be lists, as lstm,gru/N:1,8/T:25/U:16:64:x2; repeatable", NULL, 0,
     CHECK | SWEEP | TUNE | GATE},
    {"preset", "NAME", "quick, full, keras, deepbench, tiny, grid, gate; the lists above filter it",
     parse_text, AT(preset), SWEEP | TUNE | GATE},
    {"max-steps", "T", "caps T", parse_count, AT(max_steps), FILTER | SWEEP | TUNE | GATE},
    {"seed", "NUMBER", "of the inputs and weights; 1", parse_seed, AT(seed),
     CHECK | SWEEP | TUNE | GATE},
    {"random", "SECONDS", "checks random problems for so long", parse_seconds, AT(random_seconds),
     CHECK},
    {"repetitions", "COUNT", "samples a row; 9, tune 21", parse_repetitions, AT(repetitions),
     SWEEP | TUNE},
    {"min-time", "SECONDS", "that a repetition lasts at least; 0.01, tune 0.005", parse_seconds,
     AT(min_time), SWEEP | TUNE},
    {"max-run-time", "SECONDS", "leaves out rows of which one run takes longer; 2", parse_seconds,
     AT(max_run_time), SWEEP | TUNE},
    {"peak-time", "SECONDS", "to measure the machine's peaks, of which roofs are made; 2.5, peak 8",
     parse_seconds, AT(peak_time), SWEEP | PEAK},
    {"out", "FILE", "writes Google Benchmark JSON; tune: the tuning file, else RNN_TUNING's",
     parse_text, AT(out), SWEEP | TUNE},
    {"by", "backend", "of one file: each backend against the anchor", parse_text, AT(by), COMPARE},
    {"anchor", "BACKEND", "that times are relative to; of two files: each time to its own file's",
     parse_text, AT(anchor), COMPARE},
    {"sort", "ORDER", "problem, or ratio: the slowest first; problem", parse_text, AT(sort),
     COMPARE},
    {"changed", "", "only rows that are slower or faster beyond noise", parse_flag, AT(changed),
     COMPARE},
    {"format", "NAME", "text, markdown, csv, json, junit; by the name of --out, else text",
     parse_text, AT(format), COMPARE | HISTORY | GATE},
    {"out", "FILE", "writes there instead of to standard output", parse_text, AT(out),
     COMPARE | HISTORY | GATE},
    {"table", "FILE.md", "writes the closing table as Markdown", parse_text, AT(table), SWEEP},
    {"save", "", "names --out and --table results/MACHINE/DATE-COMMIT, or -2 and so on behind it",
     parse_flag, AT(save), SWEEP},
    {"results", "FOLDER", "the store of --save and of history; results", parse_text, AT(results),
     SWEEP | HISTORY},
    {"shard", "I/N", "part I of N of the problems, of about equal cost", parse_shard, AT(shard),
     SWEEP},
    {"anchor", "BACKEND", "shows times as multiples of this backend's in the same file", parse_text,
     AT(anchor), HISTORY},
    {"out", "FILE", "the one to make", parse_text, AT(out), MERGE},
    {"out", "FILE.html", "the page to make", parse_text, AT(out), REPORT},
    {"force", "", "replaces an --out that is no tuning file of this machine", parse_flag, AT(force),
     TUNE},
    {"force", "", "joins although parts differ or are missing", parse_flag, AT(force), MERGE},
    {"check", "", "changes nothing; status 1 where the table is not that of the files", parse_flag,
     AT(check), INDEX},
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };

void options_help(command_id command) {
    bool takes_list = false;
    for (int i = 0; i < ROW_COUNT; i++) {
        if (!(rows[i].commands & 1u << command))
            continue;
        printf("  --%-13s %-12s  %s\n", rows[i].name, rows[i].argument, rows[i].help);
        takes_list |= strcmp(rows[i].argument, "LIST") == 0;
    }
    if (takes_list)
        puts("  LIST is of values and ranges: 1,8,32  16:256:x2  16:64:+16  1:8 (by 1)");
}

/* ---- Parsing ------------------------------------------------------------------------------ */

/* `values` are the last ones given, by row. */
static void note_filters(cli_options *options, const char *const values[ROW_COUNT]) {
    for (int i = 0; i < ROW_COUNT; i++) {
        size_t used = strlen(options->filters);
        if (rows[i].commands & FILTER && values[i])
            snprintf(options->filters + used, sizeof options->filters - used, "%s--%s %.60s",
                     used ? " " : "", rows[i].name, values[i]);
    }
}

/* Of the rows of one name, the one of this command, or the first. */
static const option_row *find_row(const char *name, command_id command) {
    const option_row *found = NULL;
    for (int i = 0; i < ROW_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0 && (!found || rows[i].commands & 1u << command))
            found = &rows[i];
    return found;
}

static bool set_option(cli_options *options, command_id command, const option_row *row,
                       const char *value, rnn_error *error) {
    rnn_error why;
    if (!(row->commands & 1u << command))
        return fail(error, "--%s: not an option of this command", row->name);
    if (!row->parse) {
        options->problems[options->problem_count++] = value;
        return true;
    }
    if (!row->parse((char *)options + row->field, value, &why))
        return fail(error, "--%s %.80s: %.140s", row->name, value, why.text);
    return true;
}

static char *join(int argc, char **argv) {
    size_t size = sizeof "rnnbench";
    for (int i = 0; i < argc; i++)
        size += strlen(argv[i]) + 1;
    char *line = malloc(size);
    if (!line)
        return NULL;
    char *end = stpcpy(line, "rnnbench");
    for (int i = 0; i < argc; i++) {
        *end++ = ' ';
        end = stpcpy(end, argv[i]);
    }
    return line;
}

static bool parse_all(cli_options *options, command_id command, int argc, char **argv,
                      rnn_error *error) {
    struct option long_options[ROW_COUNT + 1] = {{0}};
    const char *values[ROW_COUNT] = {NULL};
    for (int i = 0; i < ROW_COUNT; i++)
        long_options[i] = (struct option){
            rows[i].name, *rows[i].argument ? required_argument : no_argument, NULL, i};
    opterr = 0;
    optind = 0; /* anew, whatever a command line that was refused has left behind */
    for (;;) {
        int at = optind ? optind : 1;
        int found = getopt_long(argc, argv, ":", long_options, NULL);
        if (found == -1)
            break;
        if (found == ':')
            return fail(error, "%.80s: a value is missing", argv[at]);
        if (found == '?')
            return fail(error, "%.80s: unknown option", argv[at]);
        const option_row *row = find_row(rows[found].name, command);
        if (!set_option(options, command, row, optarg, error))
            return false;
        values[row - rows] = optarg;
    }
    note_filters(options, values);
    return true;
}

/* How many arguments that are no options a command takes, and what to say where they are missing.
 */
static const struct {
    int least, most;
    const char *missing;
} arguments_of[COMMAND_COUNT] = {
    [COMMAND_summary] = {1, 1, "an argument is missing, as in lstm/N:1/T:10/D:3/U:5/dense:2"},
    [COMMAND_history] = {1, INT_MAX, "a problem is missing, as in lstm/N:1/T:25/U:64"},
    [COMMAND_merge] = {1, INT_MAX, "the files to join are missing"},
    [COMMAND_index] = {0, 1, ""},
    [COMMAND_report] = {1, INT_MAX, "results files are missing"},
    [COMMAND_compare] = {1, 2, "two results files are missing, or one and --by backend"},
};

static bool check_arguments(const cli_options *options, command_id command, rnn_error *error) {
    const int least = arguments_of[command].least, most = arguments_of[command].most;
    if (options->argument_count > most)
        return fail(error, "%.80s: unexpected argument", options->arguments[most]);
    if (options->argument_count < least)
        return fail(error, "%s", arguments_of[command].missing);
    return true;
}

bool options_parse(cli_options *options, command_id command, int argc, char **argv,
                   rnn_error *error) {
    *options = (struct cli_options){.seed = 1, .results = "results"};
    options->command_line = join(argc, argv);
    options->problems = calloc((size_t)argc + 1, sizeof *options->problems);
    if (!options->command_line || !options->problems)
        return fail(error, "out of memory");
    if (!parse_all(options, command, argc, argv, error))
        return false;
    options->arguments = (const char *const *)argv + optind;
    options->argument_count = argc - optind;
    return check_arguments(options, command, error);
}

void options_free(cli_options *options) {
    int_list *const lists[] = {&options->batch, &options->steps,   &options->features,
                               &options->units, &options->threads, &options->reset_after};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        int_list_free(lists[i]);
    free(options->problems);
    free(options->command_line);
}

/* ---- Selection ---------------------------------------------------------------------------- */

static bool passes(const int_list *filter, int value) {
    return filter->count == 0 || int_list_contains(filter, value);
}

static bool passes_bits(unsigned filter, int value) {
    return filter == 0 || (filter >> value & 1u) != 0;
}

bool options_select(const cli_options *options, const problem *p) {
    const rnn_layer *layer = &p->layers[0];
    return passes_bits(options->cells, (int)layer->cell) &&
           passes_bits(options->directions, (int)layer->direction) &&
           passes(&options->batch, p->batch) && passes(&options->steps, p->timesteps) &&
           passes(&options->features, layer->features) && passes(&options->units, layer->units) &&
           (layer->cell != RNN_GRU || passes(&options->reset_after, layer->reset_after));
}

bool options_select_backend(const cli_options *options, int index) {
    return passes_bits(options->backends, index);
}

bool options_backend_is_forced(int index) {
    rnn_backend_info info, earlier;
    if (rnn_backend_get(index, &info) != RNN_OK)
        return false;
    for (int i = 0; i < index && rnn_backend_get(i, &earlier) == RNN_OK; i++) {
        size_t length = strlen(earlier.name);
        if (strncmp(info.name, earlier.name, length) == 0 && info.name[length] == '_')
            return true;
    }
    return false;
}

void options_tell_threads(const cli_options *options, int cores, const char *set_by) {
    for (int i = 0; i < options->threads.count; i++)
        if (options->threads.values[i] > cores)
            printf("threads %d: more than the %d cores that are usable here%s%s\n",
                   options->threads.values[i], cores, *set_by ? ": " : "", set_by);
}

int refuse_usage(const char *command, const char *why) {
    fflush(stdout);
    fprintf(stderr, "rnnbench %s: %s\n", command, why);
    return EXIT_USAGE;
}
