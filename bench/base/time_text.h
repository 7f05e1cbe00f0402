/* SPDX-License-Identifier: MIT
 * Times as people read them. */
#ifndef BENCH_TIME_TEXT_H
#define BENCH_TIME_TEXT_H

/* Writes a time as in "12.3 us", with a unit that leaves four characters for the number at most. */
void time_text(double seconds, char text[16]);

#endif
