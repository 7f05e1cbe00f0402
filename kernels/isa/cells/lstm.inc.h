/* SPDX-License-Identifier: MIT
 * LSTM, gates in the order i f c o. z is the projection x W + b; the z of rnn.h has h U in it, too:
 *   c = rec(z_f + h U_f) c + rec(z_i + h U_i) act(z_c + h U_c),  h = rec(z_o + h U_o) act(c) */

static ALWAYS_INLINE void lstm_gates(const rnn_step *step, gate_activations by, int row, int block,
                                     const float *hU) {
    const float *z = step->z + (size_t)row * step->z_stride + block * 4 * VF_FLOATS;
    float *c_row = step->c + (size_t)row * step->c_stride + block * VF_FLOATS;
    vf i = gate_rec(by, vf_add(vf_load(z), vf_load(hU)));
    vf f = gate_rec(by, vf_add(vf_load(z + VF_FLOATS), vf_load(hU + VF_FLOATS)));
    vf candidate = gate_act(by, vf_add(vf_load(z + 2 * VF_FLOATS), vf_load(hU + 2 * VF_FLOATS)));
    vf o = gate_rec(by, vf_add(vf_load(z + 3 * VF_FLOATS), vf_load(hU + 3 * VF_FLOATS)));
    vf c = vf_fma(f, vf_load(c_row), vf_mul(i, candidate));
    vf_store(c_row, c);
    store_h(step, row, block, vf_mul(o, gate_act_of_state(by, c)));
}

/* The gates of an LSTM with the options of rnn_layer. With peepholes p, i and f see the c before
 * this step and o sees the new one: p_i c is added to z_i + h U_i, and so on. Of gates that are
 * coupled only one is computed, and the other is 1 minus that; `gates` is then 3. */
static ALWAYS_INLINE void lstm_gates_with_options(const rnn_step *step, gate_activations by,
                                                  int row, int block, const float *hU,
                                                  const int gates) {
    const float *z = step->z + (size_t)row * step->z_stride + block * gates * VF_FLOATS;
    const size_t at = (size_t)row * step->c_stride + (size_t)block * VF_FLOATS;
    const float *p = step->peepholes ? step->peepholes + block * VF_FLOATS : NULL;
    const int at_c = (gates - 2) * VF_FLOATS, at_o = (gates - 1) * VF_FLOATS;
    vf c = vf_load(step->c + at);
    vf z_0 = vf_add(vf_load(z), vf_load(hU));
    vf i = gate_rec(by, p ? vf_fma(vf_load(p), c, z_0) : z_0), f;
    if (gates == 4) {
        vf z_f = vf_add(vf_load(z + VF_FLOATS), vf_load(hU + VF_FLOATS));
        f = gate_rec(by, p ? vf_fma(vf_load(p + step->c_stride), c, z_f) : z_f);
    } else {
        f = vf_sub(vf_set(1.0f), i);
        if (step->coupling == RNN_COUPLING_INPUT) {
            vf computed = i;
            i = f;
            f = computed;
        }
    }
    vf candidate = gate_act(by, vf_add(vf_load(z + at_c), vf_load(hU + at_c)));
    c = vf_fma(f, c, vf_mul(i, candidate));
    if (step->cell_clip > 0)
        c = vf_clamp(c, -step->cell_clip, step->cell_clip);
    vf_store(step->c + at, c);
    vf z_o = vf_add(vf_load(z + at_o), vf_load(hU + at_o));
    vf o =
        gate_rec(by, p ? vf_fma(vf_load(p + (size_t)(gates - 2) * step->c_stride), c, z_o) : z_o);
    vf h = vf_mul(o, gate_act_of_state(by, c));
    if (step->projected)
        vf_store(step->left + at, h);
    else
        store_h(step, row, block, h);
}

static ALWAYS_INLINE void lstm_gates_any(const rnn_step *step, gate_activations by, int row,
                                         int block, const float *hU) {
    lstm_gates_with_options(step, by, row, block, hU, 4);
}

static ALWAYS_INLINE void lstm_gates_coupled(const rnn_step *step, gate_activations by, int row,
                                             int block, const float *hU) {
    lstm_gates_with_options(step, by, row, block, hU, 3);
}

/* h = (o act(c)) W_p, which is `product`. */
static ALWAYS_INLINE void lstm_project(const rnn_step *step, gate_activations by, int row,
                                       int block, const float *product) {
    (void)by;
    vf h = vf_load(product);
    if (step->projection_clip > 0)
        h = vf_clamp(h, -step->projection_clip, step->projection_clip);
    store_h(step, row, block, h);
}
