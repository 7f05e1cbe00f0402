/* SPDX-License-Identifier: MIT
 * The kernels in intrinsics of AArch64's Advanced SIMD, which is called NEON. */
#if !defined(__aarch64__) || !defined(__ARM_NEON)
#error "built without AArch64's Advanced SIMD"
#endif
#ifdef __ARM_FEATURE_SVE
#error "built with SVE, which the compiler may then use on a CPU that lacks it"
#endif

#define RNN_KERNELS      rnn_kernels_neon
#define RNN_KERNELS_NAME "neon"
#define RNN_PEAK_NAME    "neon"

#include "kernels/engine/kernels.h"

/* Each of these builds on the one before. */
#include "kernels/isa/vec/neon.h"

#include "kernels/isa/vec/math.inc.h"

#include "kernels/isa/vec/activation.inc.h"

#include "kernels/isa/vec/tile.inc.h"

#include "kernels/isa/peak.inc.h"

#include "kernels/isa/kernels.inc.h"
