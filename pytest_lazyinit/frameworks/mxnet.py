"""MXNet Gluon, 1.6 to 2.0, under NumPy and, until 1.9, under classic semantics.

Gluon initializes in two steps: ``initialize()`` registers and fills what has a known shape, the first
pass infers the rest. Whether arrays follow NumPy or the classic rules is a flag of the thread, not of
a block; the adapter notes for every block what it was made for, and sets the flags around every call.
"""

from __future__ import annotations

import contextlib
import sys
import warnings
import weakref
from typing import Any, Callable, ContextManager, Iterable, Iterator, Mapping, Optional, Sequence

import numpy as np

from . import mxnet_arrays as arrays
from . import mxnet_calls as calls
from . import mxnet_facts as facts
from . import mxnet_learning as learning
from . import mxnet_placements
from . import mxnet_routes as routes
from . import mxnet_states as states
from .base import Adapter, Batch, Context, Initializer, Parameter, Placement, Registration, Unusable
from .calling import Calls, flattened
from .mxnet_lending import Lending


class MXNet(Lending, Adapter):
    """The answers of MXNet Gluon."""

    name = "mxnet"
    distributions = ("mxnet", "mxnet-mkl", "mxnet-cu92", "mxnet-cu100", "mxnet-cu101", "mxnet-cu102", "mxnet-cu110", "mxnet-cu112")
    missing = {
        "keyword": "Block.__call__ takes positional arguments only (documented until MXNet 1.9).",
        "untouched_after_refusal": "Block.initialize() comes before the first pass and initializes what has a known shape at once, "
                                   "so a refused first pass leaves those parameters initialized.",
    }
    learns = True  # whether gradients are recorded in training mode
    unknown_marks = (r"\((-1|None) ->", r"\bin_channels=(-1|0|None)\b", r"shape=\((\d+, )*(-1|0)[,)]")

    def __init__(self, device: str = "cpu"):
        super().__init__(device)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import mxnet
        except Exception as error:
            raise Unusable(f"mxnet cannot be imported: {type(error).__name__}: {error}.") from error
        self.mx = mxnet
        self._started = weakref.WeakSet()
        if not self.devices()[device]:
            raise Unusable(f"mxnet {mxnet.__version__} has no {device} here.")
        self.ctx = mxnet.gpu(0) if device == "gpu" else mxnet.cpu(0)
        error = mxnet.base.MXNetError
        self.access_errors = (RuntimeError, mxnet.gluon.parameter.DeferredInitializationError)
        self.mismatch_errors = (error, ValueError)
        # A plain RuntimeError is none: it tells to call initialize(), which is no answer once that is done.
        self.refusal_errors = (error, ValueError, TypeError, AssertionError)
        self.state_errors = (AssertionError, ValueError, error)

    # -- who and where ------------------------------------------------------------------------------

    @property
    def version(self) -> str:
        return self.mx.__version__.split("+")[0]

    @staticmethod
    def claims(built: Any) -> bool:
        # () where MXNet is not imported, or only half: an import that failed leaves a module without Block.
        return isinstance(built, getattr(sys.modules.get("mxnet.gluon"), "Block", ()))

    def devices(self) -> Mapping[str, Sequence[str]]:
        gpus = [str(self.mx.gpu(index)) for index in range(self.mx.context.num_gpus())]
        return {"cpu": [str(self.mx.cpu(0))], "gpu": gpus, "tpu": []}

    def layers(self, model) -> Sequence[str]:
        # What else a deviation must be able to speak of stands beside them, the class of the arrays above all.
        return [*(type(block).__name__ for _, block in facts.blocks(model)), *facts.peculiarities(model)]

    def inside(self, model) -> ContextManager:
        """The semantics that a model was made for."""
        return facts.semantics(self.mx, model.numpy_semantics)

    # -- building and running -----------------------------------------------------------------------

    def bound(self, calls: Calls) -> "MXNet":
        made = super().bound(calls)
        if not calls.initialize:
            made.missing = {**self.missing, "transfers": "The model calls initialize() itself, which copies values to its context."}
        return made

    @contextlib.contextmanager
    def evaluating(self, model) -> Iterator[None]:
        # A plain call is in this mode already; what changes is how gradients are recorded.
        before, self.learns = self.learns, False
        try:
            yield
        finally:
            self.learns = before

    def learning(self, model) -> ContextManager:
        return self.mx.autograd.train_mode()

    def adopt(self, built: Any):
        if not hasattr(built, "numpy_semantics"):
            built.numpy_semantics = facts.uses_numpy(self.mx, built)
        return built

    def start(self, model) -> None:
        # Once only: a parameter that another thread is just filling looks as if it had never been registered.
        if model in self._started or not self.calls.initialize:
            return
        self._started.add(model)
        with self.inside(model):
            known = facts.named(model).values()
            fresh = [parameter for parameter in known if not facts.touched(parameter)]
            if len(fresh) == len(known):
                model.initialize(ctx=self.ctx)
                return
            # A second Block.initialize() would replace what is registered for deferred parameters.
            for parameter in fresh:
                parameter.initialize(ctx=self.ctx)

    def started(self, model) -> None:
        """A copy of a block that was registered is registered too."""
        self._started.add(model)

    def tensor(self, array: np.ndarray):
        return arrays.tensor(self, array)

    def first_pass(self, model, batch: Batch):
        self.start(model)
        with self.inside(model):
            return super().first_pass(model, arrays.fed(self, model, batch))

    def apply(self, model, batch: Batch):
        with self.inside(model), arrays.settled(self.mx):
            output = self.run(model, arrays.fed(self, model, batch))
            for leaf in self.arrays(output):
                leaf.wait_to_read()
            return output

    def arrays(self, output: Any) -> Iterator:
        """The arrays of an output, in order."""
        yield from flattened(self.counted(output), lambda leaf: isinstance(leaf, self.mx.nd.NDArray))

    def dense(self, leaf: Any) -> Optional[np.ndarray]:
        return arrays.dense(self, leaf) if isinstance(leaf, self.mx.nd.NDArray) else super().dense(leaf)

    def leaves(self, output: Any) -> Sequence[np.ndarray]:
        return [arrays.read(self, leaf) for leaf in self.arrays(output)]

    # -- asking -------------------------------------------------------------------------------------

    def parameters(self, model) -> Sequence[Parameter]:
        with self.inside(model):
            return [facts.described(self.mx, name, parameter) for name, parameter in facts.named(model).items()]

    def values(self, model) -> Mapping[str, np.ndarray]:
        with self.inside(model):
            return {name: parameter._data[0].asnumpy() for name, parameter in facts.named(model).items() if parameter._data}

    def handles(self, model) -> Mapping[str, Any]:
        return facts.named(model)

    def allocated(self, model) -> int:
        with self.inside(model):
            return sum(facts.held(parameter) for parameter in facts.named(model).values() if parameter._data is None)

    def declared(self, model) -> Mapping[str, Optional[int]]:
        with self.inside(model):
            return facts.declared(model)

    def configuration(self, model) -> Mapping[str, Any]:
        with self.inside(model):
            return facts.configuration(model)

    def accesses(self, model) -> Mapping[str, Callable[[], Any]]:
        return routes.accesses(self, model)

    def display(self, model) -> Mapping[str, Callable[[], str]]:
        return routes.display(self, model)

    def queries(self, model) -> Mapping[str, Callable[[], Any]]:
        return routes.queries(self, model)

    # -- random numbers and initial values ------------------------------------------------------------

    def seed(self, seed: int) -> None:
        self.mx.random.seed(seed)

    def draw(self) -> np.ndarray:
        return arrays.drawn(self)

    def initializers(self, model) -> Mapping[str, Initializer]:
        with self.inside(model):
            return facts.initializers(self.mx, model, self.calls.initialize)

    # -- learning -------------------------------------------------------------------------------------

    def gradients(self, model, *batches: Batch) -> Mapping[str, Optional[np.ndarray]]:
        return learning.gradients(self, model, batches)

    def optimizer(self, model):
        return learning.optimizer(self, model)

    def step(self, model, optimizer, batch: Batch) -> float:
        return learning.step(self, model, optimizer, batch)

    def freeze(self, model) -> str:
        return learning.freeze(self.mx, model)

    def custom_init(self, model, batch: Batch, value: float) -> None:
        learning.custom_init(self, model, batch, value)

    def perturb(self, model, delta: float) -> None:
        learning.perturb(self, model, delta)

    # -- routes ---------------------------------------------------------------------------------------

    def placements(self) -> Sequence[Placement]:
        return mxnet_placements.placements(self)

    def registrations(self) -> Mapping[str, Registration]:
        return routes.registrations(self)

    def copies(self) -> Mapping[str, Callable[[Any], Any]]:
        return routes.copies(self)

    def contexts(self) -> Mapping[str, Context]:
        return routes.contexts(self)

    def restarts(self) -> Mapping[str, Callable[[Any, Batch], Any]]:
        return states.restarts(self)

    def watched(self, model, enter: Callable, leave: Callable, made: Callable):
        return calls.watched(self, model, enter, leave, made)

    # -- points to watch --------------------------------------------------------------------------------

    def transfers(self) -> Iterable[tuple]:
        names = ("asnumpy", "copyto", "as_in_context", "as_in_ctx", "to_device", "_sync_copyfrom")
        return [(owner, name) for owner in (self.mx.nd.NDArray, self.mx.np.ndarray) for name in names if name in vars(owner)]

    def pause_points(self) -> Iterable[tuple]:
        # Here a parameter is no longer registered and not yet filled: what another thread sees is neither.
        parameter, block = self.mx.gluon.Parameter, self.mx.gluon.HybridBlock
        return [(parameter, "_init_impl"), (parameter, "_init_grad"), (block, "_deferred_infer_shape")]
