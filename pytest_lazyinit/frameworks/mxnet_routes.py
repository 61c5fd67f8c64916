"""Every route by which Gluon lets a user place, copy, read, print and register.

Each function takes the adapter and gives what the adapter's method of the same name promises.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import io
import pickle
import warnings
from typing import Any, Callable, Mapping, Sequence

import numpy as np

from . import mxnet_facts as facts
from . import mxnet_generations as generations
from . import mxnet_learning as learning
from .base import Batch, Context, NotOffered, Placement, Registration
from .mxnet_states import saved, state

CONSTANT = 3.0


def inside(adapter, model, call: Callable[[], Any]) -> Callable[[], Any]:
    """``call`` under the model's semantics, as a thunk."""
    def thunk():
        with adapter.inside(model):
            return call()
    return thunk


# -- before the pass ------------------------------------------------------------------------------------

def placements(adapter) -> Sequence[Placement]:
    """dtype, context and trainability, set before ``initialize()``, after it, or around everything."""
    mx, first = adapter.mx, adapter.ctx
    other = mx.cpu(1) if adapter.device == "cpu" else mx.cpu(0)
    double = {"dtype": "float64"}
    start, gather = adapter.start, generations.together
    whole, kind, word = generations.words(mx)
    routes = [
        placement_of(adapter, "cast before initialize()", double, lambda m: m.cast("float64")),
        placement_of(adapter, "cast of a hybridized block", double, lambda m: (hybridize(m), m.cast("float64"))),
        placement_of(adapter, f"{whole}.setattr('dtype')", double, lambda m: gather(m).setattr("dtype", "float64")),
        placement_of(adapter, "grad_req before initialize()", {"trainable": False}, lambda m: gather(m).setattr("grad_req", "null")),
        placement_of(adapter, "grad_req='add' before initialize()", {}, lambda m: gather(m).setattr("grad_req", "add"),
                   forgotten=lambda m: learning.overwriting(adapter, m)),
        placement_of(adapter, "grad_req of what a pattern selects", {}, lambda m: [setattr(p, "grad_req", "null") for p in _weights(m)],
                   forgotten=lambda m: [name for name, p in facts.named(m).items() if not facts.buffer(mx, p) and (p.grad_req == "null") != name.endswith("weight")]),
        placement_of(adapter, "float16 of batch norms", {}, lambda m: [norm.cast("float16") for norm in norms(adapter, m)], late=False,
                   forgotten=lambda m: halved(adapter, m)),
    ]
    # A model that calls initialize() itself chooses when, and where its parameters lie.
    return routes if not adapter.calls.initialize else routes + [
        placement_of(adapter, "cast after initialize()", double, lambda m: (start(m), m.cast("float64"))),
        placement_of(adapter, f"initialize({word}=)", {"device": str(other)}, lambda m: m.initialize(**{word: other}), other),
        placement_of(adapter, f"initialize({word}=[,])", {"device": f"{first}, {other}"}, lambda m: m.initialize(**{word: [first, other]})),
        placement_of(adapter, f"reset_{word} after initialize()", {"device": str(other)}, lambda m: (start(m), generations.reset(m, other)), other),
        placement_of(adapter, f"with {kind}", {"device": str(other)}, lambda m: m.initialize(), other, lambda: getattr(mx, kind)(other)),
        placement_of(adapter, "grad_req after initialize()", {"trainable": False}, lambda m: (start(m), gather(m).setattr("grad_req", "null"))),
    ]


def placement_of(adapter, name, expected, act, ctx=None, around=contextlib.nullcontext, **further: Any) -> Placement:
    """One route; ``ctx`` is where the data of the pass must lie, as everywhere in MXNet."""
    def prepare(model):
        with adapter.inside(model):
            act(model)
        return model

    def convert(batch: Batch) -> Batch:
        return batch if ctx is None else Batch(tuple(value.as_in_ctx(ctx) for value in batch.args), batch.kwargs)
    return Placement(name, expected, prepare, around, expected.get("dtype", "float32"), convert, exact="dtype" not in expected, **further)


def _weights(model):
    """What ``collect_params`` selects of a model by a pattern, if it has other parameters too that learn."""
    if len({name.endswith("weight") for name, p in facts.named(model).items() if p.grad_req != "null"}) < 2:
        raise NotOffered("All of its parameters, or none, are weights.")
    return list(model.collect_params(".*weight").values())


def norms(adapter, model) -> Sequence:
    """The batch norms of a model, which stay float32 when it is cast to float16."""
    found = [block for _, block in facts.blocks(model) if isinstance(block, adapter.mx.gluon.nn.BatchNorm)]
    if not found:
        raise NotOffered("The model has no batch norm.")
    return found


def halved(adapter, model) -> Sequence[str]:
    return [parameter.name for norm in norms(adapter, model) for parameter in facts.named(norm).values() if np.dtype(parameter.dtype) != np.float32]


def hybridize(model, active: bool = True, **flags) -> None:
    """``hybridize()`` without the advice to use HybridSequential instead of Sequential."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.hybridize(active, **flags)


def registrations(adapter) -> Mapping[str, Registration]:
    """``initialize`` of a block, of its dictionary and of its parameters; own initializers come first."""
    if not adapter.calls.initialize:
        raise NotOffered("The model calls initialize() itself, as initialize=False says.")
    constant, due, again, whole = adapter.mx.init.Constant, {}, {}, generations.words(adapter.mx)[0]

    def block(model):
        due.update({name: CONSTANT for name, p in facts.named(model).items() if p.init is None})
        model.initialize(constant(CONSTANT), ctx=adapter.ctx)

    def second(model):
        adapter.start(model)
        again.update({name: CONSTANT for name, p in facts.named(model).items() if p.init is None and facts.unknown(p)})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is initialized by now is left as it is, and told
            model.initialize(constant(CONSTANT), ctx=adapter.ctx)

    def dictionary(model):
        generations.together(model).setattr("init", constant(CONSTANT))
        generations.together(model).initialize(ctx=adapter.ctx)

    def parameters(model):
        for parameter in model.collect_params().values():
            parameter.initialize(init=constant(CONSTANT), ctx=adapter.ctx)
    return {
        "Block.initialize()": _registration(adapter, lambda m: m.initialize(ctx=adapter.ctx), {}),
        "Block.initialize(init)": _registration(adapter, block, due),
        "Block.initialize() and Block.initialize(init)": _registration(adapter, second, again),
        f"{whole}.setattr('init') and initialize()": _registration(adapter, dictionary, {"*": CONSTANT}),
        "Parameter.initialize(init)": _registration(adapter, parameters, {"*": CONSTANT}),
    }


def _registration(adapter, act, remembered) -> Registration:
    return Registration(lambda model: inside(adapter, model, lambda: act(model))(), remembered)


def copies(adapter) -> Mapping[str, Callable[[Any], Any]]:
    """Whole copies; ``copy.copy`` is none, it shares the parameters on purpose."""
    ways = {"deepcopy": copy.deepcopy, "pickle": lambda model: pickle.loads(pickle.dumps(model))}
    return {name: lambda model, way=way: inside(adapter, model, lambda: way(model))() for name, way in ways.items()}


def contexts(adapter) -> Mapping[str, Context]:
    """Autograd's modes around the dry run, and the ways to compile it."""
    grad, bulk = adapter.mx.autograd, adapter.mx.engine.bulk
    compiled = {"hybridize()": {}, "hybridize(static)": {"static_alloc": True, "static_shape": True}}
    return {
        "pause": Context(grad.pause),
        "pause(train_mode=True)": Context(lambda: grad.pause(train_mode=True)),
        "record": Context(grad.record),
        "record(train_mode=False)": Context(lambda: grad.record(train_mode=False)),
        "train_mode": Context(grad.train_mode),
        "predict_mode": Context(grad.predict_mode),
        "bulk": Context(lambda: bulk(16)),
        **{name: Context(prepare=lambda m, flags=flags: hybridize(m, **flags), restore=lambda m: hybridize(m, False))
           for name, flags in compiled.items()},
        "hybridize() under record": Context(grad.record, hybridize, lambda m: hybridize(m, False)),
        "hybridize(), kept": Context(prepare=hybridize),
    }


# -- reading, printing, asking ------------------------------------------------------------------------------

def accesses(adapter, model) -> Mapping[str, Callable[[], Any]]:
    """Readings of uninitialized parameters, before ``initialize()`` and, in a copy, after it."""
    found = _readings(adapter, model, "")
    with adapter.inside(model), contextlib.suppress(Exception):
        # What cannot be copied is for the clause on copies to say; here it only means fewer readings.
        registered = generations.independent_copy(model)
        if registered is None:
            # The model itself then, by the readings that come last.
            late = _readings(adapter, model, " after initialize()", facts.unknown)
            return {**found, **{name: lambda read=read: (adapter.start(model), read()) for name, read in late.items()}}
        adapter.start(registered)
        found.update(_readings(adapter, registered, " after initialize()"))
    return found


def _readings(adapter, model, when: str, meant: Callable[[Any], bool] = facts.unfilled) -> Mapping[str, Callable[[], Any]]:
    waiting = {name: p for name, p in facts.named(model).items() if meant(p)}
    found = {f"{name}.data(){when}": p.data for name, p in waiting.items()}
    for name, p in list(waiting.items())[:1]:
        found.update({
            f"{name}.list_data(){when}": p.list_data, f"{name}.grad(){when}": p.grad, f"{name}.list_grad(){when}": p.list_grad,
            f"{name}.data() + 1{when}": lambda: p.data() + 1, f"{name}.data().size{when}": lambda: p.data().size,
            f"{name}.data().shape{when}": lambda: p.data().shape, f"{name}.data().asnumpy(){when}": lambda: p.data().asnumpy(),
            f"{name}.data(ctx){when}": lambda: p.data(adapter.ctx),
            f"save_parameters{when}": lambda: state(adapter, model),
        })
    if waiting and not generations.structural(model):
        found[f"ParameterDict.save{when}"] = lambda: saved(model.collect_params().save)
    return {name: inside(adapter, model, read) for name, read in found.items()}


def display(adapter, model) -> Mapping[str, Callable[[], str]]:
    """Texts of the block, of its parameters, of each layer that has some."""
    found = {"repr": lambda: repr(model), "str": lambda: str(model), "collect_params()": lambda: str(model.collect_params())}
    for name, parameter in facts.named(model).items():
        found[f"{name} repr"] = lambda parameter=parameter: repr(parameter)
    for path, block in facts.blocks(model):
        if path and block._reg_params:
            found[f"{path} repr"] = lambda block=block: repr(block)
    return {name: inside(adapter, model, show) for name, show in found.items()}


def queries(adapter, model) -> Mapping[str, Callable[[], Any]]:
    """Listing, selecting, counting, walking, tracing with symbols; some raise before ``initialize()``, none may change a thing."""
    known = list(facts.named(model).values())
    gather, whole = model.collect_params, generations.together(model)
    found = {
        "collect_params()": gather, "collect_params(select)": lambda: gather(".*weight"), "params": lambda: model.params,
        "items": lambda: list(gather().items()), "_collect_params_with_prefix()": model._collect_params_with_prefix,
        "repr": lambda: repr(model), "print(collect_params())": lambda: str(gather()), "apply": lambda: model.apply(lambda block: None),
        "layers": lambda: adapter.layers(model), "count": lambda: sum(int(np.prod(p.shape)) for p in known if p.shape),
        "shape, dtype, grad_req": lambda: [(p.shape, p.dtype, p.grad_req, p.lr_mult, p.stype if hasattr(p, "stype") else None) for p in known],
        "zero_grad()": lambda: whole.zero_grad(), "var()": lambda: [p.var() for p in known], "save_parameters": lambda: state(adapter, model),
    }
    if all(type(block).__module__.startswith("mxnet.") for _, block in facts.blocks(model)):  # a pass of others may make what they wait for
        make = adapter.mx.np.ones if model.numpy_semantics else adapter.mx.nd.ones
        found["summary()"] = lambda: _quiet(lambda: model.summary(make((2, 8))))
    found.update({"list_device()": lambda: [p.list_device() for p in known], "names": lambda: [p.name for p in known]}
                 if generations.structural(model) else _classic_queries(adapter, model))
    return {name: inside(adapter, model, ask) for name, ask in found.items()}


def _classic_queries(adapter, model) -> Mapping[str, Callable[[], Any]]:
    """What Gluon 1 alone offers: prefixes, a dictionary that lists contexts, and symbols."""
    trace = functools.partial(_traced, adapter, model)
    return {
        "name": lambda: (model.name, model.prefix), "list_ctx()": lambda: model.collect_params().list_ctx(),
        "symbol": trace, "symbol.list_arguments()": lambda: trace().list_arguments(),
        "symbol.infer_shape_partial()": lambda: trace().infer_shape_partial(data=(2, 8)),
        "symbol.infer_type()": lambda: trace().infer_type(data="float32"),
        "print_summary": lambda: _quiet(lambda: adapter.mx.viz.print_summary(trace())),
    }


def _traced(adapter, model):
    """The block applied to a symbol: Gluon's shape-only view of a block."""
    data = adapter.mx.sym.var("data")
    return model(data.as_np_ndarray() if model.numpy_semantics else data)


def _quiet(show: Callable[[], Any]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as text:
        show()
    return text.getvalue()
