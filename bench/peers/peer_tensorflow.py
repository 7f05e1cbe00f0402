# SPDX-License-Identifier: MIT
"""TensorFlow on the CPU: Keras' layers in a graph, with and without XLA, and the block operators."""

import contextlib
import os
from functools import partial

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from peer import Form, Refused  # noqa: E402

MOST_UNROLLED_STEPS = 32
MOST_UNROLLED_BY_XLA = 8  # beyond, compiling takes many seconds
LAYERS = {"simple_rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


class Framework:
    def __init__(self, threads):
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        self.version = f"{tf.__version__}, keras {keras.__version__}"

    def session(self):
        return contextlib.nullcontext()

    def builders(self, problem):
        layer = problem.only_layer()
        layer.refuse_options_but()
        if layer.activation.endswith("_keras2") or layer.recurrent_activation.endswith("_keras2"):
            raise Refused("hard_sigmoid_keras2: this is Keras 3")
        tf.keras.backend.clear_session()
        steps = problem.timesteps
        yield partial(keras_form, problem, layer, xla=False, unroll=False)
        yield partial(keras_form, problem, layer, xla=True, unroll=False)
        if 1 < steps <= MOST_UNROLLED_STEPS:
            yield partial(keras_form, problem, layer, xla=False, unroll=True)
        if 1 < steps <= MOST_UNROLLED_BY_XLA:
            yield partial(keras_form, problem, layer, xla=True, unroll=True)
        if layer.direction != "forward" or not layer.is_usual():
            return
        if layer.cell == "lstm":
            yield partial(block_lstm_form, problem, layer)
        if layer.cell == "gru" and not layer.reset_after and steps <= MOST_UNROLLED_STEPS:
            yield partial(block_gru_form, problem, layer)


def compiled(function, x, xla):
    """A call without the tracing layer's checks."""
    concrete = tf.function(function, jit_compile=xla).get_concrete_function(
        tf.TensorSpec(x.shape, x.dtype))
    return lambda: concrete(x)


def keras_layer(layer, unroll):
    options = {"activation": layer.activation, "use_bias": layer.use_bias, "unroll": unroll,
               "return_sequences": layer.return_sequences,
               "go_backwards": layer.direction == "backward"}
    if layer.cell != "simple_rnn":
        options["recurrent_activation"] = layer.recurrent_activation
    if layer.cell == "gru":
        options["reset_after"] = layer.reset_after
    made = LAYERS[layer.cell](layer.units, **options)
    return keras.layers.Bidirectional(made) if layer.directions == 2 else made


def keras_form(problem, layer, xla, unroll):
    made = keras_layer(layer, unroll)
    made.build(problem.x.shape)
    count = 3 if layer.use_bias else 2
    made.set_weights([array for weights in layer.weights for array in weights[:count]])
    x = tf.constant(problem.x)
    states = [tf.constant(state) for state in problem.initial_states] or None

    def function(value):
        return made(value, initial_state=states) if states else made(value)
    label = f"keras {layer.cell}{', unrolled' if unroll else ''}{', XLA' if xla else ''}"
    return Form(label, compiled(function, x, xla), lambda result: result.numpy())


def sequence_to_numpy(layer):
    """From [T, N, M]."""
    if layer.return_sequences:
        return lambda result: result.numpy().transpose(1, 0, 2)
    return lambda result: result.numpy()


def block_lstm_form(problem, layer):
    (kernel, recurrent, bias), = layer.weights
    w = tf.constant(np.concatenate([kernel, recurrent]))
    b, peephole = tf.constant(bias), tf.zeros([layer.units])
    h, c = (tf.constant(problem.states_of(i)[0]) for i in range(2))
    x = tf.constant(np.ascontiguousarray(problem.x.transpose(1, 0, 2)))
    steps = tf.constant(problem.timesteps, tf.int64)

    def function(value):
        sequence = tf.raw_ops.BlockLSTMV2(
            seq_len_max=steps, x=value, cs_prev=c, h_prev=h, w=w, wci=peephole, wcf=peephole,
            wco=peephole, b=b, cell_clip=0, use_peephole=False).h
        return sequence if layer.return_sequences else sequence[-1]
    return Form("BlockLSTMV2", compiled(function, x, False), sequence_to_numpy(layer))


def block_gru_form(problem, layer):
    (kernel, recurrent, bias), = layer.weights
    units = layer.units
    both = np.concatenate([kernel, recurrent])  # z, r, h
    w_ru = tf.constant(np.concatenate([both[:, units:2 * units], both[:, :units]], axis=1))
    b_ru = tf.constant(np.concatenate([bias[units:2 * units], bias[:units]]))
    w_c, b_c = tf.constant(both[:, 2 * units:]), tf.constant(bias[2 * units:])
    initial = tf.constant(problem.states_of(0)[0])
    x = tf.constant(np.ascontiguousarray(problem.x.transpose(1, 0, 2)))

    def function(value):
        h, outputs = initial, []
        for step in tf.unstack(value):
            h = tf.raw_ops.GRUBlockCell(x=step, h_prev=h, w_ru=w_ru, w_c=w_c, b_ru=b_ru,
                                        b_c=b_c).h
            outputs.append(h)
        return tf.stack(outputs) if layer.return_sequences else h
    return Form("GRUBlockCell, unrolled", compiled(function, x, False), sequence_to_numpy(layer))
