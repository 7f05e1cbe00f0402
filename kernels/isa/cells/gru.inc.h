/* SPDX-License-Identifier: MIT
 * GRU, gates in the order z r h. The update gate is called `update` here, since z is the projection
 * x W + b throughout:
 *   update = rec(z_z + h U_z),  reset = rec(z_r + h U_r),  h = update h + (1 - update) candidate
 *   reset_after:  candidate = act(z_h + reset (h U_h + b_1h))
 *   otherwise:    candidate = act(z_h + (reset h) U_h) */

/* The other form, candidate + update (h - candidate), would be NaN for an infinite candidate. */
static ALWAYS_INLINE vf gru_blend(vf update, vf h, vf candidate) {
    return vf_fma(update, h, vf_mul(vf_sub(vf_set(1.0f), update), candidate));
}

/* The update gate, which is rec(...), or (1 - a) rec(...) with attention, as in AUGRU. */
static ALWAYS_INLINE vf gru_update(const rnn_step *step, gate_activations by, int row, vf z,
                                   const bool has_options) {
    vf update = gate_rec(by, z);
    if (has_options && step->attention)
        update = vf_mul(update, vf_set(1.0f - step->attention[row * step->attention_stride]));
    return update;
}

/* hU includes the recurrent bias. */
static ALWAYS_INLINE void gru_gates_with(const rnn_step *step, gate_activations by, int row,
                                         int block, const float *hU, const bool has_options) {
    const float *z = step->z + (size_t)row * step->z_stride + block * 3 * VF_FLOATS;
    vf h = vf_load(step->h + (size_t)row * step->h_stride + block * VF_FLOATS);
    vf update = gru_update(step, by, row, vf_add(vf_load(z), vf_load(hU)), has_options);
    vf reset = gate_rec(by, vf_add(vf_load(z + VF_FLOATS), vf_load(hU + VF_FLOATS)));
    vf candidate =
        gate_act(by, vf_fma(reset, vf_load(hU + 2 * VF_FLOATS), vf_load(z + 2 * VF_FLOATS)));
    store_h(step, row, block, gru_blend(update, h, candidate));
}

static ALWAYS_INLINE void gru_gates(const rnn_step *step, gate_activations by, int row, int block,
                                    const float *hU) {
    gru_gates_with(step, by, row, block, hU, false);
}

static ALWAYS_INLINE void gru_gates_any(const rnn_step *step, gate_activations by, int row,
                                        int block, const float *hU) {
    gru_gates_with(step, by, row, block, hU, true);
}

/* First product of the form without reset_after: keeps update and reset h. */
static ALWAYS_INLINE void gru_reset_gates_with(const rnn_step *step, gate_activations by, int row,
                                               int block, const float *hU, const bool has_options) {
    const float *z = step->z + (size_t)row * step->z_stride + block * 3 * VF_FLOATS;
    size_t at = (size_t)row * step->c_stride + (size_t)block * VF_FLOATS;
    vf h = vf_load(step->h + (size_t)row * step->h_stride + block * VF_FLOATS);
    vf update = gru_update(step, by, row, vf_add(vf_load(z), vf_load(hU)), has_options);
    vf reset = gate_rec(by, vf_add(vf_load(z + VF_FLOATS), vf_load(hU + VF_FLOATS)));
    vf_store(step->update + at, update);
    vf_store(step->left + at, vf_mul(reset, h));
}

static ALWAYS_INLINE void gru_reset_gates(const rnn_step *step, gate_activations by, int row,
                                          int block, const float *hU) {
    gru_reset_gates_with(step, by, row, block, hU, false);
}

static ALWAYS_INLINE void gru_reset_gates_any(const rnn_step *step, gate_activations by, int row,
                                              int block, const float *hU) {
    gru_reset_gates_with(step, by, row, block, hU, true);
}

/* Second product: rhU = (reset h) U_h. */
static ALWAYS_INLINE void gru_candidate_gates(const rnn_step *step, gate_activations by, int row,
                                              int block, const float *rhU) {
    const float *z_h = step->z + (size_t)row * step->z_stride + (block * 3 + 2) * VF_FLOATS;
    vf h = vf_load(step->h + (size_t)row * step->h_stride + block * VF_FLOATS);
    vf update = vf_load(step->update + (size_t)row * step->c_stride + block * VF_FLOATS);
    vf candidate = gate_act(by, vf_add(vf_load(z_h), vf_load(rhU)));
    store_h(step, row, block, gru_blend(update, h, candidate));
}
