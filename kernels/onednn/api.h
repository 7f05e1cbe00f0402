/* SPDX-License-Identifier: MIT
 *
 * All that differs between the C APIs of oneDNN 2.x and 3.x. The rest of this folder reads the same
 * for both: every function that it calls by a dnnl_ name has the same prototype in both, if a
 * reference to a memory descriptor is an api_layout_ref. */
#ifndef RNN_ONEDNN_API_H
#define RNN_ONEDNN_API_H

#include <oneapi/dnnl/dnnl.h>

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t api_layout_ref;
#else
typedef const dnnl_memory_desc_t *api_layout_ref;
#endif

/* A memory descriptor that we own: a value in 2.x, an object in 3.x. One that is all zero stands
 * for no operand. */
typedef struct api_layout {
    dnnl_memory_desc_t descriptor;
} api_layout;

api_layout_ref rnn_onednn_api_layout_reference(const api_layout *layout);
void rnn_onednn_api_layout_clear(api_layout *layout);

/* A layout of f32 with the given distances between neighbours, in floats. */
dnnl_status_t rnn_onednn_api_layout_strided(api_layout *layout, int dimensions,
                                            const dnnl_dims_t sizes, const dnnl_dims_t strides);
/* A layout of f32 that the primitive may choose. */
dnnl_status_t rnn_onednn_api_layout_any(api_layout *layout, int dimensions,
                                        const dnnl_dims_t sizes);

typedef enum api_cell {
    API_VANILLA_RNN,
    API_LSTM,
    API_GRU,
    API_LBR_GRU,
    API_AUGRU,
    API_LBR_AUGRU
} api_cell;

typedef struct api_rnn {
    api_cell cell;
    dnnl_alg_kind_t activation; /* vanilla RNN only */
    float negative_slope;       /* slope of its relu below 0 */
    dnnl_rnn_direction_t direction;
    api_layout src_layer, src_iter, src_iter_c;
    api_layout attention; /* of AUGRU */
    api_layout weights_layer, weights_iter, bias;
    api_layout weights_peephole, weights_projection; /* of LSTM; all zero: none */
    api_layout dst_layer, dst_iter, dst_iter_c;
} api_rnn;

dnnl_status_t rnn_onednn_api_rnn_describe(dnnl_primitive_desc_t *description, const api_rnn *rnn,
                                          dnnl_engine_t engine,
                                          const_dnnl_primitive_attr_t attributes);

typedef struct api_inner_product {
    api_layout src, weights, bias, dst;
} api_inner_product;

dnnl_status_t rnn_onednn_api_inner_product_describe(dnnl_primitive_desc_t *description,
                                                    const api_inner_product *inner_product,
                                                    dnnl_engine_t engine,
                                                    const_dnnl_primitive_attr_t attributes);

dnnl_status_t rnn_onednn_api_append_eltwise(dnnl_post_ops_t post_ops, dnnl_alg_kind_t algorithm,
                                            float alpha, float beta);

#endif
