/* SPDX-License-Identifier: MIT */
#include "kernels/isa/cpu.h"

#include <stdlib.h>
#include <string.h>
#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

/* ---- This CPU ------------------------------------------------------------------------------- */

#if defined(__x86_64__)
#include <cpuid.h>

/* XCR0 says which registers the operating system saves. It is read by xgetbv's opcode, because the
 * intrinsic would need -mxsave for this file. */
static unsigned saved_register_sets(void) {
    unsigned eax, edx;
    __asm__ volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(eax), "=d"(edx) : "c"(0));
    (void)edx;
    return eax;
}

rnn_cpu_features rnn_cpu_detected(void) {
    const unsigned xmm_and_ymm = 0x6, zmm_and_masks = 0xe0;
    const unsigned avx512 = bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL;
    unsigned eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx))
        return RNN_CPU_BASELINE;
    if (!(ecx & bit_OSXSAVE) || !(ecx & bit_AVX) || !(ecx & bit_FMA))
        return RNN_CPU_BASELINE;
    unsigned saved = saved_register_sets();
    if ((saved & xmm_and_ymm) != xmm_and_ymm)
        return RNN_CPU_BASELINE;
    if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || !(ebx & bit_AVX2))
        return RNN_CPU_BASELINE;
    if ((ebx & avx512) != avx512 || (saved & zmm_and_masks) != zmm_and_masks)
        return RNN_CPU_BASELINE | RNN_CPU_AVX2;
    return RNN_CPU_BASELINE | RNN_CPU_AVX2 | RNN_CPU_AVX512;
}

bool rnn_cpu_halves_vectors(rnn_cpu_features features) {
    unsigned eax, ebx, ecx, edx;
    if (!(features & RNN_CPU_AVX512) || !__get_cpuid(0, &eax, &ebx, &ecx, &edx) ||
        ebx != signature_AMD_ebx || ecx != signature_AMD_ecx || edx != signature_AMD_edx ||
        !__get_cpuid(1, &eax, &ebx, &ecx, &edx))
        return false;
    const unsigned family = (eax >> 8 & 0xf) + (eax >> 20 & 0xff), zen_3_and_4 = 0x19;
    return family == zen_3_and_4 && rnn_cpu_has(rnn_cpu_detected(), RNN_CPU_AVX512);
}
#else
rnn_cpu_features rnn_cpu_detected(void) {
#if defined(__aarch64__) && defined(__linux__)
    return RNN_CPU_BASELINE | (getauxval(AT_HWCAP) & HWCAP_ASIMD ? RNN_CPU_NEON : 0);
#elif defined(__aarch64__)
    return RNN_CPU_BASELINE | RNN_CPU_NEON; /* as every system on it asks for */
#else
    return RNN_CPU_BASELINE;
#endif
}

bool rnn_cpu_halves_vectors(rnn_cpu_features features) {
    (void)features;
    return false;
}
#endif

/* ---- Instruction sets ------------------------------------------------------------------------ */

static const rnn_instruction_set sets[] = {
#define INSTRUCTION_SET(name, features, valgrind) {#name, features, valgrind},
#include "kernels/isa/instruction_sets.inc"
#undef INSTRUCTION_SET
};
enum { SET_COUNT = sizeof sets / sizeof *sets };

const rnn_instruction_set *rnn_instruction_set_at(int index) {
    return index >= 0 && index < SET_COUNT ? &sets[index] : NULL;
}

const rnn_instruction_set *rnn_instruction_set_named(const char *name) {
    for (int i = 0; i < SET_COUNT; i++)
        if (strcmp(name, sets[i].name) == 0)
            return &sets[i];
    return NULL;
}

const rnn_instruction_set *rnn_instruction_set_best(rnn_cpu_features features) {
    int best = SET_COUNT - 1;
    while (best > 0 && !rnn_cpu_has(features, sets[best].features))
        best--;
    return &sets[best];
}

const rnn_instruction_set *rnn_instruction_set_with(rnn_cpu_features features) {
    int first = 0;
    while (first < SET_COUNT - 1 && !rnn_cpu_has(sets[first].features, features))
        first++;
    return &sets[first];
}

/* ---- RNN_ISA --------------------------------------------------------------------------------- */

/* What RNN_ISA says, or NULL where it is unset or empty. */
static const char *override_text(void) {
    const char *wanted = getenv("RNN_ISA");
    return wanted && *wanted ? wanted : NULL;
}

const char *rnn_cpu_unknown_override(void) {
    const char *wanted = override_text();
    return wanted && !rnn_instruction_set_named(wanted) ? wanted : NULL;
}

rnn_cpu_features rnn_cpu_in_use(void) {
    const char *wanted = override_text();
    const rnn_instruction_set *set = wanted ? rnn_instruction_set_named(wanted) : NULL;
    return set ? rnn_cpu_detected() & set->features : rnn_cpu_detected();
}
