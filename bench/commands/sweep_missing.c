/* SPDX-License-Identifier: MIT
 * rnnbench sweep and tune in a build without Google Benchmark. */
#include "bench/commands.h"

#include <stdio.h>

static int say_missing(const char *command) {
    fprintf(stderr,
            "rnnbench %s: Google Benchmark was not there when this was built (Debian: "
            "libbenchmark-dev)\n",
            command);
    return EXIT_WRONG;
}

int command_sweep(const cli_options *options) {
    (void)options;
    return say_missing("sweep");
}

int command_tune(const cli_options *options) {
    (void)options;
    return say_missing("tune");
}
