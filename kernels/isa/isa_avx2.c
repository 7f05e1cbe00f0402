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
#define RNN_PEAK_NAME    "avx2"

#include "kernels/engine/kernels.h"

/* Each of these headers builds on the one before. */
#include "kernels/isa/vec/avx2.h"

#include "kernels/isa/vec/math.inc.h"

#include "kernels/isa/vec/activation.inc.h"

#include "kernels/isa/vec/tile.inc.h"

#include "kernels/isa/peak.inc.h"

#include "kernels/isa/kernels.inc.h"
