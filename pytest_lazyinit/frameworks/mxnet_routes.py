"""Every route by which Gluon lets a user register, copy, read, print and ask.

Each function takes the adapter and gives what the adapter's method of the same name promises.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import io
import pickle
import warnings
from typing import Any, Callable, Mapping

import numpy as np

from . import mxnet_facts as facts
from . import mxnet_generations as generations
from .base import Context, NotOffered, Registration
from .mxnet_states import saved, state

CONSTANT = 3.0


def inside(adapter, model, call: Callable[[], Any]) -> Callable[[], Any]:
    """``call`` under the model's semantics, as a thunk."""
    def thunk():
        with adapter.inside(model):
            return call()
    return thunk


# -- before the pass ------------------------------------------------------------------------------------

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
