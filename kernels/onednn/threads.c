/* SPDX-License-Identifier: MIT
 *
 * A program may hold two OpenMP runtimes: clang brings libomp, while libdnnl needs libgomp. Which
 * of them libdnnl's calls end up in depends on the order in which the program loads them, because
 * libomp also defines libgomp's symbols. So the functions are looked up at run time under the name
 * and version that libdnnl asks for, which finds what libdnnl found; a reference made by the linker
 * would carry the version of whichever runtime was linked here. */
#define _GNU_SOURCE /* dlvsym, RTLD_DEFAULT */
#include "threads.h"

#include "cores.h"

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl_config.h>
#include <stddef.h>
#include <string.h>

#if DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_OMP

/* Into a pointer to a function: C has no conversion from one to an object. */
static bool find(const char *name, const char *version, void *function) {
    void *found = NULL;
#ifdef __GLIBC__
    found = dlvsym(RTLD_DEFAULT, name, version);
#else
    (void)version;
#endif
    if (!found)
        found = dlsym(RTLD_DEFAULT, name);
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

onednn_threads rnn_onednn_threads_find(void) {
    onednn_threads runtime;
    if (find("omp_get_max_threads", "OMP_1.0", &runtime.get_max_threads) &&
        find("omp_set_num_threads", "OMP_1.0", &runtime.set_num_threads) &&
        find("omp_get_max_active_levels", "OMP_3.0", &runtime.get_max_active_levels) &&
        find("omp_set_max_active_levels", "OMP_3.0", &runtime.set_max_active_levels))
        return runtime;
    return (onednn_threads){0};
}

#else

onednn_threads rnn_onednn_threads_find(void) {
    return (onednn_threads){0};
}

#endif

bool rnn_onednn_threads_can_be(const onednn_threads *runtime, int threads) {
    bool sequential = DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_SEQ;
    return runtime->set_num_threads || (sequential && threads == 1);
}

onednn_setting rnn_onednn_threads_set(const onednn_threads *runtime, int threads) {
    onednn_setting before = {threads, -1};
    if (!runtime->set_num_threads)
        return before;
    before.threads = runtime->get_max_threads();
    if (before.threads != threads)
        runtime->set_num_threads(threads);
    if (threads > 1 && rnn_threads_now(threads, NULL) == 1) {
        before.levels = runtime->get_max_active_levels();
        runtime->set_max_active_levels(0);
    }
    return before;
}

void rnn_onednn_threads_restore(const onednn_threads *runtime, onednn_setting before) {
    if (!runtime->set_num_threads)
        return;
    if (before.threads != runtime->get_max_threads())
        runtime->set_num_threads(before.threads);
    if (before.levels >= 0)
        runtime->set_max_active_levels(before.levels);
}
