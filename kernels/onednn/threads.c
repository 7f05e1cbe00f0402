/* SPDX-License-Identifier: MIT
 *
 * A program may hold two OpenMP runtimes: clang brings libomp, while libdnnl needs libgomp. Which
 * of them libdnnl's calls end up in depends on the order in which the program loads them, because
 * libomp also defines libgomp's symbols. So the functions are looked up at run time under the name
 * and version that libdnnl asks for, which finds what libdnnl found; a reference made by the linker
 * would carry the version of whichever runtime was linked here. */
#define _GNU_SOURCE /* dlvsym, RTLD_DEFAULT */
#include "kernels/onednn/threads.h"

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl_config.h>
#include <stddef.h>
#include <string.h>

#if DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_OMP

static void *find(const char *name) {
#ifdef __GLIBC__
    void *versioned = dlvsym(RTLD_DEFAULT, name, "OMP_1.0");
    if (versioned)
        return versioned;
#endif
    return dlsym(RTLD_DEFAULT, name);
}

onednn_threads rnn_onednn_threads_find(void) {
    void *get = find("omp_get_max_threads"), *set = find("omp_set_num_threads");
    onednn_threads runtime = {NULL, NULL};
    if (get && set) {
        /* C has no conversion from an object pointer to a function pointer. */
        memcpy(&runtime.get_max_threads, &get, sizeof get);
        memcpy(&runtime.set_num_threads, &set, sizeof set);
    }
    return runtime;
}

#else

onednn_threads rnn_onednn_threads_find(void) {
    return (onednn_threads){NULL, NULL};
}

#endif

bool rnn_onednn_threads_can_be(const onednn_threads *runtime, int threads) {
    bool sequential = DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_SEQ;
    return runtime->set_num_threads || (sequential && threads == 1);
}

int rnn_onednn_threads_set(const onednn_threads *runtime, int threads) {
    if (!runtime->set_num_threads)
        return threads;
    int before = runtime->get_max_threads();
    if (before != threads)
        runtime->set_num_threads(threads);
    return before;
}
