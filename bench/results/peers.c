/* SPDX-License-Identifier: MIT */
#include "bench/results/peers.h"

#include "bench/base/text_list.h"

#include <string.h>

/* A file of `rnnbench sweep` names none. */
static const char *const usual_peers[] = {"onednn", "libxsmm",     "onednn3",
                                          "torch",  "onnxruntime", "tensorflow"};

bool peers_have(const timed_file *file, const char *backend) {
    for (size_t i = 0; i < sizeof usual_peers / sizeof *usual_peers; i++)
        if (strcmp(usual_peers[i], backend) == 0)
            return true;
    const char *named = rows_context(file, "peers");
    return named && *backend && text_list_has(named, ", ", backend);
}
