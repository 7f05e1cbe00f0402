/* SPDX-License-Identifier: MIT
 * The kernels in AVX-512 intrinsics (F, DQ, BW, VL). */
#if !defined(__AVX512F__) || !defined(__AVX512DQ__) || !defined(__AVX512BW__) ||                   \
    !defined(__AVX512VL__)
#error "built without AVX-512 F, DQ, BW and VL"
#endif

#define RNN_KERNELS      rnn_kernels_avx512
#define RNN_KERNELS_NAME "avx512"
#define RNN_PEAK_NAME    "avx512"

#include "kernels/engine/kernels.h"

/* Each of these headers builds on the one before. */
#include "kernels/isa/vec/avx512.h"

#include "kernels/isa/vec/math.inc.h"

#include "kernels/isa/vec/activation.inc.h"

#include "kernels/isa/vec/tile.inc.h"

#include "kernels/isa/peak.inc.h"

#include "kernels/isa/kernels.inc.h"
