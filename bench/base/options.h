/* SPDX-License-Identifier: MIT
 * Reads a command line by a list of options that the command has made: each names the variable that
 * gets its value. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include "kernels/rnn.h"

/* Puts the value that `text` says into the variable. A message need not name the option. */
typedef bool option_reader(void *variable, const char *text, rnn_error *error);

typedef struct option_row {
    const char *name, *argument, *help; /* argument "": the option takes none */
    option_reader *read;
    void *variable;
    const char *given; /* as last read; NULL: not on the command line */
} option_row;

#define OPTION_LIST_MOST 40

typedef struct option_list {
    /* How many arguments that are no options are taken, and what to say where they are missing. */
    int least_arguments, most_arguments;
    const char *missing;

    option_row rows[OPTION_LIST_MOST]; /* in the order of help */
    int count;
    const char *const *arguments; /* found, after the options were read */
    int argument_count;
} option_list;

void options_add(option_list *list, const char *name, const char *argument, const char *help,
                 option_reader *read, void *variable);

/* argv[0] is the command's name. The message of a refusal names option and value. */
bool options_parse(option_list *list, int argc, char **argv, rnn_error *error);

/* One line each, to stdout. */
void options_help(const option_list *list);

/* ---- Readers, by the type of their variable ------------------------------------------------- */

option_reader read_text;     /* const char *: not empty */
option_reader read_flag;     /* bool; the option takes no argument */
option_reader read_count;    /* int from 1 */
option_reader read_seed;     /* uint64_t */
option_reader read_seconds;  /* double above 0 */
option_reader read_duration; /* double: seconds, from "30s", "2m", "100ns"; no unit: s */
option_reader read_percent;  /* double: 0.05 of "5%" */
option_reader read_sizes;    /* int_list of numbers from 1 */
option_reader read_threads;  /* int_list of numbers of threads */
option_reader read_switches; /* int_list of 0 and 1 */
/* Of a list of names the set of their numbers, which find() gives; -1: not a `kind` that is known.
 */
bool read_names(unsigned *set, const char *text, int (*find)(const char *), const char *kind,
                rnn_error *error);

/* Whether the set has the value; the empty one, which is what was not given, has all. */
bool set_has(unsigned set, int value);

#endif
