/* SPDX-License-Identifier: MIT
 * The kernels in plain C for the compiler's baseline: what every CPU of the architecture runs. */
#ifdef __AVX__
#error "built with AVX, which is above the baseline"
#endif

#define RNN_KERNELS      rnn_kernels_scalar
#define RNN_KERNELS_NAME "scalar"
#define RNN_PEAK_NAME    "baseline"

#include "kernels/engine/kernels.h"

/* Each of these headers builds on the one before. */
#include "kernels/isa/vec/plain.h"

#include "kernels/isa/vec/math.inc.h"

#include "kernels/isa/vec/activation.inc.h"

#include "kernels/isa/vec/tile_plain.inc.h"

#include "kernels/isa/peak.inc.h"

#include "kernels/isa/kernels.inc.h"
