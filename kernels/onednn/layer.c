/* SPDX-License-Identifier: MIT */
#include "kernels/onednn/layer.h"

#include "kernels/onednn/feature_rows.h"
#include "kernels/onednn/reorder.h"
#include "kernels/onednn/scratch.h"

#include <string.h>

/* ---- Shapes ------------------------------------------------------------------------------- */

static onednn_rows input_rows(const onednn_layer *l) {
    return (onednn_rows){l->place.batch, l->place.timesteps, l->layer->features};
}

/* Whether oneDNN sums the halves at each step. It joins them by concat or sum only. */
static bool primitive_sums(const rnn_layer *layer) {
    return layer->merge == RNN_SUM || layer->merge == RNN_AVE;
}

static onednn_rows sequence_rows(const onednn_layer *l) {
    bool halves = l->layer->direction == RNN_BIDIRECTIONAL && !primitive_sums(l->layer);
    return (onednn_rows){l->place.batch, l->place.timesteps,
                         (halves ? 2 : 1) * rnn_layer_direction_width(l->layer)};
}

static onednn_rows attention_rows(const onednn_layer *l) {
    return (onednn_rows){l->place.batch, l->place.timesteps, 1};
}

/* s is 0 for h, 1 for c. */
static onednn_rows state_rows(const onednn_layer *l, int s) {
    return (onednn_rows){l->place.batch, 1, rnn_layer_state_width(l->layer, s)};
}

size_t rnn_onednn_layer_state_floats(const onednn_layer *l, int s) {
    return (size_t)rnn_layer_directions(l->layer) * rnn_onednn_rows_floats(state_rows(l, s));
}

/* Where state s of all directions begins in the scratch of all states, in floats. */
static size_t state_offset(const onednn_layer *l, int s) {
    return s ? rnn_onednn_layer_state_floats(l, 0) : 0;
}

/* ---- Description -------------------------------------------------------------------------- */

static dnnl_status_t sequence_layout(api_layout *layout, onednn_rows rows, rnn_strides strides) {
    /* The stride of a single row or step is never used, but oneDNN recognises a plain layout by
     * it. */
    if (rows.batch == 1)
        strides.batch = rows.timesteps == 1 ? rows.width : strides.time;
    if (rows.timesteps == 1)
        strides.time = rows.batch * strides.batch;
    const dnnl_dims_t sizes = {rows.timesteps, rows.batch, rows.width};
    const dnnl_dims_t distances = {strides.time, strides.batch, 1};
    return rnn_onednn_api_layout_strided(layout, 3, sizes, distances);
}

static dnnl_status_t state_layout(api_layout *layout, int directions, onednn_rows rows,
                                  ptrdiff_t row_stride) {
    const dnnl_dims_t sizes = {1, directions, rows.batch, rows.width};
    if (rows.batch == 1)
        row_stride = rows.width;
    const dnnl_dim_t state = rows.batch * row_stride;
    const dnnl_dims_t strides = {directions * state, state, row_stride, 1};
    return rnn_onednn_api_layout_strided(layout, 4, sizes, strides);
}

static dnnl_status_t lay_out_activations(api_rnn *rnn, const onednn_layer *l) {
    const int directions = rnn_layer_directions(l->layer);
    const onednn_rows x = input_rows(l), y = sequence_rows(l), h = state_rows(l, 0);
    dnnl_status_t status =
        sequence_layout(&rnn->src_layer, x, l->reads_x ? l->place.x : rnn_onednn_rows_dense(x));
    if (status == dnnl_success)
        status = sequence_layout(&rnn->dst_layer, y,
                                 l->writes_sequence_to_y ? l->place.y : rnn_onednn_rows_dense(y));
    if (status == dnnl_success)
        status = state_layout(&rnn->src_iter, directions, h, h.width);
    if (status == dnnl_success)
        status = state_layout(&rnn->dst_iter, directions, h,
                              l->writes_state_to_y ? l->place.y.batch : h.width);
    const onednn_rows attention = attention_rows(l);
    if (status == dnnl_success && l->layer->attention)
        status = sequence_layout(&rnn->attention, attention, rnn_onednn_rows_dense(attention));
    if (status != dnnl_success || l->layer->cell != RNN_LSTM)
        return status;
    const onednn_rows c = state_rows(l, 1);
    status = state_layout(&rnn->src_iter_c, directions, c, c.width);
    return status == dnnl_success ? state_layout(&rnn->dst_iter_c, directions, c, c.width) : status;
}

static dnnl_status_t lay_out_weights(api_rnn *rnn, const rnn_layer *layer) {
    const int directions = rnn_layer_directions(layer), gates = rnn_cell_gates(layer->cell);
    const dnnl_dims_t kernel = {1, directions, layer->features, gates, layer->units};
    const dnnl_dims_t recurrent = {1, directions, rnn_layer_direction_width(layer), gates,
                                   layer->units};
    const dnnl_dims_t bias = {1, directions, rnn_onednn_bias_gates(layer), layer->units};
    dnnl_status_t status = rnn_onednn_api_layout_any(&rnn->weights_layer, 5, kernel);
    if (status == dnnl_success)
        status = rnn_onednn_api_layout_any(&rnn->weights_iter, 5, recurrent);
    if (status == dnnl_success)
        status = rnn_onednn_api_layout_any(&rnn->bias, 4, bias);
    const dnnl_dims_t peephole = {1, directions, 3, layer->units};
    if (status == dnnl_success && layer->peepholes)
        status = rnn_onednn_api_layout_any(&rnn->weights_peephole, 4, peephole);
    const dnnl_dims_t projection = {1, directions, layer->units, layer->projection};
    if (status == dnnl_success && layer->projection > 0)
        status = rnn_onednn_api_layout_any(&rnn->weights_projection, 4, projection);
    return status;
}

static api_rnn rnn_of(const rnn_layer *layer) {
    api_rnn rnn = {.activation = dnnl_eltwise_tanh};
    switch (layer->cell) {
    case RNN_LSTM:
        rnn.cell = API_LSTM;
        break;
    case RNN_GRU:
        if (layer->attention)
            rnn.cell = layer->reset_after ? API_LBR_AUGRU : API_AUGRU;
        else
            rnn.cell = layer->reset_after ? API_LBR_GRU : API_GRU;
        break;
    case RNN_SIMPLE:
        rnn.cell = API_VANILLA_RNN;
        break;
    case RNN_CELL_COUNT:
        break;
    }
    if (layer->activation == RNN_SIGMOID)
        rnn.activation = dnnl_eltwise_logistic;
    if (layer->activation == RNN_RELU || layer->activation == RNN_LINEAR)
        rnn.activation = dnnl_eltwise_relu;
    /* max(x, 0) + slope min(x, 0) */
    rnn.negative_slope = layer->activation == RNN_LINEAR ? 1.0f : 0.0f;

    if (layer->direction == RNN_BACKWARD)
        rnn.direction = dnnl_unidirectional_right2left;
    else if (layer->direction == RNN_FORWARD)
        rnn.direction = dnnl_unidirectional_left2right;
    else
        rnn.direction = primitive_sums(layer) ? dnnl_bidirectional_sum : dnnl_bidirectional_concat;
    return rnn;
}

static void clear_layouts(api_rnn *rnn) {
    api_layout *layouts[] = {&rnn->src_layer,        &rnn->src_iter,           &rnn->src_iter_c,
                             &rnn->attention,        &rnn->weights_layer,      &rnn->weights_iter,
                             &rnn->weights_peephole, &rnn->weights_projection, &rnn->bias,
                             &rnn->dst_layer,        &rnn->dst_iter,           &rnn->dst_iter_c};
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        rnn_onednn_api_layout_clear(layouts[i]);
}

/* Describes the primitive. `in_place` says whether oneDNN may work on x and y with their own
 * strides. */
static dnnl_status_t describe(dnnl_primitive_desc_t *description, onednn_layer *l, bool in_place,
                              dnnl_engine_t engine, const_dnnl_primitive_attr_t attributes) {
    const rnn_layer *layer = l->layer;
    bool own_merge = layer->merge == RNN_MUL || layer->merge == RNN_NONE;
    const onednn_rows x = input_rows(l);
    const bool y_in_place =
        in_place && rnn_onednn_rows_are_near(
                        layer->return_sequences ? sequence_rows(l) : state_rows(l, 0), l->place.y);
    l->reads_x = in_place && rnn_onednn_rows_are_apart(x, l->place.x) &&
                 rnn_onednn_rows_are_near(x, l->place.x);
    l->writes_sequence_to_y = y_in_place && layer->return_sequences && !own_merge;
    l->writes_state_to_y =
        y_in_place && !layer->return_sequences && layer->direction != RNN_BIDIRECTIONAL;

    api_rnn rnn = rnn_of(layer);
    dnnl_status_t status = lay_out_activations(&rnn, l);
    if (status == dnnl_success)
        status = lay_out_weights(&rnn, layer);
    if (status == dnnl_success)
        status = rnn_onednn_api_rnn_describe(description, &rnn, engine, attributes);
    clear_layouts(&rnn);
    return status;
}

/* ---- Creation ----------------------------------------------------------------------------- */

static void reserve_scratch(onednn_layer *l) {
    size_t states = 0;
    for (int s = 0; s < rnn_cell_states(l->layer->cell); s++)
        states += rnn_onednn_layer_state_floats(l, s);
    size_t *size = &l->scratch_size;
    if (!l->reads_x)
        l->x_copy = onednn_scratch_floats(size, rnn_onednn_rows_floats(input_rows(l)));
    if (l->layer->attention)
        l->attention = onednn_scratch_floats(size, rnn_onednn_rows_floats(attention_rows(l)));
    if (!l->writes_sequence_to_y)
        l->sequence = onednn_scratch_floats(size, rnn_onednn_rows_floats(sequence_rows(l)));
    l->initial_states = onednn_scratch_floats(size, states);
    l->final_states = onednn_scratch_floats(size, states);
    l->scratchpad = onednn_scratch_bytes(size, l->operation.scratchpad_size);
}

static rnn_status create_operation(onednn_layer *l, dnnl_engine_t engine, rnn_error *error) {
    dnnl_primitive_attr_t attributes;
    rnn_status status = rnn_onednn_attributes_create(&attributes, error);
    if (status != RNN_OK)
        return status;
    dnnl_primitive_desc_t description;
    dnnl_status_t described = describe(&description, l, true, engine, attributes);
    if (described == dnnl_unimplemented || described == dnnl_invalid_arguments)
        described = describe(&description, l, false, engine, attributes);
    dnnl_primitive_attr_destroy(attributes);
    status = rnn_onednn_check(described, "primitive descriptor of the layer", error);
    return status == RNN_OK ? rnn_onednn_operation_create(&l->operation, description, error)
                            : status;
}

rnn_status rnn_onednn_layer_create(onednn_layer *l, const rnn_layer *description,
                                   const onednn_place *place, const rnn_weights *weights,
                                   dnnl_engine_t engine, rnn_error *error) {
    l->layer = description;
    l->place = *place;
    rnn_status status = create_operation(l, engine, error);
    if (status == RNN_OK)
        status = rnn_onednn_pack_weights(&l->operation, description, weights, engine, error);
    if (status == RNN_OK)
        reserve_scratch(l);
    return status;
}

void rnn_onednn_layer_clear(onednn_layer *l) {
    rnn_onednn_operation_clear(&l->operation);
}

rnn_status rnn_onednn_layer_call_create(onednn_call *call, const onednn_layer *l,
                                        dnnl_engine_t engine, rnn_error *error) {
    int arguments[] = {DNNL_ARG_SRC_LAYER, DNNL_ARG_SRC_ITER,   DNNL_ARG_DST_LAYER,
                       DNNL_ARG_DST_ITER,  DNNL_ARG_SRC_ITER_C, DNNL_ARG_DST_ITER_C};
    int count = l->layer->cell == RNN_LSTM ? 6 : 4;
    if (l->layer->attention)
        arguments[count++] = DNNL_ARG_AUGRU_ATTENTION;
    return rnn_onednn_call_create(call, &l->operation, arguments, count, engine, error);
}

/* ---- States ------------------------------------------------------------------------------- */

/* The place of a state of one direction in the lists of onednn_layer_io; s is 0 for h and 1 for
 * c. */
static size_t state_index(const onednn_layer *l, int direction, int s) {
    return (size_t)(direction * rnn_cell_states(l->layer->cell) + s);
}

static const float *given_initial(const onednn_layer *l, const onednn_layer_io *io, int direction,
                                  int s) {
    return io->initial_states ? io->initial_states[state_index(l, direction, s)] : NULL;
}

static float *wanted_final(const onednn_layer *l, const onednn_layer_io *io, int direction, int s) {
    return io->final_states ? io->final_states[state_index(l, direction, s)] : NULL;
}

/* Where oneDNN puts state s of all directions. */
static float *final_operand(const onednn_layer *l, const onednn_layer_io *io, int s,
                            char *scratch) {
    if (s == 0 && l->writes_state_to_y)
        return io->y;
    float *wanted = wanted_final(l, io, 0, s);
    if (wanted && l->layer->direction != RNN_BIDIRECTIONAL)
        return wanted;
    float *states = (float *)(scratch + l->final_states);
    return states + state_offset(l, s);
}

/* Where oneDNN reads state s of all directions. `output` is what it will write. It may write before
 * it has read everything, so a state that is carried in place goes through a copy. */
static const float *initial_operand(const onednn_layer *l, const onednn_layer_io *io, int s,
                                    const float *output, char *scratch) {
    const int directions = rnn_layer_directions(l->layer);
    const float *forward = given_initial(l, io, 0, s);
    const float *backward = directions == 2 ? given_initial(l, io, 1, s) : NULL;
    if (!forward && !backward)
        return io->zeros;
    if (directions == 1 && forward != output)
        return forward;

    const size_t floats = rnn_onednn_rows_floats(state_rows(l, s));
    float *states = (float *)(scratch + l->initial_states);
    float *copy = states + state_offset(l, s);
    memcpy(copy, forward ? forward : io->zeros, floats * sizeof *copy);
    if (directions == 2)
        memcpy(copy + floats, backward ? backward : io->zeros, floats * sizeof *copy);
    return copy;
}

/* Hands out the final states that oneDNN did not write in place. */
static void deliver_final(const onednn_layer *l, const onednn_layer_io *io, int s,
                          const float *output) {
    const onednn_rows rows = state_rows(l, s);
    const rnn_strides dense = rnn_onednn_rows_dense(rows);
    const bool in_y = s == 0 && l->writes_state_to_y;
    for (int d = 0; d < rnn_layer_directions(l->layer); d++) {
        float *wanted = wanted_final(l, io, d, s);
        if (wanted && wanted != output)
            rnn_onednn_rows_copy(rows, wanted, dense,
                                 output + (size_t)d * rnn_onednn_rows_floats(rows),
                                 in_y ? l->place.y : dense);
    }
}

/* ---- Outputs ------------------------------------------------------------------------------ */

static void deliver_last(const onednn_layer *l, const onednn_layer_io *io, const float *h) {
    const onednn_rows rows = state_rows(l, 0);
    const rnn_strides dense = rnn_onednn_rows_dense(rows);
    if (l->layer->direction == RNN_BIDIRECTIONAL)
        rnn_onednn_rows_merge(rows, l->layer->merge, h, h + rnn_onednn_rows_floats(rows), dense,
                              io->y, io->y_backward, l->place.y);
    else if (!l->writes_state_to_y)
        rnn_onednn_rows_copy(rows, io->y, l->place.y, h, dense);
}

static void deliver_sequence(const onednn_layer *l, const onednn_layer_io *io,
                             const float *sequence) {
    const rnn_layer *layer = l->layer;
    const onednn_rows rows = sequence_rows(l);
    const rnn_strides dense = rnn_onednn_rows_dense(rows);
    if (layer->merge == RNN_MUL || layer->merge == RNN_NONE) {
        const int width = rnn_layer_direction_width(layer);
        const onednn_rows halves = {rows.batch, rows.timesteps, width};
        rnn_onednn_rows_merge(halves, layer->merge, sequence, sequence + width, dense, io->y,
                              io->y_backward, l->place.y);
        return;
    }
    if (!l->writes_sequence_to_y)
        rnn_onednn_rows_copy(rows, io->y, l->place.y, sequence, dense);
    if (layer->merge == RNN_AVE)
        rnn_onednn_rows_halve(rows, io->y, l->place.y);
    /* oneDNN leaves each output at its own time, where Keras has them in processing order. */
    if (layer->direction == RNN_BACKWARD)
        rnn_onednn_rows_reverse_time(rows, io->y, l->place.y);
}

/* ---- Run ---------------------------------------------------------------------------------- */

static const float *input_operand(const onednn_layer *l, const float *x, char *scratch) {
    if (l->reads_x)
        return x;
    const onednn_rows rows = input_rows(l);
    float *copy = (float *)(scratch + l->x_copy);
    rnn_onednn_rows_copy(rows, copy, rnn_onednn_rows_dense(rows), x, l->place.x);
    return copy;
}

/* Copies attention [N, T] into oneDNN's order, [T, N]. */
static const float *attention_operand(const onednn_layer *l, const float *attention,
                                      char *scratch) {
    const onednn_rows rows = attention_rows(l);
    const rnn_strides by_batch = {.batch = rows.timesteps, .time = 1};
    float *copy = (float *)(scratch + l->attention);
    rnn_onednn_rows_copy(rows, copy, rnn_onednn_rows_dense(rows), attention, by_batch);
    return copy;
}

static rnn_status bind_state(const onednn_call *call, int initial_argument, const float *initial,
                             int final_argument, const float *final, rnn_error *error) {
    rnn_status status = rnn_onednn_call_bind(call, initial_argument, initial, error);
    return status == RNN_OK ? rnn_onednn_call_bind(call, final_argument, final, error) : status;
}

rnn_status rnn_onednn_layer_run(const onednn_layer *l, const onednn_call *call,
                                dnnl_stream_t stream, const onednn_layer_io *io, char *scratch,
                                rnn_error *error) {
    const int states = rnn_cell_states(l->layer->cell);
    const float *x = input_operand(l, io->x, scratch);
    float *sequence = l->writes_sequence_to_y ? io->y : (float *)(scratch + l->sequence);
    float *final[2] = {NULL, NULL};
    const float *initial[2] = {NULL, NULL};
    for (int s = 0; s < states; s++) {
        final[s] = final_operand(l, io, s, scratch);
        initial[s] = initial_operand(l, io, s, final[s], scratch);
    }

    rnn_status status = rnn_onednn_call_bind(call, DNNL_ARG_SRC_LAYER, x, error);
    if (status == RNN_OK)
        status = rnn_onednn_call_bind(call, DNNL_ARG_DST_LAYER, sequence, error);
    if (status == RNN_OK)
        status =
            bind_state(call, DNNL_ARG_SRC_ITER, initial[0], DNNL_ARG_DST_ITER, final[0], error);
    if (status == RNN_OK && states == 2)
        status =
            bind_state(call, DNNL_ARG_SRC_ITER_C, initial[1], DNNL_ARG_DST_ITER_C, final[1], error);
    if (status == RNN_OK && l->layer->attention)
        status = rnn_onednn_call_bind(call, DNNL_ARG_AUGRU_ATTENTION,
                                      attention_operand(l, io->attention, scratch), error);
    if (status == RNN_OK)
        status = rnn_onednn_call_bind(call, DNNL_ARG_SCRATCHPAD, scratch + l->scratchpad, error);
    if (status == RNN_OK)
        status = rnn_onednn_call_execute(call, &l->operation, stream, error);
    if (status != RNN_OK)
        return status;

    if (l->layer->return_sequences)
        deliver_sequence(l, io, sequence);
    else
        deliver_last(l, io, final[0]);
    for (int s = 0; s < states; s++)
        deliver_final(l, io, s, final[s]);
    return RNN_OK;
}
