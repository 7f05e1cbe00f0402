/* SPDX-License-Identifier: MIT
 *
 * librnn: recurrent layers on the CPU, with the semantics of Keras.
 *
 * Describe a model (rnn_model) and prepare it once for one backend: rnn_plan_create packs the
 * weights. Then run it as often as you like, as rnn_plan_run neither allocates nor locks, and
 * destroy it in the end.
 *
 * These letters are used throughout: batch N, timesteps T, features D (the width of a layer's
 * input), units M (the width of each gate and of c, and of h unless it is projected), gates G
 * (SimpleRNN 1, LSTM 4, GRU 3). All numbers are 32-bit floats.
 *
 * The library never prints and never aborts. Its only global state is what it knows of forks, of
 * each thread's cores and of the threads that OpenMP has for it (see rnn_plan_run). That is said of
 * our own code: the libraries behind the backends openmp, onednn and libxsmm may end the process
 * when memory runs out (see rnn_plan_create). A function that can fail returns an rnn_status and,
 * where `error` is not NULL, writes one line that names the field and its value.
 *
 * The environment variable RNN_ISA (naive, scalar, avx2, avx512, neon) lowers the instruction set
 * of our own kernels. It is read whenever a plan is created or the backends are listed. oneDNN and
 * libxsmm choose by themselves and listen to ONEDNN_MAX_CPU_ISA and LIBXSMM_TARGET. */
#ifndef RNN_H
#define RNN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RNN_API __attribute__((visibility("default")))

#define RNN_VERSION "0.1.0"

/* ---- Status ------------------------------------------------------------------------------- */

typedef enum rnn_status {
    RNN_OK = 0,
    RNN_INVALID_ARGUMENT, /* the description or a buffer is wrong; nothing was written */
    RNN_UNSUPPORTED,      /* right, but this backend does not do it; another one may */
    RNN_UNAVAILABLE,      /* the backend was not built in, or this CPU lacks its instructions */
    RNN_OUT_OF_MEMORY,
    RNN_BACKEND_FAILED /* a library behind a backend returned an error of its own */
} rnn_status;

typedef struct rnn_error {
    char text[256]; /* one line, no newline, always terminated */
} rnn_error;

/* Text such as "invalid argument"; never NULL. */
RNN_API const char *rnn_status_text(rnn_status status);

/* ---- Layers and models -------------------------------------------------------------------- */

/* The gates in every weight matrix have Keras' order, which is given beside each cell. rec is the
 * recurrent activation, act the activation, and x W the product of a row and a matrix. */
typedef enum rnn_cell {
    RNN_SIMPLE, /* h = act(x W + h U + b)                    Elman 1990; keras.layers.SimpleRNN */
    RNN_LSTM,   /* i, f, c, o. z = x W + h U + b,
                   c = rec(z_f) c + rec(z_i) act(z_c),
                   h = rec(z_o) act(c)            Hochreiter, Schmidhuber 1997; Gers et al. 2000
                   peepholes:  z_i + p_i c and z_f + p_f c of the c before, z_o + p_o c of the
                   new one, in place of z_i, z_f, z_o                     Gers, Schmidhuber 2000
                   projection: h = (rec(z_o) act(c)) W_p                        Sak et al. 2014 */
    RNN_GRU,    /* z, r, h. h = z h + (1 - z) hh                                  Cho et al. 2014
                   z, r = rec(x W + h U + b)
                   reset_after:  hh = act(x W_h + b_0h + r (h U_h + b_1h))
                   otherwise:    hh = act(x W_h + (r h) U_h + b_h)
                   attention:  (1 - a) z in place of z, with a of rnn_io: AUGRU  Zhou et al. 2019 */
    RNN_CELL_COUNT
} rnn_cell;

typedef enum rnn_activation {
    RNN_TANH,
    RNN_SIGMOID,             /* 1 / (1 + exp(-x)) */
    RNN_RELU,                /* max(x, 0) */
    RNN_LINEAR,              /* x */
    RNN_HARD_SIGMOID,        /* clip(x / 6 + 0.5, 0, 1): Keras 3 */
    RNN_HARD_SIGMOID_KERAS2, /* clip(0.2 x + 0.5, 0, 1): Keras 1 and 2 */
    RNN_SOFTSIGN,            /* x / (1 + |x|) */
    RNN_SOFTPLUS,            /* log(1 + exp(x)) */
    RNN_ELU,                 /* x > 0 ? x : exp(x) - 1 */
    RNN_SELU,                /* 1.0507009873554805 (x > 0 ? x : 1.6732632423543772 (exp(x) - 1)) */
    RNN_GELU,                /* x / 2 (1 + erf(x / sqrt(2))) */
    RNN_SILU,                /* x / (1 + exp(-x)) */
    RNN_EXPONENTIAL,         /* exp(x) */
    RNN_ACTIVATION_COUNT
} rnn_activation;

typedef enum rnn_direction {
    RNN_FORWARD,
    RNN_BACKWARD, /* Keras' go_backwards: t = T-1 .. 0; a sequence comes out in processing order */
    RNN_BIDIRECTIONAL,
    RNN_DIRECTION_COUNT
} rnn_direction;

/* How a bidirectional layer joins its halves. In a sequence the backward half is first flipped
 * back in time. A last output joins the forward half after t = T-1 with the backward half after t
 * = 0. */
typedef enum rnn_merge {
    RNN_CONCAT, /* [forward, backward], twice as wide as one of them */
    RNN_SUM,
    RNN_MUL,
    RNN_AVE,  /* (forward + backward) / 2 */
    RNN_NONE, /* two outputs: rnn_io.y and y_backward; only in the last layer, without head */
    RNN_MERGE_COUNT
} rnn_merge;

/* Whether one of LSTM's input and forget gates is 1 minus the other. The columns of W and U, the
 * bias and the peephole of a gate that is replaced are there, and their numbers do not matter. */
typedef enum rnn_coupling {
    RNN_COUPLING_NONE,
    RNN_COUPLING_INPUT,  /* i = 1 - f: CIFG of TensorFlow Lite          Greff et al. 2017 */
    RNN_COUPLING_FORGET, /* f = 1 - i: input_forget of ONNX Runtime */
    RNN_COUPLING_COUNT
} rnn_coupling;

typedef struct rnn_layer {
    rnn_cell cell;
    int features;                        /* D >= 1; equals the width of the layer below */
    int units;                           /* M >= 1 */
    rnn_activation activation;           /* act */
    rnn_activation recurrent_activation; /* rec; SimpleRNN has none and ignores it */
    rnn_direction direction;
    rnn_merge merge;       /* RNN_CONCAT unless the layer is bidirectional */
    bool use_bias;         /* false: rnn_weights.bias is not looked at */
    bool reset_after;      /* GRU only */
    bool return_sequences; /* every step's output; must be true below another layer */
    /* Whether a masked step puts out 0 instead of the kept state. A bidirectional layer does not
     * read this: there, as in Keras, it has the value of return_sequences. */
    bool zero_output_for_mask;

    /* What Keras does not have. LSTM only: */
    bool peepholes; /* rnn_weights.peepholes is there */
    rnn_coupling coupling;
    int projection;        /* P, 1 to M: the width of h; 0: h is not projected and M wide */
    float cell_clip;       /* > 0: c is clipped to [-cell_clip, cell_clip] as soon as it is new,
                              before o and h are computed, as in TensorFlow Lite; 0: it is not */
    float projection_clip; /* likewise h, behind the projection */
    /* GRU only: */
    bool attention; /* rnn_io.attention is there */
    /* Any cell: where this is above 0, what goes into a gate's activation, bias and peephole
     * included, is clipped to [-gate_clip, gate_clip], as by ONNX' `clip`. What goes into act(c) of
     * LSTM is not clipped. */
    float gate_clip;
} rnn_layer;

/* y = activation(h kernel + bias) */
typedef struct rnn_dense {
    int units; /* >= 1 */
    rnn_activation activation;
    bool use_bias; /* false: rnn_model_weights.dense_bias is not looked at */
} rnn_dense;

#define RNN_MAX_LAYERS 64

/* Layers in a chain, of which x feeds the first, and behind them an optional Dense head. The head
 * is applied to the last output, or to every step where the last layer returns sequences. */
typedef struct rnn_model {
    const rnn_layer *layers;
    int layer_count;
    const rnn_dense *dense; /* NULL: none */
} rnn_model;

/* What Keras' constructor gives: activation tanh, sigmoid for the gates, a bias, direction forward,
 * merge concat, GRU with reset_after, and the last output only. */
RNN_API rnn_layer rnn_layer_defaults(rnn_cell cell, int features, int units);

/* Returns RNN_OK, or RNN_INVALID_ARGUMENT for a NULL, a size below 1, an unknown value of an enum,
 * an option that the cell or direction does not have, layers that do not fit together, more than
 * RNN_MAX_LAYERS, or weights whose bytes a 64-bit address space could not hold. */
RNN_API rnn_status rnn_model_validate(const rnn_model *model, rnn_error *error);

/* The functions from here to the weights need a valid description, which they do not check again.
 *
 * These three count trainable numbers, as Keras' summary does. */
RNN_API size_t rnn_layer_parameter_count(const rnn_layer *layer);
RNN_API size_t rnn_dense_parameter_count(const rnn_dense *dense, int features);
RNN_API size_t rnn_model_parameter_count(const rnn_model *model);

RNN_API int rnn_cell_gates(rnn_cell cell);                /* G: 1, 4, 3 */
RNN_API int rnn_cell_states(rnn_cell cell);               /* 1; LSTM 2: h, c */
RNN_API int rnn_layer_directions(const rnn_layer *layer); /* 1 or 2 */

/* The width of h (state 0) is M or P, and that of c (state 1) is M. A direction puts out its h. A
 * layer puts out that of one direction, or with concat those of both. */
RNN_API int rnn_layer_state_width(const rnn_layer *layer, int state);
RNN_API int rnn_layer_direction_width(const rnn_layer *layer);
RNN_API int rnn_layer_output_width(const rnn_layer *layer);
RNN_API int rnn_model_output_width(const rnn_model *model);
RNN_API bool rnn_model_returns_sequences(const rnn_model *model);

/* The states are in the order of Keras' return_state, layer by layer: the forward h (and c), then
 * those of backward. */
RNN_API int rnn_model_state_count(const rnn_model *model);
RNN_API int rnn_model_state_width(const rnn_model *model, int state);

/* ---- Weights ------------------------------------------------------------------------------ */

/* Numbers, and how many there are. rnn_plan_create refuses an array whose length is not what its
 * model needs, so that none is read past its end. */
typedef struct rnn_array {
    const float *data;
    size_t length; /* in floats */
} rnn_array;

/* The weights of one direction of one layer: row-major, with the gates side by side in the order
 * given at rnn_cell. */
typedef struct rnn_weights {
    rnn_array kernel;           /* W [D, G M] */
    rnn_array recurrent_kernel; /* U [M, G M]; of LSTM with a projection [P, 4 M] */
    rnn_array bias;             /* b [G M]; GRU with reset_after [2, 3 M]: input, recurrent */
    rnn_array peepholes;        /* [3, M]: p_i, p_f, p_o; of layers with peepholes only */
    rnn_array projection;       /* W_p [M, P]; of layers with a projection only */
} rnn_weights;

typedef struct rnn_model_weights {
    const rnn_weights *layers; /* layer by layer, a bidirectional one has two: forward, backward */
    int count;                 /* length of `layers`, checked against the model */
    rnn_array dense_kernel; /* [width of the last layer, Dense units]; not looked at without head */
    rnn_array dense_bias;   /* [Dense units]; not looked at where the head has no bias */
} rnn_model_weights;

/* The lengths that rnn_weights must have for this layer, whose description must be valid; 0 for
 * what it does not have. */
RNN_API size_t rnn_layer_kernel_length(const rnn_layer *layer);
RNN_API size_t rnn_layer_recurrent_kernel_length(const rnn_layer *layer);
RNN_API size_t rnn_layer_bias_length(const rnn_layer *layer);
RNN_API size_t rnn_layer_peepholes_length(const rnn_layer *layer);
RNN_API size_t rnn_layer_projection_length(const rnn_layer *layer);

/* ---- Plans -------------------------------------------------------------------------------- */

/* Distances in floats between neighbours; where both are 0, the array is dense. Each row of
 * features is contiguous. */
typedef struct rnn_strides {
    ptrdiff_t batch;
    ptrdiff_t time; /* not used for an output without timesteps */
} rnn_strides;

typedef struct rnn_shape {
    int batch;        /* N >= 1 */
    int timesteps;    /* T >= 1; 1 for step-by-step use */
    bool time_major;  /* dense arrays are [T, N, .] instead of [N, T, .] */
    bool masked;      /* rnn_io.lengths or rnn_io.mask may be given */
    rnn_strides x, y; /* override the dense layout */
} rnn_shape;

typedef struct rnn_plan rnn_plan;

#define RNN_MAX_THREADS 1024

/* How a plan computes. A member that is 0 has its default. So a caller who names the members that
 * it sets, as in {.threads = 4}, still says the same when a later version has more of them. */
typedef struct rnn_plan_options {
    int threads; /* 1 to RNN_MAX_THREADS, which may be more than the machine has; 0 means 1 */
} rnn_plan_options;

/* Checks the description, packs the weights (which are not needed afterwards) and sizes the
 * scratch. Where `options` is NULL, each has its default. *plan is set on RNN_OK only.
 *
 * Otherwise it returns RNN_INVALID_ARGUMENT (for what rnn_model_validate refuses, a NULL or
 * misaligned array, a wrong count or length, a shape below 1 or too large, strides that let rows of
 * y overlap, an option out of its range, or an unknown backend), RNN_UNAVAILABLE, RNN_UNSUPPORTED,
 * RNN_OUT_OF_MEMORY or RNN_BACKEND_FAILED.
 *
 * Our own backends never end the process for want of memory. Three libraries do, and are asked to
 * do something only where the system has just shown that it has room for it:
 * - OpenMP's runtime ends the process where it cannot start a thread. A run that would have it
 *   start some first starts and ends as many itself, and computes alone where that fails. The
 *   process may still end where something else takes that room in the meantime, or where the
 *   caller's own regions, which are of other sizes, have ended threads that OpenMP then starts
 *   again.
 * - oneDNN assumes that there is memory for its code, some of which it takes only when a plan runs
 *   for the first time. Creating a plan of "onednn" needs twice its weights and 6 MB, and 1 MB
 *   more for each layer and the head; its first run needs 32 MB. Where that is missing they
 *   return RNN_OUT_OF_MEMORY, though less might have done. oneDNN may still end the process in a
 *   later run, or where each of its threads begins by reserving 128 MB of a limited address space,
 *   as with glibc.
 * - libxsmm assumes that there is memory for its tables. It needs 12 MB, as above. */
RNN_API rnn_status rnn_plan_create(rnn_plan **plan, const char *backend, const rnn_model *model,
                                   const rnn_model_weights *weights, const rnn_shape *shape,
                                   const rnn_plan_options *options, rnn_error *error);

/* Whether rnn_plan_create would accept this description: RNN_OK, or the status and the reason. It
 * needs no weights and costs nothing. RNN_OK is no promise that memory will suffice. */
RNN_API rnn_status rnn_backend_supports(const char *backend, const rnn_model *model,
                                        const rnn_shape *shape, const rnn_plan_options *options,
                                        rnn_error *error);

/* A NULL is accepted. */
RNN_API void rnn_plan_destroy(rnn_plan *plan);

/* From here on `plan` must not be NULL, except for rnn_plan_run, which refuses it.
 *
 * The scratch that one run needs, in bytes: always a multiple of RNN_ALIGNMENT and never 0. The
 * caller provides it, aligned to RNN_ALIGNMENT. Runs that overlap in time each need their own. */
#define RNN_ALIGNMENT 64
RNN_API size_t rnn_plan_scratch_size(const rnn_plan *plan);

/* How many bytes of packed weights the plan holds; 0 where the backend cannot tell. */
RNN_API size_t rnn_plan_packed_size(const rnn_plan *plan);

/* What runs underneath, as a row of results names it: "avx2", "avx512, batch in 2 slices", "2.6.3
 * brgemm". */
RNN_API const char *rnn_plan_implementation(const rnn_plan *plan);

typedef struct rnn_io {
    const float *x; /* [N, T, D] or [T, N, D] or by shape.x */
    float *y;       /* [N, T, width] or [T, N, width] or by shape.y; [N, width] without sequences */
    float *y_backward; /* second output of RNN_NONE, laid out as y; NULL otherwise */

    /* The states are rnn_model_state_count() dense arrays, each [N, its rnn_model_state_width()]. A
     * NULL list or entry means zeros as an initial state, and as a final state that it is not
     * wanted. To carry state from run to run, pass the same arrays as both. */
    const float *const *initial_states;
    float *const *final_states;

    /* Which steps count, where shape.masked. Where both are given, a step must pass both. A step
     * that does not count keeps the state, and does not use its x, not even a NaN. Its output is
     * the kept h, or 0 by zero_output_for_mask. Before the first step that counts the kept h is the
     * initial one, as in Keras on NumPy and JAX (TensorFlow and PyTorch put out 0). Every layer of
     * a stack gets the same mask, one above a backward layer, too. */
    const int32_t *lengths; /* [N], each 0..T; NULL: all T */
    const uint8_t *mask;    /* [N, T] whatever the layout of x, 0 or else; NULL: all 1 */

    /* The attention a, [N, T] whatever the layout of x. Every layer with attention gets the same
     * one, above a backward layer, too. Steps that do not count do not use it; elsewhere a NaN is
     * refused. Without such a layer it is not looked at. */
    const float *attention;
} rnn_io;

/* Computes y and the final states. `plan` may be run any number of times at once, each run with its
 * own scratch and outputs.
 *
 * A run neither allocates nor locks, with these exceptions of the libraries:
 * - openmp's runtime starts threads on the first run, and where a run has another number of them.
 *   Its threads wait for each other, spinning at first and asleep in the end. One that starts on
 *   another's core moves to a free core of its affinity, which stays as it was.
 * - onednn allocates a little inside the library.
 * - libxsmm allocates where runs of one plan overlap or lack cores, and with threads on the first
 *   run.
 *
 * A run of openmp and its kin takes no more threads than the calling thread may use cores when the
 * run begins. That is limited by the thread's affinity or its part of the places that OpenMP was
 * given, which each thread looks at again after 10 ms, and by the quota of its control group, which
 * each plan looks at again after 100 ms. libxsmm computes on the calling thread alone where that
 * may use fewer cores than the plan has threads; onednn always takes all threads. Where the system
 * has no memory or no threads to start them, openmp and its kin and libxsmm compute alone, too, and
 * onednn returns RNN_OUT_OF_MEMORY. None of this changes a bit of the result.
 *
 * With our own backends (all but auto and those of RNN_BACKEND_LIBRARY) the outputs and final
 * states of a row have the same bits
 * - whatever the number, values, lengths and NaN of the rows beside it;
 * - in whatever layout;
 * - whether T is run at once or cut into calls that carry the states, where the layers allow that:
 *   all forward, a single backward layer, or, unmasked and without attention, a backward one below
 *   forward ones;
 * - on any number of threads;
 * - with another plan of the same model and weights, and in another process.
 *
 * This is promised for one build of librnn, one machine, one RNN_ISA, and calling threads that
 * round alike, as all threads of a run have the control word of the calling one. The bits of a NaN
 * may differ, but it stays a NaN. The promise holds for auto, too, while RNN_TUNING names no file,
 * as its cost model always takes the kernels that openmp has. By a tuning file it may take other
 * kernels for another N, T or number of threads. onednn and libxsmm promise none of it.
 *
 * After fork() a child may go on with its parent's plans and make new ones. But a plan of several
 * threads that the parent had run, or had made with onednn, has left a mark on the thread that did
 * so. The child's copy of that thread computes alone, whatever the plan is for, and gets
 * RNN_BACKEND_FAILED from a plan of onednn with several threads. A new thread of the child has
 * threads as usual. A parent that used OpenMP by itself must not leave plans of several threads to
 * the child's copy of its thread, where a run would wait for threads of OpenMP that are not there.
 *
 * Scratch and outputs must not overlap inputs or each other, except that a final state may be the
 * same array as its initial one. Before anything is written, RNN_INVALID_ARGUMENT is returned for a
 * NULL, misaligned or overlapping buffer, a length outside 0..T, a NaN of attention, or lengths and
 * mask without shape.masked. RNN_OUT_OF_MEMORY and RNN_BACKEND_FAILED come only from onednn and
 * libxsmm, which a tuned auto may have taken. */
RNN_API rnn_status rnn_plan_run(const rnn_plan *plan, const rnn_io *io, void *scratch,
                                rnn_error *error);

/* ---- Backends ----------------------------------------------------------------------------- */

typedef enum rnn_backend_kind {
    RNN_BACKEND_UNKNOWN,  /* no backend has that name */
    RNN_BACKEND_TEXTBOOK, /* plain loops, by which others are measured: naive */
    RNN_BACKEND_KERNELS,  /* our kernels for one instruction set, on one thread: avx2 */
    RNN_BACKEND_THREADS,  /* the best of these on threads: openmp */
    RNN_BACKEND_FORCED,   /* the same with a choice forced, for comparisons: openmp_batch */
    RNN_BACKEND_LIBRARY,  /* somebody else's: onednn */
    RNN_BACKEND_CHOICE,   /* one of all these, chosen for each plan: auto */
} rnn_backend_kind;

typedef struct rnn_backend_info {
    const char *name;    /* for rnn_plan_create */
    const char *summary; /* one line */
    bool available;
    char reason[160]; /* why it is not available; "" where it is */
    bool threaded;    /* accepts threads > 1 */
    char version[64]; /* of the library behind it; "" for the built-in ones */
    rnn_backend_kind kind;
    /* The instructions that it computes with on this CPU, by a name as rnn_isa_name() gives it. */
    const char *isa;
    const char *library; /* the title of somebody else's library; NULL: it is ours */
    /* Environment variables by which the instructions of a library are limited; NULL ends the
     * list. */
    const char *const *variables;
    bool relu_loses_nan; /* its relu makes a NaN 0, where ours keep it */
} rnn_backend_info;

RNN_API int rnn_backend_count(void);
/* `index` is 0 to rnn_backend_count() - 1; any other gets RNN_INVALID_ARGUMENT. */
RNN_API rnn_status rnn_backend_get(int index, rnn_backend_info *info);
/* Returns RNN_INVALID_ARGUMENT where no backend has that name. */
RNN_API rnn_status rnn_backend_named(const char *name, rnn_backend_info *info);
RNN_API rnn_backend_kind rnn_backend_kind_of(const char *name);
/* The name of the first backend of a kind, or NULL. */
RNN_API const char *rnn_backend_of_kind(rnn_backend_kind kind);

/* The instructions in use, by the names of RNN_ISA. Where RNN_ISA is none of these it is "none",
 * and no backend is available. */
RNN_API const char *rnn_isa_name(void);

/* ---- Tuning ------------------------------------------------------------------------------- */

/* The backend "auto" takes another backend, and as many of the plan's threads as pay, though never
 * more than this thread's affinity, its control group's CPU quota, OMP_NUM_THREADS and
 * OMP_THREAD_LIMIT allow. It chooses by a cost model or, where the environment variable RNN_TUNING
 * names a file that `rnnbench tune` wrote on this machine, by what was fastest there;
 * rnn_plan_implementation says which. The file is read whenever a plan of "auto" is created. A file
 * that is damaged, or of another machine or version, is ignored. As another choice sums in another
 * order, the last bits of results may differ from one choice to the next.
 *
 * rnn_tuning_check returns RNN_OK where `path` would be used. Otherwise it says why the file would
 * be ignored, in a text that names it: RNN_UNAVAILABLE where it cannot be read or is of another
 * machine or version, RNN_INVALID_ARGUMENT where it is not a whole tuning file. A `path` of NULL
 * stands for what RNN_TUNING names, and gets RNN_OK where that is unset or empty. */
RNN_API rnn_status rnn_tuning_check(const char *path, rnn_error *error);

/* ---- Names -------------------------------------------------------------------------------- */

/* Lower-case names as in Keras ("simple_rnn", "lstm", "gru", "hard_sigmoid_keras2", "concat", ...).
 * An unknown value has the name "?", and rnn_*_parse returns false for an unknown name. */
RNN_API const char *rnn_cell_name(rnn_cell cell);
RNN_API const char *rnn_activation_name(rnn_activation activation);
RNN_API const char *rnn_direction_name(rnn_direction direction);
RNN_API const char *rnn_merge_name(rnn_merge merge);
RNN_API const char *rnn_coupling_name(rnn_coupling coupling);
RNN_API bool rnn_cell_parse(const char *name, rnn_cell *cell);
RNN_API bool rnn_activation_parse(const char *name, rnn_activation *activation);
RNN_API bool rnn_direction_parse(const char *name, rnn_direction *direction);
RNN_API bool rnn_merge_parse(const char *name, rnn_merge *merge);
RNN_API bool rnn_coupling_parse(const char *name, rnn_coupling *coupling);

#ifdef __cplusplus
}
#endif

#endif
