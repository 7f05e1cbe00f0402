/* SPDX-License-Identifier: MIT
 * The commands that read results files, in a build without jansson. */
#include "bench/commands.h"

#include <stdio.h>

static int say_missing(const char *command) {
    fprintf(stderr,
            "rnnbench %s: jansson was not there when this was built (Debian: libjansson-dev)\n",
            command);
    return EXIT_USAGE; /* 1 is a verdict */
}

#define MISSING(name)                                                                              \
    int command_##name(const cli_options *options) {                                               \
        (void)options;                                                                             \
        return say_missing(#name);                                                                 \
    }

MISSING(compare)
MISSING(gate)
MISSING(history)
MISSING(index)
MISSING(merge)
MISSING(report)
