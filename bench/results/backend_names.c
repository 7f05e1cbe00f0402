/* SPDX-License-Identifier: MIT */
#include "bench/results/backend_names.h"

#include "bench/base/text.h"
#include "bench/problems/backend_set.h"

#include <limits.h>
#include <string.h>

static int place_of(const char *name) {
    const int index = backend_index(name);
    return *name && index < 0 ? INT_MAX : index;
}

int backend_order(const char *a, const char *b) {
    if (strcmp(a, b) == 0)
        return 0; /* what asking the registry, which takes its time, would say */
    const int x = place_of(a), y = place_of(b);
    return x != y ? (x > y) - (x < y) : strcmp(a, b);
}

/* Of bench/peers; onednn3 is a second rnnbench. A file of `rnnbench sweep` names none. */
static const usual_peer frameworks[] = {{"onednn3", "oneDNN 3"},
                                        {"onnxruntime", "ONNX Runtime"},
                                        {"torch", "PyTorch"},
                                        {"tensorflow", "TensorFlow"}};
enum { FRAMEWORK_COUNT = sizeof frameworks / sizeof *frameworks };

bool peers_usual_at(int index, usual_peer *peer) {
    int libraries = 0;
    rnn_backend_info info;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (info.library && libraries++ == index) {
            *peer = (usual_peer){info.name, info.library};
            return true;
        }
    if (index < libraries || index >= libraries + FRAMEWORK_COUNT)
        return false;
    *peer = frameworks[index - libraries];
    return true;
}

bool peers_have(const timed_file *file, const char *backend) {
    usual_peer peer;
    for (int i = 0; peers_usual_at(i, &peer); i++)
        if (strcmp(peer.name, backend) == 0)
            return true;
    const char *named = rows_context(file, "peers");
    return named && *backend && text_list_has(named, ", ", backend);
}
