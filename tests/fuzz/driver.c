/* SPDX-License-Identifier: MIT
 *
 * Runs a target on every file of a corpus, with any compiler, so that what the fuzzer has found
 * once stays found. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Puts the input into a piece of memory of just its size, beyond which a sanitizer sees. */
static void replay(const char *path) {
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    FUZZ_CHECK(file, "%s cannot be read", path);
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    FUZZ_CHECK(feof(file), "%s is too large", path);
    fclose(file);
    uint8_t *input = malloc(size ? size : 1);
    FUZZ_CHECK(input, "no memory");
    memcpy(input, bytes, size);
    printf("%s\n", path);
    fflush(stdout);
    LLVMFuzzerTestOneInput(input, size);
    free(input);
}

static int is_input(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv) {
    struct dirent **inputs;
    char path[PATH_MAX];
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    const int count = scandir(argv[1], &inputs, is_input, alphasort);
    FUZZ_CHECK(count > 0, "%s holds no input", argv[1]);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", argv[1], inputs[i]->d_name);
        replay(path);
        free(inputs[i]);
    }
    free(inputs);
    printf("Ran %d tests in %s\n", count, argv[1]);
    return 0;
}
