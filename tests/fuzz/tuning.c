/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: tuning files. The first byte says what the rest is: a whole file, entries that get
 * this machine's header and the right last line, or a model that is written down and read again. */
#include "kernels/auto/tuning.h"
#include "kernels/registry.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

/* Asking the CPU what it is takes a virtual machine longer than all the rest, so it is done
 * once. */
void __real_rnn_tuning_header(char text[RNN_TUNING_HEADER_SIZE]);
void __wrap_rnn_tuning_header(char text[RNN_TUNING_HEADER_SIZE]);
void __wrap_rnn_tuning_header(char text[RNN_TUNING_HEADER_SIZE]) {
    static char header[RNN_TUNING_HEADER_SIZE];
    if (!*header)
        __real_rnn_tuning_header(header);
    memcpy(text, header, sizeof header);
}

typedef struct entry_list {
    rnn_tuning_entry *items;
    int count, capacity;
} entry_list;

static bool add_entry(const rnn_tuning_entry *entry, void *data) {
    entry_list *list = data;
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 16;
        list->items = realloc(list->items, (size_t)list->capacity * sizeof *list->items);
        FUZZ_CHECK(list->items, "no memory");
    }
    list->items[list->count++] = *entry;
    return true;
}

static void check_entries(const entry_list *list) {
    for (int i = 0; i < list->count; i++) {
        const rnn_tuning_entry *entry = &list->items[i];
        FUZZ_CHECK(entry->threads >= 1 && entry->threads <= RNN_MAX_THREADS, "%d", entry->threads);
        FUZZ_CHECK(rnn_backend_row_named(entry->backend) && strcmp(entry->backend, "auto") != 0,
                   "%s", entry->backend);
        FUZZ_CHECK(entry->nanoseconds >= 0 && entry->model_nanoseconds >= 0, "%s", entry->key);
        FUZZ_CHECK(i == 0 || strcmp(entry[-1].key, entry->key) < 0, "%s is not in order",
                   entry->key);
    }
}

static bool are_equal(const rnn_tuning_entry *a, const rnn_tuning_entry *b) {
    return strcmp(a->key, b->key) == 0 && strcmp(a->backend, b->backend) == 0 &&
           a->threads == b->threads && a->nanoseconds == b->nanoseconds &&
           a->model_nanoseconds == b->model_nanoseconds;
}

static rnn_status read_text(const char *text, size_t size, entry_list *list, rnn_error *error) {
    fuzz_file file;
    rnn_error why = {""};
    fuzz_file_open(&file, text, size);
    const rnn_status status = rnn_tuning_read(file.path, add_entry, list, error);
    FUZZ_CHECK(rnn_tuning_check(file.path, &why) == status, "read: %d", (int)status);
    FUZZ_CHECK(status == RNN_OK || strstr(why.text, file.path), "does not name the file: %s",
               why.text);
    fuzz_file_close(&file);
    return status;
}

/* Checks that what is printed is read again as the same. */
static void check_print(entry_list *list) {
    char *text = NULL;
    size_t size = 0;
    entry_list again = {0};
    rnn_error error = {""};
    FILE *to = open_memstream(&text, &size);
    FUZZ_CHECK(to && rnn_tuning_print(to, list->items, list->count) && fclose(to) == 0,
               "not printed");
    FUZZ_CHECK(read_text(text, size, &again, &error) == RNN_OK, "%s in:\n%s", error.text, text);
    FUZZ_CHECK(again.count == list->count, "%d of %d", again.count, list->count);
    for (int i = 0; i < list->count; i++)
        FUZZ_CHECK(are_equal(&list->items[i], &again.items[i]), "%s", list->items[i].key);
    free(again.items);
    free(text);
}

static void try_file(const char *text, size_t size) {
    entry_list list = {0};
    rnn_error error = {""};
    if (read_text(text, size, &list, &error) == RNN_OK) {
        check_entries(&list);
        check_print(&list);
    } else {
        fuzz_check_error(&error);
    }
    free(list.items);
}

static void try_entries(const char *entries) {
    char header[RNN_TUNING_HEADER_SIZE], last[RNN_TUNING_LINE_SIZE];
    char *text = NULL;
    size_t size = 0;
    int lines = 0;
    for (const char *c = entries; *c; c++)
        lines += *c == '\n';
    rnn_tuning_header(header);
    uint64_t sum = rnn_tuning_checksum(RNN_TUNING_CHECKSUM_START, header, strlen(header));
    sum = rnn_tuning_checksum(sum, entries, strlen(entries));
    rnn_tuning_last_line(last, lines, sum);
    FILE *to = open_memstream(&text, &size);
    FUZZ_CHECK(to, "no memory");
    fprintf(to, "%s%s%s", header, entries, last);
    fclose(to);
    try_file(text, size);
    free(text);
}

static void make_layer(fuzz_input *in, rnn_layer *layer, int features) {
    *layer = rnn_layer_defaults((rnn_cell)fuzz_between(in, 0, RNN_CELL_COUNT - 1), features,
                                1 + (int)(fuzz_word(in) % 100000));
    layer->activation = (rnn_activation)fuzz_between(in, 0, RNN_ACTIVATION_COUNT - 1);
    layer->recurrent_activation = (rnn_activation)fuzz_between(in, 0, RNN_ACTIVATION_COUNT - 1);
    layer->direction = (rnn_direction)fuzz_between(in, 0, RNN_DIRECTION_COUNT - 1);
    if (layer->direction == RNN_BIDIRECTIONAL)
        layer->merge = (rnn_merge)fuzz_between(in, 0, RNN_NONE - 1);
    const int flags = fuzz_byte(in);
    layer->use_bias = flags & 1;
    layer->reset_after = layer->cell == RNN_GRU && flags & 2;
    layer->zero_output_for_mask = flags & 4;
    layer->return_sequences = true;
}

static void try_model(fuzz_input *in) {
    rnn_layer layers[RNN_MAX_LAYERS];
    const int count = fuzz_between(in, 1, RNN_MAX_LAYERS);
    for (int i = 0; i < count; i++)
        make_layer(in, &layers[i], i ? rnn_layer_output_width(&layers[i - 1]) : 1 + fuzz_byte(in));
    rnn_dense dense = {1 + fuzz_byte(in),
                       (rnn_activation)fuzz_between(in, 0, RNN_ACTIVATION_COUNT - 1), false};
    const rnn_model model = {layers, count, fuzz_byte(in) & 1 ? &dense : NULL};
    const rnn_shape shape = {.batch = 1 + fuzz_byte(in),
                             .timesteps = 1 + fuzz_byte(in),
                             .time_major = fuzz_byte(in) & 1,
                             .masked = fuzz_byte(in) & 1,
                             .x = {(ptrdiff_t)fuzz_word(in), (ptrdiff_t)fuzz_word(in)}};
    rnn_tuning_entry entry = {.backend = "naive", .threads = fuzz_between(in, 1, 200)};
    entry.nanoseconds = (long long)fuzz_word(in) * 1000;
    if (rnn_tuning_key(entry.key, &model, &shape, entry.threads))
        check_print(&(entry_list){&entry, 1, 1});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, data + size};
    const int what = fuzz_byte(&in);
    if (what == 'f') {
        try_file((const char *)in.at, (size_t)(in.end - in.at));
    } else if (what == 'm') {
        try_model(&in);
    } else {
        char *text = fuzz_text(&in);
        try_entries(text);
        free(text);
    }
    return 0;
}
