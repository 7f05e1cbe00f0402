/* SPDX-License-Identifier: MIT
 * Reads a command line by a list of options that the command has made. Each option names the
 * variable that gets its value, and the reader that turns text into such a value. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include "kernels/rnn.h"

/* Puts the value that `text` says into the variable, or returns false with a message. The message
 * need not name the option: options_parse() puts it in front. */
typedef bool option_reader(void *variable, const char *text, rnn_error *error);

typedef struct option_row {
    /* What help shows of the option. `argument` is "" where it takes none. */
    const char *name, *argument, *help;
    option_reader *read;
    void *variable;
    /* The text as it was last read; NULL while the option was not on the command line. */
    const char *given;
} option_row;

#define OPTION_LIST_MOST 40

typedef struct option_list {
    /* How many arguments that are no options the command takes, and what to say where they are
     * missing. */
    int least_arguments, most_arguments;
    const char *missing;

    option_row rows[OPTION_LIST_MOST]; /* in the order in which help lists them */
    int count;
    /* The arguments that are no options, once options_parse() has read the command line. */
    const char *const *arguments;
    int argument_count;
} option_list;

void options_add(option_list *list, const char *name, const char *argument, const char *help,
                 option_reader *read, void *variable);

/* Reads a command line whose argv[0] is the command's name. Returns false where something is
 * refused, and the message names the option and its value. */
bool options_parse(option_list *list, int argc, char **argv, rnn_error *error);

/* Prints one line for each option to stdout. */
void options_help(const option_list *list);

/* ---- Readers, each beside the type of its variable ------------------------------------------- */

option_reader read_text;     /* const char *; the text must not be empty */
option_reader read_flag;     /* bool; the option takes no argument */
option_reader read_count;    /* int from 1 */
option_reader read_seed;     /* uint64_t */
option_reader read_seconds;  /* double above 0 */
option_reader read_duration; /* double, in seconds: "30s", "2m", "100ns"; "30" is 30 s */
option_reader read_percent;  /* double; "5%" becomes 0.05 */
option_reader read_sizes;    /* int_list of numbers from 1 */
option_reader read_threads;  /* int_list of numbers of threads */
option_reader read_switches; /* int_list of 0 and 1 */
/* Reads a list of names into the set of their numbers, one bit each. find() gives the number of a
 * name, or -1 for one that it does not know; the message then calls it a `kind`. */
bool read_names(unsigned *set, const char *text, int (*find)(const char *), const char *kind,
                rnn_error *error);

/* Whether the set has the value. An empty set stands for an option that was not given, and has
 * every value. */
bool set_has(unsigned set, int value);

#endif
