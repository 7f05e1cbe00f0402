# SPDX-License-Identifier: MIT
"""PyTorch on the CPU. Its LSTM runs on oneDNN, its GRU and RNN on ATen's own loops."""

from functools import partial

import numpy as np
import torch

from peer import Form, Refused, reorder_gates

GATES = {"simple_rnn": [0], "lstm": [0, 1, 2, 3], "gru": [1, 0, 2]}  # i f g o; r z n


class Framework:
    def __init__(self, threads):
        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)
        self.version = torch.__version__.split("+")[0]

    def session(self):
        return torch.inference_mode()

    def builders(self, problem):
        layer = problem.only_layer()
        refuse(layer)
        inputs = Inputs(problem, layer)
        torch._C._set_mkldnn_enabled(True)
        yield partial(module_form, inputs, time_major=True)
        yield partial(module_form, inputs, time_major=False)
        yield partial(function_form, inputs, onednn=True)
        yield partial(traced_form, inputs)
        if layer.cell == "lstm":
            yield partial(function_form, inputs, onednn=False)
        if problem.timesteps == 1 and layer.directions == 1 and not layer.projections:
            yield partial(cell_form, inputs)


class TorchForm(Form):
    """With or without oneDNN, a switch of the whole process."""

    def __init__(self, label, call, to_numpy, onednn=True):
        super().__init__(label if onednn else label + " without oneDNN", call, to_numpy)
        self.onednn = onednn

    def select(self):
        torch._C._set_mkldnn_enabled(self.onednn)


def refuse(layer):
    layer.refuse_options_but("projection")
    if layer.options.get("projection") == layer.units:
        raise Refused("projection: torch has it narrower than the units only")
    if layer.direction == "backward":
        raise Refused("direction:backward: torch has it only as half of a bidirectional layer")
    if layer.cell == "gru" and not layer.reset_after:
        raise Refused("reset_after:0: torch.nn.GRU resets after the product only")
    if layer.cell == "simple_rnn" and layer.activation in ("tanh", "relu"):
        return
    if not layer.is_usual():
        raise Refused("activations: torch.nn has tanh and sigmoid, and relu for RNN")


def biases(layer, bias):
    """(input bias, recurrent bias), in torch's order."""
    if bias.ndim == 1:
        bias = np.stack([bias, np.zeros_like(bias)])
    return reorder_gates(bias, layer.units, GATES[layer.cell])


class Inputs:
    """A problem as tensors."""

    def __init__(self, problem, layer):
        self.layer = layer
        self.x = torch.from_numpy(problem.x)
        self.x_time_major = self.x.transpose(0, 1).contiguous()
        states = [torch.from_numpy(problem.states_of(i)) for i in range(layer.states)]
        self.states = tuple(states) if layer.cell == "lstm" else states[0]
        self.parameters = []
        for index, (kernel, recurrent, bias) in enumerate(layer.weights):
            order = GATES[layer.cell]
            matrices = [reorder_gates(matrix, layer.units, order).T
                        for matrix in (kernel, recurrent)]
            rows = biases(layer, bias) if layer.use_bias else []
            projections = [layer.projections[index].T] if layer.projections else []
            self.parameters += [torch.from_numpy(np.ascontiguousarray(array))
                                for array in (*matrices, *rows, *projections)]

    def module(self, time_major):
        layer = self.layer
        kind = {"simple_rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[layer.cell]
        options = {"nonlinearity": layer.activation} if layer.cell == "simple_rnn" else {}
        if layer.projections:
            options["proj_size"] = layer.options["projection"]
        module = kind(layer.features, layer.units, bias=layer.use_bias, batch_first=not time_major,
                      bidirectional=layer.directions == 2, **options)
        for parameter, value in zip(module.parameters(), self.parameters, strict=True):
            parameter.data.copy_(value)
        return module.eval()

    def to_numpy(self, time_major):
        """For what the modules return, (output, last states)."""
        def convert(result):
            output, states = result[0], result[1]
            if not self.layer.return_sequences:
                last = states[0] if isinstance(states, tuple) else states
                return last.transpose(0, 1).numpy()
            return (output.transpose(0, 1) if time_major else output).numpy()
        return convert


def module_form(inputs, time_major):
    module, states = inputs.module(time_major), inputs.states
    x = inputs.x_time_major if time_major else inputs.x
    name = f"nn.{type(module).__name__}{'' if time_major else ', batch_first'}"
    return TorchForm(name, lambda: module(x, states), inputs.to_numpy(time_major))


def function_form(inputs, onednn):
    """The operator beneath the module, without the module's checks in Python."""
    layer, x, states, parameters = (inputs.layer, inputs.x_time_major, inputs.states,
                                    inputs.parameters)
    name = {"simple_rnn": "rnn_" + layer.activation}.get(layer.cell, layer.cell)
    function, two = getattr(torch._VF, name), layer.directions == 2
    has_biases = layer.use_bias
    return TorchForm(f"_VF.{name}", lambda: function(x, states, parameters, has_biases, 1, 0.0,
                                                     False, two, False),
                     regroup(inputs.to_numpy(True)), onednn)


def regroup(convert):
    """The operator lstm returns (output, h, c), not (output, (h, c))."""
    return lambda result: convert((result[0], tuple(result[1:]) if len(result) == 3 else result[1]))


def traced_form(inputs):
    module, x, states = inputs.module(True), inputs.x_time_major, inputs.states
    traced = torch.jit.freeze(torch.jit.trace(module, (x, states), check_trace=False))
    for _ in range(3):
        traced(x, states)
    return TorchForm(f"nn.{type(module).__name__} traced and frozen", lambda: traced(x, states),
                     inputs.to_numpy(True))


def cell_form(inputs):
    layer, x, parameters = inputs.layer, inputs.x_time_major[0], inputs.parameters
    name = {"simple_rnn": f"rnn_{layer.activation}_cell"}.get(layer.cell, layer.cell + "_cell")
    function = getattr(torch._VF, name)
    states = ([state[0] for state in inputs.states] if layer.cell == "lstm" else inputs.states[0])
    return TorchForm(f"_VF.{name}", lambda: function(x, states, *parameters),
                     lambda result: (result[0] if layer.cell == "lstm" else result).numpy())
