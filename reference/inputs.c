/* SPDX-License-Identifier: MIT */
#include "reference/inputs.h"

#include "kernels/backend.h"
#include "reference/random.h"

#include <math.h>

/* ---- Weights ------------------------------------------------------------------------------ */

/* Gates differ in size and in bias, so that exchanging two of them changes every output. */
static const float gate_scale[4] = {0.7f, 0.9f, 1.1f, 1.3f};
static const float gate_bias[4] = {0.2f, -0.3f, 0.1f, -0.1f};

static float nonzero_integer(int largest, uint64_t *state) {
    int size = random_between(state, 1, largest);
    return (float)(random_chance(state, 2) ? size : -size);
}

static float number(const problem *p, float scale, uint64_t *state) {
    return p->values == VALUES_EXACT ? nonzero_integer(2, state) : scale * random_normal(state);
}

bool inputs_gates_are_bounded(const rnn_layer *layer) {
    switch (layer->recurrent_activation) {
    case RNN_TANH:
    case RNN_SIGMOID:
    case RNN_SOFTSIGN:
    case RNN_HARD_SIGMOID:
    case RNN_HARD_SIGMOID_KERAS2:
        return true;
    default:
        return layer->cell == RNN_SIMPLE;
    }
}

/* Gates beyond 1 make states grow from step to step, and with them the roundings. */
static float layer_gain(const rnn_layer *layer, float gain) {
    return inputs_gates_are_bounded(layer) ? gain : gain / 2;
}

/* Fills [rows, gates * units] with a deviation of gain / sqrt(rows) times the scale of the gate. */
static void fill_normal_matrix(float *matrix, size_t rows, int gates, int units, float gain,
                               uint64_t *state) {
    float deviation = gain / sqrtf((float)rows);
    for (size_t k = 0; k < rows; k++)
        for (int g = 0; g < gates; g++)
            for (int j = 0; j < units; j++)
                *matrix++ = deviation * gate_scale[g] * random_normal(state);
}

/* Fills a matrix with -1, 0 and 1. On average six numbers of a column are not 0, because sums would
 * leave the exact range with more. */
static void fill_exact_matrix(float *matrix, size_t rows, size_t columns, uint64_t *state) {
    int odds = rows < 9 ? 27 : (int)(3 * rows);
    for (size_t i = 0; i < rows * columns; i++) {
        int draw = random_below(state, odds);
        matrix[i] = draw < 9 ? 1 : draw < 18 ? -1 : 0;
    }
}

static void fill_matrix(float *matrix, const problem *p, int rows, int gates, int units, float gain,
                        uint64_t *state) {
    if (p->values == VALUES_EXACT)
        fill_exact_matrix(matrix, (size_t)rows, (size_t)gates * (size_t)units, state);
    else
        fill_normal_matrix(matrix, (size_t)rows, gates, units, gain, state);
}

/* exp and softplus are far from 0 at 0. Without a bias below 0 their recurrence feeds on itself.
 * relu shuts half of its gates for good without a bias above 0. */
static float bias_shift(const rnn_layer *layer, int gate) {
    bool candidate = layer->cell == RNN_SIMPLE || gate == 2;
    switch (candidate ? layer->activation : layer->recurrent_activation) {
    case RNN_EXPONENTIAL:
    case RNN_SOFTPLUS:
        return -1;
    case RNN_RELU:
        return 0.5f;
    default:
        return 0;
    }
}

/* Fills [1 or 2, gates * units]. */
static void fill_bias(float *bias, const problem *p, const rnn_layer *layer, float gain,
                      uint64_t *state) {
    for (int r = 0; r < (layer->reset_after ? 2 : 1); r++)
        for (int g = 0; g < rnn_cell_gates(layer->cell); g++)
            for (int j = 0; j < layer->units; j++)
                *bias++ = p->values == VALUES_EXACT
                              ? nonzero_integer(3, state)
                              : bias_shift(layer, g) +
                                    gain * (gate_bias[g] + 0.3f * random_normal(state));
}

/* Fills [3, M] with rows that are far enough apart that exchanging two of them changes every
 * output. */
static void fill_peepholes(float *peepholes, const problem *p, const rnn_layer *layer, float gain,
                           uint64_t *state) {
    static const float usual[3] = {0.8f, -0.6f, 0.4f};
    for (int g = 0; g < 3; g++)
        for (int j = 0; j < layer->units; j++)
            *peepholes++ = p->values == VALUES_EXACT
                               ? nonzero_integer(2, state)
                               : gain * (usual[g] + 0.2f * random_normal(state));
}

static void fill_weights(run_arrays *a, const problem *p, float gain, uint64_t *state) {
    int index = 0;
    for (int i = 0; i < p->layer_count; i++) {
        const rnn_layer *layer = &p->layers[i];
        int gates = rnn_cell_gates(layer->cell);
        float own_gain = layer_gain(layer, gain);
        for (int d = 0; d < rnn_layer_directions(layer); d++, index++) {
            fill_matrix(array_floats(a, ARRAY_KERNEL + index), p, layer->features, gates,
                        layer->units, own_gain, state);
            fill_matrix(array_floats(a, ARRAY_RECURRENT_KERNEL + index), p,
                        rnn_layer_direction_width(layer), gates, layer->units, own_gain, state);
            if (layer->use_bias)
                fill_bias(array_floats(a, ARRAY_BIAS + index), p, layer, own_gain, state);
            if (layer->peepholes)
                fill_peepholes(array_floats(a, ARRAY_PEEPHOLES + index), p, layer, own_gain, state);
            if (layer->projection > 0)
                fill_matrix(array_floats(a, ARRAY_PROJECTION + index), p, layer->units, 1,
                            layer->projection, 2 * own_gain, state);
        }
    }
    if (p->has_dense) {
        int width = rnn_layer_output_width(&p->layers[p->layer_count - 1]);
        fill_matrix(array_floats(a, ARRAY_DENSE_KERNEL), p, width, 1, p->dense.units, gain, state);
        for (int j = 0; p->dense.use_bias && j < p->dense.units; j++)
            array_floats(a, ARRAY_DENSE_BIAS)[j] = number(p, 0.3f, state);
    }
}

/* ---- Lengths and masks -------------------------------------------------------------------- */

/* Draws lengths. Row 0 has the full length, and the last of several rows is empty. */
static void fill_lengths(int32_t *lengths, const problem *p, uint64_t *state) {
    for (int n = 0; n < p->batch; n++)
        lengths[n] = n == 0 ? p->timesteps : random_between(state, 0, p->timesteps);
    if (p->batch > 2)
        lengths[p->batch - 1] = 0;
}

static void fill_front_mask(uint8_t *mask, const problem *p, uint64_t *state) {
    for (int n = 0; n < p->batch; n++) {
        bool empty = p->batch > 2 && n == p->batch - 1;
        int padding = empty ? p->timesteps : random_below(state, p->timesteps);
        for (int t = 0; t < p->timesteps; t++)
            mask[(size_t)n * (size_t)p->timesteps + (size_t)t] = t >= padding;
    }
}

/* Draws holes. Row 0 counts at either end, so that its last output is never a masked one. */
static void fill_holes(uint8_t *mask, const problem *p, uint64_t *state) {
    for (int n = 0; n < p->batch; n++) {
        bool empty = p->batch > 3 && n == p->batch - 1;
        for (int t = 0; t < p->timesteps; t++) {
            bool kept_end = n == 0 && (t == 0 || t == p->timesteps - 1);
            bool counts = kept_end || random_below(state, 3) > 0;
            mask[(size_t)n * (size_t)p->timesteps + (size_t)t] = counts && !empty;
        }
    }
}

static void fill_mask(run_arrays *a, const problem *p, uint64_t *state) {
    uint8_t *mask = a->all[ARRAY_MASK].data;
    if (a->all[ARRAY_LENGTHS].size)
        fill_lengths(a->all[ARRAY_LENGTHS].data, p, state);
    if (p->mask == MASK_FRONT)
        fill_front_mask(mask, p, state);
    else if (mask)
        fill_holes(mask, p, state);
}

problem_steps inputs_steps(const rnn_io *io, const problem *p) {
    problem_steps steps = {0, 0};
    for (int n = 0; n < p->batch; n++) {
        int own = 0;
        for (int t = 0; t < p->timesteps; t++)
            own += rnn_step_counts(io, p->timesteps, n, t);
        steps.counted += own;
        steps.longest = fmax(steps.longest, own);
    }
    return steps;
}

/* This follows from the draws above: row 0 is one of its own, the last row may be empty, and the
 * others are alike. */
problem_steps inputs_expected_steps(const problem *p) {
    const double steps = p->timesteps, ends = fmin(steps, 2);
    const double first_with_holes = ends + (steps - ends) * 2 / 3;
    const int empty = p->batch > (p->mask == MASK_HOLES ? 3 : 2);
    const double others = p->batch - 1 - empty;
    switch (p->mask) {
    case MASK_LENGTHS:
        return (problem_steps){steps + others * steps / 2, steps};
    case MASK_FRONT:
        return (problem_steps){(1 + others) * (steps + 1) / 2, steps};
    case MASK_HOLES:
        return (problem_steps){first_with_holes + others * steps * 2 / 3, steps};
    case MASK_BOTH:
        return (problem_steps){first_with_holes + others * steps / 3, steps};
    default:
        return problem_all_steps(p);
    }
}

/* ---- x and states ------------------------------------------------------------------------- */

/* What a batch row of values:special has: saturating numbers, a NaN, +infinity, -infinity, denormal
 * numbers, or ordinary ones again. */
typedef enum row_kind {
    ROW_SATURATING,
    ROW_NAN,
    ROW_POSITIVE_INFINITY,
    ROW_NEGATIVE_INFINITY,
    ROW_DENORMAL,
    ROW_ORDINARY,
    ROW_KIND_COUNT
} row_kind;

bool inputs_saturate(const problem *p, int n) {
    return p->values == VALUES_SPECIAL && n % ROW_KIND_COUNT == ROW_SATURATING;
}

static float row_scale(const problem *p, int n) {
    if (p->values != VALUES_SPECIAL)
        return 1;
    int kind = n % ROW_KIND_COUNT;
    return kind == ROW_SATURATING ? 1000.0f : kind == ROW_DENORMAL ? 1e-40f : 1.0f;
}

/* Places the exception of a special row at the feature in the middle of the middle step. */
static void place_exception(const problem *p, int n, float *row) {
    float *place = row + p->layers[0].features / 2;
    switch (n % ROW_KIND_COUNT) {
    case ROW_NAN:
        *place = NAN;
        break;
    case ROW_POSITIVE_INFINITY:
        *place = INFINITY;
        break;
    case ROW_NEGATIVE_INFINITY:
        *place = -INFINITY;
        break;
    default:
        break;
    }
}

static void fill_x(run_arrays *a, const problem *p, uint64_t *state) {
    rnn_shape shape = problem_shape(p);
    int features = p->layers[0].features;
    arrays_poison(a, ARRAY_X, ARRAY_X + 1);
    for (int n = 0; n < p->batch; n++) {
        for (int t = 0; t < p->timesteps; t++) {
            float *row = array_floats(a, ARRAY_X) +
                         array_row(p, shape.x, features, p->timesteps, (size_t)n, (size_t)t);
            bool counts = rnn_step_counts(&a->io, p->timesteps, n, t);
            for (int d = 0; counts && d < features; d++)
                row[d] = number(p, row_scale(p, n), state);
            if (counts && p->values == VALUES_SPECIAL && t == p->timesteps / 2)
                place_exception(p, n, row);
        }
    }
}

/* Steps that do not count get a NaN, because nobody may look at them. */
static void fill_attention(run_arrays *a, const problem *p, uint64_t *state) {
    arrays_poison(a, ARRAY_ATTENTION, ARRAY_ATTENTION + 1);
    float *attention = array_floats(a, ARRAY_ATTENTION);
    for (int n = 0; attention && n < p->batch; n++)
        for (int t = 0; t < p->timesteps; t++, attention++)
            if (rnn_step_counts(&a->io, p->timesteps, n, t))
                *attention = p->values == VALUES_EXACT ? nonzero_integer(2, state)
                                                       : (float)random_below(state, 1001) / 1000;
}

static void fill_states(run_arrays *a, const problem *p, uint64_t *state) {
    for (int i = 0; i < MAX_STATES; i++) {
        float *values = array_floats(a, ARRAY_INITIAL_STATE + i);
        size_t units = array_float_count(a, ARRAY_INITIAL_STATE + i) / (size_t)p->batch;
        for (int n = 0; n < p->batch; n++) {
            bool denormal = p->values == VALUES_SPECIAL && n % ROW_KIND_COUNT == ROW_DENORMAL;
            for (size_t j = 0; j < units; j++)
                *values++ = number(p, denormal ? 1e-40f : 0.6f, state);
        }
    }
}

void inputs_fill(run_arrays *a, const problem *p, uint64_t seed, float gain) {
    uint64_t state = seed;
    fill_weights(a, p, gain, &state);
    fill_mask(a, p, &state);
    fill_x(a, p, &state);
    fill_states(a, p, &state);
    fill_attention(a, p, &state);
}

/* ---- What the values ask of the problem --------------------------------------------------- */

static bool keeps_integers(rnn_activation activation) {
    return activation == RNN_LINEAR || activation == RNN_RELU;
}

static rnn_status suits_exact(const problem *p, rnn_error *error) {
    for (int i = 0; i < p->layer_count; i++) {
        const rnn_layer *layer = &p->layers[i];
        if (!keeps_integers(layer->activation))
            return rnn_fail(error, RNN_INVALID_ARGUMENT,
                            "values:exact needs activation:linear or relu, not %s",
                            rnn_activation_name(layer->activation));
        if (layer->cell != RNN_SIMPLE && !keeps_integers(layer->recurrent_activation))
            return rnn_fail(error, RNN_INVALID_ARGUMENT,
                            "values:exact needs recurrent_activation:linear or relu, not %s",
                            rnn_activation_name(layer->recurrent_activation));
        const float clips[] = {layer->gate_clip, layer->cell_clip, layer->projection_clip};
        for (int k = 0; k < 3; k++)
            if (clips[k] != rintf(clips[k]))
                return rnn_fail(error, RNN_INVALID_ARGUMENT,
                                "values:exact needs clips that are whole numbers, not %g",
                                (double)clips[k]);
        if (layer->merge == RNN_AVE && p->layer_count > 1)
            return rnn_fail(error, RNN_INVALID_ARGUMENT,
                            "values:exact cannot have merge:ave in stacked layers: not integers");
    }
    if (p->has_dense && !keeps_integers(p->dense.activation))
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "values:exact needs dense_activation:linear or relu, not %s",
                        rnn_activation_name(p->dense.activation));
    return RNN_OK;
}

static rnn_status suits_special(const problem *p, rnn_error *error) {
    for (int i = 0; i < p->layer_count; i++) {
        const rnn_layer *layer = &p->layers[i];
        if (!inputs_gates_are_bounded(layer))
            return rnn_fail(error, RNN_INVALID_ARGUMENT,
                            "values:special needs a bounded recurrent_activation, not %s",
                            rnn_activation_name(layer->recurrent_activation));
        if (layer->activation == RNN_EXPONENTIAL)
            return rnn_fail(error, RNN_INVALID_ARGUMENT,
                            "values:special cannot have activation:exponential");
    }
    if (p->has_dense && p->dense.activation == RNN_EXPONENTIAL)
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "values:special cannot have dense_activation:exponential");
    return RNN_OK;
}

rnn_status inputs_suit(const problem *p, rnn_error *error) {
    switch (p->values) {
    case VALUES_EXACT:
        return suits_exact(p, error);
    case VALUES_SPECIAL:
        return suits_special(p, error);
    default:
        return RNN_OK;
    }
}

/* ---- The exact range ---------------------------------------------------------------------- */

/* The largest sum of absolute values of a column of a matrix. */
static double largest_column(const float *matrix, size_t rows, size_t columns) {
    double largest = 0;
    for (size_t j = 0; j < columns; j++) {
        double sum = 0;
        for (size_t k = 0; k < rows; k++)
            sum += fabs((double)matrix[k * columns + j]);
        largest = fmax(largest, sum);
    }
    return largest;
}

/* Bounds of |x|, |h| and |c| take the place of the vectors in the formulas of rnn.h, and every
 * difference becomes a sum. Returns the bound of everything formed in `timesteps` steps. */
static double bound_direction(const rnn_layer *layer, const rnn_weights *w, int timesteps, double x,
                              double h, double c) {
    size_t columns = (size_t)rnn_cell_gates(layer->cell) * (size_t)layer->units;
    double kernel = largest_column(w->kernel.data, (size_t)layer->features, columns);
    double recurrent =
        largest_column(w->recurrent_kernel.data, (size_t)rnn_layer_direction_width(layer), columns);
    double bias = layer->use_bias ? 6 : 0; /* two rows of at most 3 */
    double peephole = layer->peepholes ? 2 : 0;
    double projection = 1;
    if (layer->projection > 0)
        projection =
            largest_column(w->projection.data, (size_t)layer->units, (size_t)layer->projection);
    double largest = fmax(h, c);
    for (int t = 0; t < timesteps; t++) {
        double z = x * kernel + h * recurrent + bias;
        double candidate = x * kernel + z * (h * recurrent + bias) + bias;
        if (layer->cell == RNN_SIMPLE) {
            h = z;
        } else if (layer->cell == RNN_LSTM) {
            double gate = 1 + z + peephole * c; /* 1: of one that is coupled */
            c = gate * c + gate * z;
            h = (z + peephole * c) * c;
            largest = fmax(largest, h);
            h *= projection;
        } else {
            double update = layer->attention ? 3 * z : z; /* attention is at most 2 */
            h = update * h + (1 + update) * fmax(z, candidate);
        }
        largest = fmax(largest, fmax(z, fmax(h, c)));
    }
    return largest;
}

static double bound_merged(const rnn_layer *layer, double h) {
    if (layer->direction != RNN_BIDIRECTIONAL || layer->merge == RNN_CONCAT)
        return h;
    return layer->merge == RNN_MUL ? h * h : 2 * h;
}

double inputs_largest_sum(const run_arrays *a, const problem *p) {
    const double largest_x = 2, largest_state = p->initial_state ? 2 : 0;
    double x = largest_x, largest = x;
    int index = 0;
    for (int i = 0; i < p->layer_count; i++) {
        const rnn_layer *layer = &p->layers[i];
        double h = 0;
        for (int d = 0; d < rnn_layer_directions(layer); d++, index++)
            h = fmax(h, bound_direction(layer, &a->layer_weights[index], p->timesteps, x,
                                        largest_state, largest_state));
        x = bound_merged(layer, h);
        largest = fmax(largest, fmax(h, x));
    }
    if (p->has_dense) {
        size_t width = (size_t)rnn_layer_output_width(&p->layers[p->layer_count - 1]);
        x = x * largest_column(a->weights.dense_kernel.data, width, (size_t)p->dense.units) + 3;
        largest = fmax(largest, x);
    }
    /* merge:ave makes halves, which take one more bit. */
    return p->layers[0].merge == RNN_AVE ? 2 * largest : largest;
}
