/* SPDX-License-Identifier: MIT
 *
 * Writes the text of a tuning file. */
#include "kernels/auto/tuning.h"

#include <stdlib.h>
#include <string.h>

static int by_key(const void *a, const void *b) {
    return strcmp(((const rnn_tuning_entry *)a)->key, ((const rnn_tuning_entry *)b)->key);
}

static bool put(FILE *file, const char *text, uint64_t *checksum) {
    *checksum = rnn_tuning_checksum(*checksum, text, strlen(text));
    return fputs(text, file) >= 0;
}

static bool put_entry(FILE *file, const rnn_tuning_entry *entry, uint64_t *checksum) {
    char line[RNN_TUNING_LINE_SIZE + 64];
    snprintf(line, sizeof line, "%s %s %d %lld %lld\n", entry->key, entry->backend, entry->threads,
             entry->nanoseconds, entry->model_nanoseconds);
    return put(file, line, checksum);
}

bool rnn_tuning_print(FILE *to, rnn_tuning_entry *entries, int count) {
    char header[RNN_TUNING_HEADER_SIZE], last[RNN_TUNING_LINE_SIZE];
    uint64_t checksum = RNN_TUNING_CHECKSUM_START;
    if (count > 1) /* qsort must not get a NULL */
        qsort(entries, (size_t)count, sizeof *entries, by_key);
    rnn_tuning_header(header);
    bool ok = put(to, header, &checksum);
    for (int i = 0; ok && i < count; i++)
        ok = put_entry(to, &entries[i], &checksum);
    rnn_tuning_last_line(last, count, checksum);
    return ok && fputs(last, to) >= 0;
}
