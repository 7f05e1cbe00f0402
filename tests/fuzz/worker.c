/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: what a worker of `rnnbench gate` is asked, and what it answers. The first byte says
 * which of these it is. */
#include "tests/fuzz/worker.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, data + size};
    if (fuzz_byte(&in) == '<') {
        try_answers((const char *)in.at, (size_t)(in.end - in.at));
        return 0;
    }
    char *lines = fuzz_text(&in);
    try_requests(lines);
    free(lines);
    return 0;
}
