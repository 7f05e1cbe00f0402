/* SPDX-License-Identifier: MIT
 * Pieces of HTML. All that comes from a results file goes through html_text(). The markup is kept
 * well-formed as XML, too, so that any parser can check it. */
#ifndef BENCH_REPORT_HTML_H
#define BENCH_REPORT_HTML_H

#include <stdbool.h>
#include <stdio.h>

/* Longer texts end in "...", lest one name fill the page. */
#define HTML_TEXT_MAX 240

/* Escaped, for content and for attributes in double quotes. What is no character becomes U+FFFD. */
void html_text(FILE *to, const char *text);

/* "12.3 us" with its sign for micro; NAN: a dash. */
void html_time(FILE *to, double seconds);

/* Three digits and "x"; NAN: a dash. */
void html_ratio(FILE *to, double ratio);
/* An interval of such; NAN: one dash. */
void html_ratios(FILE *to, double low, double high);

/* "3.1%"; NAN: a dash. */
void html_percent(FILE *to, double share);

/* By a printf format for one double; NAN: a dash. */
void html_number(FILE *to, const char *format, double value);

/* "1 row", "2 rows" */
void html_count(FILE *to, int count, const char *noun);

typedef struct html_column {
    const char *title;
    bool is_number; /* stands on the right */
} html_column;

/* The cells of a row of headings. */
void html_headings(FILE *to, const html_column *columns, int count);
/* The head of a table of one such row, and the start of its body. */
void html_head(FILE *to, const html_column *columns, int count);

/* Of one style of points, as it is in the plots: a disc or a ring in its colour. */
void html_mark(FILE *to, int style);

#endif
