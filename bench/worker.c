/* SPDX-License-Identifier: MIT
 * rnnbench worker: line commands on standard input, one line of JSON on standard output for each.
 * For the driver in bench/peers, which runs many of these beside the workers of other frameworks,
 * and for `rnnbench gate`, which runs those of two builds. A command that cannot be done is
 * answered with {"error": "..."}; only `quit` and the end of the input end it. */
#include "worker.h"
#include "clock.h"
#include "commands.h"
#include "context.h"
#include "fail.h"
#include "json.h"
#include "problems.h"
#include "roof.h"
#include "rows.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WORDS 4096

/* ---- Answers ------------------------------------------------------------------------------- */

void worker_answer_error(const char *text) {
    putchar('{');
    json_named_text("error", text);
    puts("}");
}

void worker_answer_status(rnn_status status, const rnn_error *error) {
    char text[320];
    snprintf(text, sizeof text, "%s: %s", rnn_status_text(status), error->text);
    putchar('{');
    json_named_text("error", text);
    fputs(", ", stdout);
    json_flag("refused", status == RNN_UNSUPPORTED || status == RNN_UNAVAILABLE);
    puts("}");
}

/* ---- What there is ------------------------------------------------------------------------ */

static void do_backends(worker *w, int count, char **words) {
    (void)w, (void)count, (void)words;
    rnn_backend_info info;
    fputs("{\"backends\": [", stdout);
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++) {
        json_comma(i == 0);
        putchar('{');
        json_named_text("name", info.name);
        fputs(", ", stdout);
        json_flag("available", info.available);
        fputs(", ", stdout);
        json_flag("threaded", info.threaded);
        fputs(", ", stdout);
        json_named_text("version", info.version);
        fputs(", ", stdout);
        json_named_text("reason", info.reason);
        putchar('}');
    }
    puts("]}");
}

static void put_pair(const char *key, const char *value, void *data) {
    bool *first = data;
    json_comma(*first);
    *first = false;
    json_named_text(key, value);
}

static void put_schema(bool *first) {
    char version[16];
    snprintf(version, sizeof version, "%d", ROWS_SCHEMA_VERSION);
    put_pair(ROWS_SCHEMA_KEY, version, first);
}

/* The driver passes it on: a worker's standard error goes to a file. */
static void put_tuning_warning(void) {
    rnn_error error;
    if (rnn_tuning_check(NULL, &error) == RNN_OK)
        return;
    char text[320];
    snprintf(text, sizeof text, "RNN_TUNING is ignored: %s", error.text);
    fputs(", ", stdout);
    json_named_text("warning", text);
}

static void do_context(worker *w, int count, char **words) {
    (void)count, (void)words;
    bool first = true;
    fputs("{\"context\": {", stdout);
    context_machine(&w->machine, put_pair, &first);
    context_build(put_pair, &first);
    context_environment(put_pair, &first);
    put_schema(&first);
    putchar('}');
    put_tuning_warning();
    puts("}");
}

/* ---- Which problems ----------------------------------------------------------------------- */

static void put_problems(const problem_list *list) {
    fputs("\"problems\": [", stdout);
    for (int i = 0; i < list->count; i++) {
        char text[PROBLEM_TEXT_SIZE];
        problem_print(&list->items[i], text);
        json_comma(i == 0);
        json_text(text);
    }
    putchar(']');
}

static void put_selection(const cli_options *options) {
    fputs("\"threads\": [", stdout);
    for (int i = 0; i < options->threads.count; i++) {
        json_comma(i == 0);
        printf("%d", options->threads.values[i]);
    }
    fputs("], \"backends\": [", stdout);
    rnn_backend_info info;
    bool first = true;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (options->backends && options_select_backend(options, i)) {
            json_comma(first);
            json_text(info.name);
            first = false;
        }
    putchar(']');
}

/* The words are the filters of `rnnbench sweep`; the first one, the command, stands for its name.
 */
static void do_expand(worker *w, int count, char **words) {
    (void)w;
    cli_options options;
    problem_list list = {0};
    rnn_error error;
    bool ok = options_parse(&options, COMMAND_sweep, count, words, &error) &&
              (!options.save || fail(&error, "--save: of rnnbench sweep alone")) &&
              problem_list_for_sweep(&list, &options, &error);
    if (ok) {
        const char *preset = problem_list_preset(&options);
        putchar('{');
        put_problems(&list);
        fputs(", ", stdout);
        put_selection(&options);
        fputs(", ", stdout);
        json_named_text("preset", preset ? preset : "none");
        puts("}");
    } else {
        worker_answer_error(error.text);
    }
    problem_list_free(&list);
    options_free(&options);
}

static void do_seed(worker *w, int count, char **words) {
    (void)count;
    char *end;
    errno = 0;
    uint64_t seed = strtoull(words[1], &end, 0);
    if (words[1][0] < '0' || words[1][0] > '9' || *end || errno == ERANGE) {
        worker_answer_error("seed: not a whole number of 64 bits");
        return;
    }
    w->seed = seed;
    puts("{}");
}

/* ---- Peaks and roofs ---------------------------------------------------------------------- */

static bool measure_peaks(worker *w, int most, double seconds, rnn_error *error) {
    if (most > w->machine.cores)
        most = w->machine.cores;
    free(w->peaks);
    w->peak_count = 0;
    w->peaks = calloc((size_t)most, sizeof *w->peaks);
    if (!w->peaks) {
        snprintf(error->text, sizeof error->text, "out of memory");
        return false;
    }
    for (int p = 1; p <= most; p++, w->peak_count++) {
        if (!peak_measure(&w->machine, p, seconds / most, &w->peaks[p - 1], error))
            return false;
        if (p > 1)
            peak_raise(&w->peaks[p - 1], &w->peaks[p - 2]);
    }
    return true;
}

static void put_peaks(const worker *w, const peak_set *peaks) {
    char text[256];
    int used = 0;
    for (int isa = 0; isa < PEAK_ISA_COUNT; isa++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s %.1f GFLOP/s, ",
                         peak_isa_name((peak_isa)isa), 1e-9 * peaks->flops[isa]);
    for (int level = 0; level < w->machine.cache_count; level++)
        used += snprintf(text + used, sizeof text - (size_t)used, "L%d %.1f GB/s, ", level + 1,
                         1e-9 * peaks->reads[level]);
    snprintf(text + used, sizeof text - (size_t)used, "DRAM %.1f GB/s", 1e-9 * peaks->memory_reads);
    char key[32];
    snprintf(key, sizeof key, "peaks_threads_%d", peaks->threads);
    json_named_text(key, text);
}

bool worker_read_count(const char *word, const char *what, int most, int *value) {
    rnn_error error;
    char text[400];
    if (parse_int(word, 1, most, value, &error))
        return true;
    snprintf(text, sizeof text, "%s \"%.40s\": %s", what, word, error.text);
    worker_answer_error(text);
    return false;
}

static void do_peaks(worker *w, int count, char **words) {
    (void)count;
    int most, milliseconds;
    rnn_error error;
    if (!worker_read_count(words[1], "threads", RNN_MAX_THREADS, &most) ||
        !worker_read_count(words[2], "milliseconds", 1000000, &milliseconds))
        return;
    if (!measure_peaks(w, most, 1e-3 * milliseconds, &error)) {
        worker_answer_error(error.text);
        return;
    }
    putchar('{');
    for (int p = 0; p < w->peak_count; p++) {
        json_comma(p == 0);
        put_peaks(w, &w->peaks[p]);
    }
    puts("}");
}

/* Of the subject, for what is called `backend`; 0 where the peaks were not measured. */
static double roof_of(const worker *w, const char *backend, int threads) {
    if (w->peak_count == 0)
        return 0;
    const peak_set *peaks = &w->peaks[(threads < w->peak_count ? threads : w->peak_count) - 1];
    return roof_seconds(&w->subject.problem, &w->machine, peaks, roof_isa(backend));
}

/* ---- The judge: inputs and verdicts ---------------------------------------------------------- */

static bool write_file(const char *folder, const char *name, const void *data, size_t size) {
    char path[1024];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return false;
    }
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    bool ok = fwrite(data, 1, size, file) == size;
    return fclose(file) == 0 && ok;
}

/* x as a peer sees it, dense and batch-major; NULL without memory. */
static float *dense_x(const subject *s) {
    const problem *p = &s->problem;
    size_t width = (size_t)p->layers[0].features, steps = (size_t)p->timesteps;
    float *x = malloc((size_t)p->batch * steps * width * sizeof *x);
    for (size_t n = 0; x && n < (size_t)p->batch; n++)
        for (size_t t = 0; t < steps; t++)
            memcpy(x + (n * steps + t) * width,
                   array_floats(&s->arrays, ARRAY_X) +
                       array_row(p, problem_shape(p).x, (int)width, (int)steps, n, t),
                   width * sizeof *x);
    return x;
}

static bool write_x(const subject *s, const char *folder) {
    const problem *p = &s->problem;
    size_t floats = (size_t)p->batch * (size_t)p->timesteps * (size_t)p->layers[0].features;
    float *x = dense_x(s);
    bool ok = x && write_file(folder, "x", x, floats * sizeof *x);
    if (!x)
        errno = ENOMEM;
    free(x);
    return ok;
}

/* Every input but x, under the names of rnn.h. */
static bool write_inputs(const subject *s, const char *folder) {
    for (int i = 0; i < ARRAY_INPUTS_END; i++) {
        char name[ARRAY_NAME_SIZE];
        const buffer *array = &s->arrays.all[i];
        array_name(i, name);
        if (array->size && i != ARRAY_X && !write_file(folder, name, array->data, array->size))
            return false;
    }
    return write_x(s, folder);
}

static void put_layer(const rnn_layer *layer) {
    printf("{\"cell\": \"%s\", \"features\": %d, \"units\": %d, ", rnn_cell_name(layer->cell),
           layer->features, layer->units);
    printf("\"activation\": \"%s\", \"recurrent_activation\": \"%s\", ",
           rnn_activation_name(layer->activation),
           rnn_activation_name(layer->recurrent_activation));
    printf("\"direction\": \"%s\", \"merge\": \"%s\", ", rnn_direction_name(layer->direction),
           rnn_merge_name(layer->merge));
    json_flag("use_bias", layer->use_bias);
    fputs(", ", stdout);
    json_flag("reset_after", layer->reset_after);
    fputs(", ", stdout);
    json_flag("return_sequences", layer->return_sequences);
    putchar('}');
}

static void put_problem(const problem *p) {
    printf("\"batch\": %d, \"timesteps\": %d, \"layers\": [", p->batch, p->timesteps);
    for (int i = 0; i < p->layer_count; i++) {
        json_comma(i == 0);
        put_layer(&p->layers[i]);
    }
    fputs("], ", stdout);
    json_flag("dense", p->has_dense);
    fputs(", ", stdout);
    json_flag("masked", p->mask != MASK_NONE);
    fputs(", ", stdout);
    json_flag("initial_state", p->initial_state);
}

static void do_write(worker *w, int count, char **words) {
    (void)count;
    rnn_error error;
    subject *s = &w->subject;
    w->ran = false;
    rnn_status status = subject_fill(s, words[2], w->seed, &error);
    if (status == RNN_OK && !s->expected)
        status = subject_expect(s, &error);
    if (status != RNN_OK) {
        worker_answer_status(status, &error);
        return;
    }
    if (!write_inputs(s, words[1])) {
        char text[320];
        snprintf(text, sizeof text, "%.200s: %s", words[1], strerror(errno));
        worker_answer_error(text);
        return;
    }
    putchar('{');
    put_problem(&s->problem);
    printf(", \"outputs\": %d, \"steps\": %d, \"width\": %d, \"checked_rows\": %d, ",
           subject_outputs(s), subject_steps(s), subject_width(s), s->row_count);
    json_number("flops", problem_flops(&s->problem));
    fputs(", ", stdout);
    json_number("weight_bytes", roof_weight_bytes(&s->problem));
    puts("}");
}

/* A roof for any implementation: that of the CPU's widest instructions, which oneDNN takes. */
static void do_roof(worker *w, int count, char **words) {
    (void)count;
    int threads;
    if (!worker_read_count(words[1], "threads", RNN_MAX_THREADS, &threads))
        return;
    if (!w->subject.text[0]) {
        worker_answer_error("roof: no problem yet; write or prepare one");
        return;
    }
    putchar('{');
    json_number("seconds", roof_of(w, words[2], threads));
    puts("}");
}

/* All floats of a file that has exactly so many; NULL, with errno 0 where it has more or fewer. */
static float *read_floats(const char *path, size_t count) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    float *floats = malloc(count * sizeof *floats);
    char more;
    errno = 0;
    bool ok = floats && fread(floats, sizeof *floats, count, file) == count &&
              fread(&more, 1, 1, file) == 0;
    fclose(file);
    if (ok)
        return floats;
    free(floats);
    return NULL;
}

static void do_compare(worker *w, int count, char **words) {
    (void)count;
    subject *s = &w->subject;
    if (!s->expected) {
        worker_answer_error("compare: nothing is expected yet; write a problem");
        return;
    }
    float *y = read_floats(words[1], subject_output_floats(s));
    if (!y) {
        char text[320];
        snprintf(text, sizeof text, "%.200s: %s", words[1],
                 errno ? strerror(errno) : "not the size of the problem's outputs");
        worker_answer_error(text);
        return;
    }
    double relative, absolute;
    subject_compare(s, y, &relative, &absolute);
    free(y);
    putchar('{');
    json_number("relative_error", relative);
    fputs(", ", stdout);
    json_number("max_error", absolute);
    puts("}");
}

/* ---- A participant: plan, runs, output --------------------------------------------------------
 */

static void do_prepare(worker *w, int count, char **words) {
    (void)count;
    int threads;
    rnn_error error;
    subject *s = &w->subject;
    w->ran = false;
    subject_free_plan(s); /* what fails here leaves nothing to run */
    if (!worker_read_count(words[2], "threads", RNN_MAX_THREADS, &threads))
        return;
    rnn_status status = subject_fill(s, words[3], w->seed, &error);
    if (status == RNN_OK)
        status = subject_plan(s, words[1], threads, &error);
    if (status != RNN_OK) {
        worker_answer_status(status, &error);
        return;
    }
    putchar('{');
    json_named_text("label", rnn_plan_implementation(s->plan));
    fputs(", ", stdout);
    json_number("pack_us", 1e6 * s->pack_seconds);
    fputs(", ", stdout);
    json_number("packed_bytes", (double)rnn_plan_packed_size(s->plan));
    fputs(", ", stdout);
    json_number("scratch_bytes", (double)rnn_plan_scratch_size(s->plan));
    puts("}");
}

/* Of all threads of this process. */
static double cpu_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* One run before the clock starts wakes the threads and warms the caches. */
static void do_run(worker *w, int count, char **words) {
    (void)count;
    int runs;
    rnn_error error;
    subject *s = &w->subject;
    if (!worker_read_count(words[1], "runs", 1000000000, &runs))
        return;
    if (!s->plan) {
        worker_answer_error("run: no plan yet; prepare one");
        return;
    }
    rnn_status status = rnn_plan_run(s->plan, &s->arrays.io, s->scratch, &error);
    double cpu = cpu_seconds(), start = clock_seconds();
    for (int i = 0; i < runs && status == RNN_OK; i++)
        status = rnn_plan_run(s->plan, &s->arrays.io, s->scratch, &error);
    double seconds = clock_seconds() - start;
    cpu = cpu_seconds() - cpu;
    if (status != RNN_OK) {
        worker_answer_status(status, &error);
        return;
    }
    w->ran = true;
    putchar('{');
    json_number("seconds", seconds);
    fputs(", ", stdout);
    json_number("cpu_seconds", cpu);
    puts("}");
}

/* Every output of the last run, dense and batch-major. */
static bool write_outputs(const subject *s, const char *path) {
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    size_t width = (size_t)subject_width(s), steps = (size_t)subject_steps(s);
    bool ok = true;
    for (int k = 0; k < subject_outputs(s); k++)
        for (size_t n = 0; n < (size_t)s->problem.batch; n++)
            for (size_t t = 0; t < steps; t++)
                ok &= fwrite(subject_output_row(s, k, n, t), sizeof(float), width, file) == width;
    return fclose(file) == 0 && ok;
}

static void do_output(worker *w, int count, char **words) {
    (void)count;
    if (!w->ran) {
        worker_answer_error("output: nothing was run yet");
        return;
    }
    if (write_outputs(&w->subject, words[1])) {
        puts("{}");
        return;
    }
    char text[320];
    snprintf(text, sizeof text, "%.200s: %s", words[1], strerror(errno));
    worker_answer_error(text);
}

static void do_quit(worker *w, int count, char **words) {
    (void)count, (void)words;
    w->quit = true;
    puts("{}");
}

/* ---- The loop ----------------------------------------------------------------------------- */

typedef struct worker_command {
    const char *name, *arguments;
    int argument_count; /* -1: any number */
    void (*run)(worker *w, int count, char **words);
} worker_command;

static const worker_command commands[] = {
    {"backends", "", 0, do_backends},
    {"context", "", 0, do_context},
    {"expand", "[filters of rnnbench sweep]", -1, do_expand},
    {"seed", "NUMBER", 1, do_seed},
    {"peaks", "MOST_THREADS MILLISECONDS", 2, do_peaks},
    {"roof", "THREADS BACKEND", 2, do_roof},
    {"write", "FOLDER PROBLEM", 2, do_write},
    {"compare", "FILE", 1, do_compare},
    {"prepare", "BACKEND THREADS PROBLEM", 3, do_prepare},
    {"run", "COUNT", 1, do_run},
    {"output", "FILE", 1, do_output},
    {"check", "BACKEND THREADS PROBLEM", 3, worker_check},
    {"count", "COUNT", 1, worker_count_instructions},
    {"quit", "", 0, do_quit},
};
enum { WORKER_COMMAND_COUNT = sizeof commands / sizeof *commands };

/* Cuts the line at its blanks; -1 where there are too many words. */
static int cut_words(char *line, char *words[MAX_WORDS]) {
    int count = 0;
    for (char *word = strtok(line, " \t\r\n"); word; word = strtok(NULL, " \t\r\n")) {
        if (count == MAX_WORDS - 1)
            return -1;
        words[count++] = word;
    }
    words[count] = NULL;
    return count;
}

static void obey(worker *w, char *line) {
    char *words[MAX_WORDS], text[200];
    int count = cut_words(line, words);
    if (count <= 0) {
        worker_answer_error(count ? "too many words" : "an empty line");
        return;
    }
    for (int i = 0; i < WORKER_COMMAND_COUNT; i++) {
        const worker_command *command = &commands[i];
        if (strcmp(words[0], command->name) != 0)
            continue;
        if (command->argument_count < 0 || command->argument_count == count - 1) {
            command->run(w, count, words);
            return;
        }
        snprintf(text, sizeof text, "usage: %s %s", command->name, command->arguments);
        worker_answer_error(text);
        return;
    }
    snprintf(text, sizeof text, "\"%.80s\": unknown command", words[0]);
    worker_answer_error(text);
}

int command_worker(const cli_options *options) {
    worker w = {.seed = options->seed};
    char *line = NULL;
    size_t size = 0;
    bool reader_left = false;
    signal(SIGPIPE, SIG_IGN);
    machine_describe(&w.machine);
    while (!w.quit && !reader_left && getline(&line, &size, stdin) >= 0) {
        obey(&w, line);
        reader_left = fflush(stdout) != 0;
    }
    free(line);
    case_destroy(w.reference);
    subject_free(&w.subject);
    free(w.peaks);
    return EXIT_FINE;
}
