# SPDX-License-Identifier: MIT
"""The list of golden vectors: which problems, with which inputs. make_golden.py computes those of
all_vectors(), make_options.py those of option_vectors(), make_tflite.py those of tflite_vectors().

A problem is written in the grammar of reference/problem.h. What the grammar has no word for is an
option of the vector: how its x looks, how many runs carry their state, and whether a batch row has
no step that counts.
"""

import zlib
from dataclasses import dataclass

import numpy as np

CELLS = ("simple_rnn", "lstm", "gru", "gru/reset_after:0")
ACTIVATIONS = ("tanh", "sigmoid", "relu", "linear", "hard_sigmoid", "hard_sigmoid_keras2",
               "softsign", "softplus", "elu", "selu", "gelu", "silu", "exponential")
MERGES = ("concat", "sum", "mul", "ave", "none")

BIDIRECTIONAL_EXAMPLE = [[[.1, 4.2, 1.5, 1.1, 2.8], [1, 3.1, 2.5, .7, 1.1],
                          [.3, 2.1, 1.5, 2.1, .1], [2.2, 1.4, .5, .9, 1.1]]]


@dataclass
class Vector:
    group: str  # the file it goes to
    name: str
    problem: str
    maker: str = "keras"  # or keras2, static_rnn, dynamic_rnn, onnxruntime, torch, onednn, tflite
    runs: int = 1  # each further run starts from the state the one before left
    all_masked_row: bool = False
    x: str = "normal"  # or one_hot
    masked_x: float = 9.0  # what stands in x at a step that does not count
    fixed_x: list = None
    weight_scale: float = 0.5  # standard deviation
    fixed_weight: float = None  # every weight this; biases as Keras initialises them
    forget_bias: float = 1.0  # of TensorFlow 1's BasicLSTMCell


def problem(cell, sizes, options=""):
    """Joins the parts of a problem, as in problem("gru/reset_after:0", "N:3/T:4", "mask:front")."""
    name, *cell_options = cell.split("/")
    return "/".join(part for part in [name, sizes, *cell_options, options] if part)


def cell_name(cell):
    return cell.replace("/reset_after:0", "_reset_before")


def layer_vectors():
    options = {
        "sequence": "",
        "last": "output:last",
        "no_bias": "bias:0",
        "state": "state:1",
        "state_last": "output:last/state:1",
        "backward": "direction:backward/state:1",
        "backward_last": "direction:backward/output:last/state:1",
    }
    for cell in CELLS:
        for name, option in options.items():
            yield Vector("layers", f"{cell_name(cell)}_{name}",
                         problem(cell, "N:3/T:4/D:2/U:5", option))


def activation_vectors():
    for cell in CELLS:
        places = ("activation",) if cell == "simple_rnn" else ("activation", "recurrent_activation")
        for place in places:
            for activation in ACTIVATIONS:
                default = "tanh" if place == "activation" else "sigmoid"
                if activation == default:
                    continue  # every other group has it
                name, *rest = cell.split("/")
                options = "/".join([f"{place}:{activation}", *rest, "state:1"])
                # exp(exp(x)) makes a large error of every rounding unless x is small.
                yield Vector(f"activations_{name}", f"{cell_name(cell)}_{place}_{activation}",
                             problem(name, "N:3/T:3/D:2/U:3", options),
                             maker="keras2" if activation.endswith("keras2") else "keras",
                             weight_scale=0.2 if activation == "exponential" else 0.5)


def bidirectional_vectors():
    for cell in CELLS:
        for merge in MERGES:
            for output in ("", "output:last"):
                options = ["direction:bidirectional"]
                options += [f"merge:{merge}"] if merge != "concat" else []
                options += [output] if output else []
                options += ["state:1"] if merge in ("concat", "none") else []
                name = f"{cell_name(cell)}_{merge}{'_last' if output else ''}"
                yield Vector("bidirectional", name,
                             problem(cell, "N:3/T:3/D:4/U:2", "/".join(options)))


def mask_vectors():
    directions = {
        "": "",
        "backward": "direction:backward",
        "bidirectional": "direction:bidirectional",
        "bidirectional_ave": "direction:bidirectional/merge:ave",
    }
    outputs = {
        "": "",
        "last": "output:last",
        "zero": "zero_masked:1",
        "zero_last": "output:last/zero_masked:1",
    }
    for cell in CELLS:
        for direction, direction_option in directions.items():
            for output, output_option in outputs.items():
                # Every cell sees every direction and every kind of mask, LSTM all combinations.
                kinds = ("lengths", "front", "holes")
                if cell != "lstm":
                    turn = list(directions).index(direction) + list(outputs).index(output)
                    kinds = kinds[turn % 3:turn % 3 + 1]
                for kind in kinds:
                    words = [cell_name(cell), kind, direction, output]
                    options = [direction_option, output_option, f"mask:{kind}"]
                    yield Vector("masks", "_".join(filter(None, words)),
                                 problem(cell, "N:3/T:4/D:2/U:3",
                                         "/".join(filter(None, options))))
    yield from mask_corner_vectors()
    yield from mask_and_length_vectors()


def mask_and_length_vectors():
    """Vectors that have steps behind a length whose mask says that they count, and holes within a length."""
    options = {
        "": "",
        "last": "output:last",
        "backward": "direction:backward",
        "bidirectional": "direction:bidirectional",
        "bidirectional_mul_last": "direction:bidirectional/merge:mul/output:last",
        "zero": "zero_masked:1",
        "state": "state:1",
    }
    for cell in CELLS:
        for name, option in options.items():
            yield Vector("masks", "_".join(filter(None, [cell_name(cell), "both", name])),
                         problem(cell, "N:4/T:5/D:2/U:3", "/".join(filter(None, [option, "mask:both"]))),
                         all_masked_row=name == "state")
        yield Vector("masks", f"{cell_name(cell)}_both_stacked",
                     problem(cell, "N:3/T:4/D:2/U:3+2", "mask:both"))


def mask_corner_vectors():
    sizes = "N:3/T:4/D:2/U:3"
    for cell in CELLS:
        for kind in ("lengths", "front"):
            yield Vector("masks", f"{cell_name(cell)}_{kind}_all_masked_row",
                         problem(cell, sizes, f"mask:{kind}"), all_masked_row=True)
        yield Vector("masks", f"{cell_name(cell)}_bidirectional_all_masked_row",
                     problem(cell, sizes, "direction:bidirectional/mask:holes"),
                     all_masked_row=True)
        # The initial state shows through at steps before the first one that counts.
        for name, options in (("front", "mask:front"), ("holes", "mask:holes"),
                              ("front_last", "output:last/mask:front"),
                              ("lengths_backward", "direction:backward/mask:lengths"),
                              ("lengths_zero", "zero_masked:1/mask:lengths"),
                              ("bidirectional", "direction:bidirectional/mask:holes"),
                              ("bidirectional_last",
                               "direction:bidirectional/output:last/mask:front")):
            yield Vector("masks", f"{cell_name(cell)}_{name}_state",
                         problem(cell, sizes, f"{options}/state:1"), all_masked_row=True)
        yield Vector("masks", f"{cell_name(cell)}_masking_layer_zeros",
                     problem(cell, sizes, "output:last/mask:front"), masked_x=0.0)


def stacked_vectors():
    options = {
        "sequence": "state:1",
        "last": "output:last",
        "backward": "direction:backward",
        "bidirectional": "direction:bidirectional/state:1",
        "bidirectional_mul_last": "direction:bidirectional/merge:mul/output:last",
        "lengths": "mask:lengths",
        "front_last": "output:last/mask:front",
        "holes_zero": "zero_masked:1/mask:holes",
        "backward_lengths": "direction:backward/mask:lengths",
        "backward_holes_last": "direction:backward/output:last/mask:holes",
        "bidirectional_holes": "direction:bidirectional/mask:holes",
        "bidirectional_front_last": "direction:bidirectional/output:last/mask:front",
        "dense": "output:last/dense:4",
        "dense_each_step": "dense:4/dense_activation:sigmoid",
        "dense_no_bias": "output:last/dense:3/dense_bias:0",
        "dense_bidirectional": "direction:bidirectional/dense:2",
        "dense_masked": "dense:2/dense_activation:relu/mask:holes",
    }
    for cell in ("simple_rnn", "lstm", "gru"):
        for name, option in options.items():
            sizes = "N:3/T:3/D:2/U:3+2" if "bidirectional" in option else "N:3/T:3/D:2/U:3+5+2"
            yield Vector("stacked", f"{cell}_{name}", problem(cell, sizes, option))
    for activation in ACTIVATIONS:
        yield Vector("stacked", f"dense_{activation}",
                     f"simple_rnn/N:3/T:2/D:2/U:3/dense:4/dense_activation:{activation}",
                     maker="keras2" if activation.endswith("keras2") else "keras")


def stateful_vectors():
    for cell in CELLS:
        name = cell_name(cell)
        yield Vector("stateful", f"{name}_two_calls", problem(cell, "N:3/T:3/D:2/U:4"), runs=2)
        yield Vector("stateful", f"{name}_two_calls_stacked",
                     problem(cell, "N:3/T:3/D:2/U:4+3", "output:last"), runs=2)
        yield Vector("stateful", f"{name}_two_calls_bidirectional",
                     problem(cell, "N:3/T:3/D:2/U:3", "direction:bidirectional"), runs=2)
        yield Vector("stateful", f"{name}_two_calls_masked",
                     problem(cell, "N:3/T:3/D:2/U:4", "mask:front"), runs=2)
        yield Vector("stateful", f"{name}_step_by_step",
                     problem(cell, "N:3/T:1/D:2/U:4", "output:last"), runs=4)


def tutorial_vectors():
    for cell in CELLS:
        name = cell_name(cell)
        yield Vector("tutorials", f"{name}_words", problem(cell, "N:3/T:5/D:4/U:2"), x="one_hot")
        yield Vector("tutorials", f"{name}_words_last",
                     problem(cell, "N:3/T:5/D:4/U:2", "output:last"), x="one_hot")
        yield Vector("tutorials", f"{name}_front_padded",
                     problem(cell, "N:2/T:4/D:3/U:2", "mask:front"), masked_x=0.0)
        for output in ("", "output:last"):
            options = "/".join(filter(None, ["direction:bidirectional", output]))
            yield Vector("tutorials", f"{name}_bidirectional_example{'_last' if output else ''}",
                         problem(cell, "N:1/T:4/D:5/U:3", options),
                         fixed_x=BIDIRECTIONAL_EXAMPLE, fixed_weight=0.1)
        yield Vector("tutorials", f"{name}_dense",
                     problem(cell, "N:1/T:10/D:3/U:5", "output:last/dense:2"))
        yield Vector("tutorials", f"{name}_dense_each_step",
                     problem(cell, "N:1/T:10/D:3/U:5", "dense:2"))
        yield Vector("tutorials", f"{name}_features", problem(cell, "N:4/T:2/D:3/U:5"))
    for output in ("", "output:last/"):
        yield Vector("tutorials", f"lstm_relu_front_padded{'_last' if output else ''}",
                     f"lstm/N:3/T:5/D:2/U:4/activation:relu/{output}mask:front", masked_x=0.0)
    yield Vector("tutorials", "simple_rnn_three_layers", "simple_rnn/N:2/T:3/D:4/U:2+2+2")


def keras2_vectors():
    for cell in CELLS:
        name = cell_name(cell)
        for option in ("state:1", "direction:bidirectional/mask:holes", "output:last/mask:front",
                       "zero_masked:1/mask:lengths"):
            words = "_".join(part.split(":")[0] + "_" + part.split(":")[1]
                             for part in option.split("/"))
            yield Vector("keras2", f"{name}_{words}", problem(cell, "N:3/T:4/D:2/U:3", option),
                         maker="keras2")
    # In Keras 1 and in TensorFlow 1's Keras this hard_sigmoid was the default of the gates.
    for cell in ("lstm", "gru/reset_after:0"):
        name, *rest = cell.split("/")
        options = "/".join(["recurrent_activation:hard_sigmoid_keras2", *rest])
        yield Vector("keras2", f"{cell_name(cell)}_old_defaults",
                     problem(name, "N:3/T:5/D:4/U:2", options), maker="keras2", x="one_hot")


def tensorflow1_vectors():
    sizes = "N:3/T:4/D:2/U:3"
    for cell in ("simple_rnn", "lstm", "gru/reset_after:0"):
        name = cell_name(cell)
        for maker in ("static_rnn", "dynamic_rnn"):
            yield Vector("tensorflow1", f"{name}_{maker}", problem(cell, sizes, "state:1"), maker)
            # These put out 0 behind a sequence's end and keep its state.
            yield Vector("tensorflow1", f"{name}_{maker}_sequence_length",
                         problem(cell, sizes, "zero_masked:1/mask:lengths/state:1"), maker,
                         all_masked_row=True)
        yield Vector("tensorflow1", f"{name}_bidirectional_dynamic_rnn",
                     problem(cell, sizes,
                             "direction:bidirectional/merge:none/mask:lengths/state:1"),
                     "dynamic_rnn")
    yield Vector("tensorflow1", "lstm_static_rnn_no_forget_bias", problem("lstm", sizes),
                 "static_rnn", forget_bias=0.0)
    yield from tensorflow1_option_vectors()


def tensorflow1_option_vectors():
    """Vectors of what LSTMCell has beyond BasicLSTMCell. The clips are so narrow that many steps meet them."""
    sizes = "N:3/T:4/D:2/U:5"
    options = {
        "peepholes": "peepholes:1",
        "projection": "projection:3",
        "projection_of_all_units": "projection:5",
        "cell_clip": "cell_clip:0.25",
        "projection_clip": "projection:3/projection_clip:0.125",
        "peepholes_cell_clip": "peepholes:1/cell_clip:0.25",
        "all": "peepholes:1/projection:3/cell_clip:0.25/projection_clip:0.125",
    }
    for name, option in options.items():
        for kind, rest in (("", ""), ("sequence_length", "zero_masked:1/mask:lengths/"),
                           ("bidirectional", "direction:bidirectional/merge:none/mask:lengths/")):
            yield Vector("tensorflow1", "_".join(filter(None, ["lstm", name, kind])),
                         problem("lstm", sizes, f"{option}/{rest}state:1"), "dynamic_rnn",
                         all_masked_row=kind == "sequence_length")


def all_vectors():
    for make in (layer_vectors, activation_vectors, bidirectional_vectors, mask_vectors,
                 stacked_vectors, stateful_vectors, tutorial_vectors, keras2_vectors,
                 tensorflow1_vectors):
        yield from make()


# ---- What Keras does not have ------------------------------------------------------------


def option_name(*parts):
    """Makes a name of every part of a problem, as in lstm_peepholes_1_mask_lengths."""
    words = "_".join(filter(None, parts)).replace("/", "_").replace(":", "_").replace("+", "_")
    return words.replace(".", "_").replace("direction_", "").replace("_1_", "_").removesuffix("_1")


def onnxruntime_vectors():
    """Clips so narrow that many gates meet them."""
    cells = ["lstm/" + option for option in (
        "peepholes:1", "gate_clip:0.5", "coupled:forget", "peepholes:1/coupled:forget",
        "peepholes:1/coupled:forget/gate_clip:0.5",
        "peepholes:1/gate_clip:0.75/activation:softsign/recurrent_activation:hard_sigmoid_keras2",
        "peepholes:1/coupled:forget/activation:relu")]
    cells += ["gru/gate_clip:0.5", "gru/reset_after:0/gate_clip:0.5", "simple_rnn/gate_clip:0.5"]
    runs = ["", "state:1", "direction:backward/state:1", "direction:bidirectional/state:1",
            "zero_masked:1/mask:lengths/state:1", "direction:bidirectional/mask:lengths/state:1",
            "output:last/bias:0"]
    for cell in cells:
        for run in runs:
            name, options = cell.split("/", 1)
            yield Vector("options_onnxruntime", option_name(cell, run),
                         problem(name, "N:3/T:4/D:2/U:5", "/".join(filter(None, [options, run]))),
                         maker="onnxruntime")


def torch_vectors():
    runs = ["", "state:1", "direction:bidirectional/state:1", "zero_masked:1/mask:lengths/state:1",
            "direction:bidirectional/mask:lengths/state:1", "output:last",
            "direction:bidirectional/output:last", "bias:0"]
    # PyTorch wants a P below M that is the same in every layer.
    for units, projection in (("5", 1), ("5", 4), ("4+4", 2), ("3+3+3", 2)):
        for run in runs:
            option = f"projection:{projection}"
            yield Vector("options_torch", option_name("lstm", units, option, run),
                         problem("lstm", f"N:3/T:4/D:3/U:{units}",
                                 "/".join(filter(None, [option, run]))), maker="torch")


def onednn_vectors():
    cells = ["gru/attention:1", "gru/reset_after:0/attention:1", "lstm/peepholes:1",
             "lstm/projection:3", "lstm/peepholes:1/projection:3"]
    runs = ["", "state:1", "output:last/state:1", "bias:0"]
    # oneDNN's AUGRU goes forward only.
    ways = ["direction:backward/state:1", "direction:bidirectional/state:1",
            "direction:bidirectional/merge:sum"]
    for cell in cells:
        name, options = cell.split("/", 1)
        for run in runs + (ways if name == "lstm" else []):
            yield Vector("options_onednn", option_name(cell, run),
                         problem(name, "N:3/T:4/D:2/U:5", "/".join(filter(None, [options, run]))),
                         maker="onednn")


def tflite_vectors():
    options = ["coupled:input", "cell_clip:0.25", "projection:3/projection_clip:0.125",
               "peepholes:1", "peepholes:1/coupled:input", "projection:3/coupled:input",
               "peepholes:1/projection:3/coupled:input/cell_clip:0.25/projection_clip:0.125"]
    for option in options:
        for run in ("", "state:1", "output:last/state:1", "bias:0"):
            yield Vector("options_tflite", option_name("lstm", option, run),
                         problem("lstm", "N:3/T:4/D:2/U:5", "/".join(filter(None, [option, run]))),
                         maker="tflite")


def option_vectors():
    for make in (onnxruntime_vectors, torch_vectors, onednn_vectors):
        yield from make()


# ---- Inputs -------------------------------------------------------------------------------


def parse_problem(text):
    """Reads a problem into {"cell": "lstm", "N": 3, ..., "U": [3, 5], "mask": "front"}, without absent options."""
    cell, *segments = text.split("/")
    fields = dict(segment.split(":") for segment in segments)
    units = [int(u) for u in fields.pop("U").split("+")]
    numbers = {k: int(v) for k, v in fields.items() if v.isdigit()}
    return {"cell": cell, **fields, **numbers, "U": units}


def numbers(random, *shape, scale):
    """Draws numbers of three decimals: short in the file, and each is a float32 after one rounding."""
    return np.round(random.normal(0, scale, shape), 3).astype(np.float32)


def gates_of(cell):
    return {"simple_rnn": 1, "lstm": 4, "gru": 3}[cell]


def states_of(cell):
    return 2 if cell == "lstm" else 1


def directions_of(spec):
    return 2 if spec.get("direction") == "bidirectional" else 1


def state_widths(spec, units):
    """Returns the widths of h and c."""
    return [spec.get("projection", units), units][:states_of(spec["cell"])]


def output_width(spec, units):
    concat = directions_of(spec) == 2 and spec.get("merge", "concat") == "concat"
    width = state_widths(spec, units)[0]
    return 2 * width if concat else width


def make_weights(vector, spec, random):
    """For each direction of each layer its matrices by the names of rnn_weights, in the order of
    Keras' set_weights; then the head's."""
    def draw(*shape):
        if vector.fixed_weight is None:
            return numbers(random, *shape, scale=vector.weight_scale)
        return np.full(shape, vector.fixed_weight, np.float32)

    def draw_bias(rows, units):
        if vector.fixed_weight is None:
            bias = numbers(random, rows, gates * units, scale=vector.weight_scale)
        else:
            bias = np.zeros((rows, gates * units), np.float32)
            if spec["cell"] == "lstm":
                bias[:, units:2 * units] = 1  # unit_forget_bias
        return bias if rows == 2 else bias[0]

    cells, features, gates = [], spec["D"], gates_of(spec["cell"])
    bias_rows = 2 if spec["cell"] == "gru" and spec.get("reset_after", 1) else 1
    for units in spec["U"]:
        for _ in range(directions_of(spec)):
            width = state_widths(spec, units)[0]
            cell = {"kernel": draw(features, gates * units),
                    "recurrent_kernel": draw(width, gates * units)}
            if spec.get("bias", 1):
                cell["bias"] = draw_bias(bias_rows, units)
            if spec.get("peepholes"):
                cell["peepholes"] = draw(3, units)
            if "projection" in spec:
                cell["projection"] = draw(units, width)
            cells.append(cell)
        features = output_width(spec, units)
    dense = []
    if "dense" in spec:
        dense = [draw(features, spec["dense"])]
        if spec.get("dense_bias", 1):
            dense.append(numbers(random, spec["dense"], scale=vector.weight_scale))
    return cells, dense


def mask_parts(vector, spec, run):
    """Returns (lengths [N] or None, mask bool [N, T] or None), as a run has them; a step must pass both.
    Later runs get the rows in another order."""
    rows, steps = spec["N"], spec["T"]
    kind = spec.get("mask")
    lengths, mask = np.full(rows, steps), np.ones((rows, steps), bool)
    for n in range(rows):
        padding = ((n + 1 + run) * 2) % (steps + 1) if n != 1 else 0
        padding = min(padding, steps - 1)
        lengths[n] = steps - padding
        if kind == "front":
            mask[n, :padding] = False
        else:
            mask[n] = [(n + t + run) % 3 != 0 for t in range(steps)]
    if vector.all_masked_row:
        lengths[rows - 1] = 0
        mask[rows - 1] = False
    return (lengths if kind in ("lengths", "both") else None,
            mask if kind in ("front", "holes", "both") else None)


def make_mask(vector, spec, run):
    """Returns which steps count as bool [N, T], or None."""
    lengths, mask = mask_parts(vector, spec, run)
    if lengths is None:
        return mask
    within = np.arange(spec["T"]) < lengths[:, None]
    return within if mask is None else within & mask


def make_x(vector, spec, random, mask):
    shape = (spec["N"], spec["T"], spec["D"])
    if vector.fixed_x:
        return np.array(vector.fixed_x, np.float32)
    if vector.x == "one_hot":
        return np.eye(shape[2], dtype=np.float32)[random.integers(0, shape[2], shape[:2])]
    x = numbers(random, *shape, scale=1.0)
    if mask is not None:
        x[~mask] = vector.masked_x
    return x


def make_states(spec, random):
    """h (and c) for each direction of each layer, [N, its width]; None without state:1."""
    if not spec.get("state"):
        return None
    return [numbers(random, spec["N"], width, scale=0.5)
            for units in spec["U"]
            for width in state_widths(spec, units) * directions_of(spec)]


def make_attention(spec, random):
    """Draws [N, T] in [0, 1]; None without attention:1."""
    if not spec.get("attention"):
        return None
    return np.round(random.uniform(0, 1, (spec["N"], spec["T"])), 3).astype(np.float32)


@dataclass
class Inputs:
    """What goes into one run besides the weights."""
    lengths: np.ndarray  # [N] or None
    mask: np.ndarray  # [N, T] or None
    counts: np.ndarray  # [N, T], the steps that both of them let count, or None
    x: np.ndarray
    states: list  # or None
    attention: np.ndarray  # or None


def make_inputs(vector, spec):
    """(the weights and the head of make_weights, Inputs for each run), by the vector's name."""
    random = np.random.default_rng(zlib.crc32(f"{vector.group}/{vector.name}".encode()))
    cells, dense = make_weights(vector, spec, random)
    runs = []
    for run in range(vector.runs):
        counts = make_mask(vector, spec, run)
        x = make_x(vector, spec, random, counts)
        states = make_states(spec, random)
        runs.append(Inputs(*mask_parts(vector, spec, run), counts, x, states,
                           make_attention(spec, random)))
    return cells, dense, runs
