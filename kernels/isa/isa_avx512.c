/* SPDX-License-Identifier: MIT
 * The kernels in AVX-512 intrinsics (F, DQ, BW, VL). */
#if !defined(__AVX512F__) || !defined(__AVX512DQ__) || !defined(__AVX512BW__) ||                   \
    !defined(__AVX512VL__)
#error "built without AVX-512 F, DQ, BW and VL"
#endif

#define RNN_KERNELS      rnn_kernels_avx512
#define RNN_KERNELS_NAME "avx512"

#include "kernels.h"

/* Each of these builds on the one before. */
#include "vec/avx512.h"

#include "vec/math.inc.h"

#include "vec/activation.inc.h"

#include "vec/tile.inc.h"

#include "kernels.inc.h"
