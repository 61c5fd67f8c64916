"""What an adapter must answer.

An adapter is one small class a framework. It knows no clause; a clause knows no framework. Every
answer comes from the framework's own facts (a type, a flag, a shape), never from our bookkeeping.

Vocabulary of the signatures:

``model``
    what ``adopt`` returned: the framework's own object, or for a functional framework a small holder
    of module and variables. Clauses treat it as opaque.
``Batch``
    the input of one pass, as framework tensors (see ``Adapter.batch``).
``name``
    a parameter's name as the framework spells it once the model is initialized.

Errors of the framework are let through untouched: clauses look at them. ``NotOffered`` and ``Unusable`` are ours.
"""

from __future__ import annotations

import contextlib
import copy
import functools
from typing import Any, Callable, ClassVar, ContextManager, Iterable, Mapping, Optional, Sequence

import numpy as np

from .answers import Answers
from .calling import Calls, invoke, judged, moded, valued
from .further import Further
from .states import States
from .transforms import Transforms, unasked
from .watching import Layers
from .words import Batch, Context, Initializer, NotOffered, Parameter, Placement, Registration, Unusable

__all__ = ["Adapter", "Batch", "Context", "Initializer", "NotOffered", "Parameter", "Placement", "Registration", "Unusable", "unasked"]


class Adapter(Further, Answers, States, Transforms):
    """Base of the four adapters; a third party's adapter derives from it too.

    The framework is imported in ``__init__`` and kept on the instance. One instance serves one
    device: ``device`` is ``"cpu"``, ``"gpu"`` or ``"tpu"``, and everything the instance builds or
    feeds lives on the first such device.
    """

    name: ClassVar[str]
    """The framework's name in options, ids and reports: ``torch``, ``tensorflow``, ``flax``, ``mxnet``."""

    distributions: ClassVar[tuple] = ()
    """Distributions whose version is the framework's, the first installed one counts."""

    missing: Mapping[str, str] = {}
    """Capability → reason: what the framework does not offer. The only source of a framework's ``n/a``."""

    access_errors: tuple = (Exception,)
    """Documented exceptions of reading what is not initialized."""
    mismatch_errors: tuple = (Exception,)
    """Documented exceptions of feeding a wrong dimension."""
    operation_errors: tuple = ()
    """What the framework's bare operations raise of a wrong dimension beyond that; it passes through an author's own layer."""
    refusal_errors: tuple = (Exception,)
    """Exceptions that count as a clear refusal of a senseless call (no input, a scalar, a wrong dtype)."""
    state_errors: tuple = (Exception,)
    """Documented exceptions of loading a state of other shapes."""
    unknown_marks: tuple = ()
    """Regular expressions that match how ``display`` spells an unknown dimension."""

    calls: Calls = Calls()
    """How the author's models are called; set by ``bound``."""
    training: bool = True
    """The mode that models are told to be in, where ``calls.train`` says how to tell them."""

    def __init__(self, device: str = "cpu"):
        self.device = device

    def bound(self, calls: Calls) -> "Adapter":
        """The same adapter for models that are called in ways of their own."""
        if calls == Calls():
            return self
        made = copy.copy(self)
        made.calls = calls
        if calls.uninitialized is not None:
            made.parameters = functools.partial(judged, self, calls.uninitialized)
            made.values = functools.partial(valued, made, self)
        return made

    def run(self, target: Any, batch: "Batch") -> Any:
        """Call ``target`` as the author says, in the mode of the moment."""
        call = moded(self.calls.train, self.training, batch.args, batch.kwargs)
        for name, flag in call.fields.items():
            setattr(target, name, flag)
        with call.around:
            return invoke(self.calls.call, target, *call.args, **call.kwargs)

    def counted(self, output: Any) -> Any:
        """What of an output counts."""
        return self.calls.output(output) if self.calls.output else output

    # -- who and where ------------------------------------------------------------------------------

    @property
    def version(self) -> str:
        """The framework's version, e.g. ``"2.13.0"`` (local parts such as ``+cpu`` cut off)."""
        raise NotImplementedError

    def versions(self) -> Mapping[str, str]:
        """Versions of the packages that decide the behaviour: ``{"tensorflow": …, "keras": …}``."""
        return {self.name: self.version}

    @staticmethod
    def claims(built: Any) -> bool:
        """Whether ``built`` is a model of this framework; asked through ``sys.modules``, imports nothing."""
        raise NotImplementedError

    def devices(self) -> Mapping[str, Sequence[str]]:
        """``{"cpu": […], "gpu": […], "tpu": […]}`` by the framework's own device list; absent ones empty."""
        raise NotImplementedError

    def layers(self, model) -> Sequence[str]:
        """Class names of the model and of every layer inside it, as they were before the first pass too."""
        raise NotImplementedError

    # -- building and running -----------------------------------------------------------------------

    def building(self) -> ContextManager:
        """Around a builder's call, where a framework decides at construction on which device it builds."""
        return contextlib.nullcontext()

    def one_thread(self) -> ContextManager:
        """Around a clause on a small model: several threads cost more than they compute, most of all beside other processes."""
        return contextlib.nullcontext()

    def evaluating(self, model) -> ContextManager:
        """The model in its evaluation mode, where that is a state of the model; a row's output then depends on no other row."""
        return contextlib.nullcontext()

    def learning(self, model) -> ContextManager:
        """The mode in which gradients are computed, where a plain call is in another one."""
        return contextlib.nullcontext()

    def adopt(self, built: Any):
        """Take up what a builder returned (move it to the device, hold it); it stays untouched."""
        return built

    def start(self, model) -> None:
        """What a user must do between construction and the first pass (Gluon's ``initialize()``); nothing elsewhere."""

    def batch(self, *arrays: np.ndarray) -> Batch:
        """NumPy arrays as one positional input on the device."""
        return Batch(tuple(self.tensor(array) for array in arrays))

    def tensor(self, array: np.ndarray):
        """One NumPy array as a tensor of the same dtype on the device."""
        raise NotImplementedError

    def dense(self, leaf: Any) -> Optional[np.ndarray]:
        """A dense array or tensor as NumPy, ``None`` for all else (numbers, sparse tensors, graphs)."""
        return leaf if isinstance(leaf, np.ndarray) and leaf.dtype != object else None

    def first_pass(self, model, batch: Batch):
        """The call on data that initializes (and completes: wait for asynchronous errors). Returns the output.

        Training mode is the framework's default for a plain call of a fresh model.
        """
        if self.calls.first_pass is not None:
            invoke(self.calls.first_pass, model, *batch.args, **batch.kwargs)
        return self.apply(model, batch)

    def shapes_after(self, model, batch: Batch) -> Mapping[str, Optional[tuple]]:
        """Shapes that a first pass of a fresh model gives; the cheapest honest way to know."""
        self.first_pass(model, batch)
        return {parameter.name: parameter.shape for parameter in self.parameters(model)}

    def apply(self, model, batch: Batch):
        """A later pass. Returns the output, computed (asynchronous errors surface inside this call)."""
        raise NotImplementedError

    def leaves(self, output: Any) -> Sequence[np.ndarray]:
        """The arrays of an output (tensor, tuple, list, dict), as NumPy, in a fixed order."""
        raise NotImplementedError

    def keyword(self, model) -> str:
        """The name of the model's first input in a keyword call (``input``, ``inputs``, ``x``)."""
        raise NotImplementedError

    # -- random numbers and initial values ------------------------------------------------------------

    def seed(self, seed: int) -> None:
        """Seed every generator that initialization draws from."""
        raise NotImplementedError

    def draw(self) -> np.ndarray:
        """The generator's next few numbers: equal draws mean an equal state. Capability ``random_state``."""
        raise NotImplementedError

    def initializers(self, model) -> Mapping[str, Initializer]:
        """The documented initializer of each parameter of an initialized model, with its true fan; known ones only."""
        raise NotImplementedError

    def poisoned(self) -> ContextManager:
        """While active, fresh memory that the framework does not fill holds NaN (a null context where there is none)."""
        return contextlib.nullcontext()

    # -- learning: the harness' loss is mean((output - 1)²), summed over batches ----------------------

    def gradients(self, model, *batches: Batch) -> Mapping[str, Optional[np.ndarray]]:
        """Gradient of the loss per parameter (buffers left out), ``None`` where none arrives. Leaves no trace."""
        raise NotImplementedError

    def optimizer(self, model):
        """Plain SGD, learning rate 0.1; may be made before the first pass."""
        raise NotImplementedError

    def step(self, model, optimizer, batch: Batch) -> float:
        """One training step; the loss before the step."""
        raise NotImplementedError

    def freeze(self, model) -> str:
        """Freeze the first layer that has parameters, before the pass; a glob of the frozen names. Capability ``freeze``."""
        raise NotImplementedError

    def custom_init(self, model, batch: Batch, value: float) -> None:
        """The chapter's ``apply_init``: a dry run on ``batch``, then an initializer of one's own (all ``value``)."""
        raise NotImplementedError

    def perturb(self, model, delta: float) -> None:
        """Add ``delta`` to every trainable parameter in place, as an update does."""
        raise NotImplementedError

    # -- watching a pass --------------------------------------------------------------------------------

    def watched(self, model, enter: Callable, leave: Callable, made: Callable) -> "ContextManager[Layers]":
        """While active, calls of layers and initializations are told to the callbacks, see `watching`.

        ``model`` may be untouched; what is watched is its next ``first_pass``.
        """
        raise NotOffered(f"The adapter of {self.name} does not say what a pass calls.")

    # -- points to watch --------------------------------------------------------------------------------

    def transfers(self) -> Iterable[tuple]:
        """``(owner, attribute)`` of the functions that move data between host and devices."""
        raise NotImplementedError

    def pause_points(self) -> Iterable[tuple]:
        """``(owner, attribute)`` of functions inside a first pass at which a thread can be held up.

        Capability ``threads``. The first one that a first pass reaches is used.
        """
        raise NotImplementedError
