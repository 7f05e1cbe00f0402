/* SPDX-License-Identifier: MIT
 * Standard input, output and error, for a program that was started without some of them. */
#ifndef BENCH_STANDARD_FILES_H
#define BENCH_STANDARD_FILES_H

/* Opens something on each of the descriptors 0, 1 and 2 that is closed, so that reading from it or
 * writing to it fails. Otherwise the next file that is opened would get the number, and with it
 * everything that is printed. */
void standard_files_open(void);

#endif
