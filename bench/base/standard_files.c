/* SPDX-License-Identifier: MIT */
#include "bench/base/standard_files.h"

#include "bench/base/exit_status.h"

#include <fcntl.h>
#include <unistd.h>

/* open() returns the lowest number that is closed. */
void standard_files_open(void) {
    for (int file = 0; file <= 2; file++)
        if (fcntl(file, F_GETFD) < 0 && open("/dev/null", file == 0 ? O_WRONLY : O_RDONLY) != file)
            _exit(EXIT_USAGE);
}

#ifdef __GLIBC__
/* Libraries open files of their own, and keep them, before main() begins. Other C libraries need
 * not know this section; with those main() does it. */
__attribute__((section(".preinit_array"),
               used)) static void (*const before_all)(void) = standard_files_open;
#endif
