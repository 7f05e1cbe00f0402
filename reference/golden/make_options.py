# SPDX-License-Identifier: MIT
"""Computes the golden vectors of options that Keras does not have, with frameworks that have them.

ONNX Runtime and oneDNN compute in single precision, PyTorch in double. Each group is one JSON file
beside this script. See README.md.
"""

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from files import describe, write_file
from vectors import directions_of, make_inputs, option_vectors, parse_problem, states_of

HERE = Path(__file__).resolve().parent
ONEDNN_VERSION = "2.6.3"


def reorder(matrix, order):
    """Puts blocks along the last axis into another order."""
    blocks = np.split(matrix, len(order), axis=-1)
    return np.concatenate([blocks[block] for block in order], axis=-1)


def zero_bias(spec, cell):
    """The bias, or zeros where the layer has none."""
    rows = 2 if spec["cell"] == "gru" and spec.get("reset_after", 1) else 1
    return cell.get("bias", np.zeros((rows, cell["kernel"].shape[1]), np.float32)).reshape(rows, -1)


def initial_states(spec, run, layer, dtype=np.float32):
    """Returns the states [directions, N, width] of a layer for h (and c); None without states."""
    if not run.states:
        return None
    kinds, ways = states_of(spec["cell"]), directions_of(spec)
    own = run.states[layer * kinds * ways:(layer + 1) * kinds * ways]
    return [np.stack(own[kind::kinds]).astype(dtype) for kind in range(kinds)]


def output_of(spec, halves, states):
    """What a vector keeps of `halves` [directions, N, T, width] in the order of time and of states,
    a list of [directions, N, width] for h (and c) of each layer, one after the other."""
    if spec.get("direction") == "backward":
        halves = halves[:, :, ::-1]  # the order of processing
    if spec.get("output") == "last":
        lasts = [halves[0][:, -1]] + [half[:, 0] for half in halves[1:]]
        y = np.concatenate(lasts, axis=-1)
    elif spec.get("merge") == "sum":
        y = halves[0] + halves[1]
    else:
        y = np.concatenate(list(halves), axis=-1)
    kinds, ways = states_of(spec["cell"]), directions_of(spec)
    final = [layer[kind][way] for layer in
             (states[i:i + kinds] for i in range(0, len(states), kinds))
             for way in range(ways) for kind in range(kinds)]
    return {"y": y, "y_backward": None, "final_states": final}


# ---- ONNX Runtime -------------------------------------------------------------------------

ONNX_GATES = {"simple_rnn": [0], "lstm": [0, 3, 1, 2], "gru": [0, 1, 2]}  # i, o, f, c; z, r, h
ONNX_PEEPHOLES = [0, 2, 1]  # i, o, f
# Name, alpha, beta.
ONNX_ACTIVATIONS = {"tanh": ("Tanh", 0, 0), "sigmoid": ("Sigmoid", 0, 0), "relu": ("Relu", 0, 0),
                    "softsign": ("Softsign", 0, 0),
                    "hard_sigmoid_keras2": ("HardSigmoid", 0.2, 0.5)}


def onnx_weights(spec, cells):
    """Returns the operator's inputs W, R, B and P."""
    order = ONNX_GATES[spec["cell"]]

    def stacked(name):
        return np.stack([reorder(cell[name], order).T for cell in cells])

    biases = []
    for cell in cells:
        bias = reorder(zero_bias(spec, cell), order)
        if len(bias) == 1:
            bias = np.vstack([bias, np.zeros_like(bias)])  # of W, of R
        biases.append(bias.ravel())
    weights = {"W": stacked("kernel"), "R": stacked("recurrent_kernel"), "B": np.stack(biases)}
    if spec.get("peepholes"):
        weights["P"] = np.stack([cell["peepholes"][ONNX_PEEPHOLES].ravel() for cell in cells])
    return weights


def onnx_activations(spec):
    act = ONNX_ACTIVATIONS[spec.get("activation", "tanh")]
    rec = ONNX_ACTIVATIONS[spec.get("recurrent_activation", "sigmoid")]
    chosen = {"simple_rnn": [act], "lstm": [rec, act, act], "gru": [rec, act]}[spec["cell"]]
    names, alphas, betas = zip(*chosen * directions_of(spec))
    options = {"activations": list(names)}
    # There is one entry for each of those that take parameters.
    with_parameters = [i for i, name in enumerate(names) if name == "HardSigmoid"]
    if with_parameters:
        options["activation_alpha"] = [alphas[i] for i in with_parameters]
        options["activation_beta"] = [betas[i] for i in with_parameters]
    return options


def onnx_feeds(spec, cells, run):
    feeds = {"X": run.x.transpose(1, 0, 2).copy(), **onnx_weights(spec, cells)}
    if run.lengths is not None:
        feeds["sequence_lens"] = run.lengths.astype(np.int32)
    if run.states:
        names = ["initial_h", "initial_c"]
        feeds.update(zip(names, initial_states(spec, run, 0)))
    return feeds


def onnx_model(spec, feeds):
    import onnx
    from onnx import TensorProto, helper
    inputs = ["X", "W", "R", "B", "sequence_lens", "initial_h"]
    outputs = ["Y", "Y_h"]
    directions = {"backward": "reverse", "bidirectional": "bidirectional"}
    options = {"hidden_size": spec["U"][0], **onnx_activations(spec),
               "direction": directions.get(spec.get("direction"), "forward")}
    if "gate_clip" in spec:
        options["clip"] = float(spec["gate_clip"])
    if spec["cell"] == "lstm":
        inputs += ["initial_c", "P"]
        outputs += ["Y_c"]
        options["input_forget"] = int(spec.get("coupled") == "forget")
    if spec["cell"] == "gru":
        options["linear_before_reset"] = spec.get("reset_after", 1)
    kind = {"simple_rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}[spec["cell"]]
    node = helper.make_node(kind, [name if name in feeds else "" for name in inputs], outputs,
                            **options)
    types = {name: TensorProto.INT32 if name == "sequence_lens" else TensorProto.FLOAT
             for name in feeds}
    graph = helper.make_graph(
        [node], "layer",
        [helper.make_tensor_value_info(name, types[name], feeds[name].shape) for name in feeds],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * (4 if name == "Y" else 3))
         for name in outputs])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def make_with_onnxruntime(spec, cells, run):
    import onnxruntime
    feeds = onnx_feeds(spec, cells, run)
    session = onnxruntime.InferenceSession(onnx_model(spec, feeds).SerializeToString(),
                                           providers=["CPUExecutionProvider"])
    y, *states = session.run(None, feeds)  # [T, directions, N, M]
    return (f"onnxruntime {onnxruntime.__version__}, float32",
            output_of(spec, y.transpose(1, 2, 0, 3), states))


# ---- PyTorch ------------------------------------------------------------------------------


def torch_load(spec, model, cells):
    """Sets PyTorch's weights, which are transposed. It has a second bias, which is left 0."""
    import torch
    ways = directions_of(spec)
    for i, cell in enumerate(cells):
        suffix = f"l{i // ways}" + ("_reverse" if i % ways else "")
        values = {"weight_ih": cell["kernel"].T, "weight_hh": cell["recurrent_kernel"].T,
                  "weight_hr": cell["projection"].T}
        if "bias" in cell:
            values["bias_ih"] = cell["bias"]
            values["bias_hh"] = np.zeros_like(cell["bias"])
        for name, value in values.items():
            parameter = getattr(model, f"{name}_{suffix}")
            assert parameter.shape == value.shape, (name, parameter.shape, value.shape)
            parameter.copy_(torch.tensor(np.float64(value)))


def torch_states(spec, run):
    """Returns (h, c), each [layers * directions, N, width]; None for zeros."""
    import torch
    if not run.states:
        return None
    layers = [initial_states(spec, run, layer, np.float64) for layer in range(len(spec["U"]))]
    return tuple(torch.tensor(np.concatenate([layer[kind] for layer in layers]))
                 for kind in range(2))


def make_with_torch(spec, cells, run):
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
    ways, width = directions_of(spec), spec["projection"]
    assert len(set(spec["U"])) == 1
    model = torch.nn.LSTM(spec["D"], spec["U"][0], num_layers=len(spec["U"]), batch_first=True,
                          bias=bool(spec.get("bias", 1)), bidirectional=ways == 2,
                          proj_size=width, dtype=torch.float64)
    x = torch.tensor(np.float64(run.x))
    with torch.no_grad():
        torch_load(spec, model, cells)
        if run.lengths is not None:
            x = pack_padded_sequence(x, torch.tensor(run.lengths), batch_first=True,
                                     enforce_sorted=False)
        y, states = model(x, torch_states(spec, run))
        if run.lengths is not None:
            y, _ = pad_packed_sequence(y, batch_first=True, total_length=spec["T"])
    halves = y.numpy().reshape(spec["N"], spec["T"], ways, width).transpose(2, 0, 1, 3)
    h, c = (np.split(state.numpy(), len(spec["U"])) for state in states)
    by_layer = [state for both in zip(h, c) for state in both]
    return f"torch {torch.__version__.split('+')[0]}, float64", output_of(spec, halves, by_layer)


# ---- oneDNN -------------------------------------------------------------------------------


def build_onednn(folder):
    """Compiles onednn.c, which runs one layer for us."""
    program = Path(folder) / "onednn"
    subprocess.run(["cc", "-O1", "-Wall", "-Wextra", "-o", program, HERE / "onednn.c", "-ldnnl"],
                   check=True)
    version = subprocess.run([program, "version"], check=True, capture_output=True, text=True)
    assert version.stdout.strip() == ONEDNN_VERSION, version.stdout
    return program


def onednn_bias(spec, cell):
    """Returns a layer's bias. That of a GRU with reset_after has four parts: the sums for z and r, and both of h."""
    bias = zero_bias(spec, cell)
    if len(bias) == 1:
        return bias[0]
    units = bias.shape[1] // 3
    sums = bias[0, :2 * units] + bias[1, :2 * units]
    return np.concatenate([sums, bias[0, 2 * units:], bias[1, 2 * units:]])


def onednn_inputs(spec, cells, run):
    """The arrays in the order in which onednn.c reads them; those that a layer lacks are empty."""
    empty = np.zeros(0, np.float32)
    ways, units = directions_of(spec), spec["U"][0]
    states = initial_states(spec, run, 0)
    if states is None:
        states = [np.zeros((ways, spec["N"], spec.get("projection", units)), np.float32),
                  np.zeros((ways, spec["N"], units), np.float32)]
    lstm = spec["cell"] == "lstm"

    def stacked(name):
        return np.stack([cell.get(name, empty) for cell in cells])

    return [run.x.transpose(1, 0, 2), stacked("kernel"), stacked("recurrent_kernel"),
            np.stack([onednn_bias(spec, cell) for cell in cells]), states[0],
            states[1] if lstm else empty, stacked("peepholes"), stacked("projection"),
            empty if lstm else run.attention.T]


def make_with_onednn(program, spec, cells, run):
    ways, units = directions_of(spec), spec["U"][0]
    width = spec.get("projection", units)
    cell = "lstm" if spec["cell"] == "lstm" else (
        "lbr_augru" if spec.get("reset_after", 1) else "augru")
    sizes = [spec.get("direction", "forward"), spec["T"], spec["N"], spec["D"], units, spec.get("projection", 0),
             spec.get("peepholes", 0)]
    data = b"".join(np.ascontiguousarray(array, np.float32).tobytes()
                    for array in onednn_inputs(spec, cells, run))
    result = subprocess.run([program, cell, *map(str, sizes)], input=data, check=True,
                            capture_output=True)
    numbers = np.frombuffer(result.stdout, np.float32)
    shapes = [(spec["T"], spec["N"], ways, width), (ways, spec["N"], width), (ways, spec["N"], units)]
    arrays = []
    for shape in shapes[:1 + states_of(spec["cell"])]:
        arrays.append(numbers[:np.prod(shape)].reshape(shape))
        numbers = numbers[np.prod(shape):]
    assert numbers.size == 0
    y, *states = arrays
    return (f"oneDNN {ONEDNN_VERSION}, {cell}, float32",
            output_of(spec, y.transpose(2, 1, 0, 3), states))


# ---- All of them --------------------------------------------------------------------------


def make_vector(vector, onednn):
    spec = parse_problem(vector.problem)
    cells, dense, inputs = make_inputs(vector, spec)
    makers = {"onnxruntime": make_with_onnxruntime, "torch": make_with_torch,
              "onednn": lambda *arguments: make_with_onednn(onednn, *arguments)}
    made_by, output = makers[vector.maker](spec, cells, inputs[0])
    # These frameworks count other biases, and gates that coupling replaces, so this counts the arrays.
    parameters = sum(matrix.size for cell in cells for matrix in cell.values())
    return describe(vector, made_by, parameters, cells, dense, inputs, [output])


def main():
    vectors = list(option_vectors())
    names = [f"{vector.group}/{vector.name}" for vector in vectors]
    assert len(set(names)) == len(names), "a name comes twice"
    with tempfile.TemporaryDirectory() as folder:
        onednn = build_onednn(folder)
        made = [make_vector(vector, onednn) for vector in vectors]
    for group in dict.fromkeys(vector.group for vector in vectors):
        chosen = [entry for vector, entry in zip(vectors, made) if vector.group == group]
        write_file(HERE / f"{group}.json", chosen)
        print(f"{group}.json: {len(chosen)} vectors")


if __name__ == "__main__":
    main()
