/* SPDX-License-Identifier: MIT
 * The plots of a report: gnuplot draws all of them in one run, each becomes an inline SVG.
 *
 * No text of a results file reaches gnuplot: scripts hold numbers, texts of our own, and marks that
 * stand for labels, which are put in afterwards. */
#ifndef BENCH_REPORT_PLOTS_H
#define BENCH_REPORT_PLOTS_H

#include "kernels/rnn.h"

#include <stdbool.h>
#include <stdio.h>

/* Plots that stand side by side. A group is known by its address. */
typedef struct plot_group {
    bool is_small;       /* whether there are many of them, with little in each */
    const char *nothing; /* a sentence that stands where the group has no plot */
} plot_group;

/* Colours in a script, by what they are for; the page's style sheet has their values. */
#define PLOT_INK   "lc rgb \"#000001\""
#define PLOT_MUTED "lc rgb \"#000002\""
#define PLOT_GRID  "lc rgb \"#000003\""
#define PLOT_STYLE "lc rgb \"#0001%02x\"" /* a printf format that takes a style */

/* The size in pixels of plots that are not small, and where their axes lie, as shares of it. */
#define PLOT_WIDTH  420
#define PLOT_HEIGHT 320
#define PLOT_LEFT   0.15
#define PLOT_RIGHT  0.97
#define PLOT_BOTTOM 0.17
#define PLOT_TOP    0.96

/* The same of the plots of a small group. */
#define SMALL_PLOT_WIDTH 300
#define SMALL_PLOT_LEFT  0.2

typedef struct plot_list plot_list;

plot_list *plots_new(rnn_error *error); /* Returns NULL on failure. */
void plots_free(plot_list *plots);

/* Begins a plot; the caller writes its script to the stream that is returned, ending with one
 * plot command, before the next one begins. Title and description are plain text, for a caption
 * and for screen readers. Returns NULL where memory runs out. */
FILE *plots_begin(plot_list *plots, const plot_group *group, const char *title,
                  const char *description);

/* Writes one part of a plot command, which draws the data block of a backend, as $b0, in its style.
 * `how` is what gnuplot is to do with it, as in "using 1:2 with lines". `parts` counts the parts of
 * the command, from 0; the caller ends the line behind the last. */
void plots_part(FILE *script, int *parts, int backend, const char *how, int style);

/* Returns the mark that stands for `text` in the script of the plot just begun. The mark lives
 * until the next call, and only a quoted string may hold it. */
const char *plots_label(plot_list *plots, const char *text);

/* Runs gnuplot. Returns false where there is no plot, and the message says why. */
bool plots_draw(plot_list *plots, rnn_error *error);

/* Writes the figures of a group. Returns how many there are. */
int plots_write(FILE *to, const plot_list *plots, const plot_group *group);

#endif
