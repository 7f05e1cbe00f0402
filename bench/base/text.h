/* SPDX-License-Identifier: MIT
 * Texts as people read and write them. */
#ifndef BENCH_TEXT_H
#define BENCH_TEXT_H

#include <stdbool.h>

/* Writes a time as in "12.3 us", with a unit that leaves four characters for the number at most. */
void time_text(double seconds, char text[16]);

/* Returns how many digits stand behind the point of a ratio, so that it has three. */
int ratio_digits(double ratio);

/* Writes how many times faster something is, as in "12.3x". */
void speed_text(double speed, char text[16]);

/* Whether a list has this item. The list is one text with a separator between its items, as in
 * "naive,avx2". */
bool text_list_has(const char *list, const char *separator, const char *item);

#endif
