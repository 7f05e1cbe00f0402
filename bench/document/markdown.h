/* SPDX-License-Identifier: MIT
 * Pieces of Markdown, as GitHub has it. */
#ifndef BENCH_MARKDOWN_H
#define BENCH_MARKDOWN_H

#include <stdio.h>

/* As text and nothing else, in a cell of a table as well. */
void markdown_text(FILE *to, const char *text);

/* [name](path); the path is relative, to a file of any name. */
void markdown_link(FILE *to, const char *name, const char *path);

#endif
