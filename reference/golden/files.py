# SPDX-License-Identifier: MIT
"""Writes vectors and what was computed for them into the files that README.md describes."""

import json

import numpy as np


def describe(vector, made_by, parameters, cells, dense, inputs, outputs):
    """The entry of a vector in its file. `inputs` and `outputs` have an entry for each run."""
    entry = {"name": vector.name, "problem": vector.problem, "made_by": made_by}
    if outputs[0]["y"].dtype == np.float32:
        entry["precision"] = "float32"
    entry["parameters"] = int(parameters)
    entry["weights"] = [{name: flat(matrix) for name, matrix in cell.items()} for cell in cells]
    entry.update(zip(("dense_kernel", "dense_bias"), map(flat, dense)))
    entry["runs"] = [describe_run(run, output, i > 0)
                     for i, (run, output) in enumerate(zip(inputs, outputs))]
    return entry


def describe_run(inputs, output, carried):
    run = {"x": flat(inputs.x)}
    if inputs.lengths is not None:
        run["lengths"] = inputs.lengths.tolist()
    if inputs.mask is not None:
        run["mask"] = inputs.mask.astype(int).ravel().tolist()
    if inputs.attention is not None:
        run["attention"] = flat(inputs.attention)
    if inputs.states:
        run["initial_states"] = [flat(state) for state in inputs.states]
    elif carried:
        run["carried"] = True
    run["y"] = flat(output["y"])
    if output["y_backward"] is not None:
        run["y_backward"] = flat(output["y_backward"])
    run["final_states"] = [flat(state) for state in output["final_states"]]
    return run


def flat(array):
    """The shortest decimals that give these numbers back: a float32 read as double and then rounded."""
    array = np.asarray(array).ravel()
    assert np.isfinite(array).all()
    if array.dtype == np.float64:
        return array.tolist()
    assert array.dtype == np.float32, array.dtype
    texts = [float(str(value)) for value in array]
    assert np.array_equal(np.float32(texts), array)
    return texts


def write_file(path, entries):
    """Writes one line an array, so that files are short and a change shows as the lines that changed."""
    text = json.dumps({"vectors": entries}, indent=1)
    lines, inside = [], False
    for line in text.split("\n"):
        piece = line.strip()
        if inside:
            lines[-1] += piece if piece[0] == "]" else piece.replace(",", ", ")
        else:
            lines.append(line)
        opens_numbers = piece.endswith("[") and not piece.startswith(
            ('"vectors"', '"weights"', '"runs"', '"initial_states"', '"final_states"'))
        inside = (inside or opens_numbers) and piece[0] != "]"
    path.write_text("\n".join(lines) + "\n")
    assert json.loads(path.read_text()) == {"vectors": entries}
