"""Recipes of Keras' layers over features: dense ones, embeddings, normalizations, attention."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List

import numpy as np

from .recipes import DECIDED, OPTION, Recipe, asked_of, constant, glorot_uniform, he_normal, lecun_normal, ones, uniform, zeros

UNITS = 96
HEADS, HEAD, QUERIES, KEYS = 2, 24, 5, 7


def asked(option: str) -> tuple:
    """A plain layer meets the whole contract, one with an option what the option can break."""
    return asked_of(option, DECIDED)


def typed(option: str) -> Dict[str, Any]:
    return {"known": {"dtype": "float64"}} if "float64" in option else {}


def dense() -> Iterator[Recipe]:
    kernels = {"kernel_initializer='he_normal'": he_normal(20, "tf.keras.initializers.HeNormal"),
               "kernel_initializer='lecun_normal'": lecun_normal(20, "tf.keras.initializers.LecunNormal")}
    source = "tf.keras.layers.Dense, kernel_initializer, bias_initializer"
    for option in ("", "use_bias=False", "dtype='float64'", "activation='relu'", *kernels):
        code = f"layers.Dense({UNITS}{', ' if option else ''}{option})"
        bias = {} if "use_bias=False" in option else {"bias": zeros(source)}
        yield Recipe(code, (4, 20), f"built({code}, (None, {{width}}))", clauses=asked(option),
                     draws={"kernel": kernels.get(option) or glorot_uniform(20, UNITS, source), **bias},
                     known={"shapes": [(20, UNITS), (UNITS,)][:2 if bias else 1], **({"dtype": "float64"} if "float64" in option else {})})


def stacked() -> Iterator[Recipe]:
    """A model that is built by its first input, whose type it has to take over; the twin is told it."""
    layer, source = f"layers.Dense({UNITS}, dtype='float64')", "tf.keras.layers.Dense, kernel_initializer, bias_initializer"
    yield Recipe(f"chain({layer})", (4, 20), f"chain(layers.Input(({{width}},), dtype='float64'), {layer})", clauses=OPTION, alone=True,
                 draws={"*kernel": glorot_uniform(20, UNITS, source), "*bias": zeros(source)}, known={"shapes": [(20, UNITS), (UNITS,)], "dtype": "float64"})


def declared_values() -> Iterator[Recipe]:
    """Values that the constructor is given for the variables to come; ``build`` of an eager layer does not ask for them."""
    code, source = f"layers.Dense({UNITS}, weights=[np.ones((20, {UNITS})), np.ones({UNITS})])", "tf.keras.layers.Layer, weights"
    yield Recipe(code, (4, 20), draws={"kernel": constant(1.0, source), "bias": constant(1.0, source)}, alone=True, versions="<2.16",
                 clauses=("before.constructs", "after.shapes", "after.distribution", "after.idempotent", "state.load_into_lazy"),
                 known={"shapes": [(20, UNITS), (UNITS,)]})


def einsum() -> Iterator[Recipe]:
    source = "tf.keras.layers.EinsumDense, kernel_initializer, bias_initializer"
    made = {
        "'abc,cd->abd', output_shape=(None, 48), bias_axes='d'": ([(20, 48), (48,)], 48),
        "'abc,cd->abd', output_shape=(None, 48)": ([(20, 48)], 48),
        # One number of 3 · 16 is made of 20: the fans of the matrix that the layer multiplies by.
        "'abc,cde->abde', output_shape=(None, 3, 16), bias_axes='de'": ([(20, 3, 16), (3, 16)], 48),
    }
    for index, (options, (shapes, outputs)) in enumerate(made.items()):
        code = f"layers.EinsumDense({options})"
        yield Recipe(code, (4, 9, 20), f"built({code}, (None, 9, {{width}}))", axis=-1, clauses=asked("option" if index else ""),
                     draws={"kernel": glorot_uniform(20, outputs, source), **({"bias": zeros(source)} if len(shapes) > 1 else {})},
                     known={"shapes": shapes}, versions=">=2.11")


def embeddings() -> Iterator[Recipe]:
    """Their shapes are the constructor's, and their variables are made at the first pass all the same."""
    source = "tf.keras.initializers.RandomUniform, minval, maxval"
    tokens = {"dtype": "int64", "high": 50, "shapes": [(50, 24)]}
    for option in ("", ", mask_zero=True"):
        code = f"layers.Embedding(50, 24{option})"
        yield Recipe(code, (4, 9), f"built({code}, (None, 9))", draws={"embeddings": uniform(0.05, source)}, clauses=asked(option), known=tokens)
    for option in ("", ", tie_weights=False"):
        code = f"layers.ReversibleEmbedding(50, 24{option})"
        shapes = [(50, 24), (24, 50)] if option else [(50, 24)]
        yield Recipe(code, (4, 9), f"built({code}, (None, 9))", draws={"embeddings": uniform(0.05, source)}, clauses=asked(option),
                     known={**tokens, "shapes": shapes}, versions="keras>=3.12")


def normalizations() -> Iterator[Recipe]:
    """Scale, offset and statistics of each feature; of the axes that are named, where some are."""
    shape = (4, 9, 8, 10)
    made = [("BatchNormalization", option, ">=2.8") for option in ("", "axis=1", "scale=False", "center=False", "dtype='float64'")]
    made += [("LayerNormalization", option, ">=2.8") for option in ("", "axis=[2, 3]", "scale=False", "center=False")]
    made += [("GroupNormalization", option, ">=2.11") for option in ("groups=2", "groups=2, scale=False", "groups=2, center=False", "groups=-1")]
    made += [("RMSNormalization", option, "keras>=3.9") for option in ("", "axis=[2, 3]")]
    for kind, option, versions in made:
        axis = 1 if "axis=1" in option else -1
        sizes = (8, 10) if "axis=[" in option else (shape[axis],)
        draws = {name: value for name, value, flag in (("gamma", ones, "scale"), ("scale", ones, "scale"), ("beta", zeros, "center"))
                 if f"{flag}=False" not in option and (kind == "RMSNormalization") == (name == "scale")}
        if kind == "RMSNormalization":
            draws.pop("beta", None)
        statistics = {"moving_mean": zeros, "moving_variance": ones} if kind == "BatchNormalization" else {}
        code = f"layers.{kind}({option})"
        twin = "None, {width}, 8, 10" if axis == 1 else "None, 9, 8, {width}"
        groups = {"other_widths": (8, 6), "wrong_widths": (8, 2)} if "groups=2" in option else {}
        source = f"tf.keras.layers.{kind}, arguments"
        yield Recipe(code, shape, f"built({code}, ({twin}))", axis=axis, clauses=("*",) if option in ("", "groups=2") else DECIDED,
                     draws={name: value(source) for name, value in {**draws, **statistics}.items()}, versions=versions,
                     known={"shapes": [sizes] * (len(draws) + len(statistics)), **groups, **({"frozen": list(statistics)} if statistics else {}), **({"dtype": "float64"} if "float64" in option else {})})
    yield Recipe("layers.Normalization()", (4, 9, 8, 10), "built(layers.Normalization(), (None, 9, 8, {width}))", axis=-1,
                 draws={"mean": zeros("tf.keras.layers.Normalization"), "variance": ones("tf.keras.layers.Normalization")}, known={"shapes": [(10,), (10,), ()], "frozen": ["*"]})
    yield Recipe("layers.SpectralNormalization(layers.Dense(96))", (4, 20), "built(layers.SpectralNormalization(layers.Dense(96)), (None, {width}))",
                 known={"shapes": {"*kernel": (20, 96), "*bias": (96,), "*vector_u": (1, 96)}, "frozen": ["*vector_u"]}, versions=">=2.13")


def activations() -> Iterator[Recipe]:
    source = "tf.keras.layers.PReLU, alpha_initializer"
    for option, shape in (("", (9, 8, 10)), ("shared_axes=[1, 2]", (1, 1, 10)), ("alpha_initializer='ones'", (9, 8, 10))):
        code = f"layers.PReLU({option})"
        yield Recipe(code, (4, 9, 8, 10), f"built({code}, (None, 9, 8, {{width}}))", axis=-1, clauses=asked(option),
                     draws={"alpha": constant(float("ones" in option), source)}, known={"shapes": [shape]})


# -- attention -------------------------------------------------------------------------------------------------


def drawn(*shapes: tuple) -> List[np.ndarray]:
    return [np.random.standard_normal(shape).astype("float32") for shape in shapes]


def pairs() -> tuple:
    """Queries and values of dot-product attention, in the list that it takes."""
    return (drawn((4, QUERIES, 20), (4, KEYS, 20)),)


def attention() -> Iterator[Recipe]:
    for kind, shape, option in (("Attention", (), "use_scale=True"), ("AdditiveAttention", (20,), "")):
        code = f"layers.{kind}({option})"
        draws = {"*scale": ones("tf.keras.layers.Attention, use_scale")} if not shape else {"*scale": glorot_uniform(20, 20, "tf.keras.layers.AdditiveAttention, use_scale")}
        yield Recipe(code, (), f"built({code}, [(None, {QUERIES}, 20), (None, {KEYS}, 20)])", draws=draws,
                     known={"input_shape": None, "inputs": pairs, "shapes": [shape]})
    for option in ("", ", use_bias=False", ", value_dim=8", ", output_shape=12"):
        yield heads(f"layers.MultiHeadAttention({HEADS}, {HEAD}{option})", option, HEADS, HEADS)
    for option in ("", ", use_bias=False"):
        yield heads(f"layers.GroupQueryAttention({HEAD}, 4, {HEADS}{option})", option, 4, HEADS)


def heads(code: str, option: str, queries: int, values: int) -> Recipe:
    """Projections of queries, keys and values to their heads, and back; fans are those of the matrices."""
    width, memory = 20, 10
    value = 8 if "value_dim" in option else HEAD
    out = 12 if "output_shape" in option else width
    parts = {"query": ((width, queries, HEAD), (queries, HEAD)), "key": ((memory, values, HEAD), (values, HEAD)),
             "value": ((memory, values, value), (values, value)), "attention_output": ((queries, value, out), (out,))}
    biased = "use_bias=False" not in option
    source = f"{code.partition('(')[0].replace('layers.', 'tf.keras.layers.')}, kernel_initializer, bias_initializer"
    shapes, draws = {}, {}
    for name, (kernel, bias) in parts.items():
        cut = 2 if name == "attention_output" else 1
        shapes[f"*{name}/kernel"] = kernel
        draws[f"*{name}/kernel"] = glorot_uniform(int(np.prod(kernel[:cut])), int(np.prod(kernel[cut:])), source)
        if biased:
            shapes[f"*{name}/bias"], draws[f"*{name}/bias"] = bias, zeros(source)
    return Recipe(code, [(4, QUERIES, width), (4, KEYS, memory)], None, clauses=asked(option), draws=draws, known={"shapes": shapes},
                  versions="keras>=3.0" if "Group" in code else ">=2.8")


def spectra() -> Iterator[Recipe]:
    """Kernels of a transform, of the constructor's size."""
    code = "layers.STFTSpectrogram(frame_length=16, fft_length=16, window=None)"
    yield Recipe(code, (4, 50, 3), f"built({code}, (None, 50, 3))", known={"shapes": [(16, 1, 9)] * 2}, versions="keras>=3.8")


RECIPES: List[Recipe] = [*dense(), *stacked(), *declared_values(), *einsum(), *embeddings(), *normalizations(), *activations(), *attention(), *spectra()]
