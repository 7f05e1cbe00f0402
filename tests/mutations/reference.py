# SPDX-License-Identifier: MIT
"""Mistakes in what decides what is right."""
from mutations.kinds import Data, Mutation, program

GOLDEN = program("tests/kernels/golden", Data("reference/golden"), "oracle")
JUDGE = program("tests/kernels/judge")

MUTATIONS = [
    Mutation("the oracle's gate order", "reference/oracle.c", "f * c[j] + i * act(s, z_c[j])",
             "i * c[j] + f * act(s, z_c[j])", GOLDEN),
    Mutation("the oracle's update gate", "reference/oracle.c", "z[j] * h[j] + (1 - z[j]) * act(s, candidate[j])",
             "(1 - z[j]) * h[j] + z[j] * act(s, candidate[j])", GOLDEN),
    Mutation("the oracle's bias behind a reset", "reference/oracle.c", "set_bias(inner, M, b_1 ? b_1 + 2 * M : NULL);",
             "set_bias(inner, M, NULL);", GOLDEN),
    Mutation("the oracle's lengths beside a mask", "reference/oracle.c", "return within_length && unmasked;",
             "return shape->mask ? unmasked : within_length;", GOLDEN),
    Mutation("the oracle's mask beside lengths", "reference/oracle.c", "return within_length && unmasked;",
             "return shape->lengths ? within_length : unmasked;", GOLDEN),
    Mutation("the oracle's masked outputs", "reference/oracle.c", "        return layer->return_sequences;",
             "        return layer->zero_output_for_mask;", GOLDEN),
    Mutation("the oracle's half flipped back", "reference/oracle.c", "flipped ? shape->T - 1 - t : t;", "t;", GOLDEN),
    Mutation("the oracle's states of the second half", "reference/oracle.c", "x, io, first_state + states);",
             "x, io, first_state);", GOLDEN),
    Mutation("the oracle's hard sigmoid", "reference/oracle.c", "clip_to_unit(x / 6 + 0.5)",
             "clip_to_unit(x / 5 + 0.5)", GOLDEN),
    Mutation("the oracle's softplus of what is large", "reference/oracle.c",
             "return (x < 0 ? 0 : x) + log1p(exp(-fabs(x)));", "return log1p(exp(x));",
             program("tests/kernels/activations", "oracle")),
    Mutation("the oracle's clip of no number", "reference/oracle.c", "return x < 0 ? 0 : x > 1 ? 1 : x;",
             "return fmin(1, fmax(0, x));", program("tests/kernels/activations", "oracle")),
    Mutation("the oracle's bias that is not used", "reference/oracle.c", "layer->use_bias ? weights->bias.data : NULL",
             "weights->bias.data", program("tests/kernels/unread", "oracle")),

    # The judge.
    Mutation("a wider tolerance", "reference/deviation.c", "seen->wrong += ratio > 1;", "seen->wrong += ratio > 1.2;",
             JUDGE),
    Mutation("elements that nobody wrote", "reference/deviation.c",
             "    if (array_is_poison(got))\n        return INFINITY;",
             "    if (array_is_poison(got))\n        return 0;", JUDGE),
    Mutation("states that nobody compares", "reference/deviation.c",
             "for (int array = ARRAY_Y; array < ARRAY_COUNT; array++) {",
             "for (int array = ARRAY_Y; array < ARRAY_FINAL_STATE; array++) {", JUDGE),
    Mutation("either infinity", "reference/deviation.c", "return got == rounded ? 0 : INFINITY;",
             "return isinf(got) ? 0 : INFINITY;", JUDGE),
    Mutation("inputs that are written", "reference/cases.c", "ARRAY_WEIGHTS_END, ARRAY_INPUTS_END);",
             "ARRAY_WEIGHTS_END, ARRAY_X);", JUDGE),
    Mutation("a control word that is changed", "reference/cases.c", "checked->control_kept = control_word() == before;",
             "checked->control_kept = true;", JUDGE),
    Mutation("what is written between rows", "reference/cases.c", "wrote_padding(c, &checked->run.arrays, ARRAY_Y) ||",
             "(c && false) ||", JUDGE),
    Mutation("outputs that are saturated", "reference/vacuity.c", "seen->saturated > seen->counted / 2",
             "seen->saturated > seen->counted", JUDGE),
    Mutation("no row that is empty", "reference/inputs.c", "lengths[p->batch - 1] = 0;",
             "lengths[p->batch - 1] = p->timesteps;", JUDGE),
]
