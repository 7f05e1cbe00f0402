/* SPDX-License-Identifier: MIT */
#include "kernels/onednn/operation.h"

#include <oneapi/dnnl/dnnl_debug.h>

rnn_status rnn_onednn_check(dnnl_status_t status, const char *call, rnn_error *error) {
    switch (status) {
    case dnnl_success:
        return RNN_OK;
    case dnnl_out_of_memory:
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "onednn: %s: out of memory", call);
    case dnnl_unimplemented:
        return rnn_fail(error, RNN_UNSUPPORTED, "onednn: %s: not implemented for this shape", call);
    default:
        return rnn_fail(error, RNN_BACKEND_FAILED, "onednn: %s: %s", call, dnnl_status2str(status));
    }
}

rnn_status rnn_onednn_attributes_create(dnnl_primitive_attr_t *attributes, rnn_error *error) {
    rnn_status status = rnn_onednn_check(dnnl_primitive_attr_create(attributes),
                                         "dnnl_primitive_attr_create", error);
    if (status != RNN_OK)
        return status;
    status = rnn_onednn_check(
        dnnl_primitive_attr_set_scratchpad_mode(*attributes, dnnl_scratchpad_mode_user),
        "dnnl_primitive_attr_set_scratchpad_mode", error);
    if (status != RNN_OK)
        dnnl_primitive_attr_destroy(*attributes);
    return status;
}

/* ---- Operations --------------------------------------------------------------------------- */

static api_layout_ref operand_layout(const onednn_operation *operation, int argument) {
    return dnnl_primitive_desc_query_md(operation->description, dnnl_query_exec_arg_md, argument);
}

rnn_status rnn_onednn_operation_create(onednn_operation *operation,
                                       dnnl_primitive_desc_t description, rnn_error *error) {
    operation->description = description;
    operation->scratchpad_size = dnnl_memory_desc_get_size(
        dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0));
    return rnn_onednn_check(dnnl_primitive_create(&operation->primitive, description),
                            "dnnl_primitive_create", error);
}

static rnn_status memory_create(dnnl_memory_t *memory, api_layout_ref layout, dnnl_engine_t engine,
                                const void *data, rnn_error *error) {
    void *handle = (void *)(uintptr_t)data;
    return rnn_onednn_check(dnnl_memory_create(memory, layout, engine, handle),
                            "dnnl_memory_create", error);
}

static rnn_status execute_once(dnnl_primitive_t primitive, dnnl_engine_t engine,
                               const dnnl_exec_arg_t *operands, int count, rnn_error *error) {
    dnnl_stream_t stream;
    rnn_status status =
        rnn_onednn_check(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags),
                         "dnnl_stream_create", error);
    if (status != RNN_OK)
        return status;
    status = rnn_onednn_check(dnnl_primitive_execute(primitive, stream, count, operands),
                              "dnnl_primitive_execute", error);
    if (status == RNN_OK)
        status = rnn_onednn_check(dnnl_stream_wait(stream), "dnnl_stream_wait", error);
    dnnl_stream_destroy(stream);
    return status;
}

static rnn_status reorder(dnnl_memory_t from, api_layout_ref from_layout, dnnl_memory_t to,
                          api_layout_ref to_layout, dnnl_engine_t engine, rnn_error *error) {
    dnnl_primitive_desc_t description;
    rnn_status status =
        rnn_onednn_check(dnnl_reorder_primitive_desc_create(&description, from_layout, engine,
                                                            to_layout, engine, NULL),
                         "dnnl_reorder_primitive_desc_create", error);
    if (status != RNN_OK)
        return status;
    dnnl_primitive_t primitive;
    status = rnn_onednn_check(dnnl_primitive_create(&primitive, description),
                              "dnnl_primitive_create", error);
    dnnl_primitive_desc_destroy(description);
    if (status != RNN_OK)
        return status;
    const dnnl_exec_arg_t operands[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    status = execute_once(primitive, engine, operands, 2, error);
    dnnl_primitive_destroy(primitive);
    return status;
}

rnn_status rnn_onednn_operation_pack(onednn_operation *operation, int argument,
                                     const api_layout *plain, const float *data,
                                     dnnl_engine_t engine, rnn_error *error) {
    api_layout_ref plain_layout = rnn_onednn_api_layout_reference(plain);
    api_layout_ref packed_layout = operand_layout(operation, argument);
    dnnl_memory_t from, packed;
    rnn_status status = memory_create(&packed, packed_layout, engine, DNNL_MEMORY_ALLOCATE, error);
    if (status != RNN_OK)
        return status;
    operation->weights[operation->weights_count++] = (dnnl_exec_arg_t){argument, packed};
    operation->weights_size += dnnl_memory_desc_get_size(packed_layout);

    status = memory_create(&from, plain_layout, engine, data, error);
    if (status != RNN_OK)
        return status;
    status = reorder(from, plain_layout, packed, packed_layout, engine, error);
    dnnl_memory_destroy(from);
    return status;
}

void rnn_onednn_operation_clear(onednn_operation *operation) {
    for (int i = 0; i < operation->weights_count; i++)
        dnnl_memory_destroy(operation->weights[i].memory);
    if (operation->primitive)
        dnnl_primitive_destroy(operation->primitive);
    if (operation->description)
        dnnl_primitive_desc_destroy(operation->description);
    *operation = (onednn_operation){0};
}

/* ---- Calls -------------------------------------------------------------------------------- */

static rnn_status add_operand(onednn_call *call, const onednn_operation *operation, int argument,
                              dnnl_engine_t engine, rnn_error *error) {
    dnnl_exec_arg_t *operand = &call->operands[call->count];
    operand->arg = argument;
    rnn_status status = memory_create(&operand->memory, operand_layout(operation, argument), engine,
                                      DNNL_MEMORY_NONE, error);
    if (status == RNN_OK)
        call->count++;
    return status;
}

rnn_status rnn_onednn_call_create(onednn_call *call, const onednn_operation *operation,
                                  const int *arguments, int count, dnnl_engine_t engine,
                                  rnn_error *error) {
    for (int i = 0; i < operation->weights_count; i++)
        call->operands[i] = operation->weights[i];
    call->shared = call->count = operation->weights_count;

    rnn_status status = RNN_OK;
    for (int i = 0; i < count && status == RNN_OK; i++)
        status = add_operand(call, operation, arguments[i], engine, error);
    if (status == RNN_OK && operation->scratchpad_size)
        status = add_operand(call, operation, DNNL_ARG_SCRATCHPAD, engine, error);
    return status;
}

void rnn_onednn_call_clear(onednn_call *call) {
    for (int i = call->shared; i < call->count; i++)
        dnnl_memory_destroy(call->operands[i].memory);
    *call = (onednn_call){0};
}

rnn_status rnn_onednn_call_bind(const onednn_call *call, int argument, const void *data,
                                rnn_error *error) {
    void *handle = (void *)(uintptr_t)data;
    for (int i = call->shared; i < call->count; i++)
        if (call->operands[i].arg == argument)
            return rnn_onednn_check(dnnl_memory_set_data_handle(call->operands[i].memory, handle),
                                    "dnnl_memory_set_data_handle", error);
    return RNN_OK;
}

rnn_status rnn_onednn_call_execute(const onednn_call *call, const onednn_operation *operation,
                                   dnnl_stream_t stream, rnn_error *error) {
    rnn_status status = rnn_onednn_check(
        dnnl_primitive_execute(operation->primitive, stream, call->count, call->operands),
        "dnnl_primitive_execute", error);
    return status == RNN_OK ? rnn_onednn_check(dnnl_stream_wait(stream), "dnnl_stream_wait", error)
                            : status;
}
