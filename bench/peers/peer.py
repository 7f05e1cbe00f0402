# SPDX-License-Identifier: MIT
"""What the frameworks' workers share: a problem with its numbers, and the forms of a framework."""

import json
from pathlib import Path

import numpy as np


class Refused(Exception):
    """The framework does not have this form."""


class Layer:
    """One recurrent layer; its weights as Keras has them, one tuple a direction."""

    def __init__(self, facts):
        self.cell, self.units, self.features = facts["cell"], facts["units"], facts["features"]
        self.activation = facts["activation"]
        self.recurrent_activation = facts["recurrent_activation"]
        self.direction, self.merge = facts["direction"], facts["merge"]
        self.use_bias, self.reset_after = facts["use_bias"], facts["reset_after"]
        self.return_sequences = facts["return_sequences"]
        self.gates = {"simple_rnn": 1, "lstm": 4, "gru": 3}[self.cell]
        self.directions = 2 if self.direction == "bidirectional" else 1
        self.states = 2 if self.cell == "lstm" else 1
        self.options = facts["options"]  # those that Keras does not have and that are set
        self.state_widths = self.options.get("projection", self.units), self.units  # of h and c
        self.weights = []  # (kernel [D, G M], recurrent kernel [width of h, G M], bias [G M] or [2, G M])
        self.peepholes, self.projections = [], []  # [3, M] and [M, P], where there are any

    def is_usual(self):
        """Whether both activations are those of Keras' constructor."""
        return self.activation == "tanh" and (
            self.cell == "simple_rnn" or self.recurrent_activation == "sigmoid")


    def refuse_options_but(self, *known):
        for name, value in self.options.items():
            if name not in known:
                raise Refused(f"{name}:{value}: this framework has none")


class Problem:
    """What the judge wrote into a folder, see `write` in bench/worker/worker.c."""

    def __init__(self, folder):
        self.folder = Path(folder)
        facts = json.loads((self.folder / "problem.json").read_text(encoding="utf-8"))
        self.batch, self.timesteps = facts["batch"], facts["timesteps"]
        self.layers = [Layer(layer) for layer in facts["layers"]]
        self.features = self.layers[0].features
        self.steps, self.width = facts["steps"], facts["width"]
        if facts["dense"]:
            raise Refused("a Dense head: only recurrent layers are compared")
        if facts["masked"]:
            raise Refused("a mask: what padded steps put out differs between frameworks")
        if facts["outputs"] != 1 or any(layer.merge != "concat" for layer in self.layers):
            raise Refused("merge: only concat is compared")
        self.x = self._read("x", (self.batch, self.timesteps, self.features))
        self.initial_states = []  # as Keras orders them
        index = 0
        for layer in self.layers:
            for _ in range(layer.directions):
                layer.weights.append(self._weights(layer, index))
                if "peepholes" in layer.options:
                    layer.peepholes.append(self._read(f"weights.layers[{index}].peepholes", (3, layer.units)))
                if "projection" in layer.options:
                    layer.projections.append(self._read(f"weights.layers[{index}].projection",
                                                        layer.state_widths[::-1]))
                index += 1
            for i in range(layer.directions * layer.states if facts["initial_state"] else 0):
                name = f"initial_states[{len(self.initial_states)}]"
                self.initial_states.append(self._read(name, (self.batch, layer.state_widths[i % layer.states])))

    def _read(self, name, shape):
        return np.fromfile(self.folder / name, dtype=np.float32).reshape(shape)

    def _weights(self, layer, index):
        columns, name = layer.gates * layer.units, f"weights.layers[{index}]"
        bias_shape = (2, columns) if layer.reset_after else (columns,)
        bias = self._read(name + ".bias", bias_shape) if layer.use_bias else np.zeros(
            bias_shape, np.float32)
        return (self._read(name + ".kernel", (layer.features, columns)),
                self._read(name + ".recurrent_kernel", (layer.state_widths[0], columns)), bias)

    def only_layer(self):
        if len(self.layers) > 1:
            raise Refused("a stack: single layers are compared")
        return self.layers[0]

    def states_of(self, which):
        """Initial h (0) or c (1) of a single layer, [directions, N, M]; zeros where not given."""
        layer = self.layers[0]
        if not self.initial_states:
            return np.zeros((layer.directions, self.batch, layer.state_widths[which]), np.float32)
        return np.stack(self.initial_states[which::layer.states])


def reorder_gates(matrix, units, order):
    """Puts the gates along the last axis into another order."""
    gates = [matrix[..., gate * units:(gate + 1) * units] for gate in order]
    return np.concatenate(gates, axis=-1)


class Form:
    """One way to compute a problem: a call without arguments, and what turns its result into
    [N, steps, width]."""

    def __init__(self, label, call, to_numpy):
        self.label, self.call, self.to_numpy = label, call, to_numpy

    def select(self):
        """Makes the process ready for its calls, before the first of them."""
