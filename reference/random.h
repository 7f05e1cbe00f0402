/* SPDX-License-Identifier: MIT
 * Random numbers that are the same bits on every machine. */
#ifndef RNN_REFERENCE_RANDOM_H
#define RNN_REFERENCE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* splitmix64: Steele, Lea, Flood 2014. */
static inline uint64_t random_bits(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* A number from 0 to bound - 1. */
static inline int random_below(uint64_t *state, int bound) {
    return (int)(random_bits(state) % (uint64_t)bound);
}

/* A number from first to last. */
static inline int random_between(uint64_t *state, int first, int last) {
    return first + random_below(state, last - first + 1);
}

/* Is true once in `odds` times. */
static inline bool random_chance(uint64_t *state, int odds) {
    return random_below(state, odds) == 0;
}

/* A nearly normal number of mean 0 and deviation 1: the sum of four uniform ones. It uses no
 * libm, whose last bits differ from machine to machine, and is fast enough for models of many
 * megabytes. */
static inline float random_normal(uint64_t *state) {
    uint64_t bits = random_bits(state);
    int64_t sum =
        (int64_t)((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48)) -
        2 * 0xffff;
    const float unit = 1.7320508f / 65536; /* sqrt(12 / 4) of one step */
    return (float)sum * unit;
}

/* FNV-1a. */
static inline uint64_t text_hash(const char *text) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

/* The hash of the text, mixed with the seed. */
static inline uint64_t random_seed_of(const char *text, uint64_t seed) {
    uint64_t state = text_hash(text) ^ seed * 0xd1342543de82ef95u;
    return random_bits(&state);
}

#endif
