/* SPDX-License-Identifier: MIT
 * What a gate is asked for. */
#ifndef BENCH_GATE_OPTIONS_H
#define BENCH_GATE_OPTIONS_H

#include "bench/document/document_output.h"
#include "bench/problems/problem_request.h"

typedef struct gate_options {
    const char *against, *baseline; /* NULL: not given; one of these is, or `selftest` */
    bool selftest;
    bool instructions;
    const char *anchor;   /* the backend that a baseline's times are relative to; NULL: not given */
    bool anyway;          /* judges by a baseline that is not comparable, too */
    const char *cache;    /* where built revisions are kept; NULL: in the user's cache */
    double budget, floor; /* seconds; 0: not given */
    double threshold;     /* 0.05: 5%; 0: not given */
    problem_request request;
    unsigned backends; /* a set */
    int_list threads;
    uint64_t seed;
    output_choice output;
} gate_options;

void gate_options_add(option_list *list, gate_options *options);
void gate_options_free(gate_options *options);

/* Whether the options go together. */
bool gate_options_check(const gate_options *options, rnn_error *error);

/* The value that was given, or the usual one with these options. */
double gate_options_budget(const gate_options *options);
double gate_options_threshold(const gate_options *options);
double gate_options_floor(const gate_options *options);

#endif
