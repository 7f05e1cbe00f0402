# SPDX-License-Identifier: MIT
"""Computes the golden vectors of LSTM as TensorFlow Lite's UNIDIRECTIONAL_SEQUENCE_LSTM has it, in
single precision: its coupled gates (CIFG) are i = 1 - f, and its clips are of c and of the projection.

It makes a model of one operator for each vector, by the schema that TensorFlow brings along. See
README.md.
"""

import os
from pathlib import Path

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import tensorflow  # noqa: E402
from flatbuffers import Builder  # noqa: E402
from tensorflow.lite.python import schema_py_generated as schema  # noqa: E402

from files import describe, write_file  # noqa: E402
from vectors import make_inputs, parse_problem, tflite_vectors  # noqa: E402

HERE = Path(__file__).resolve().parent


def operands(spec, cell, run):
    """Returns the operator's inputs in its order; None for one that is left out. Its matrices are
    transposed, one for each gate in our order i, f, c, o."""
    kernels = [part.T for part in np.split(cell["kernel"], 4, axis=1)]
    recurrent = [part.T for part in np.split(cell["recurrent_kernel"], 4, axis=1)]
    biases = np.split(cell["bias"], 4) if "bias" in cell else [
        np.zeros(spec["U"][0], np.float32)] * 4
    peepholes = list(cell.get("peepholes", [None] * 3))
    if spec.get("coupled") == "input":
        for gates in (kernels, recurrent, biases, peepholes):
            gates[0] = None
    projection = cell["projection"].T if "projection" in cell else None
    width = spec.get("projection", spec["U"][0])
    states = run.states or [np.zeros((spec["N"], size), np.float32)
                            for size in (width, spec["U"][0])]
    return [run.x, *kernels, *recurrent, *peepholes, *biases, projection, None, *states,
            None, None, None, None]


X, H, C = 0, 18, 19  # places among them


def tensor(buffers, name, array, variable=False, constant=True):
    """Makes an entry of the model's tensors, whose numbers go to its buffers."""
    entry = schema.TensorT()
    entry.name, entry.shape, entry.type = name, list(array.shape), schema.TensorType.FLOAT32
    entry.isVariable = variable
    buffer = schema.BufferT()
    if constant:
        buffer.data = np.frombuffer(np.ascontiguousarray(array, np.float32).tobytes(), np.uint8)
    entry.buffer = len(buffers)
    buffers.append(buffer)
    return entry


def operator_of(spec):
    operator = schema.OperatorT()
    operator.opcodeIndex = 0
    operator.builtinOptionsType = schema.BuiltinOptions.UnidirectionalSequenceLSTMOptions
    options = schema.UnidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction = schema.ActivationFunctionType.TANH
    options.cellClip = float(spec.get("cell_clip", 0))
    options.projClip = float(spec.get("projection_clip", 0))
    options.timeMajor = False
    operator.builtinOptions = options
    return operator


def model_of(spec, arrays):
    """Returns the model's bytes, and the places of h and c among its tensors."""
    graph, buffers = schema.SubGraphT(), [schema.BufferT()]
    graph.tensors, places = [], []
    for i, array in enumerate(arrays):
        places.append(-1 if array is None else len(graph.tensors))
        if array is not None:
            graph.tensors.append(tensor(buffers, f"input{i}", array, variable=i in (H, C),
                                        constant=i not in (X, H, C)))
    output = np.zeros((spec["N"], spec["T"], arrays[H].shape[1]), np.float32)
    graph.tensors.append(tensor(buffers, "output", output, constant=False))
    operator = operator_of(spec)
    operator.inputs, operator.outputs = places, [len(graph.tensors) - 1]
    graph.inputs, graph.outputs, graph.operators = [places[X]], operator.outputs, [operator]
    code = schema.OperatorCodeT()
    code.builtinCode = schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM
    code.deprecatedBuiltinCode, code.version = code.builtinCode, 1
    model = schema.ModelT()
    model.version, model.operatorCodes, model.subgraphs, model.buffers = 3, [code], [graph], buffers
    builder = Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output()), places[H], places[C]


def make_vector(vector):
    spec = parse_problem(vector.problem)
    cells, dense, inputs = make_inputs(vector, spec)
    arrays = operands(spec, cells[0], inputs[0])
    content, h, c = model_of(spec, arrays)
    interpreter = tensorflow.lite.Interpreter(model_content=content)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], inputs[0].x)
    for place, state in ((h, arrays[H]), (c, arrays[C])):
        interpreter.tensor(place)()[...] = state
    interpreter.invoke()
    y = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    if spec.get("output") == "last":
        y = y[:, -1]
    output = {"y": y, "y_backward": None,
              "final_states": [interpreter.get_tensor(place) for place in (h, c)]}
    parameters = sum(matrix.size for matrix in cells[0].values())
    made_by = f"tensorflow lite {tensorflow.__version__}, float32"
    return describe(vector, made_by, parameters, cells, dense, inputs, [output])


def main():
    entries = [make_vector(vector) for vector in tflite_vectors()]
    write_file(HERE / "options_tflite.json", entries)
    print(f"options_tflite.json: {len(entries)} vectors")


if __name__ == "__main__":
    main()
