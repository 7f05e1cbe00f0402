/* SPDX-License-Identifier: MIT */
#ifndef BENCH_STANDARD_FILES_H
#define BENCH_STANDARD_FILES_H

/* Puts something on each of the descriptors 0, 1 and 2 that is closed, on which reading or writing
 * fails. Else the next file that is opened would get it, and with it what is printed. */
void standard_files_open(void);

#endif
