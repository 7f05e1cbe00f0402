# SPDX-License-Identifier: MIT
"""ONNX Runtime's CPU execution provider, on models of one node, with inputs and outputs bound."""

import contextlib
from functools import partial

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from peer import Form, Refused, reorder_gates

OPSET, IR_VERSION = 14, 8
GATES = {"simple_rnn": [0], "lstm": [0, 3, 1, 2], "gru": [0, 1, 2]}  # i o f c; z r h
OPERATORS = {"simple_rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
ACTIVATIONS = {"tanh": "Tanh", "sigmoid": "Sigmoid", "relu": "Relu", "softsign": "Softsign",
               "softplus": "Softplus"}
DIRECTIONS = {"forward": "forward", "backward": "reverse", "bidirectional": "bidirectional"}


class Framework:
    def __init__(self, threads):
        self.threads = threads
        self.version = onnxruntime.__version__

    def session(self):
        return contextlib.nullcontext()

    def builders(self, problem):
        layer = problem.only_layer()
        layer.refuse_options_but("peepholes", "coupled", "gate_clip")
        if layer.options.get("coupled") == "input":
            raise Refused("coupled:input: ONNX Runtime's input_forget is coupled:forget")
        model = make_model(problem, layer).SerializeToString()
        name = OPERATORS[layer.cell] + (", linear_before_reset" if layer.reset_after else "")
        yield partial(self.form, problem, layer, model, name, spinning=True)
        if self.threads > 1:
            yield partial(self.form, problem, layer, model, name + ", no spinning",
                          spinning=False)

    def form(self, problem, layer, model, name, spinning):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.add_session_config_entry("session.intra_op.allow_spinning", str(int(spinning)))
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        binding = session.io_binding()
        inputs = {"x": np.ascontiguousarray(problem.x.transpose(1, 0, 2))}
        inputs |= {f"state{i}": problem.states_of(i) for i in range(layer.states)}
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in inputs.values()]
        for input_name, value in zip(inputs, values):
            binding.bind_ortvalue_input(input_name, value)
        y = onnxruntime.OrtValue.ortvalue_from_shape_and_type(y_shape(problem, layer), np.float32)
        binding.bind_ortvalue_output("y", y)
        run, kept = session.run_with_iobinding, values

        def call():
            run(binding)
            return y, kept
        return Form(name, call, lambda result: to_numpy(layer, result[0].numpy()))


def activation(name):
    if name not in ACTIVATIONS:
        raise Refused(f"activation:{name}: not compared in ONNX Runtime")
    return ACTIVATIONS[name]


def activations(layer):
    names = [activation(layer.activation)]
    if layer.cell != "simple_rnn":
        names.insert(0, activation(layer.recurrent_activation))
    if layer.cell == "lstm":
        names.append(names[-1])
    return names * layer.directions


def y_shape(problem, layer):
    """[T, directions, N, M], or without the first where the last output alone is wanted."""
    shape = [layer.directions, problem.batch, layer.units]
    return [problem.timesteps, *shape] if layer.return_sequences else shape


def to_numpy(layer, y):
    if not layer.return_sequences:
        return y.transpose(1, 0, 2)
    if layer.direction == "backward":  # Keras leaves it in processing order
        y = y[::-1]
    return y.transpose(2, 0, 1, 3)


def packed(problem, layer):
    """W, R and B, one slice a direction."""
    order, units = GATES[layer.cell], layer.units
    kernels, recurrents, biases = [], [], []
    for kernel, recurrent, bias in layer.weights:
        bias = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
        kernels.append(reorder_gates(kernel, units, order).T)
        recurrents.append(reorder_gates(recurrent, units, order).T)
        biases.append(reorder_gates(bias, units, order).reshape(-1))
    arrays = {"w": np.stack(kernels), "r": np.stack(recurrents), "b": np.stack(biases)}
    if layer.peepholes:  # i o f
        arrays["p"] = np.stack([peepholes[[0, 2, 1]].reshape(-1) for peepholes in layer.peepholes])
    return arrays


def make_model(problem, layer):
    state_shape = [layer.directions, problem.batch, layer.units]
    inputs = {"x": [problem.timesteps, problem.batch, layer.features]}
    inputs |= {f"state{i}": state_shape for i in range(layer.states)}
    outputs = ["y"] if layer.return_sequences else ["", "y"]
    attributes = {"linear_before_reset": int(layer.reset_after)} if layer.cell == "gru" else {}
    if "coupled" in layer.options:
        attributes["input_forget"] = 1
    if "gate_clip" in layer.options:
        attributes["clip"] = layer.options["gate_clip"]
    node = helper.make_node(
        OPERATORS[layer.cell], ["x", "w", "r", "b", "", *list(inputs)[1:], *(["p"] if layer.peepholes else [])], outputs,
        hidden_size=layer.units, direction=DIRECTIONS[layer.direction],
        activations=activations(layer), **attributes)
    constants = [helper.make_tensor(name, TensorProto.FLOAT, array.shape,
                                    np.ascontiguousarray(array).tobytes(), raw=True)
                 for name, array in packed(problem, layer).items()]
    graph = helper.make_graph(
        [node], "layer",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
         for name, shape in inputs.items()],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, y_shape(problem, layer))], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    return model
