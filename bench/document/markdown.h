/* SPDX-License-Identifier: MIT
 * Pieces of Markdown, in the form that GitHub reads. */
#ifndef BENCH_MARKDOWN_H
#define BENCH_MARKDOWN_H

#include <stdio.h>

/* Writes a text so that Markdown takes it for text and nothing else, in a cell of a table as well.
 */
void markdown_text(FILE *to, const char *text);

/* Writes [name](path). The path is relative, and the file may have any name. */
void markdown_link(FILE *to, const char *name, const char *path);

#endif
