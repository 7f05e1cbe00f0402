/* SPDX-License-Identifier: MIT
 * LSTM, gates in the order i f c o, z = x W + b:
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
    store_h(step, row, block, vf_mul(o, gate_act(by, c)));
}
