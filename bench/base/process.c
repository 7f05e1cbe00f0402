/* SPDX-License-Identifier: MIT */
#include "bench/base/process.h"

#include "bench/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs in the child, and does not return. */
static void run_program(const process_setup *setup) {
    if (setup->own_group)
        setpgid(0, 0);
    signal(SIGPIPE, SIG_DFL);
    if (setup->prepare)
        setup->prepare(setup->data);
    bool ok = true;
    for (int i = 0; i < 3 && ok; i++) {
        const int file = setup->files[i];
        ok = dup2(file < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC) : file, i) >= 0;
    }
    if (ok)
        execvp(setup->words[0], (char *const *)(uintptr_t)setup->words);
    const int why = errno;
    dprintf(STDERR_FILENO, "%s: %s\n", setup->words[0], strerror(why));
    _exit(why == ENOENT ? 127 : 126);
}

pid_t process_start(const process_setup *setup) {
    const pid_t pid = fork();
    if (pid == 0)
        run_program(setup);
    if (pid > 0 && setup->own_group) /* as it may have to be ended before it does so itself */
        setpgid(pid, pid);
    return pid;
}

bool process_wait(pid_t pid, double deadline, const volatile sig_atomic_t *stop, int *status) {
    pid_t ended;
    int how;
    for (double nap = 2e-4; (ended = waitpid(pid, &how, WNOHANG)) == 0; nap = fmin(2 * nap, 1e-3)) {
        if ((stop && *stop) || clock_seconds() > deadline)
            return false;
        clock_sleep(nap);
    }
    if (ended == pid)
        *status = how;
    return true;
}

void process_kill(pid_t pid) {
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

void process_status_text(int status, char *text, size_t size) {
    if (WIFSIGNALED(status))
        snprintf(text, size, "was ended by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(text, size, "ended with status %d", WEXITSTATUS(status));
}
