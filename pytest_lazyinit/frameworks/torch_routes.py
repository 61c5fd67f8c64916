"""The routes that PyTorch offers for a whole model: copies, "initialize now", modes, starting over, memory."""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import pickle
from multiprocessing.reduction import ForkingPickler
from typing import Any, Callable, Collection, Dict, Iterator
from unittest import mock

from .base import Batch, Context, NotOffered, Registration

CONSTANT = 0.25
TRANSFERS = ("to", "cpu", "cuda")


def copies(torch) -> Dict[str, Callable[[Any], Any]]:
    """Copies of a whole module: in memory, through pickle, to another process, to a file, for averaging."""
    def through_file(model):
        file = io.BytesIO()
        torch.save(model, file)
        file.seek(0)
        # A whole module is code as well as data, which the default refuses for eager modules just so.
        safe = "weights_only" in inspect.signature(torch.load).parameters
        return torch.load(file, **({"weights_only": False} if safe else {}))
    return {
        "deepcopy": copy.deepcopy,
        "pickle": lambda model: pickle.loads(pickle.dumps(model)),
        "ForkingPickler": lambda model: ForkingPickler.loads(ForkingPickler.dumps(model)),
        "torch.save": through_file,
        "AveragedModel": lambda model: torch.optim.swa_utils.AveragedModel(model).module,
    }


def registrations(torch) -> Dict[str, Registration]:
    """Ways to say initial values before the first pass."""
    remembered = {"*weight": CONSTANT, "*bias": CONSTANT}

    def each(fill: Callable[[Any], Any]) -> Registration:
        def apply(model) -> None:
            with torch.no_grad():
                for parameter in model.parameters():
                    fill(parameter)
        return Registration(apply, remembered)

    def init(module) -> None:
        for parameter in module.parameters(recurse=False):
            torch.nn.init.constant_(parameter, CONSTANT)

    def reset(module) -> None:
        getattr(module, "reset_parameters", lambda: None)()
    return {
        "Module.apply(init)": Registration(lambda model: model.apply(init), remembered),
        # It sets the values that the first pass sets as well, so there is no constant to remember.
        "Module.apply(reset_parameters)": Registration(lambda model: model.apply(reset)),
        "init.constant_(parameter)": each(lambda parameter: torch.nn.init.constant_(parameter, CONSTANT)),
        # Without spread what is drawn is the constant.
        "init.normal_(parameter)": each(lambda parameter: torch.nn.init.normal_(parameter, CONSTANT, 0.0)),
        "init.uniform_(parameter)": each(lambda parameter: torch.nn.init.uniform_(parameter, CONSTANT, CONSTANT)),
        "Parameter.normal_()": each(lambda parameter: parameter.normal_(CONSTANT, 0.0)),
        "Parameter.uniform_()": each(lambda parameter: parameter.uniform_(CONSTANT, CONSTANT)),
        "Parameter.fill_()": each(lambda parameter: parameter.fill_(CONSTANT)),
        "Parameter.data.fill_()": each(lambda parameter: parameter.data.fill_(CONSTANT)),
        "Parameter.copy_()": each(lambda parameter: parameter.copy_(torch.tensor(CONSTANT))),
        "vector_to_parameters": Registration(
            lambda model: torch.nn.utils.vector_to_parameters(torch.full((9,), CONSTANT), model.parameters()), remembered),
    }


def hooked(model) -> None:
    """Each kind of hook that a module takes, on every module."""
    for module in model.modules():
        module.register_forward_pre_hook(lambda *call: None)
        module.register_forward_hook(lambda *call: None)
        module._register_load_state_dict_pre_hook(lambda *details: None)
        module._register_state_dict_hook(lambda *details: None)


def contexts(torch, place: str) -> Dict[str, Context]:
    """Modes of a dry run."""
    quiet = {"no_grad": torch.no_grad}
    if hasattr(torch, "inference_mode"):
        quiet["inference_mode"] = torch.inference_mode
    evaluating = {"prepare": lambda model: model.eval(), "restore": lambda model: model.train()}
    found = {name: Context(around) for name, around in quiet.items()}
    found.update({f"{name} and eval": Context(around, **evaluating) for name, around in quiet.items()})
    found["eval"] = Context(**evaluating)
    found["train"] = Context(prepare=lambda model: model.train())
    found["set_grad_enabled(False)"] = Context(lambda: torch.set_grad_enabled(False))
    found["detect_anomaly"] = Context(torch.autograd.detect_anomaly)
    if hasattr(torch, "autocast"):
        found["autocast"] = Context(lambda: torch.autocast(torch.device(place).type, dtype=torch.bfloat16))
    elif place.startswith("cuda"):
        found["autocast"] = Context(torch.cuda.amp.autocast)
    return found


def restarts(torch, lazy_in: Callable[[Any], Collection[str]]) -> Dict[str, Callable[[Any, Batch], Any]]:
    """Loading the state of an untouched model is the one spelling of "uninitialized again" that PyTorch takes.

    ``lazy_in`` gives the names of what was uninitialized in a model when it was untouched.
    """
    parameter = torch.nn.parameter
    lazy_buffer = getattr(parameter, "UninitializedBuffer", None)

    def untouched(model) -> Dict[str, Any]:
        lazy = lazy_in(model)
        if not lazy:
            raise NotOffered(f"{type(model).__name__} has nothing uninitialized before its first pass that a state could hold.")
        weights = {name: parameter.UninitializedParameter() for name, _ in model.named_parameters() if name in lazy}
        state = {key: weights.get(key, value) for key, value in model.state_dict().items()}
        return {**state, **{name: lazy_buffer() for name, _ in model.named_buffers() if name in state and name in lazy}}

    def loaded(**how: Any) -> Callable[[Any, Batch], Any]:
        def restart(model, batch):
            model.load_state_dict(untouched(model), **how)
            return model
        return restart
    found = {"load_state_dict": loaded()}
    if "assign" in inspect.signature(torch.nn.Module.load_state_dict).parameters:
        found["load_state_dict(assign=True)"] = loaded(assign=True)
    return found


@contextlib.contextmanager
def one_thread(torch) -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextlib.contextmanager
def poisoned(torch) -> Iterator[None]:
    """``torch.empty`` and its relatives give NaN, and so does ``torch.Tensor(sizes)``, which PyTorch 1.8 makes its parameters with.

    Deterministic mode fills memory too, but not before 2.2, and it refuses other functions on the way.
    """
    def filled(original: Callable) -> Callable:
        def make(*args, **kwargs):
            made = original(*args, **kwargs)
            if made.is_floating_point():
                with torch.no_grad():
                    made.fill_(float("nan"))
            return made
        return make
    with contextlib.ExitStack() as stack:
        for owner, name in ((torch, "empty"), (torch, "empty_like"), (torch.Tensor, "new_empty")):
            stack.enter_context(mock.patch.object(owner, name, filled(getattr(owner, name))))
        if not hasattr(torch.nn.parameter, "UninitializedBuffer"):  # before 1.9
            stack.enter_context(mock.patch.object(torch.Tensor, "__new__", filled(torch.Tensor.__new__), create=True))
        yield


@contextlib.contextmanager
def evaluating(model) -> Iterator[None]:
    """Evaluation mode; each module's own mode afterwards."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


@contextlib.contextmanager
def movable(torch, kind: type) -> Iterator[None]:
    """Uninitialized parameters may be moved while that is being watched: they know by identity which functions they allow."""
    watched = [getattr(torch.Tensor, name) for name in TRANSFERS]
    with mock.patch.object(kind, "_allowed_methods", [*kind._allowed_methods, *watched]):
        yield


@contextlib.contextmanager
def untraced(torch, model, place: str, kinds: tuple) -> Iterator[None]:
    """Gradients on; batch statistics and the random state as before afterwards."""
    kept = {name: buffer.clone() for name, buffer in model.named_buffers() if not isinstance(buffer, kinds)}
    devices = [torch.device(place).index] if place.startswith("cuda") else []
    with torch.random.fork_rng(devices), torch.enable_grad():
        yield
    with torch.no_grad():
        for name, buffer in model.named_buffers():
            # Only what changed is written: a tensor made in inference mode refuses even the same values.
            if name in kept and not torch.equal(buffer, kept[name]):
                buffer.copy_(kept[name])
