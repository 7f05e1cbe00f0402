/* SPDX-License-Identifier: MIT */
#include "bench/base/options.h"

#include "bench/base/fail.h"
#include "bench/base/ranges.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void options_add(option_list *list, const char *name, const char *argument, const char *help,
                 option_reader *read, void *variable) {
    assert(list->count < OPTION_LIST_MOST);
    list->rows[list->count++] = (option_row){
        .name = name, .argument = argument, .help = help, .read = read, .variable = variable};
}

void options_help(const option_list *list) {
    bool takes_list = false;
    for (int i = 0; i < list->count; i++) {
        const option_row *row = &list->rows[i];
        printf("  --%-13s %-12s  %s\n", row->name, row->argument, row->help);
        takes_list |= strcmp(row->argument, "LIST") == 0;
    }
    if (takes_list)
        puts("  LIST is of values and ranges: 1,8,32  16:256:x2  16:64:+16  1:8 (by 1)");
}

/* ---- Parsing ------------------------------------------------------------------------------ */

static bool refuse_unknown(const option_list *list, const char *word, rnn_error *error) {
    if (list->count == 0)
        return fail(error, "%.80s: unknown option; there are none", word);
    char known[190] = "";
    size_t used = 0;
    int named = 0;
    for (; named < list->count; named++) {
        const char *name = list->rows[named].name;
        if (used + strlen(name) + sizeof " -- ..." > sizeof known)
            break;
        used += (size_t)snprintf(known + used, sizeof known - used, " --%s", name);
    }
    return fail(error, "%.50s: unknown option; there are%s%s", word, known,
                named < list->count ? " ..." : "");
}

bool options_parse(option_list *list, int argc, char **argv, rnn_error *error) {
    struct option known[OPTION_LIST_MOST + 1] = {{0}};
    for (int i = 0; i < list->count; i++)
        known[i] = (struct option){
            list->rows[i].name, *list->rows[i].argument ? required_argument : no_argument, NULL, i};
    opterr = 0;
    optind = 0; /* anew, whatever a command line that was refused has left behind */
    for (;;) {
        int found = getopt_long(argc, argv, ":", known, NULL);
        if (found == -1)
            break;
        if (found == ':')
            return fail(error, "%.80s: a value is missing", argv[optind - 1]);
        if (found == '?') { /* getopt names only what may be one of several letters, as in -abc */
            const char letter[] = {'-', (char)optopt, '\0'};
            return refuse_unknown(list, optopt ? letter : argv[optind - 1], error);
        }
        rnn_error why;
        option_row *row = &list->rows[found];
        row->given = optarg ? optarg : "";
        if (!row->read(row->variable, optarg, &why))
            return fail(error, "--%s %.80s: %.140s", row->name, optarg, why.text);
    }
    list->arguments = (const char *const *)argv + optind;
    list->argument_count = argc - optind;
    if (list->argument_count > list->most_arguments)
        return fail(error, "%.80s: unexpected argument", list->arguments[list->most_arguments]);
    if (list->argument_count < list->least_arguments)
        return fail(error, "%s", list->missing);
    return true;
}

/* ---- Readers --------------------------------------------------------------------------------- */

bool read_sizes(void *variable, const char *text, rnn_error *error) {
    int_list_free(variable);
    return int_list_parse(variable, text, 1, INT_MAX, error);
}

bool read_threads(void *variable, const char *text, rnn_error *error) {
    int_list_free(variable);
    return int_list_parse(variable, text, 1, RNN_MAX_THREADS, error);
}

bool read_switches(void *variable, const char *text, rnn_error *error) {
    int_list_free(variable);
    return int_list_parse(variable, text, 0, 1, error);
}

bool read_count(void *variable, const char *text, rnn_error *error) {
    return parse_int(text, 1, INT_MAX, variable, error);
}

bool read_seconds(void *variable, const char *text, rnn_error *error) {
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(seconds) || seconds <= 0 || seconds > 1e6)
        return fail(error, "not a number of seconds above 0 and at most 1e6");
    *(double *)variable = seconds;
    return true;
}

bool read_duration(void *variable, const char *text, rnn_error *error) {
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"", 1},      {"s", 1},  {"ms", 1e-3}, {"us", 1e-6},
                 {"ns", 1e-9}, {"m", 60}, {"h", 3600}};
    char *end;
    const double number = strtod(text, &end);
    for (size_t i = 0; end != text && i < sizeof units / sizeof *units; i++) {
        const double seconds = number * units[i].seconds;
        if (strcmp(end, units[i].name) == 0 && isfinite(seconds) && seconds > 0 && seconds <= 1e6) {
            *(double *)variable = seconds;
            return true;
        }
    }
    return fail(error, "not a duration such as 30s, 2m or 100ns");
}

bool read_percent(void *variable, const char *text, rnn_error *error) {
    char *end;
    const double percent = strtod(text, &end);
    if (end == text || strcmp(end, "%") != 0 || !(percent > 0) || percent > 1000)
        return fail(error, "not a percentage above 0%% such as 5%%");
    *(double *)variable = 0.01 * percent;
    return true;
}

bool read_seed(void *variable, const char *text, rnn_error *error) {
    char *end;
    errno = 0;
    unsigned long long seed = strtoull(text, &end, 0);
    if (!isdigit((unsigned char)*text) || *end != '\0' || errno == ERANGE)
        return fail(error, "not a whole number of 64 bits");
    *(uint64_t *)variable = seed;
    return true;
}

bool read_text(void *variable, const char *text, rnn_error *error) {
    if (*text == '\0')
        return fail(error, "empty");
    *(const char **)variable = text;
    return true;
}

bool read_flag(void *variable, const char *text, rnn_error *error) {
    (void)text;
    (void)error;
    *(bool *)variable = true;
    return true;
}

bool read_names(unsigned *set, const char *text, int (*find)(const char *), const char *kind,
                rnn_error *error) {
    *set = 0;
    char name[64];
    for (const char *item = text; item;) {
        size_t length = strcspn(item, ",");
        snprintf(name, sizeof name, "%.*s", (int)(length < 63 ? length : 63), item);
        int found = find(name);
        if (found < 0)
            return fail(error, "\"%s\" is not a known %s", name, kind);
        *set |= 1u << found;
        item = item[length] == ',' ? item + length + 1 : NULL;
    }
    return true;
}

bool set_has(unsigned set, int value) {
    return set == 0 || (set >> value & 1u) != 0;
}
