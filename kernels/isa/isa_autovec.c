/* SPDX-License-Identifier: MIT
 * The kernels in plain C for a compiler that may use AVX2: what it makes of them by itself. */
#if !defined(__AVX2__) || !defined(__FMA__)
#error "built without AVX2 and FMA"
#endif
#ifdef __AVX512F__
#error "built with AVX-512, which the compiler may then use on a CPU that lacks it"
#endif

#define RNN_KERNELS      rnn_kernels_autovec
#define RNN_KERNELS_NAME "autovec"
#define RNN_KERNELS_PEAK NULL /* avx2 has the same instructions, and so the peak */

#include "kernels/engine/kernels.h"

/* Each of these headers builds on the one before. */
#include "kernels/isa/vec/plain.h"

#include "kernels/isa/vec/math.inc.h"

#include "kernels/isa/vec/activation.inc.h"

#include "kernels/isa/vec/tile_plain.inc.h"

#include "kernels/isa/kernels.inc.h"
