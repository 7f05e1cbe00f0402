/* SPDX-License-Identifier: MIT */
#include "kernels/onednn/api.h"

#if DNNL_VERSION_MAJOR >= 3

api_layout_ref rnn_onednn_api_layout_reference(const api_layout *layout) {
    return layout->descriptor;
}

void rnn_onednn_api_layout_clear(api_layout *layout) {
    if (layout->descriptor)
        dnnl_memory_desc_destroy(layout->descriptor);
    layout->descriptor = NULL;
}

dnnl_status_t rnn_onednn_api_layout_strided(api_layout *layout, int dimensions,
                                            const dnnl_dims_t sizes, const dnnl_dims_t strides) {
    return dnnl_memory_desc_create_with_strides(&layout->descriptor, dimensions, sizes, dnnl_f32,
                                                strides);
}

dnnl_status_t rnn_onednn_api_layout_any(api_layout *layout, int dimensions,
                                        const dnnl_dims_t sizes) {
    return dnnl_memory_desc_create_with_tag(&layout->descriptor, dimensions, sizes, dnnl_f32,
                                            dnnl_format_tag_any);
}

dnnl_status_t rnn_onednn_api_rnn_describe(dnnl_primitive_desc_t *description, const api_rnn *rnn,
                                          dnnl_engine_t engine,
                                          const_dnnl_primitive_attr_t attributes) {
    const_dnnl_memory_desc_t x = rnn->src_layer.descriptor, h = rnn->src_iter.descriptor,
                             c = rnn->src_iter_c.descriptor, w = rnn->weights_layer.descriptor,
                             u = rnn->weights_iter.descriptor, b = rnn->bias.descriptor,
                             y = rnn->dst_layer.descriptor, h_out = rnn->dst_iter.descriptor,
                             c_out = rnn->dst_iter_c.descriptor;
    const dnnl_prop_kind_t kind = dnnl_forward_inference;
    const dnnl_rnn_direction_t direction = rnn->direction;
    switch (rnn->cell) {
    case API_VANILLA_RNN:
        return dnnl_vanilla_rnn_forward_primitive_desc_create(
            description, engine, kind, rnn->activation, direction, x, h, w, u, b, y, h_out,
            dnnl_rnn_flags_undef, rnn->negative_slope, 0.0f, attributes);
    case API_LSTM:
        return dnnl_lstm_forward_primitive_desc_create(
            description, engine, kind, direction, x, h, c, w, u, rnn->weights_peephole.descriptor,
            rnn->weights_projection.descriptor, b, y, h_out, c_out, dnnl_rnn_flags_undef,
            attributes);
    case API_GRU:
        return dnnl_gru_forward_primitive_desc_create(description, engine, kind, direction, x, h, w,
                                                      u, b, y, h_out, dnnl_rnn_flags_undef,
                                                      attributes);
    case API_LBR_GRU:
        return dnnl_lbr_gru_forward_primitive_desc_create(description, engine, kind, direction, x,
                                                          h, w, u, b, y, h_out,
                                                          dnnl_rnn_flags_undef, attributes);
    case API_AUGRU:
        return dnnl_augru_forward_primitive_desc_create(description, engine, kind, direction, x, h,
                                                        rnn->attention.descriptor, w, u, b, y,
                                                        h_out, dnnl_rnn_flags_undef, attributes);
    case API_LBR_AUGRU:
        return dnnl_lbr_augru_forward_primitive_desc_create(
            description, engine, kind, direction, x, h, rnn->attention.descriptor, w, u, b, y,
            h_out, dnnl_rnn_flags_undef, attributes);
    }
    return dnnl_invalid_arguments;
}

dnnl_status_t rnn_onednn_api_inner_product_describe(dnnl_primitive_desc_t *description,
                                                    const api_inner_product *inner_product,
                                                    dnnl_engine_t engine,
                                                    const_dnnl_primitive_attr_t attributes) {
    return dnnl_inner_product_forward_primitive_desc_create(
        description, engine, dnnl_forward_inference, inner_product->src.descriptor,
        inner_product->weights.descriptor, inner_product->bias.descriptor,
        inner_product->dst.descriptor, attributes);
}

dnnl_status_t rnn_onednn_api_append_eltwise(dnnl_post_ops_t post_ops, dnnl_alg_kind_t algorithm,
                                            float alpha, float beta) {
    return dnnl_post_ops_append_eltwise(post_ops, algorithm, alpha, beta);
}

#else

api_layout_ref rnn_onednn_api_layout_reference(const api_layout *layout) {
    return &layout->descriptor;
}

void rnn_onednn_api_layout_clear(api_layout *layout) {
    *layout = (api_layout){0};
}

dnnl_status_t rnn_onednn_api_layout_strided(api_layout *layout, int dimensions,
                                            const dnnl_dims_t sizes, const dnnl_dims_t strides) {
    return dnnl_memory_desc_init_by_strides(&layout->descriptor, dimensions, sizes, dnnl_f32,
                                            strides);
}

dnnl_status_t rnn_onednn_api_layout_any(api_layout *layout, int dimensions,
                                        const dnnl_dims_t sizes) {
    return dnnl_memory_desc_init_by_tag(&layout->descriptor, dimensions, sizes, dnnl_f32,
                                        dnnl_format_tag_any);
}

dnnl_status_t rnn_onednn_api_rnn_describe(dnnl_primitive_desc_t *description, const api_rnn *rnn,
                                          dnnl_engine_t engine,
                                          const_dnnl_primitive_attr_t attributes) {
    const dnnl_memory_desc_t *x = &rnn->src_layer.descriptor, *h = &rnn->src_iter.descriptor,
                             *c = &rnn->src_iter_c.descriptor, *w = &rnn->weights_layer.descriptor,
                             *u = &rnn->weights_iter.descriptor, *b = &rnn->bias.descriptor,
                             *y = &rnn->dst_layer.descriptor, *h_out = &rnn->dst_iter.descriptor,
                             *c_out = &rnn->dst_iter_c.descriptor;
    const dnnl_prop_kind_t kind = dnnl_forward_inference;
    const dnnl_rnn_direction_t direction = rnn->direction;
    dnnl_status_t status = dnnl_invalid_arguments;
    dnnl_rnn_desc_t operation;
    switch (rnn->cell) {
    case API_VANILLA_RNN:
        status = dnnl_vanilla_rnn_forward_desc_init(&operation, kind, rnn->activation, direction, x,
                                                    h, w, u, b, y, h_out, dnnl_rnn_flags_undef,
                                                    rnn->negative_slope, 0.0f);
        break;
    case API_LSTM:
        status = dnnl_lstm_forward_desc_init_v3(
            &operation, kind, direction, x, h, c, w, u, &rnn->weights_peephole.descriptor,
            &rnn->weights_projection.descriptor, b, y, h_out, c_out, dnnl_rnn_flags_undef);
        break;
    case API_GRU:
        status = dnnl_gru_forward_desc_init(&operation, kind, direction, x, h, w, u, b, y, h_out,
                                            dnnl_rnn_flags_undef);
        break;
    case API_LBR_GRU:
        status = dnnl_lbr_gru_forward_desc_init(&operation, kind, direction, x, h, w, u, b, y,
                                                h_out, dnnl_rnn_flags_undef);
        break;
    case API_AUGRU:
        status = dnnl_augru_forward_desc_init(&operation, kind, direction, x, h,
                                              &rnn->attention.descriptor, w, u, b, y, h_out,
                                              dnnl_rnn_flags_undef);
        break;
    case API_LBR_AUGRU:
        status = dnnl_lbr_augru_forward_desc_init(&operation, kind, direction, x, h,
                                                  &rnn->attention.descriptor, w, u, b, y, h_out,
                                                  dnnl_rnn_flags_undef);
        break;
    }
    if (status != dnnl_success)
        return status;
    return dnnl_primitive_desc_create(description, &operation, attributes, engine, NULL);
}

dnnl_status_t rnn_onednn_api_inner_product_describe(dnnl_primitive_desc_t *description,
                                                    const api_inner_product *inner_product,
                                                    dnnl_engine_t engine,
                                                    const_dnnl_primitive_attr_t attributes) {
    dnnl_inner_product_desc_t operation;
    dnnl_status_t status = dnnl_inner_product_forward_desc_init(
        &operation, dnnl_forward_inference, &inner_product->src.descriptor,
        &inner_product->weights.descriptor, &inner_product->bias.descriptor,
        &inner_product->dst.descriptor);
    if (status != dnnl_success)
        return status;
    return dnnl_primitive_desc_create(description, &operation, attributes, engine, NULL);
}

dnnl_status_t rnn_onednn_api_append_eltwise(dnnl_post_ops_t post_ops, dnnl_alg_kind_t algorithm,
                                            float alpha, float beta) {
    const float scale = 1.0f;
    return dnnl_post_ops_append_eltwise(post_ops, scale, algorithm, alpha, beta);
}

#endif
