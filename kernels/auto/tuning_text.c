/* SPDX-License-Identifier: MIT
 *
 * The parts of a tuning file that its reader and its writer share: the machine, a problem, the last
 * line. */
#include "kernels/auto/tuning.h"
#include "kernels/engine/cores.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

typedef struct text_buffer {
    char *text;
    size_t size, used; /* used >= size where the text did not fit */
} text_buffer;

__attribute__((format(printf, 2, 3))) static void append(text_buffer *to, const char *format, ...) {
    if (to->used >= to->size)
        return;
    va_list arguments;
    va_start(arguments, format);
    to->used += (size_t)vsnprintf(to->text + to->used, to->size - to->used, format, arguments);
    va_end(arguments);
}

/* ---- The machine -------------------------------------------------------------------------- */

#if defined(__x86_64__)
static void append_cpu(text_buffer *to) {
    const unsigned first_of_brand = 0x80000002;
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0, vendor[3] = {0}, brand[3][4] = {{0}};
    __get_cpuid(0, &eax, &vendor[0], &vendor[2], &vendor[1]);
    __get_cpuid(1, &eax, &ebx, &ecx, &edx);
    unsigned family = eax >> 8 & 0xf, model = eax >> 4 & 0xf;
    if (family == 6 || family == 15)
        model += (eax >> 16 & 0xf) << 4;
    if (family == 15)
        family += eax >> 20 & 0xff;
    for (unsigned i = 0; i < 3; i++)
        __get_cpuid(first_of_brand + i, &brand[i][0], &brand[i][1], &brand[i][2], &brand[i][3]);
    append(to, "cpu %.12s family %u model %u stepping %u: %.48s\n", (const char *)vendor, family,
           model, eax & 0xf, (const char *)brand);
}
#else
/* The register by which an AArch64 core says who made it, as Linux shows it to everyone. */
static void append_cpu(text_buffer *to) {
    char midr[32] = "unknown";
    FILE *file = fopen("/sys/devices/system/cpu/cpu0/regs/identification/midr_el1", "r");
    if (file && fscanf(file, "%31s", midr) != 1)
        strcpy(midr, "unknown");
    if (file)
        fclose(file);
    append(to, "cpu %s\n", midr);
}
#endif

static void append_caches(text_buffer *to) {
#if defined(_SC_LEVEL1_DCACHE_SIZE)
    append(to, "caches %ld %ld %ld\n", sysconf(_SC_LEVEL1_DCACHE_SIZE),
           sysconf(_SC_LEVEL2_CACHE_SIZE), sysconf(_SC_LEVEL3_CACHE_SIZE));
#else
    append(to, "caches unknown\n");
#endif
}

static void append_libraries(text_buffer *to) {
    rnn_backend_info info;
    append(to, "libraries");
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (info.version[0])
            append(to, " %s %s;", info.name, info.version);
    append(to, "\n");
}

/* The name of a CPU may hold any bytes. */
static void keep_to_ascii(char *text) {
    for (; *text; text++)
        if (*text != '\n' && (*text < ' ' || *text > '~'))
            *text = '?';
}

void rnn_tuning_header(char text[RNN_TUNING_HEADER_SIZE]) {
    text_buffer to = {text, RNN_TUNING_HEADER_SIZE, 0};
    append(&to, "rnnbench tuning 1\n");
    append(&to, "librnn %s\n", RNN_VERSION);
    append_cpu(&to);
    append(&to, "isa %s\n", rnn_isa_name());
    append_caches(&to);
    append(&to, "cores %d\n", rnn_usable_cores());
    append_libraries(&to);
    append(&to, "problem backend threads its_nanoseconds those_of_the_cost_model's_choice\n");
    keep_to_ascii(text);
}

/* ---- A problem ---------------------------------------------------------------------------- */

static void append_clip(text_buffer *to, const char *name, float clip) {
    if (clip > 0)
        append(to, ",%s:%.9g", name, (double)clip);
}

static void append_options_beyond_keras(text_buffer *to, const rnn_layer *layer) {
    append(to, "%s%s", layer->peepholes ? ",peepholes" : "", layer->attention ? ",attention" : "");
    if (layer->coupling != RNN_COUPLING_NONE)
        append(to, ",coupled:%s", rnn_coupling_name(layer->coupling));
    if (layer->projection > 0)
        append(to, ",projection:%d", layer->projection);
    append_clip(to, "cell_clip", layer->cell_clip);
    append_clip(to, "projection_clip", layer->projection_clip);
    append_clip(to, "gate_clip", layer->gate_clip);
}

static void append_layer(text_buffer *to, const rnn_layer *layer, bool masked) {
    bool one_way = layer->direction != RNN_BIDIRECTIONAL;
    append(to, "%s(D:%d,U:%d,%s", rnn_cell_name(layer->cell), layer->features, layer->units,
           rnn_activation_name(layer->activation));
    if (layer->cell != RNN_SIMPLE)
        append(to, ",%s", rnn_activation_name(layer->recurrent_activation));
    if (layer->direction != RNN_FORWARD)
        append(to, ",%s", rnn_direction_name(layer->direction));
    if (!one_way)
        append(to, ",%s", rnn_merge_name(layer->merge));
    append_options_beyond_keras(to, layer);
    append(to, "%s%s%s%s)", layer->use_bias ? ",bias" : "",
           layer->reset_after ? ",reset_after" : "", layer->return_sequences ? ",sequences" : "",
           masked && one_way && layer->zero_output_for_mask ? ",zero_masked" : "");
}

/* Where one dimension is 1 the two dense layouts are the same, and get the same text. */
static void append_rows(text_buffer *to, const char *name, const rnn_shape *shape,
                        rnn_strides strides, int timesteps, int width) {
    const ptrdiff_t steps = timesteps, rows = shape->batch;
    if (strides.batch == 0 && strides.time == 0) {
        strides.batch = shape->time_major ? width : steps * width;
        strides.time = shape->time_major ? rows * width : width;
    }
    bool one_row = rows == 1, one_step = steps == 1;
    if ((one_row || strides.batch == steps * width) && (one_step || strides.time == width))
        append(to, "/%s:batch_major", name);
    else if ((one_row || strides.batch == width) && (one_step || strides.time == rows * width))
        append(to, "/%s:time_major", name);
    else
        append(to, "/%s:%td+%td", name, one_row ? 0 : strides.batch, one_step ? 0 : strides.time);
}

bool rnn_tuning_key(char key[RNN_TUNING_KEY_SIZE], const rnn_model *model, const rnn_shape *shape,
                    int threads) {
    text_buffer to = {key, RNN_TUNING_KEY_SIZE, 0};
    for (int i = 0; i < model->layer_count; i++) {
        append(&to, "%s", i ? "+" : "");
        append_layer(&to, &model->layers[i], shape->masked);
    }
    if (model->dense)
        append(&to, "+dense(%d,%s%s)", model->dense->units,
               rnn_activation_name(model->dense->activation),
               model->dense->use_bias ? ",bias" : "");
    append(&to, "/N:%d/T:%d", shape->batch, shape->timesteps);
    append_rows(&to, "x", shape, shape->x, shape->timesteps, model->layers[0].features);
    append_rows(&to, "y", shape, shape->y,
                rnn_model_returns_sequences(model) ? shape->timesteps : 1,
                rnn_model_output_width(model));
    append(&to, "%s/threads:%d", shape->masked ? "/masked" : "", threads);
    return to.used < to.size;
}

/* ---- The last line ------------------------------------------------------------------------ */

uint64_t rnn_tuning_checksum(uint64_t checksum, const char *bytes, size_t count) {
    const uint64_t prime = 0x100000001b3;
    for (size_t i = 0; i < count; i++)
        checksum = (checksum ^ (unsigned char)bytes[i]) * prime;
    return checksum;
}

void rnn_tuning_last_line(char text[RNN_TUNING_LINE_SIZE], int count, uint64_t checksum) {
    snprintf(text, RNN_TUNING_LINE_SIZE, "end %d %016" PRIx64 "\n", count, checksum);
}
