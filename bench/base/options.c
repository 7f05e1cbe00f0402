/* SPDX-License-Identifier: MIT */
#include "bench/base/options.h"

#include "bench/base/fail.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
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
