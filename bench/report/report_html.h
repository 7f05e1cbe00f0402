/* SPDX-License-Identifier: MIT
 * Pieces of HTML. All that comes from a results file goes through html_text(). The markup is kept
 * well-formed as XML, too, so that any parser can check it. */
#ifndef BENCH_REPORT_HTML_H
#define BENCH_REPORT_HTML_H

#include <stdbool.h>
#include <stdio.h>

/* Longer texts are cut and end in "...", lest one name fill the page. */
#define HTML_TEXT_MAX 240

/* Writes a text escaped, for content and for attributes in double quotes. Bytes that are no
 * character become U+FFFD. */
void html_text(FILE *to, const char *text);

/* Writes a time such as "12.3 us", with the sign for micro, or a dash for NAN. */
void html_time(FILE *to, double seconds);

/* Writes three digits and "x", or a dash for NAN. */
void html_ratio(FILE *to, double ratio);
/* Writes an interval of ratios, or one dash for NAN. */
void html_ratios(FILE *to, double low, double high);

/* Writes a share such as "3.1%", or a dash for NAN. */
void html_percent(FILE *to, double share);

/* Writes a number by a printf format for one double, or a dash for NAN. */
void html_number(FILE *to, const char *format, double value);

/* Writes a count with its noun, as in "1 row" and "2 rows". */
void html_count(FILE *to, int count, const char *noun);

typedef struct html_column {
    const char *title;
    bool is_number; /* whether its cells are aligned to the right */
} html_column;

/* Writes the cells of a row of headings. */
void html_headings(FILE *to, const html_column *columns, int count);
/* Writes the head of a table, which is one row of headings, and the start of its body. */
void html_head(FILE *to, const html_column *columns, int count);

/* Writes the mark of one style of points as the plots have it: a disc or a ring in its colour. */
void html_mark(FILE *to, int style);

#endif
