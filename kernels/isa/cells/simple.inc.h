/* SPDX-License-Identifier: MIT
 * SimpleRNN: h = act(x W + h U + b), with z = x W + b. */

static ALWAYS_INLINE void simple_gates(const rnn_step *step, gate_activations by, int row,
                                       int block, const float *hU) {
    const float *z = step->z + (size_t)row * step->z_stride + block * VF_FLOATS;
    vf h = gate_act(by, vf_add(vf_load(z), vf_load(hU)));
    store_h(step, row, block, h);
}
