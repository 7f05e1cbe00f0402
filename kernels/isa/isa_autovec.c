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

#include "kernels.h"

/* Each of these builds on the one before. */
#include "vec/plain.h"

#include "vec/math.inc.h"

#include "vec/activation.inc.h"

#include "vec/tile_plain.inc.h"

#include "kernels.inc.h"
