# SPDX-License-Identifier: MIT
"""Mistakes in the kernels."""
from mutations.kinds import CRASHES, FAILS, Data, Mutation, program


def equivalence(backend, cell):
    return program("tests/kernels/equivalence", "--first", backend, cell)


ROOM = program("tests/kernels/room", OMP_STACKSIZE="64M")

BAD_PLAN = program("tests/kernels/bad_plan", "scalar")

MUTATIONS = [
    Mutation("gate order", "kernels/isa/cells/lstm.inc.h", "vf_fma(f, vf_load(c_row), vf_mul(i, candidate))",
             "vf_fma(i, vf_load(c_row), vf_mul(f, candidate))", equivalence("scalar", "lstm"), kernels="scalar"),
    Mutation("vector tail", "kernels/isa/vec/avx2.h", "(lanes + VF_FLOATS - count)", "(lanes + VF_FLOATS - count + 1)",
             equivalence("avx2", "gru"), kernels="avx2"),
    Mutation("beyond the vector tail", "kernels/isa/vec/avx2.h", "_mm256_maskstore_ps(to, mask, a)",
             "((void)mask, _mm256_storeu_ps(to, a))", equivalence("avx2", "gru"), kernels="avx2",
             outcomes=(FAILS, CRASHES)),
    Mutation("vector tail of AVX-512", "kernels/isa/vec/avx512.h", "(1u << count) - 1", "(1u << (count - 1)) - 1",
             equivalence("avx512", "gru"), kernels="avx512"),
    Mutation("gates of the second pass", "kernels/engine/pack.c", "layout.first_gate + pass * gates",
             "layout.first_gate + 0 * pass * gates", equivalence("avx2", "lstm"), kernels="avx2"),
    Mutation("sums of the second pass", "kernels/isa/kernels.inc.h", "rows->out[r] += at_once * vectors",
             "rows->out[r] += 0 * vectors", equivalence("avx2", "lstm"), kernels="avx2"),
    Mutation("mask", "kernels/engine/direction.c", "rnn_step_counts(run->io, run->timesteps, run->first_row + n, t)",
             "rnn_step_counts(run->io, run->timesteps, run->first_row + n, run->timesteps - 1 - t)",
             equivalence("scalar", "gru"), kernels="scalar"),
    Mutation("a member's share", "kernels/engine/direction.c", "step->end_panel = panels.end;",
             "step->end_panel = panels.end - (panels.begin > 0);", equivalence("openmp_team", "lstm")),
    Mutation("what the last panel lacks", "kernels/isa/kernels.inc.h", "shape.blocks - full * shape.blocks_per_panel;",
             "shape.blocks_per_panel;", equivalence("avx512", "simple_rnn"), kernels="avx512",
             outcomes=(FAILS, CRASHES)),
    Mutation("the candidate's product of h itself", "kernels/engine/cell_form.c", ".operand = OPERAND_LEFT,", "",
             equivalence("scalar", "gru"), kernels="scalar"),
    Mutation("the candidate's product of another gate", "kernels/engine/cell_form.c", ".first_gate = 2,",
             ".first_gate = 1,", equivalence("scalar", "gru"), kernels="scalar"),
    Mutation("no bias of the product with U", "kernels/engine/cell_form.c", ", .has_bias = true", "",
             equivalence("scalar", "gru"), kernels="scalar", outcomes=(FAILS, CRASHES)),
    Mutation("the input of a member's panels", "kernels/engine/direction.c", "panels_of_input(packed, mine)", "mine",
             equivalence("scalar", "gru"), kernels="scalar"),
    Mutation("the input of panels that stream", "kernels/engine/direction.c", "panels_of_input(packed, group)", "group",
             equivalence("scalar", "gru"), kernels="scalar"),
    Mutation("panels that stream, from the last", "kernels/engine/direction.c", "panels.end -= count;",
             "panels.end -= count + 1;", equivalence("scalar", "lstm"), kernels="scalar"),
    Mutation("panels that stream, from the first", "kernels/engine/direction.c", "panels.begin += count;",
             "panels.begin += count + 1;", equivalence("scalar", "lstm"), kernels="scalar"),
    Mutation("wavefront", "kernels/engine/direction.c", "if (direction->x_steps)", "if (direction->x_steps && first > 0)",
             equivalence("openmp_team", "lstm")),
    Mutation("merge", "kernels/engine/merge.h", "y[i] = 0.5f * (forward[i] + backward[i])",
             "y[i] = forward[i] + backward[i]", equivalence("scalar", "simple_rnn"), kernels="scalar"),
    Mutation("naive's gate order", "kernels/naive/cell.c", "f[j] * c[j] + i[j] * candidate[j]",
             "i[j] * c[j] + f[j] * candidate[j]", equivalence("naive", "lstm")),

    # Who computes what.
    Mutation("the least rows of a slice", "kernels/engine/schedule.c", "(slices - 1LL - slice) * most",
             "(slices - 0LL - slice) * most", program("tests/kernels/schedules", "openmp_batch")),
    Mutation("rows where the work ends", "kernels/engine/schedule.c", "if (end - begin >= least && ", "if (",
             program("tests/kernels/schedules", "openmp_batch")),
    Mutation("the last team", "kernels/engine/schedule.c", "else if (me / members < slices)",
             "else if (me / members < slices - (slices > 1))", program("tests/kernels/schedules", "openmp")),
    Mutation("scratch of slices", "kernels/engine/schedule.c", "(size_t)slice * run->slices.scratch",
             "(size_t)(slice / 2) * run->slices.scratch", program("tests/kernels/schedules", "openmp_batch"),
             outcomes=(FAILS, CRASHES)),
    Mutation("barriers of the second team", "kernels/engine/schedule.c",
             "threads > run.slices.count && s < run.slices.count;", "threads > run.slices.count && s < 1;",
             program("tests/kernels/schedules", "openmp")),
    Mutation("a run on one thread", "kernels/engine/schedule.c", "if (threads == 1)\n        return run_serial",
             "if (threads >= 1)\n        return run_serial", program("tests/kernels/choice")),
    Mutation("halves of the layer below", "kernels/engine/engine.c", "raise_to(&most.half, merges_halves(layer),",
             "raise_to(&most.half, is_last && merges_halves(layer),", program("tests/kernels/stacks", "scalar"),
             outcomes=(FAILS, CRASHES)),
    Mutation("halves of the last layer", "kernels/engine/engine.c", "raise_to(&most.half, merges_halves(layer),",
             "raise_to(&most.half, !is_last && merges_halves(layer),", program("tests/kernels/stacks", "scalar"),
             outcomes=(FAILS, CRASHES)),

    # The choice.
    Mutation("one thread is quickest", "kernels/engine/cost.c", "if (seconds < best->seconds)",
             "if (seconds < 0 * best->seconds)", program("tests/kernels/choice")),
    Mutation("no teams of slices", "kernels/engine/cost.c", "const rnn_split split = {slices, threads / slices};",
             "const rnn_split split = {slices, slices > 1 ? 1 : threads};", program("tests/kernels/choice")),
    Mutation("a single core", "kernels/engine/cost.c", ".cores = problem->threads > 1 ? rnn_thread_limit().cores : 1}",
             ".cores = 1}",
             program("tests/kernels/choice")),
    Mutation("a winner that fails is the end", "kernels/auto/auto.c",
             "if (status == RNN_BACKEND_FAILED || status == RNN_UNSUPPORTED || status == RNN_OUT_OF_MEMORY)",
             "if (status == RNN_UNSUPPORTED)",
             program("tests/kernels/choice")),
    Mutation("one thread after a winner that fails", "kernels/auto/auto.c",
             "rnn_choose_by_model(&problem->model, &problem->shape, limit->cores);",
             "rnn_choose_by_model(&problem->model, &problem->shape, 1);", program("tests/kernels/choice")),

    # Waiting.
    Mutation("a lost wake-up", "kernels/engine/team.c",
             "    atomic_store(&progress->value, value);\n    if (atomic_load(&progress->sleepers) > 0)",
             "    const bool any = atomic_load(&progress->sleepers) > 0;\n"
             "    atomic_store(&progress->value, value);\n    if (any)", program("tests/kernels/waiting")),
    Mutation("one is woken", "kernels/engine/team.c", "RNN_FUTEX_WAKE, INT_MAX", "RNN_FUTEX_WAKE, 1",
             program("tests/kernels/waiting")),
    Mutation("a barrier reset too late", "kernels/engine/team.c",
             "    atomic_store_explicit(&barrier->arrived, 0, memory_order_relaxed);\n"
             "    rnn_progress_advance(&barrier->passed, before + 1);",
             "    rnn_progress_advance(&barrier->passed, before + 1);\n"
             "    atomic_store_explicit(&barrier->arrived, 0, memory_order_relaxed);", program("tests/kernels/waiting")),
    Mutation("a look after arriving", "kernels/engine/team.c",
             "    if (others + 1 < (unsigned)member->count) {",
             "    before = atomic_load_explicit(&barrier->passed.value, memory_order_relaxed);\n"
             "    if (others + 1 < (unsigned)member->count) {", program("tests/kernels/waiting")),
    Mutation("values that wrap", "kernels/engine/team.c", "return (int)(value - wanted) >= 0;", "return value >= wanted;",
             program("tests/kernels/waiting")),

    # What is not read.
    Mutation("a bias that is not used", "kernels/engine/pack.c", "weights && layer->use_bias ? weights->bias : NULL",
             "weights ? weights->bias : NULL", program("tests/kernels/unread", "scalar")),
    Mutation("a head's bias that is not used", "kernels/engine/pack.c", "dense->use_bias ? bias : NULL", "bias",
             program("tests/kernels/unread", "scalar")),
    Mutation("the recurrent activation of a SimpleRNN", "kernels/model.c",
             "if (status == RNN_OK && layer->cell != RNN_SIMPLE)", "if (status == RNN_OK)",
             program("tests/kernels/unread", "scalar")),
    Mutation("the stride of one step", "kernels/plan.c", "    if (timesteps == 1)\n        strides->time = 0;", "",
             program("tests/kernels/unread", "scalar")),
    Mutation("descriptions that are gone", "kernels/plan.c", "    plan->problem.model.layers = layers;\n", "",
             program("tests/kernels/unread", "scalar")),

    # What overlaps.
    Mutation("outputs that interleave unevenly", "kernels/run.c",
             "if (inner < 2 * (ptrdiff_t)width || outer % inner)", "if (inner < 2 * (ptrdiff_t)width)",
             program("tests/kernels/overlap")),
    Mutation("a state carried halfway", "kernels/run.c",
             "bool carried = other == i && initial.bytes.begin == final.bytes.begin;",
             "bool carried = other == i;", program("tests/kernels/overlap")),
    Mutation("the last row of y", "kernels/plan.c", "outer >= inner * (inner_count - 1) + width;",
             "outer >= inner * (inner_count - 1);", program("tests/kernels/overlap")),

    # Numbers.
    Mutation("a mask beside lengths", "kernels/backend.h", "    return !io->mask || ",
             "    return io->lengths || !io->mask || ",
             program("tests/kernels/golden", Data("reference/golden"), "naive")),
    Mutation("softplus of what is large", "kernels/naive/cell.c",
             "return (x > 0 ? x : 0) + log1pf(expf(-fabsf(x)));", "return log1pf(expf(x));",
             program("tests/kernels/activations", "naive alone")),
    Mutation("silu of what is large", "kernels/naive/cell.c", "return x / (1 + expf(-x));",
             "return x * expf(x) / (1 + expf(x));", program("tests/kernels/activations", "naive")),
    Mutation("silu far below 0", "kernels/isa/vec/math.inc.h", "vf_sub(vf_set(0.0f), x), -87.0f, 88.7f)",
             "vf_sub(vf_set(0.0f), x), -87.0f, 87.0f)", program("tests/kernels/activations", "scalar"), kernels="scalar"),
    # Room for threads.
    Mutation("nested regions have a pool", "kernels/engine/cores.c",
             "return omp_get_active_level() < omp_get_max_active_levels() ? 1 : RNN_MAX_THREADS;",
             "return RNN_MAX_THREADS;", ROOM),
    Mutation("threads asked for were there", "kernels/engine/schedule.c", "rnn_threads_were(run.threads);",
             "rnn_threads_were(threads);", ROOM),
    Mutation("a library's threads stay", "kernels/engine/cores.c",
             "    marks.library_pool = threads; /* those that a library had beyond them are gone */\n", "", ROOM),
    Mutation("threads that are not given", "kernels/plan.c", "options->threads : 1", "options->threads : 2", BAD_PLAN),
    Mutation("threads below none", "kernels/plan.c", "options->threads < 0 ||", "options->threads < -1 ||", BAD_PLAN),
]
