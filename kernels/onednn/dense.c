/* SPDX-License-Identifier: MIT */
#include "kernels/onednn/dense.h"

#include "kernels/onednn/feature_rows.h"
#include "kernels/onednn/reorder.h"
#include "kernels/onednn/scratch.h"

#include <stdlib.h>

/* ---- Activation --------------------------------------------------------------------------- */

typedef struct eltwise {
    dnnl_alg_kind_t algorithm; /* undefined where there is none */
    float alpha, beta;
} eltwise;

typedef struct eltwise_chain {
    bool known;
    eltwise steps[2];
} eltwise_chain;

/* hard_sigmoid is missing, because oneDNN's clip makes a NaN 0. */
static const eltwise_chain chains[RNN_ACTIVATION_COUNT] = {
    [RNN_LINEAR] = {true, {{dnnl_alg_kind_undef, 0, 0}}},
    [RNN_TANH] = {true, {{dnnl_eltwise_tanh, 0, 0}}},
    [RNN_SIGMOID] = {true, {{dnnl_eltwise_logistic, 0, 0}}},
    [RNN_RELU] = {true, {{dnnl_eltwise_relu, 0, 0}}},
    [RNN_SOFTPLUS] = {true, {{dnnl_eltwise_soft_relu, 1, 0}}},
    [RNN_ELU] = {true, {{dnnl_eltwise_elu, 1, 0}}},
    [RNN_SELU] = {true,
                  {{dnnl_eltwise_elu, 1.6732632423543772f, 0},
                   {dnnl_eltwise_linear, 1.0507009873554805f, 0}}},
    [RNN_GELU] = {true, {{dnnl_eltwise_gelu_erf, 0, 0}}},
    [RNN_SILU] = {true, {{dnnl_eltwise_swish, 1, 0}}},
    [RNN_EXPONENTIAL] = {true, {{dnnl_eltwise_exp, 0, 0}}},
};

bool rnn_onednn_dense_has_activation(rnn_activation activation) {
    return chains[activation].known;
}

static rnn_status add_activation(dnnl_primitive_attr_t attributes, rnn_activation activation,
                                 rnn_error *error) {
    dnnl_post_ops_t post_ops;
    rnn_status status =
        rnn_onednn_check(dnnl_post_ops_create(&post_ops), "dnnl_post_ops_create", error);
    if (status != RNN_OK)
        return status;
    const eltwise *steps = chains[activation].steps;
    for (int i = 0; i < 2 && steps[i].algorithm != dnnl_alg_kind_undef && status == RNN_OK; i++)
        status = rnn_onednn_check(rnn_onednn_api_append_eltwise(post_ops, steps[i].algorithm,
                                                                steps[i].alpha, steps[i].beta),
                                  "dnnl_post_ops_append_eltwise", error);
    if (status == RNN_OK)
        status = rnn_onednn_check(dnnl_primitive_attr_set_post_ops(attributes, post_ops),
                                  "dnnl_primitive_attr_set_post_ops", error);
    dnnl_post_ops_destroy(post_ops);
    return status;
}

/* ---- Shapes ------------------------------------------------------------------------------- */

static int input_width(const rnn_problem *problem) {
    return rnn_layer_output_width(&problem->model.layers[problem->model.layer_count - 1]);
}

static onednn_rows rows_of(const rnn_problem *problem, int width) {
    bool sequences = rnn_model_returns_sequences(&problem->model);
    return (onednn_rows){problem->shape.batch, sequences ? problem->shape.timesteps : 1, width};
}

/* The distance between rows of y, or 0 if they are not evenly spaced over batch and time, in either
 * order. An inner product knows rows only, so they must be; its input then takes the same order. */
static ptrdiff_t even_spacing(onednn_rows rows, rnn_strides y, bool *batch_major) {
    *batch_major = false;
    if (rows.timesteps == 1 || y.time == rows.batch * y.batch)
        return y.batch;
    *batch_major = true;
    if (rows.batch == 1 || y.batch == rows.timesteps * y.time)
        return y.time;
    return 0;
}

static void place(onednn_dense *dense, const rnn_problem *problem, ptrdiff_t *spacing,
                  bool in_place) {
    const onednn_rows x = rows_of(problem, input_width(problem));
    const onednn_rows y = rows_of(problem, problem->model.dense->units);
    bool batch_major = false;
    const bool y_in_place = in_place && rnn_onednn_rows_are_near(y, problem->shape.y);
    *spacing = y_in_place ? even_spacing(y, problem->shape.y, &batch_major) : 0;
    dense->writes_y = *spacing > 0;
    dense->y = problem->shape.y;
    dense->x = rnn_onednn_rows_dense(x);
    if (!dense->writes_y) {
        *spacing = y.width;
        dense->y = rnn_onednn_rows_dense(y);
    } else if (batch_major) {
        dense->x = (rnn_strides){.batch = (ptrdiff_t)x.timesteps * x.width, .time = x.width};
    }
}

/* ---- Creation ----------------------------------------------------------------------------- */

/* Keras' kernel is [features, units], and oneDNN names its axes [units, features]. */
static dnnl_status_t kernel_layout(api_layout *layout, const rnn_problem *problem) {
    const dnnl_dims_t sizes = {problem->model.dense->units, input_width(problem)};
    const dnnl_dims_t strides = {1, problem->model.dense->units};
    return rnn_onednn_api_layout_strided(layout, 2, sizes, strides);
}

static dnnl_status_t describe(dnnl_primitive_desc_t *description, onednn_dense *dense,
                              const rnn_problem *problem, bool in_place, dnnl_engine_t engine,
                              const_dnnl_primitive_attr_t attributes) {
    ptrdiff_t spacing;
    place(dense, problem, &spacing, in_place);
    const onednn_rows rows = rows_of(problem, problem->model.dense->units);
    const dnnl_dim_t count = (dnnl_dim_t)rows.batch * rows.timesteps;
    const dnnl_dim_t features = input_width(problem), units = rows.width;
    const dnnl_dims_t src = {count, features}, src_strides = {features, 1};
    const dnnl_dims_t dst = {count, units}, dst_strides = {count == 1 ? units : spacing, 1};
    const dnnl_dims_t weights = {units, features}, bias = {units};

    api_inner_product product = {0};
    dnnl_status_t status = rnn_onednn_api_layout_strided(&product.src, 2, src, src_strides);
    if (status == dnnl_success)
        status = rnn_onednn_api_layout_strided(&product.dst, 2, dst, dst_strides);
    if (status == dnnl_success)
        status = rnn_onednn_api_layout_any(&product.weights, 2, weights);
    if (status == dnnl_success && problem->model.dense->use_bias)
        status = rnn_onednn_api_layout_any(&product.bias, 1, bias);
    if (status == dnnl_success)
        status = rnn_onednn_api_inner_product_describe(description, &product, engine, attributes);
    rnn_onednn_api_layout_clear(&product.src);
    rnn_onednn_api_layout_clear(&product.weights);
    rnn_onednn_api_layout_clear(&product.bias);
    rnn_onednn_api_layout_clear(&product.dst);
    return status;
}

static rnn_status create_operation(onednn_dense *dense, const rnn_problem *problem,
                                   dnnl_engine_t engine, rnn_error *error) {
    dnnl_primitive_attr_t attributes;
    rnn_status status = rnn_onednn_attributes_create(&attributes, error);
    if (status != RNN_OK)
        return status;
    dnnl_primitive_desc_t description = NULL;
    status = add_activation(attributes, problem->model.dense->activation, error);
    if (status == RNN_OK) {
        dnnl_status_t described = describe(&description, dense, problem, true, engine, attributes);
        if (described == dnnl_unimplemented || described == dnnl_invalid_arguments)
            described = describe(&description, dense, problem, false, engine, attributes);
        status = rnn_onednn_check(described, "primitive descriptor of the Dense head", error);
    }
    dnnl_primitive_attr_destroy(attributes);
    return status == RNN_OK ? rnn_onednn_operation_create(&dense->operation, description, error)
                            : status;
}

static rnn_status pack_weights(onednn_dense *dense, const rnn_problem *problem,
                               const rnn_model_weights *weights, dnnl_engine_t engine,
                               rnn_error *error) {
    onednn_operation *operation = &dense->operation;
    api_layout kernel = {0}, bias = {0};
    rnn_status status = rnn_onednn_check(kernel_layout(&kernel, problem),
                                         "memory descriptor of the Dense kernel", error);
    if (status == RNN_OK)
        status = rnn_onednn_operation_pack(operation, DNNL_ARG_WEIGHTS, &kernel,
                                           weights->dense_kernel.data, engine, error);
    if (status == RNN_OK && problem->model.dense->use_bias) {
        const dnnl_dims_t sizes = {problem->model.dense->units};
        status = rnn_onednn_layout_dense(&bias, 1, sizes, error);
        if (status == RNN_OK)
            status = rnn_onednn_operation_pack(operation, DNNL_ARG_BIAS, &bias,
                                               weights->dense_bias.data, engine, error);
    }
    rnn_onednn_api_layout_clear(&kernel);
    rnn_onednn_api_layout_clear(&bias);
    return status;
}

rnn_status rnn_onednn_dense_create(onednn_dense *dense, const rnn_problem *problem,
                                   const rnn_model_weights *weights, dnnl_engine_t engine,
                                   rnn_error *error) {
    rnn_status status = create_operation(dense, problem, engine, error);
    if (status == RNN_OK)
        status = pack_weights(dense, problem, weights, engine, error);
    if (status != RNN_OK)
        return status;
    size_t y_floats = rnn_onednn_rows_floats(rows_of(problem, problem->model.dense->units));
    if (!dense->writes_y)
        dense->y_copy = onednn_scratch_floats(&dense->scratch_size, y_floats);
    dense->scratchpad =
        onednn_scratch_bytes(&dense->scratch_size, dense->operation.scratchpad_size);
    return RNN_OK;
}

void rnn_onednn_dense_clear(onednn_dense *dense) {
    rnn_onednn_operation_clear(&dense->operation);
}

/* ---- Run ---------------------------------------------------------------------------------- */

rnn_status rnn_onednn_dense_call_create(onednn_call *call, const onednn_dense *dense,
                                        dnnl_engine_t engine, rnn_error *error) {
    static const int arguments[] = {DNNL_ARG_SRC, DNNL_ARG_DST};
    return rnn_onednn_call_create(call, &dense->operation, arguments, 2, engine, error);
}

rnn_status rnn_onednn_dense_run(const onednn_dense *dense, const rnn_problem *problem,
                                const onednn_call *call, dnnl_stream_t stream, const float *x,
                                float *y, char *scratch, rnn_error *error) {
    float *output = dense->writes_y ? y : (float *)(scratch + dense->y_copy);
    rnn_status status = rnn_onednn_call_bind(call, DNNL_ARG_SRC, x, error);
    if (status == RNN_OK)
        status = rnn_onednn_call_bind(call, DNNL_ARG_DST, output, error);
    if (status == RNN_OK)
        status =
            rnn_onednn_call_bind(call, DNNL_ARG_SCRATCHPAD, scratch + dense->scratchpad, error);
    if (status == RNN_OK)
        status = rnn_onednn_call_execute(call, &dense->operation, stream, error);
    if (status == RNN_OK && !dense->writes_y)
        rnn_onednn_rows_copy(rows_of(problem, problem->model.dense->units), y, problem->shape.y,
                             output, dense->y);
    return status;
}
