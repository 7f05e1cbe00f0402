/* SPDX-License-Identifier: MIT
 * The judge: a `rnnbench worker` hands inputs to others and compares their outputs, and it checks a
 * backend of its own. */
#include "bench/measure/roof.h"
#include "bench/problems/problem_cost.h"
#include "bench/worker/worker.h"
#include "reference/inputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Inputs --------------------------------------------------------------------------------- */

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

/* Writes x as a peer sees it, dense and batch-major. */
static bool write_x(const subject *s, const char *folder) {
    const problem *p = &s->run.problem;
    size_t width = (size_t)p->layers[0].features;
    size_t floats = (size_t)p->batch * (size_t)p->timesteps * width;
    float *x = malloc(floats * sizeof *x), *row = x;
    for (int n = 0; x && n < p->batch; n++)
        for (int t = 0; t < p->timesteps; t++, row += width)
            memcpy(row, runnable_x(&s->run, n, t), width * sizeof *x);
    bool ok = x && write_file(folder, "x", x, floats * sizeof *x);
    if (!x)
        errno = ENOMEM;
    free(x);
    return ok;
}

/* Writes every input, under its name in rnn.h. */
static bool write_inputs(const subject *s, const char *folder) {
    for (int i = 0; i < ARRAY_INPUTS_END; i++) {
        char name[ARRAY_NAME_SIZE];
        const buffer *array = &s->run.arrays.all[i];
        array_name(i, name);
        if (array->size && i != ARRAY_X && !write_file(folder, name, array->data, array->size))
            return false;
    }
    return write_x(s, folder);
}

/* What Keras does not have, where it is set. */
static json_t *options_beyond_keras(const rnn_layer *layer) {
    json_t *options = json_object();
    if (layer->peepholes)
        json_object_set_new(options, "peepholes", json_true());
    if (layer->coupling != RNN_COUPLING_NONE)
        json_object_set_new(options, "coupled", json_string(rnn_coupling_name(layer->coupling)));
    if (layer->projection > 0)
        json_object_set_new(options, "projection", json_integer(layer->projection));
    if (layer->attention)
        json_object_set_new(options, "attention", json_true());
    if (layer->gate_clip > 0)
        json_object_set_new(options, "gate_clip", json_real((double)layer->gate_clip));
    if (layer->cell_clip > 0)
        json_object_set_new(options, "cell_clip", json_real((double)layer->cell_clip));
    if (layer->projection_clip > 0)
        json_object_set_new(options, "projection_clip", json_real((double)layer->projection_clip));
    return options;
}

static json_t *layer_object(const rnn_layer *layer) {
    return json_pack("{s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:o}", "cell",
                     rnn_cell_name(layer->cell), "features", layer->features, "units", layer->units,
                     "activation", rnn_activation_name(layer->activation), "recurrent_activation",
                     rnn_activation_name(layer->recurrent_activation), "direction",
                     rnn_direction_name(layer->direction), "merge", rnn_merge_name(layer->merge),
                     "use_bias", layer->use_bias, "reset_after", layer->reset_after,
                     "return_sequences", layer->return_sequences, "options",
                     options_beyond_keras(layer));
}

/* What a peer has to know of the problem, and then what only the driver has to. */
static json_t *subject_object(const subject *s) {
    const problem *p = &s->run.problem;
    const problem_steps steps = inputs_steps(&s->run.arrays.io, p);
    json_t *layers = json_array();
    for (int i = 0; i < p->layer_count; i++)
        json_array_append_new(layers, layer_object(&p->layers[i]));
    return json_pack("{s:i, s:i, s:o, s:b, s:b, s:b, s:i, s:i, s:i, s:i, s:o, s:o, s:o, s:o}",
                     "batch", p->batch, "timesteps", p->timesteps, "layers", layers, "dense",
                     p->has_dense, "masked", p->mask != MASK_NONE, "initial_state",
                     p->initial_state, "outputs", subject_outputs(s), "steps",
                     runnable_steps(&s->run), "width", runnable_width(&s->run), "checked_rows",
                     s->row_count, "counted_steps", worker_number(steps.counted), "longest_row",
                     worker_number(steps.longest), "flops", worker_number(problem_flops(p, steps)),
                     "weight_bytes", worker_number(roof_weight_bytes(p, steps)));
}

void worker_write(worker *w, int count, char **words) {
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
        worker_answer_path(words[1], strerror(errno));
        return;
    }
    worker_answer(subject_object(s));
}

/* ---- Verdicts ------------------------------------------------------------------------------- */

/* Returns all floats of a file that has exactly so many. Otherwise returns NULL, with an errno of 0
 * where the file has more or fewer. */
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

void worker_compare(worker *w, int count, char **words) {
    (void)count;
    subject *s = &w->subject;
    if (!s->expected) {
        worker_answer_error("compare: nothing is expected yet; write a problem");
        return;
    }
    float *y = read_floats(words[1], subject_output_floats(s));
    if (!y) {
        worker_answer_path(words[1],
                           errno ? strerror(errno) : "not the size of the problem's outputs");
        return;
    }
    double relative, absolute;
    subject_compare(s, y, &relative, &absolute);
    free(y);
    worker_answer(json_pack("{s:o, s:o}", "relative_error", worker_number(relative), "max_error",
                            worker_number(absolute)));
}

/* ---- Against the oracle ---------------------------------------------------------------------- */

/* Takes the case of the last problem where it is the same, or else makes a new one. */
static rnn_status choose_case(worker *w, const char *text, rnn_error *error) {
    problem asked;
    char known[PROBLEM_TEXT_SIZE] = "", wanted[PROBLEM_TEXT_SIZE];
    if (!problem_parse(&asked, text, error))
        return RNN_INVALID_ARGUMENT;
    const problem checked = problem_as_checked(&asked);
    problem_print(&checked, wanted);
    if (w->reference)
        problem_print(&case_run(w->reference)->problem, known);
    if (strcmp(known, wanted) == 0)
        return RNN_OK;
    case_destroy(w->reference);
    w->reference = NULL;
    return case_create(&w->reference, &checked, w->seed, error);
}

void worker_check(worker *w, int count, char **words) {
    (void)count;
    int threads;
    rnn_error error;
    case_verdict verdict;
    if (!worker_read_count(words[2], "threads", RNN_MAX_THREADS, &threads))
        return;
    rnn_status status = choose_case(w, words[3], &error);
    if (status == RNN_OK)
        status = case_check(w->reference, words[1], threads, GUARD_NONE, &verdict, &error);
    if (status != RNN_OK) {
        worker_answer_status(status, &error);
        return;
    }
    worker_answer(json_pack("{s:b, s:o, s:o}", "passed", verdict.passed, "max_error",
                            worker_number(verdict.max_error), "text", worker_text(verdict.text)));
}
