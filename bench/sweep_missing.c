/* SPDX-License-Identifier: MIT
 * rnnbench sweep in a build without Google Benchmark. */
#include "commands.h"

#include <stdio.h>

int command_sweep(const cli_options *options) {
    (void)options;
    fputs("rnnbench sweep: Google Benchmark was not there when this was built (Debian: "
          "libbenchmark-dev)\n",
          stderr);
    return EXIT_WRONG;
}
