/* SPDX-License-Identifier: MIT
 *
 * Runs one recurrent layer of oneDNN 2.6 for make_options.py.
 *
 *   onednn version
 *   onednn lstm|augru|lbr_augru forward|backward|bidirectional T N D M P PEEPHOLES <INPUTS >OUTPUTS
 *
 * P is 0 without a projection, PEEPHOLES 0 or 1. INPUTS are floats: x [T, N, D]; then, each for
 * every direction, W [D, G M], U [P or M, G M], b, h [N, P or M], c [N, M], peepholes [3, M] and
 * the projection [M, P]; and attention [T, N]. What a layer lacks is left out. OUTPUTS are
 * y [T, N, directions (P or M)], and for every direction h and c.
 */
#include <oneapi/dnnl/dnnl.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct layer {
    dnnl_rnn_direction_t direction;
    bool is_lstm, is_lbr, peepholes;
    dnnl_dim_t ways, T, N, D, M, P;
} layer;

/* The inputs in the order in which they are read, then the outputs. */
enum {
    X,
    W,
    U,
    B,
    H,
    C,
    PEEPHOLES,
    PROJECTION,
    ATTENTION,
    Y,
    NEW_H,
    NEW_C,
    ARRAY_COUNT,
};

typedef struct array {
    bool present;
    int argument; /* by which oneDNN knows it */
    dnnl_format_tag_t tag;
    int ranks;
    dnnl_dims_t sizes;
    dnnl_memory_desc_t shape;
    dnnl_memory_t memory;
    float *data;
    size_t bytes;
} array;

static void check(dnnl_status_t status, const char *what) {
    if (status == dnnl_success)
        return;
    fprintf(stderr, "onednn: %s: status %d\n", what, (int)status);
    exit(1);
}

static void list_arrays(const layer *l, array arrays[ARRAY_COUNT]) {
    dnnl_dim_t G = l->is_lstm ? 4 : 3, biases = l->is_lbr ? 4 : G, width = l->P ? l->P : l->M;
    dnnl_dim_t ways = l->ways, T = l->T, N = l->N, D = l->D, M = l->M;
    bool lstm = l->is_lstm;
    const array list[ARRAY_COUNT] = {
        [X] = {true, DNNL_ARG_SRC_LAYER, dnnl_tnc, 3, {T, N, D}},
        [W] = {true, DNNL_ARG_WEIGHTS_LAYER, dnnl_ldigo, 5, {1, ways, D, G, M}},
        [U] = {true, DNNL_ARG_WEIGHTS_ITER, dnnl_ldigo, 5, {1, ways, width, G, M}},
        [B] = {true, DNNL_ARG_BIAS, dnnl_ldgo, 4, {1, ways, biases, M}},
        [H] = {true, DNNL_ARG_SRC_ITER, dnnl_ldnc, 4, {1, ways, N, width}},
        [C] = {lstm, DNNL_ARG_SRC_ITER_C, dnnl_ldnc, 4, {1, ways, N, M}},
        [PEEPHOLES] = {l->peepholes, DNNL_ARG_WEIGHTS_PEEPHOLE, dnnl_ldgo, 4, {1, ways, 3, M}},
        [PROJECTION] = {l->P > 0, DNNL_ARG_WEIGHTS_PROJECTION, dnnl_ldio, 4, {1, ways, M, width}},
        [ATTENTION] = {!lstm, DNNL_ARG_AUGRU_ATTENTION, dnnl_tnc, 3, {T, N, 1}},
        [Y] = {true, DNNL_ARG_DST_LAYER, dnnl_tnc, 3, {T, N, ways * width}},
        [NEW_H] = {true, DNNL_ARG_DST_ITER, dnnl_ldnc, 4, {1, ways, N, width}},
        [NEW_C] = {lstm, DNNL_ARG_DST_ITER_C, dnnl_ldnc, 4, {1, ways, N, M}},
    };
    memcpy(arrays, list, sizeof list);
}

static void create(array *a, dnnl_engine_t engine) {
    check(dnnl_memory_desc_init_by_tag(&a->shape, a->ranks, a->sizes, dnnl_f32, a->tag), "shape");
    a->bytes = dnnl_memory_desc_get_size(&a->shape);
    a->data = aligned_alloc(64, (a->bytes + 63) / 64 * 64);
    if (!a->data)
        exit(1);
    memset(a->data, 0xff, a->bytes);
    check(dnnl_memory_create(&a->memory, &a->shape, engine, a->data), "memory");
}

static dnnl_status_t describe(const layer *l, array *a, dnnl_rnn_desc_t *operation) {
    if (l->is_lstm)
        return dnnl_lstm_forward_desc_init_v3(
            operation, dnnl_forward_inference, l->direction, &a[X].shape, &a[H].shape, &a[C].shape,
            &a[W].shape, &a[U].shape, l->peepholes ? &a[PEEPHOLES].shape : NULL,
            l->P > 0 ? &a[PROJECTION].shape : NULL, &a[B].shape, &a[Y].shape, &a[NEW_H].shape,
            &a[NEW_C].shape, 0);
    return (l->is_lbr ? dnnl_lbr_augru_forward_desc_init : dnnl_augru_forward_desc_init)(
        operation, dnnl_forward_inference, l->direction, &a[X].shape, &a[H].shape,
        &a[ATTENTION].shape, &a[W].shape, &a[U].shape, &a[B].shape, &a[Y].shape, &a[NEW_H].shape,
        0);
}

static void execute(const dnnl_rnn_desc_t *operation, dnnl_engine_t engine, const array *a) {
    dnnl_exec_arg_t arguments[ARRAY_COUNT];
    int count = 0;
    for (int i = 0; i < ARRAY_COUNT; i++)
        if (a[i].present)
            arguments[count++] = (dnnl_exec_arg_t){a[i].argument, a[i].memory};
    dnnl_primitive_desc_t description;
    dnnl_primitive_t primitive;
    dnnl_stream_t stream;
    check(dnnl_primitive_desc_create(&description, operation, NULL, engine, NULL), "description");
    check(dnnl_primitive_create(&primitive, description), "primitive");
    check(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags), "stream");
    check(dnnl_primitive_execute(primitive, stream, count, arguments), "run");
    check(dnnl_stream_wait(stream), "wait");
}

static void run(const layer *l) {
    array arrays[ARRAY_COUNT];
    dnnl_engine_t engine;
    dnnl_rnn_desc_t operation;
    check(dnnl_engine_create(&engine, dnnl_cpu, 0), "engine");
    list_arrays(l, arrays);
    for (int i = 0; i < ARRAY_COUNT; i++) {
        array *a = &arrays[i];
        create(a, engine);
        if (i < Y && a->present && fread(a->data, 1, a->bytes, stdin) != a->bytes) {
            fprintf(stderr, "onednn: the input is too short\n");
            exit(1);
        }
    }
    check(describe(l, arrays, &operation), "operation");
    execute(&operation, engine, arrays);
    for (const array *a = &arrays[Y]; a < arrays + ARRAY_COUNT; a++)
        if (a->present && fwrite(a->data, 1, a->bytes, stdout) != a->bytes)
            exit(1);
}

int main(int argc, char **argv) {
    if (argc == 2) {
        const dnnl_version_t *version = dnnl_version();
        printf("%d.%d.%d\n", version->major, version->minor, version->patch);
        return 0;
    }
    if (argc != 9)
        return 2;
    dnnl_rnn_direction_t direction =
        strcmp(argv[2], "forward") == 0    ? dnnl_unidirectional_left2right
        : strcmp(argv[2], "backward") == 0 ? dnnl_unidirectional_right2left
                                           : dnnl_bidirectional_concat;
    run(&(layer){.is_lstm = strcmp(argv[1], "lstm") == 0,
                 .is_lbr = strcmp(argv[1], "lbr_augru") == 0,
                 .direction = direction,
                 .ways = direction == dnnl_bidirectional_concat ? 2 : 1,
                 .T = atoi(argv[3]),
                 .N = atoi(argv[4]),
                 .D = atoi(argv[5]),
                 .M = atoi(argv[6]),
                 .P = atoi(argv[7]),
                 .peepholes = atoi(argv[8])});
    return 0;
}
