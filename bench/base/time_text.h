/* SPDX-License-Identifier: MIT */
#ifndef BENCH_TIME_TEXT_H
#define BENCH_TIME_TEXT_H

/* "12.3 us", four characters of digits at most. */
void time_text(double seconds, char text[16]);

#endif
