/* SPDX-License-Identifier: MIT */
#ifndef RNN_REGISTRY_H
#define RNN_REGISTRY_H

#include "backend.h"

/* The backend of that name if this build and this CPU have it; otherwise *backend is NULL and the
 * status says why. */
rnn_status rnn_backend_find(const char *name, const rnn_backend **backend, bool *threaded,
                            rnn_error *error);

#endif
