"""What Gluon offers around a whole deferred block: shape inference, compiled graphs, calls with other values, wrappers."""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, Mapping

from . import mxnet_exports as exports
from . import mxnet_facts as facts
from . import mxnet_generations as generations
from .base import Batch, NotOffered
from .mxnet_arrays import fed
from .mxnet_routes import hybridize
from .transforms import Compiled, Inferred

STATIC = {"static_alloc": True}
UNCOMPILED = "hybridize() and hybridize(False)"


def called_plainly(adapter) -> None:
    """What traces a block runs its ``forward``, with the input alone."""
    if any(how is not None for how in (adapter.calls.call, adapter.calls.first_pass, adapter.calls.train)):
        raise NotOffered("Gluon transforms a block's forward, and this model is called, initialized or told its mode in another way.")
    if not adapter.calls.initialize:
        raise NotOffered("The model calls initialize() itself, as initialize=False says.")


# -- shapes alone -----------------------------------------------------------------------------------------------------


def abstractions(adapter) -> Dict[str, Callable[[Callable[[], Any], Batch], Inferred]]:
    """``infer_shape`` of a hybrid block, and that of the symbol that a block makes; neither needs ``initialize()``."""
    called_plainly(adapter)

    def of_block(build, batch):
        model = build()
        hybrid(adapter, model)
        with adapter.inside(model):
            model.infer_shape(*positional(adapter, model, batch))
        shapes = {fact.name: fact.shape for fact in adapter.parameters(model)}
        return Inferred(shapes, adapter.allocated(model), model)

    def of_symbol(build, batch):
        model = build()
        with adapter.inside(model):
            symbol, inputs = traced(adapter, model, batch)
            arguments, _, states = symbol.infer_shape(**{name: array.shape for name, array in inputs.items()})
        found = dict(zip(symbol.list_arguments() + symbol.list_auxiliary_states(), [*arguments, *states]))
        names = {name: parameter.name for name, parameter in facts.named(model).items()}
        # What the pass does not reach stays as it is.
        shapes = {fact.name: found.get(names[fact.name], fact.shape) for fact in adapter.parameters(model)}
        return Inferred(shapes, adapter.allocated(model), model)
    return {"HybridBlock.infer_shape": of_block, "Symbol.infer_shape": of_symbol}


def positional(adapter, model, batch: Batch) -> tuple:
    args = fed(adapter, model, batch).args
    if batch.kwargs or not all(isinstance(value, adapter.mx.nd.NDArray) and value.stype == "default" for value in args):
        raise NotOffered("A symbol stands for one dense array, and this model takes something else.")
    return args


def traced(adapter, model, batch: Batch) -> tuple:
    """The symbol that a block makes of symbols, and the arrays of the input by the names of those."""
    if generations.structural(model):
        raise NotOffered("Gluon 2 takes no symbols; it traces a pass on arrays.")
    args = positional(adapter, model, batch)
    names = ["data"] if len(args) == 1 else [f"data{index}" for index in range(len(args))]
    symbols = [adapter.mx.sym.var(name) for name in names]
    output = model(*(symbol.as_np_ndarray() if model.numpy_semantics else symbol for symbol in symbols))
    if not isinstance(output, adapter.mx.sym.Symbol):
        raise NotOffered("A symbol has one array as its output, and this model gives something else.")
    return output, dict(zip(names, args))


# -- compiled graphs ----------------------------------------------------------------------------------------------------


def compilations(adapter) -> Dict[str, Compiled]:
    """Hybridized blocks, with and without fixed memory and shapes, optimized and exported ones, a block made of a symbol."""
    called_plainly(adapter)

    def hybridized(model, batch, **flags):
        adapter.start(model)
        hybridize(model, **flags)
        return model

    def optimized(model, batch):
        hybrid(adapter, model)
        adapter.start(model)
        with adapter.inside(model):
            model.optimize_for(*positional(adapter, model, batch), backend="MKLDNN")
        return model

    def from_file(model, batch):
        hybrid(adapter, model)
        hybridize(model)
        adapter.first_pass(model, batch)
        with adapter.inside(model):
            return exports.there_and_back(adapter, model)

    found = {
        "hybridize()": Compiled(hybridized),
        "hybridize(static_alloc=True)": Compiled(functools.partial(hybridized, **STATIC)),
        "hybridize(static_alloc=True, static_shape=True)": Compiled(functools.partial(hybridized, **STATIC, static_shape=True)),
        "hybridize(), a pass, add()": Compiled(functools.partial(grown, adapter)),
        "export and SymbolBlock.imports": Compiled(from_file),
        "SymbolBlock of the symbol": Compiled(functools.partial(of_symbol, adapter)),
    }
    if hasattr(adapter.mx.gluon.HybridBlock, "optimize_for"):
        found["optimize_for"] = Compiled(optimized)
    return found


def grown(adapter, model, batch: Batch):
    """A chain that was compiled and passed without its last layer, which it then takes."""
    if type(model) is not adapter.mx.gluon.nn.HybridSequential or len(model) < 2:
        raise NotOffered("Only a chain of hybrid blocks takes a further one after its first pass.")
    adapter.start(model)
    *first, last = list(model)
    with adapter.inside(model):
        made = type(model)()
        made.add(*first)
        made.numpy_semantics = model.numpy_semantics
        hybridize(made)
    adapter.apply(made, batch)
    with adapter.inside(model):
        made.add(last)
    return made


def of_symbol(adapter, model, batch: Batch):
    """A block made of the symbol that a block makes of symbols."""
    adapter.start(model)
    with adapter.inside(model):
        symbol, inputs = traced(adapter, model, batch)
        try:
            iter(symbol)
        except AttributeError as error:  # in MXNet 1.6
            raise NotOffered("This release makes no block of a symbol under NumPy semantics.") from error
        variables = [variable(adapter, model, name) for name in inputs]
        block = adapter.mx.gluon.SymbolBlock(symbol, variables, params=model.collect_params())
    block.numpy_semantics = model.numpy_semantics
    return block


def variable(adapter, model, name: str):
    symbol = adapter.mx.sym.var(name)
    return symbol.as_np_ndarray() if model.numpy_semantics else symbol


def hybrid(adapter, model) -> None:
    """What is made of a graph is offered by blocks that make one."""
    if not isinstance(model, adapter.mx.gluon.HybridBlock):
        raise NotOffered("Only a HybridBlock has infer_shape, optimize_for and export.")


# -- other values ---------------------------------------------------------------------------------------------------------


def functionals(adapter) -> Dict[str, Callable[[Any, Any, Batch], Any]]:
    """The symbol of a block, bound to the values of another: the block itself is called with its own alone."""
    called_plainly(adapter)

    def bound(model, state: Mapping[str, Any], batch):
        mx = adapter.mx
        make = mx.np.array if model.numpy_semantics else mx.nd.array
        with adapter.inside(model):
            symbol, inputs = traced(adapter, model, batch)
            names = {parameter.name: name for name, parameter in facts.named(model).items()}
            values = {**inputs, **{own: make(state[name], dtype=state[name].dtype) for own, name in names.items()}}
            wanted = {kind: {name: values[name] for name in getattr(symbol, f"list_{kind}")()} for kind in ("arguments", "auxiliary_states")}
            executor = symbol.bind(adapter.ctx, wanted["arguments"], grad_req="null", aux_states=wanted["auxiliary_states"])
            return executor.forward(is_train=False)[0]
    return {"Symbol.bind": bound}


# -- wrappers and conversions ------------------------------------------------------------------------------------------------


def wrapped(name: str, model) -> bool:
    """``hybridize(False)`` reaches every child, as ``hybridize()`` does."""
    return name != UNCOMPILED or not any(getattr(block, "_active", False) for _, block in facts.blocks(model))


def wrappers(adapter) -> Dict[str, Callable[[Any], Any]]:
    """What is done to a whole block, untouched or registered: conversions, hooks, several contexts."""
    gluon = adapter.mx.gluon

    def started(act):
        return lambda model: (adapter.start(model), act(model))

    def there_and_back(model):
        model.cast("float64")
        model.cast("float32")
    acts = {
        "cast, there and back": there_and_back,
        "apply": lambda m: m.apply(lambda block: None),
        "reset of the place": lambda m: generations.reset(m, adapter.ctx),
        "reset of the place after initialize()": started(lambda m: generations.reset(m, adapter.ctx)),
        "register_forward_hook": lambda m: m.register_forward_hook(lambda *given: None),
        "register_forward_pre_hook": lambda m: m.register_forward_pre_hook(lambda *given: None),
        "setattr('grad_req', 'add')": lambda m: generations.together(m).setattr("grad_req", "add"),
        UNCOMPILED: lambda m: (hybridize(m), hybridize(m, False)),
        "setattr('lr_mult')": lambda m: generations.together(m).setattr("lr_mult", 2.0),
    }
    if hasattr(gluon.Block, "register_op_hook"):
        acts["register_op_hook"] = lambda m: m.register_op_hook(lambda *given: None)
    found = {name: _acting(adapter, act) for name, act in acts.items()}
    found["split_and_load"] = functools.partial(_split, adapter)
    found["amp.convert_hybrid_block"] = _converted
    return found


def _acting(adapter, act) -> Callable[[Any], Any]:
    def wrap(model):
        with adapter.inside(model):
            act(model)
        return model
    return wrap


def _converted(model):
    raise NotOffered("amp.convert_hybrid_block takes a block that was hybridized and passed, and its float16 needs a GPU.")


def _split(adapter, model):
    """The block on two contexts, fed with half of the batch on each."""
    called_plainly(adapter)
    mx, contexts = adapter.mx, [adapter.ctx, adapter.mx.cpu(1)]

    class Split(mx.gluon.Block):
        """Calls a block on the part of the batch that lies on each context."""

        def __init__(self):
            super().__init__()
            self.block = model

        def forward(self, *arrays):
            parts = [mx.gluon.utils.split_and_load(array, contexts, even_split=False) for array in arrays]
            return [self.block(*part) for part in zip(*parts)]
    with adapter.inside(model):
        filled = any(facts.touched(parameter) for parameter in facts.named(model).values())
        generations.reset(model, contexts) if filled else model.initialize(ctx=contexts)
        wrapped = Split()
    wrapped.numpy_semantics = model.numpy_semantics
    return wrapped
