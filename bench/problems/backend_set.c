/* SPDX-License-Identifier: MIT */
#include "bench/problems/backend_set.h"

#include <stdio.h>
#include <string.h>

int backend_index(const char *name) {
    rnn_backend_info info;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (strcmp(info.name, name) == 0)
            return i;
    return -1;
}

static bool read_backends(void *variable, const char *text, rnn_error *error) {
    return read_names(variable, text, backend_index, "backend", error);
}

void backend_set_option(option_list *options, unsigned *backends) {
    options_add(options, "backend", "LIST", "names as in `rnnbench list`", read_backends, backends);
}

void tell_many_threads(const int_list *threads, int cores, const char *set_by) {
    for (int i = 0; i < threads->count; i++)
        if (threads->values[i] > cores)
            printf("threads %d: more than the %d cores that are usable here%s%s\n",
                   threads->values[i], cores, *set_by ? ": " : "", set_by);
}
