/* SPDX-License-Identifier: MIT
 * rnnbench summary: what model.summary() prints in Keras. */
#include "bench/base/command.h"
#include "reference/problem.h"

#include <stdio.h>

static const char *const class_names[RNN_CELL_COUNT] = {
#define CELL(id, name, keras_name, gates, states) [id] = keras_name,
#include "kernels/cells.inc"
#undef CELL
};

static void print_row(const char *layer, const char *shape, size_t parameters) {
    printf(" %-32s %-28s %14zu\n", layer, shape, parameters);
}

/* "(2, 4, 3)", or "(2, 3)" without steps; with merge none there are two of them. */
static void shape_text(char *text, size_t size, const problem *p, bool steps, int width, bool two) {
    char one[64];
    if (steps)
        snprintf(one, sizeof one, "(%d, %d, %d)", p->batch, p->timesteps, width);
    else
        snprintf(one, sizeof one, "(%d, %d)", p->batch, width);
    snprintf(text, size, two ? "%s, %s" : "%s", one, one);
}

static void print_layer(const problem *p, int i) {
    const rnn_layer *layer = &p->layers[i];
    bool two = layer->direction == RNN_BIDIRECTIONAL && layer->merge == RNN_NONE;
    char name[64], shape[160];
    snprintf(name, sizeof name, layer->direction == RNN_BIDIRECTIONAL ? "Bidirectional(%s)" : "%s",
             class_names[layer->cell]);
    shape_text(shape, sizeof shape, p, layer->return_sequences, rnn_layer_output_width(layer), two);
    print_row(name, shape, rnn_layer_parameter_count(layer));
}

static void print_dense(const problem *p, const rnn_model *model) {
    const rnn_layer *below = &p->layers[p->layer_count - 1];
    char shape[160];
    shape_text(shape, sizeof shape, p, below->return_sequences, model->dense->units, false);
    print_row("Dense", shape,
              rnn_dense_parameter_count(model->dense, rnn_layer_output_width(below)));
}

static void print_summary(const problem *p) {
    rnn_model model = problem_model(p);
    char shape[160];
    shape_text(shape, sizeof shape, p, true, p->layers[0].features, false);
    printf(" %-32s %-28s %14s\n", "Layer (type)", "Output shape", "Params");
    puts(" ----------------------------------------------------------------------------");
    print_row("Input", shape, 0);
    for (int i = 0; i < p->layer_count; i++)
        print_layer(p, i);
    if (model.dense)
        print_dense(p, &model);
    puts(" ----------------------------------------------------------------------------");
    printf(" Total params: %zu (%.2f KiB)\n", rnn_model_parameter_count(&model),
           (double)(rnn_model_parameter_count(&model) * sizeof(float)) / 1024);
}

int command_summary(const command_line *line) {
    problem p;
    rnn_error error;
    option_list options = {.least_arguments = 1,
                           .most_arguments = 1,
                           .missing =
                               "an argument is missing, as in lstm/N:1/T:10/D:3/U:5/dense:2"};
    int status;
    if (!command_read(line, &options, &status))
        return status;
    if (!problem_parse(&p, options.arguments[0], &error))
        return refuse_usage("summary", error.text);
    rnn_model model = problem_model(&p);
    if (rnn_model_validate(&model, &error) != RNN_OK)
        return refuse_usage("summary", error.text);
    print_summary(&p);
    return EXIT_FINE;
}
