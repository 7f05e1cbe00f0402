/* SPDX-License-Identifier: MIT
 * The kernels in AVX2 and FMA intrinsics. */
#if !defined(__AVX2__) || !defined(__FMA__)
#error "built without AVX2 and FMA"
#endif
#ifdef __AVX512F__
#error "built with AVX-512, which the compiler may then use on a CPU that lacks it"
#endif

#define RNN_KERNELS      rnn_kernels_avx2
#define RNN_KERNELS_NAME "avx2"

#include "kernels.h"

/* Each of these builds on the one before. */
#include "vec/avx2.h"

#include "vec/math.inc.h"

#include "vec/activation.inc.h"

#include "vec/tile.inc.h"

#include "kernels.inc.h"
