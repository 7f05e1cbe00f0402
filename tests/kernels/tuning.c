/* SPDX-License-Identifier: MIT
 * The tuning file and the backend auto: what is written is read, what is used is named, and a file
 * that is anything else is refused with its reason while the plan is made all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernels/auto/auto.h"
#include "kernels/auto/tuning.h"
#include "kernels/engine/cores.h"
#include "tests/support/weights.h"

static char folder[] = "/tmp/rnn_tuning_XXXXXX";
static char path[sizeof folder + 16];

/* ---- Plans of auto ------------------------------------------------------------------------ */

static rnn_layer layer;
static rnn_model model = {.layers = &layer, .layer_count = 1};
static rnn_shape shape;

static int reset(void **state) {
    (void)state;
    layer = rnn_layer_defaults(RNN_LSTM, 3, 5);
    shape = (rnn_shape){.batch = 2, .timesteps = 4};
    model.dense = NULL;
    unsetenv("RNN_TUNING");
    unsetenv("RNN_ISA");
    unsetenv("OMP_NUM_THREADS");
    unsetenv("OMP_THREAD_LIMIT");
    return 0;
}

/* What a plan of auto says it runs. */
static const char *implementation(int threads) {
    static const float zeros[512];
    static char text[256];
    rnn_weights weights = weights_of(&layer, zeros, zeros, zeros);
    rnn_model_weights all = {.layers = &weights, .count = 1};
    rnn_plan *plan = NULL;
    rnn_error error = {""};
    if (rnn_plan_create(&plan, "auto", &model, &all, &shape,
                        &(rnn_plan_options){.threads = threads}, &error) != RNN_OK)
        fail_msg("%s", error.text);
    snprintf(text, sizeof text, "%s", rnn_plan_implementation(plan));
    rnn_plan_destroy(plan);
    return text;
}

static void assert_contains(const char *text, const char *expected) {
    if (!strstr(text, expected))
        fail_msg("expected \"%s\" in \"%s\"", expected, text);
}

static rnn_tuning_entry entry_here(int threads, const char *backend, int its_threads) {
    rnn_tuning_entry entry = {.threads = its_threads, .nanoseconds = 10, .model_nanoseconds = 20};
    assert_true(rnn_tuning_key(entry.key, &model, &shape, threads));
    snprintf(entry.backend, sizeof entry.backend, "%s", backend);
    return entry;
}

/* ---- Files -------------------------------------------------------------------------------- */

static int make_folder(void **state) {
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/tuning", folder);
    return reset(state);
}

static int remove_folder(void **state) {
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void write_bytes(const char *bytes, size_t count) {
    unlink(path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static size_t read_bytes(char *bytes, size_t size) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t count = fread(bytes, 1, size, file);
    fclose(file);
    return count;
}

/* Writes these lines with a header, a count and a checksum that are right. */
static void write_sealed(const char *header, const char *lines, int count) {
    static char text[32768];
    char last[RNN_TUNING_LINE_SIZE];
    int size = snprintf(text, sizeof text, "%s%s", header, lines);
    rnn_tuning_last_line(last, count,
                         rnn_tuning_checksum(RNN_TUNING_CHECKSUM_START, text, (size_t)size));
    size += snprintf(text + size, sizeof text - (size_t)size, "%s", last);
    write_bytes(text, (size_t)size);
}

static void write_lines(const char *lines, int count) {
    char header[RNN_TUNING_HEADER_SIZE];
    rnn_tuning_header(header);
    write_sealed(header, lines, count);
}

static void write_entries(rnn_tuning_entry *entries, int count) {
    unlink(path); /* the path may be another's */
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(rnn_tuning_print(file, entries, count));
    assert_int_equal(fclose(file), 0);
}

static void write_one(int threads, const char *backend, int its_threads) {
    rnn_tuning_entry entry = entry_here(threads, backend, its_threads);
    write_entries(&entry, 1);
    setenv("RNN_TUNING", path, 1);
}

static void assert_accepted(void) {
    rnn_error error = {""};
    if (rnn_tuning_check(path, &error) != RNN_OK)
        fail_msg("%s", error.text);
}

/* Asserts that a file is refused for this reason, and that the cost model makes the plan. */
static void refused_at(const char *where, rnn_status status, const char *why) {
    rnn_error error = {""};
    rnn_status got = rnn_tuning_check(where, &error);
    if (got != status)
        fail_msg("expected \"%s\" with \"%s\", got \"%s\", \"%s\"", rnn_status_text(status), why,
                 rnn_status_text(got), error.text);
    assert_contains(error.text, why);
    assert_memory_equal(error.text, where, 4);
    assert_null(strchr(error.text, '\n'));
    setenv("RNN_TUNING", where, 1);
    assert_int_equal(rnn_tuning_check(NULL, NULL), status);
    assert_contains(implementation(1), "(cost model; tuning file ignored: ");
}

static void refused(rnn_status status, const char *why) {
    refused_at(path, status, why);
}

static void damaged(const char *why) {
    refused(RNN_INVALID_ARGUMENT, why);
}

/* ---- Tests -------------------------------------------------------------------------------- */

static bool compare(const rnn_tuning_entry *entry, void *data) {
    const rnn_tuning_entry **expected = data;
    assert_string_equal(entry->key, (*expected)->key);
    assert_string_equal(entry->backend, (*expected)->backend);
    assert_int_equal(entry->threads, (*expected)->threads);
    assert_true(entry->nanoseconds == (*expected)->nanoseconds);
    assert_true(entry->model_nanoseconds == (*expected)->model_nanoseconds);
    ++*expected;
    return true;
}

static void round_trip(void **state) {
    (void)state;
    rnn_tuning_entry entries[] = {{"c", "openmp", RNN_MAX_THREADS, 99999999999, 0},
                                  {"a(b)/c:1", "naive", 1, 1, 2},
                                  {"b", "onednn", 2, 0, 123456789}};
    rnn_error error = {""};
    write_entries(entries, 3);
    assert_string_equal(entries[0].key, "a(b)/c:1");
    const rnn_tuning_entry *expected = entries;
    assert_int_equal(rnn_tuning_read(path, compare, &expected, &error), RNN_OK);
    assert_ptr_equal(expected, entries + 3);
    write_entries(entries, 0);
    assert_accepted();
}

static void cannot_be_written(void **state) {
    (void)state;
    rnn_tuning_entry entry = entry_here(1, "scalar", 1);
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    assert_int_equal(setvbuf(full, NULL, _IONBF, 0), 0);
    assert_false(rnn_tuning_print(full, &entry, 1));
    fclose(full);
}

static void without_a_file(void **state) {
    (void)state;
    const char *best = rnn_kernels_best()->name;
    assert_int_equal(rnn_tuning_check(NULL, NULL), RNN_OK);
    assert_memory_equal(implementation(1), best, strlen(best));
    assert_contains(implementation(1), "(cost model)");
    setenv("RNN_TUNING", "", 1);
    assert_int_equal(rnn_tuning_check(NULL, NULL), RNN_OK);
    assert_contains(implementation(1), "(cost model)");
    setenv("RNN_ISA", "naive", 1);
    assert_memory_equal(implementation(1), "naive: ", 7);
}

static void a_winner_serves_its_own_problem(void **state) {
    (void)state;
    write_one(1, "scalar", 1);
    assert_accepted();
    assert_string_equal(implementation(1), "scalar: scalar (tuned)");
    shape.batch++;
    assert_contains(implementation(1), "(cost model; not in the tuning file)");
}

/* The limit of threads is what the environment leaves of those that were asked for. */
static void threads_are_limited(void **state) {
    (void)state;
    write_one(1, "scalar", 1);
    setenv("OMP_NUM_THREADS", "1", 1);
    assert_contains(implementation(1), "(tuned)");
    assert_contains(implementation(8), "scalar: scalar (tuned; at most 1 threads: ");
    unsetenv("RNN_TUNING");
    assert_contains(implementation(8), "(cost model; at most 1 threads: ");
}

static void winners_that_cannot_serve(void **state) {
    (void)state;
    int refusing = 0;
    write_one(1, "scalar", 2);
    assert_contains(implementation(1), "(cost model; tuned for 2 threads)");
    shape.masked = true; /* some libraries do not do this */
    for (int i = 0; rnn_backend_row_at(i)->backend != &rnn_backend_auto; i++) {
        const char *name = rnn_backend_row_at(i)->name;
        bool serves = rnn_backend_supports(name, &model, &shape, NULL, NULL) == RNN_OK;
        write_one(1, name, 1);
        assert_contains(implementation(1), serves ? "(tuned)" : "(cost model; tuned: ");
        refusing += !serves;
    }
    assert_true(refusing > 0);
}

/* It cannot start its second thread, for which no system has this much. */
static void a_winner_without_memory(void **state) {
    (void)state;
    if (rnn_usable_cores() < 2 ||
        rnn_backend_supports("onednn", &model, &shape, &(rnn_plan_options){.threads = 2}, NULL) !=
            RNN_OK)
        skip();
    write_one(2, "onednn", 2);
    setenv("OMP_STACKSIZE", "4096G", 1);
    assert_contains(implementation(2), "(cost model; tuned: onednn failed)");
    setenv("OMP_STACKSIZE", "nonsense", 1);
    assert_contains(implementation(2), "(tuned)");
    unsetenv("OMP_STACKSIZE");
}

/* Unlike the keys before it. */
static void assert_new_key(int threads) {
    static char keys[48][RNN_TUNING_KEY_SIZE];
    static int count;
    assert_true(rnn_tuning_key(keys[count], &model, &shape, threads));
    assert_null(strchr(keys[count], ' '));
    for (int i = 0; i < count; i++)
        assert_string_not_equal(keys[count], keys[i]);
    count++;
}

static void each_property_has_its_key(void **state) {
    const rnn_dense dense = {.units = 2}, wider = {.units = 3},
                    biased = {.units = 2, .use_bias = true};
#define DIFFERS(change)                                                                            \
    do {                                                                                           \
        reset(state);                                                                              \
        layer.cell = RNN_GRU;                                                                      \
        layer.reset_after = layer.return_sequences = true;                                         \
        layer.direction = RNN_BIDIRECTIONAL;                                                       \
        change;                                                                                    \
        assert_new_key(1);                                                                         \
    } while (0)
    DIFFERS((void)0);
    assert_new_key(2);
    DIFFERS(layer.cell = RNN_LSTM);
    DIFFERS(layer.features = 4);
    DIFFERS(layer.units = 6);
    DIFFERS(layer.activation = RNN_RELU);
    DIFFERS(layer.recurrent_activation = RNN_TANH);
    DIFFERS(layer.direction = RNN_BACKWARD);
    DIFFERS(layer.direction = RNN_FORWARD);
    DIFFERS(layer.merge = RNN_SUM);
    DIFFERS(layer.use_bias = false);
    DIFFERS(layer.reset_after = false);
    DIFFERS(layer.attention = true);
    DIFFERS(layer.gate_clip = 3);
    DIFFERS(layer.gate_clip = nextafterf(3, 4));
    DIFFERS((layer.cell = RNN_LSTM, layer.peepholes = true));
    DIFFERS((layer.cell = RNN_LSTM, layer.coupling = RNN_COUPLING_INPUT));
    DIFFERS((layer.cell = RNN_LSTM, layer.coupling = RNN_COUPLING_FORGET));
    DIFFERS((layer.cell = RNN_LSTM, layer.projection = 3));
    DIFFERS((layer.cell = RNN_LSTM, layer.projection = 3, layer.projection_clip = 2));
    DIFFERS((layer.cell = RNN_LSTM, layer.cell_clip = 2));
    DIFFERS(layer.return_sequences = false);
    DIFFERS(shape.batch = 3);
    DIFFERS(shape.timesteps = 5);
    DIFFERS(shape.time_major = true);
    DIFFERS(shape.masked = true);
    DIFFERS((shape.masked = true, layer.direction = RNN_FORWARD));
    DIFFERS((shape.masked = layer.zero_output_for_mask = true, layer.direction = RNN_FORWARD));
    DIFFERS((shape.x = (rnn_strides){.batch = 100, .time = 3}));
    DIFFERS((shape.y = (rnn_strides){.batch = 100, .time = 10}));
    DIFFERS(model.dense = &dense);
    DIFFERS(model.dense = &wider);
    DIFFERS(model.dense = &biased);
#undef DIFFERS
    model.dense = NULL;
}

/* Strides that say what is so anyway make no difference, and neither does the order of dimensions
 * where one is 1. */
static void equal_layouts_have_one_key(void **state) {
    (void)state;
    char dense[RNN_TUNING_KEY_SIZE], other[RNN_TUNING_KEY_SIZE];
    rnn_tuning_key(dense, &model, &shape, 1);
    shape.x = (rnn_strides){.batch = 4 * 3, .time = 3};
    rnn_tuning_key(other, &model, &shape, 1);
    assert_string_equal(dense, other);
    shape = (rnn_shape){.batch = 1, .timesteps = 4};
    rnn_tuning_key(dense, &model, &shape, 1);
    shape.time_major = true;
    rnn_tuning_key(other, &model, &shape, 1);
    assert_string_equal(dense, other);
}

static void models_too_long_for_a_key(void **state) {
    (void)state;
    char key[RNN_TUNING_KEY_SIZE];
    rnn_layer many[RNN_MAX_LAYERS];
    for (int i = 0; i < RNN_MAX_LAYERS; i++)
        many[i] = rnn_layer_defaults(RNN_LSTM, 3, 3);
    const rnn_model tall = {.layers = many, .layer_count = RNN_MAX_LAYERS};
    assert_false(rnn_tuning_key(key, &tall, &shape, 1));
}

static void cut_off_at_every_byte(void **state) {
    (void)state;
    static char bytes[4096];
    write_one(1, "scalar", 1);
    size_t size = read_bytes(bytes, sizeof bytes);
    assert_true(size > 100 && size < sizeof bytes);
    for (size_t count = 0; count < size; count++) {
        write_bytes(bytes, count);
        damaged("cut off");
    }
    write_bytes(bytes, size);
    assert_accepted();
}

/* Each byte is tried with one bit flipped, then with any other value. */
static void every_changed_byte(void **state) {
    (void)state;
    static char bytes[4096];
    write_one(1, "scalar", 1);
    size_t size = read_bytes(bytes, sizeof bytes);
    uint32_t random = 1;
    for (size_t i = 0; i < 2 * size; i++) {
        char before = bytes[i / 2];
        random = random * 1664525u + 1013904223u;
        unsigned value = random >> 24;
        bytes[i / 2] = i % 2 ? (char)value : (char)(before ^ 1 << value % 8);
        write_bytes(bytes, size);
        rnn_error error = {""};
        if (bytes[i / 2] != before && rnn_tuning_check(path, &error) == RNN_OK)
            fail_msg("byte %zu as %d is accepted", i / 2, bytes[i / 2]);
        bytes[i / 2] = before;
    }
}

static void bytes_that_are_not_text(void **state) {
    (void)state;
    static const char zeros[5000], nul[] = "rnnbench tuning 1\0\n", bell[] = "rnnbench \a\n";
    write_bytes(zeros, sizeof zeros);
    damaged("line 1: too long");
    write_bytes(nul, sizeof nul - 1);
    damaged("line 1: bytes that are not text");
    write_bytes(bell, sizeof bell - 1);
    damaged("line 1: bytes that are not text");
    write_lines("a scalar 1 0 0\r\n", 1);
    damaged("bytes that are not text");
    write_bytes("{\"json\": 1}\n", 12);
    damaged("line 1: not a tuning file of this version");
}

static void lines_too_long(void **state) {
    (void)state;
    static char line[8000];
    for (size_t length = RNN_TUNING_LINE_SIZE - 40; length < sizeof line - 40; length += 997) {
        memset(line, 'k', length);
        snprintf(line + length, 20, " scalar 1 0 0\n");
        write_lines(line, 1);
        damaged(length < RNN_TUNING_LINE_SIZE - 20 ? "not an entry" : "too long");
    }
}

static void entries_that_are_none(void **state) {
    (void)state;
    static const struct {
        const char *lines, *why;
    } bad[] = {
        {"\n", "not an entry"},
        {"k\n", "not an entry"},
        {"k scalar\n", "not an entry"},
        {"k scalar 1\n", "not an entry"},
        {"k scalar 1 0\n", "not an entry"},
        {"k scalar 1 0 0 0\n", "not an entry"},
        {"k  scalar 1 0 0\n", "not an entry"},
        {"k scalar -1 0 0\n", "not an entry"},
        {"k scalar 1 -5 0\n", "not an entry"},
        {"k scalar 0x1 0 0\n", "not an entry"},
        {"k scalar 1.0 0 0\n", "not an entry"},
        {"k scalar 1 99999999999999999999 0\n", "not an entry"},
        {"k aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1 0 0\n", "not an entry"},
        {"k scalar 0 0 0\n", "threads: 0, must be 1 to 1024"},
        {"k scalar 1000000000 0 0\n", "threads: 1000000000, must be"},
        {"k fastest 1 0 0\n", "backend \"fastest\" is unknown"},
        {"k auto 1 0 0\n", "backend \"auto\" is unknown"},
        {"k scalar 1 0 0\nk scalar 1 0 0\n", "twice, or not in order"},
        {"k scalar 1 0 0\nj scalar 1 0 0\n", "twice, or not in order"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_lines(bad[i].lines, 1);
        damaged(bad[i].why);
    }
    write_lines("k scalar 1 0 0\n", 1);
    assert_accepted();
}

static void wrong_ends(void **state) {
    (void)state;
    static char bytes[4096];
    write_lines("k scalar 1 0 0\n", 2);
    damaged("count or checksum is wrong");
    write_lines("k scalar 1 0 0\nend 1 0000000000000000\n", 1);
    damaged("count or checksum is wrong");
    write_lines("k scalar 1 0 0\n", 1);
    size_t size = read_bytes(bytes, sizeof bytes);
    bytes[size] = '\n';
    write_bytes(bytes, size + 1);
    damaged("goes on after its last line");
}

/* Writes the header of this machine with `from` replaced. */
static void write_with(const char *from, const char *to) {
    char header[RNN_TUNING_HEADER_SIZE], other[RNN_TUNING_HEADER_SIZE + 64];
    rnn_tuning_header(header);
    char *at = strstr(header, from);
    assert_non_null(at);
    *at = '\0';
    snprintf(other, sizeof other, "%s%s%s", header, to, at + strlen(from));
    write_sealed(other, "k scalar 1 0 0\n", 1);
}

static void other_machines_and_versions(void **state) {
    (void)state;
    static const struct {
        const char *from, *to;
    } changes[] = {
        {"librnn ", "librnn 9"}, {"cpu ", "cpu Other"}, {"isa ", "isa sse"},
        {"caches ", "caches 1"}, {"cores ", "cores 1"}, {"libraries", "libraries other 1;"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        write_with(changes[i].from, changes[i].to);
        refused(RNN_UNAVAILABLE, "of another machine or version: \"");
    }
    write_with("tuning 1\n", "tuning 2\n");
    damaged("line 1: not a tuning file of this version");
    write_with("isa ", "isa ");
    assert_accepted();
}

/* The instructions in use are part of the machine. */
static void lowered_instructions(void **state) {
    (void)state;
    if (rnn_kernels_best() == rnn_backend_row_named("scalar")->kernels)
        return;
    write_one(1, "naive", 1);
    assert_contains(implementation(1), "(tuned)");
    setenv("RNN_ISA", "scalar", 1);
    refused(RNN_UNAVAILABLE, "of another machine or version: \"isa ");
    assert_memory_equal(implementation(1), "scalar: ", 8);
}

static void what_is_no_file(void **state) {
    (void)state;
    refused_at("/nonexistent/tuning", RNN_UNAVAILABLE, "No such file");
    refused_at(folder, RNN_UNAVAILABLE, "not a file");
    refused_at("/dev/zero", RNN_UNAVAILABLE, "not a file");
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    alarm(20); /* opening one waits for a writer, which would last */
    refused(RNN_UNAVAILABLE, "not a file");
    alarm(0);
    unlink(path);
    assert_int_equal(symlink(path, path), 0);
    refused(RNN_UNAVAILABLE, "symbolic links");
    static char endless[2 * PATH_MAX];
    memset(endless, 'x', sizeof endless - 1);
    refused_at(endless, RNN_UNAVAILABLE, "File name too long");
}

static void without_permission(void **state) {
    (void)state;
    if (geteuid() == 0)
        skip();
    write_one(1, "scalar", 1);
    chmod(path, 0);
    refused(RNN_UNAVAILABLE, "Permission denied");
}

static void huge_files(void **state) {
    (void)state;
    write_one(1, "scalar", 1);
    assert_int_equal(truncate(path, 200000000), 0);
    damaged("200000000 bytes, no tuning file has so many");
    assert_int_equal(truncate(path, (off_t)RNN_TUNING_FILE_SIZE), 0);
    damaged("goes on after its last line");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(round_trip, reset),
        cmocka_unit_test_setup(cannot_be_written, reset),
        cmocka_unit_test_setup(without_a_file, reset),
        cmocka_unit_test_setup(a_winner_serves_its_own_problem, reset),
        cmocka_unit_test_setup(threads_are_limited, reset),
        cmocka_unit_test_setup(winners_that_cannot_serve, reset),
        cmocka_unit_test_setup(a_winner_without_memory, reset),
        cmocka_unit_test_setup(each_property_has_its_key, reset),
        cmocka_unit_test_setup(equal_layouts_have_one_key, reset),
        cmocka_unit_test_setup(models_too_long_for_a_key, reset),
        cmocka_unit_test_setup(cut_off_at_every_byte, reset),
        cmocka_unit_test_setup(every_changed_byte, reset),
        cmocka_unit_test_setup(bytes_that_are_not_text, reset),
        cmocka_unit_test_setup(lines_too_long, reset),
        cmocka_unit_test_setup(entries_that_are_none, reset),
        cmocka_unit_test_setup(wrong_ends, reset),
        cmocka_unit_test_setup(other_machines_and_versions, reset),
        cmocka_unit_test_setup(lowered_instructions, reset),
        cmocka_unit_test_setup(what_is_no_file, reset),
        cmocka_unit_test_setup(without_permission, reset),
        cmocka_unit_test_setup(huge_files, reset),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
