/* SPDX-License-Identifier: MIT */
#include "kernels/isa/cpu.h"

#include <stdlib.h>
#include <string.h>

static const char *const level_names[] = {"naive", "scalar", "avx2", "avx512"};
enum { LEVEL_COUNT = sizeof level_names / sizeof *level_names };

const char *rnn_cpu_level_name(rnn_cpu_level level) {
    return level_names[level];
}

#if defined(__x86_64__)
#include <cpuid.h>

/* XCR0 says which registers the operating system saves. Read with xgetbv's opcode: the intrinsic
 * would need -mxsave for this file. */
static unsigned saved_register_sets(void) {
    unsigned eax, edx;
    __asm__ volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(eax), "=d"(edx) : "c"(0));
    (void)edx;
    return eax;
}

rnn_cpu_level rnn_cpu_level_detected(void) {
    const unsigned xmm_and_ymm = 0x6, zmm_and_masks = 0xe0;
    const unsigned avx512 = bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL;
    unsigned eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx))
        return RNN_CPU_SCALAR;
    if (!(ecx & bit_OSXSAVE) || !(ecx & bit_AVX) || !(ecx & bit_FMA))
        return RNN_CPU_SCALAR;
    unsigned saved = saved_register_sets();
    if ((saved & xmm_and_ymm) != xmm_and_ymm)
        return RNN_CPU_SCALAR;
    if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || !(ebx & bit_AVX2))
        return RNN_CPU_SCALAR;
    if ((ebx & avx512) != avx512 || (saved & zmm_and_masks) != zmm_and_masks)
        return RNN_CPU_AVX2;
    return RNN_CPU_AVX512;
}

bool rnn_cpu_halves_avx512(void) {
    unsigned eax, ebx, ecx, edx;
    if (!__get_cpuid(0, &eax, &ebx, &ecx, &edx) || ebx != signature_AMD_ebx ||
        ecx != signature_AMD_ecx || edx != signature_AMD_edx ||
        !__get_cpuid(1, &eax, &ebx, &ecx, &edx))
        return false;
    const unsigned family = (eax >> 8 & 0xf) + (eax >> 20 & 0xff), zen_3_and_4 = 0x19;
    return family == zen_3_and_4 && rnn_cpu_level_detected() == RNN_CPU_AVX512;
}
#else
rnn_cpu_level rnn_cpu_level_detected(void) {
    return RNN_CPU_SCALAR;
}

bool rnn_cpu_halves_avx512(void) {
    return false;
}
#endif

/* RNN_ISA, or NULL where it is unset or empty. */
static const char *override_text(void) {
    const char *wanted = getenv("RNN_ISA");
    return wanted && *wanted ? wanted : NULL;
}

/* The level that RNN_ISA names, or -1. */
static int level_override(void) {
    const char *wanted = override_text();
    for (int level = 0; wanted && level < LEVEL_COUNT; level++)
        if (strcmp(wanted, level_names[level]) == 0)
            return level;
    return -1;
}

bool rnn_cpu_override_is_known(void) {
    return !override_text() || level_override() >= 0;
}

rnn_cpu_level rnn_cpu_level_in_use(void) {
    int detected = (int)rnn_cpu_level_detected();
    int wanted = level_override();
    return (rnn_cpu_level)(wanted >= 0 && wanted < detected ? wanted : detected);
}
