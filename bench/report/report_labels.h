/* SPDX-License-Identifier: MIT
 * Labels of a plot that lie along one line, none upon another. */
#ifndef BENCH_REPORT_LABELS_H
#define BENCH_REPORT_LABELS_H

#include <stddef.h>

/* In pixels of the plot: a label takes `size` around its `middle`. */
typedef struct plot_label {
    const char *text;
    double middle, size;
    int order; /* among those of one middle */
} plot_label;

/* The size of a text across and along its line, in a font of so many pixels; rather too large than
 * too small, as the font is the reader's. */
double label_width(const char *text, double font);
double label_height(double font);

/* The text, or so many characters, with an ellipsis for its middle. */
void label_shorten(const char *text, int characters, char *shortened, size_t size);

/* Sorts the labels by their middles, and moves these no further than it takes to keep the labels
 * apart and within low..high. What has no room there stands out at `high`. */
void labels_apart(plot_label *labels, int count, double low, double high);

#endif
