# SPDX-License-Identifier: MIT
"""Computes the golden vectors with the frameworks themselves, in double precision.

Every Keras 3 vector is computed on two backends of Keras, TensorFlow and JAX, each in a process of
its own; this script then insists that they agree, except where they are known not to (see
backends_may_differ), and writes one JSON file per group beside itself. See README.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from files import describe, write_file
from vectors import all_vectors, directions_of, make_inputs, parse_problem, states_of

HERE = Path(__file__).resolve().parent
AGREEMENT = 1e-12

# ---- Keras 2 and 3 ------------------------------------------------------------------------


def keras_module(maker):
    """Keras 3 or Keras 2 (tf_keras), set to double precision."""
    if maker == "keras2":
        import tf_keras
        tf_keras.backend.set_floatx("float64")
        return tf_keras
    import keras
    keras.config.set_floatx("float64")
    return keras


def tensor(maker, array, dtype="float64"):
    keras = keras_module(maker)
    make = keras.backend.constant if maker == "keras2" else keras.ops.convert_to_tensor
    return make(array, dtype=dtype)


def framework_text(maker):
    if maker == "keras":
        import keras
        name = keras.backend.backend()
        version = __import__(name).__version__
        return f"keras {keras.__version__} on {name} {version}, float64"
    import tensorflow
    if maker == "keras2":
        import tf_keras
        return f"tf_keras {tf_keras.__version__} on tensorflow {tensorflow.__version__}, float64"
    return f"tensorflow {tensorflow.__version__}, tf.compat.v1.nn.{maker}, float64"


def keras_activation(name):
    return name.removesuffix("_keras2")


def keras_layers(vector, spec):
    """The recurrent layers of a problem, not yet built."""
    layers = keras_module(vector.maker).layers
    stack = []
    for i, units in enumerate(spec["U"]):
        options = {
            "activation": keras_activation(spec.get("activation", "tanh")),
            "use_bias": bool(spec.get("bias", 1)),
            "return_sequences": i + 1 < len(spec["U"]) or spec.get("output") != "last",
            "return_state": vector.runs == 1,
            "stateful": vector.runs > 1,
            "go_backwards": spec.get("direction") == "backward",
            "zero_output_for_mask": bool(spec.get("zero_masked", 0)),
        }
        if spec["cell"] != "simple_rnn":
            gate_activation = spec.get("recurrent_activation", "sigmoid")
            options["recurrent_activation"] = keras_activation(gate_activation)
        if spec["cell"] == "gru":
            options["reset_after"] = bool(spec.get("reset_after", 1))
        kind = {"simple_rnn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}
        layer = kind[spec["cell"]](units, **options)
        if spec.get("direction") == "bidirectional":
            merge = spec.get("merge", "concat")
            layer = layers.Bidirectional(layer, merge_mode=None if merge == "none" else merge)
        stack.append(layer)
    return stack


def keras_head(vector, spec):
    if "dense" not in spec:
        return None
    activation = keras_activation(spec.get("dense_activation", "linear"))
    return keras_module(vector.maker).layers.Dense(spec["dense"], activation=activation,
                                                   use_bias=bool(spec.get("dense_bias", 1)))


def load_weights(spec, stack, head, cells, dense):
    """Builds the layers and sets their weights; returns the parameters as Keras counts them."""
    width, ways = spec["D"], directions_of(spec)
    for i, layer in enumerate(stack):
        layer.build((spec["N"], spec["T"], width))
        own = cells[i * ways:(i + 1) * ways]
        layer.set_weights([matrix for cell in own for matrix in cell.values()])
        width = cells[(i + 1) * ways]["kernel"].shape[0] if i + 1 < len(stack) else 0
    if head:
        head.build((spec["N"], dense[0].shape[0]))
        head.set_weights(dense)
    return sum(layer.count_params() for layer in stack + ([head] if head else []))


def split_output(spec, output, state_count):
    """Splits what a layer returned into (y, y_backward or None, states)."""
    output = list(output) if isinstance(output, (list, tuple)) else [output]
    states = output[len(output) - state_count:] if state_count else []
    ys = output[:len(output) - state_count]
    return ys[0], ys[1] if len(ys) > 1 else None, states


def run_keras(vector, spec, stack, head, x, mask, states):
    """Calls the model once. Keras itself carries the mask from layer to layer, except that Keras 3
    forgets it where a layer is given initial_state, so there it is passed again."""
    per_layer = directions_of(spec) * states_of(spec["cell"])
    y, y_backward, final = tensor(vector.maker, x), None, []
    if mask is not None:
        masking = keras_module(vector.maker).layers.Masking(mask_value=vector.masked_x)
        y = masking(y)
    for i, layer in enumerate(stack):
        options = {}
        if states:
            own = states[i * per_layer:(i + 1) * per_layer]
            options["initial_state"] = [tensor(vector.maker, state) for state in own]
            if mask is not None:
                options["mask"] = tensor(vector.maker, mask, "bool")
        output = layer(y, **options)
        y, y_backward, after = split_output(spec, output, 0 if layer.stateful else per_layer)
        final += layer.states if layer.stateful else after
    if head:
        y = head(y)
    return y, y_backward, final


def make_with_keras(vector, spec, cells, dense, inputs):
    stack, head = keras_layers(vector, spec), keras_head(vector, spec)
    parameters = load_weights(spec, stack, head, cells, dense)
    outputs = []
    for run in inputs:
        y, y_backward, final = run_keras(vector, spec, stack, head, run.x, run.counts, run.states)
        outputs.append({"y": to_numpy(y),
                        "y_backward": None if y_backward is None else to_numpy(y_backward),
                        "final_states": [to_numpy(state) for state in final]})
    return parameters, outputs


def to_numpy(tensor):
    array = np.array(tensor)
    assert array.dtype == np.float64, array.dtype
    return array


# ---- TensorFlow 1 -------------------------------------------------------------------------


def tensorflow1_cell(vector, spec, weights):
    """A cell and its variables' values, converted from the layout of Keras.

    In TensorFlow 1 one matrix holds the rows of x above those of h. LSTM's gates are i, j (Keras'
    c), f, o, and forget_bias is added to f at run time. GRU's gates are r and u (Keras' z), with
    the candidate in matrices of its own.
    """
    import tensorflow.compat.v1 as tf1
    rnn_cell, units = tf1.nn.rnn_cell, spec["U"][0]
    kernel, recurrent_kernel, bias = [
        np.float64(weights[name]) for name in ("kernel", "recurrent_kernel", "bias")]
    stacked = np.split(np.vstack([kernel, recurrent_kernel]), kernel.shape[1] // units, axis=1)
    biases = np.split(bias, len(stacked))
    if spec["cell"] == "simple_rnn":
        return rnn_cell.BasicRNNCell(units, dtype=tf1.float64), [stacked[0], biases[0]]
    if spec["cell"] == "lstm":
        biases[1] = biases[1] - vector.forget_bias
        order = [0, 2, 1, 3]
        values = [np.hstack([stacked[g] for g in order]), np.hstack([biases[g] for g in order])]
        return tensorflow1_lstm(vector, spec, values, weights)
    return (rnn_cell.GRUCell(units, dtype=tf1.float64),
            [np.hstack([stacked[1], stacked[0]]), np.hstack([biases[1], biases[0]]),
             stacked[2], biases[2]])


def tensorflow1_lstm(vector, spec, values, weights):
    """Makes an LSTMCell where the problem has one of its options. Its peepholes are in the order f, i, o."""
    import tensorflow.compat.v1 as tf1
    rnn_cell, units = tf1.nn.rnn_cell, spec["U"][0]
    common = {"forget_bias": vector.forget_bias, "dtype": tf1.float64}
    clips = {option: float(spec[key]) for key, option in
             (("cell_clip", "cell_clip"), ("projection_clip", "proj_clip")) if key in spec}
    if not clips and not {"peepholes", "projection"} & set(spec):
        return rnn_cell.BasicLSTMCell(units, **common), values
    if spec.get("peepholes"):
        values += [np.float64(weights["peepholes"][gate]) for gate in (1, 0, 2)]
    if "projection" in spec:
        values.append(np.float64(weights["projection"]))
    return rnn_cell.LSTMCell(units, use_peepholes=bool(spec.get("peepholes")),
                             num_proj=spec.get("projection"), **clips, **common), values


def tensorflow1_state(spec, states):
    """The state as TensorFlow 1 has it, which for LSTM is (c, h)."""
    import tensorflow.compat.v1 as tf1
    states = [tf1.constant(np.float64(state)) for state in states]
    if spec["cell"] == "lstm":
        return tf1.nn.rnn_cell.LSTMStateTuple(c=states[1], h=states[0])
    return states[0]


def tensorflow1_final(spec, state):
    return [state.h, state.c] if spec["cell"] == "lstm" else [state]


def tensorflow1_graph(vector, spec, cells, x, lengths, states):
    """Returns (y, y_backward or None, final states) as graph tensors."""
    import tensorflow.compat.v1 as tf1
    per_way = states_of(spec["cell"])
    initial = [tensorflow1_state(spec, states[i * per_way:(i + 1) * per_way]) if states else None
               for i in range(len(cells))]
    x = tf1.constant(np.float64(x))
    if len(cells) == 2:
        ys, state = tf1.nn.bidirectional_dynamic_rnn(
            cells[0], cells[1], x, sequence_length=lengths, initial_state_fw=initial[0],
            initial_state_bw=initial[1])
        return ys[0], ys[1], tensorflow1_final(spec, state[0]) + tensorflow1_final(spec, state[1])
    options = {"sequence_length": lengths, "initial_state": initial[0], "dtype": tf1.float64}
    if vector.maker == "static_rnn":
        steps, state = tf1.nn.static_rnn(cells[0], tf1.unstack(x, axis=1), **options)
        return tf1.stack(steps, axis=1), None, tensorflow1_final(spec, state)
    y, state = tf1.nn.dynamic_rnn(cells[0], x, **options)
    return y, None, tensorflow1_final(spec, state)


def make_with_tensorflow1(vector, spec, weights, inputs):
    import tensorflow.compat.v1 as tf1
    run = inputs[0]
    with tf1.Graph().as_default(), tf1.Session() as session:
        made = [tensorflow1_cell(vector, spec, direction) for direction in weights]
        cells = [cell for cell, _ in made]
        y, y_backward, final = tensorflow1_graph(vector, spec, cells, run.x, run.lengths,
                                                 run.states)
        values = [value for _, direction in made for value in direction]
        variables = [variable for cell in cells for variable in cell.variables]
        session.run([tf1.assign(variable, value) for variable, value in zip(variables, values)])
        fetched = session.run([y, final] + ([y_backward] if y_backward is not None else []))
    output = {"y": fetched[0], "final_states": fetched[1],
              "y_backward": fetched[2] if y_backward is not None else None}
    return sum(value.size for value in values), [output]


# ---- One vector, and all of them ----------------------------------------------------------


def make_vector(vector):
    spec = parse_problem(vector.problem)
    cells, dense, inputs = make_inputs(vector, spec)
    if vector.maker in ("keras", "keras2"):
        parameters, outputs = make_with_keras(vector, spec, cells, dense, inputs)
    else:
        parameters, outputs = make_with_tensorflow1(vector, spec, cells, inputs)
    return describe(vector, framework_text(vector.maker), parameters, cells, dense, inputs, outputs)


def make_all(backend, path):
    """Does the part of one process: writes every vector that this backend of Keras can make to path."""
    vectors = list(all_vectors())
    names = [f"{v.group}/{v.name}" for v in vectors]
    assert len(set(names)) == len(names), "a name comes twice"
    made = {name: make_vector(v) for name, v in zip(names, vectors)
            if backend == "tensorflow" or v.maker == "keras"}
    path.write_text(json.dumps(made))


# ---- Two backends must agree --------------------------------------------------------------


def backends_may_differ(entry):
    """How far TensorFlow may be from JAX. Both reasons lie in TensorFlow, so JAX is kept.

    - Steps before the first one that counts, with a state that is not zero: JAX puts out the
      initial h (as rnn.h says), TensorFlow's loop puts out 0.
    - gelu: TensorFlow rounds sqrt(2) to single precision even in double.
    """
    masked = "/mask:" in entry["problem"] and "zero_masked:1" not in entry["problem"]
    stateful = any("initial_states" in run or "carried" in run for run in entry["runs"])
    if masked and stateful:
        return np.inf
    return 1e-7 if "activation:gelu" in entry["problem"] else AGREEMENT


def expected_numbers(entry):
    parts = [entry["parameters"]]
    for run in entry["runs"]:
        parts += run["y"] + run.get("y_backward", []) + sum(run["final_states"], [])
    return np.array(parts)


def merge(key, tensorflow, jax):
    """Returns the entry to keep, or None where the backends differ and should not."""
    if jax is None:
        return tensorflow
    left, right = expected_numbers(tensorflow), expected_numbers(jax)
    if np.allclose(left, right, rtol=AGREEMENT, atol=AGREEMENT):
        return {**tensorflow, "made_by": f"{tensorflow['made_by']}; equal on "
                                         + jax["made_by"].split(" on ")[1]}
    difference = np.abs(left - right).max()
    allowed = difference <= backends_may_differ(tensorflow)
    print(f"{key}: TensorFlow and JAX differ by {difference:.2g}: "
          + ("JAX is kept" if allowed else "UNEXPECTED"))
    return jax if allowed else None


def check_example(entries):
    """Checks the numbers that are printed for the bidirectional example wherever it is taught."""
    run = entries["tutorials/lstm_bidirectional_example"]["runs"][0]
    y = np.array(run["y"]).reshape(4, 6)
    assert np.allclose(y[:, 0], [.35906473, .5511133, .59115756, .63031393], atol=1e-7)
    assert np.allclose(y[:, 3], [.7038734, .58863586, .3951699, .21942244], atol=1e-7)
    firsts = [state[0] for state in run["final_states"]]
    assert np.allclose(firsts, [.63031393, 1.5707088, .7038734, 1.6402447], atol=2e-7), firsts


def run_backend(backend, folder):
    path = Path(folder) / f"{backend}.json"
    environment = {**os.environ, "KERAS_BACKEND": backend, "JAX_ENABLE_X64": "1",
                   "TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3",
                   "CUDA_VISIBLE_DEVICES": ""}
    subprocess.run([sys.executable, __file__, "--backend", backend, "--into", str(path)],
                   env=environment, check=True)
    return json.loads(path.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", choices=("tensorflow", "jax"), help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.backend:
        make_all(arguments.backend, arguments.into)
        return
    with tempfile.TemporaryDirectory() as folder:
        tensorflow, jax = (run_backend(name, folder) for name in ("tensorflow", "jax"))
    entries = {key: merge(key, entry, jax.get(key)) for key, entry in tensorflow.items()}
    if None in entries.values():
        sys.exit("nothing written")
    check_example(entries)
    for group in dict.fromkeys(vector.group for vector in all_vectors()):
        chosen = [entry for key, entry in entries.items() if key.startswith(group + "/")]
        write_file(HERE / f"{group}.json", chosen)
        print(f"{group}.json: {len(chosen)} vectors")


if __name__ == "__main__":
    main()
