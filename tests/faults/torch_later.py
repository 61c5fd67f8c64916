"""Faults that show later: at mismatched and varying inputs, in saved and loaded values, under transformations."""

from __future__ import annotations

import copy

from . import Planted
from .torch_classes import around, lazy, nn, uninitialized

LINEAR, CONV = "nn.LazyLinear(96)", "nn.LazyConv2d(96, 3)"


def fitted(patch) -> None:
    """A linear layer cuts or pads its input to the width that it knows."""
    def wrapper(original, self, input):
        width = self.weight.shape[-1]
        short = width - input.shape[-1]
        return original(self, nn().functional.pad(input, (0, short)))
    around(patch, nn().Linear, "forward", wrapper)


def bound_again(patch) -> None:
    """A linear layer fed another width takes new parameters for it."""
    def wrapper(original, self, input):
        if input.dim() and input.shape[-1] not in (0, self.weight.shape[-1]):
            self.__init__(input.shape[-1], self.out_features)
        return original(self, input)
    around(patch, nn().Linear, "forward", wrapper)


def written_before_failing(patch) -> None:
    def wrapper(original, self, input):
        try:
            return original(self, input)
        except RuntimeError:
            self.bias.data.zero_()
            raise
    around(patch, nn().Linear, "forward", wrapper)


def unhooked_first(patch) -> None:
    def wrapper(original, self, module, args, kwargs=None):
        module._initialize_hook.remove()
        return original(self, module, args, kwargs)
    around(patch, lazy(), "_infer_parameters", wrapper)


def sizes_unsaid(patch) -> None:
    def wrapper(original, self, input):
        try:
            return original(self, input)
        except RuntimeError:
            raise RuntimeError("shapes cannot be multiplied") from None
    around(patch, nn().Linear, "forward", wrapper)


def others_loaded(patch) -> None:
    """Loading cuts values of another shape to the parameter's."""
    def wrapper(original, self, state, prefix, *args):
        for name, known in self._parameters.items():
            given = state.get(prefix + name)
            if known is None or isinstance(known, uninitialized()) or given is None or isinstance(given, uninitialized()) or given.shape == known.shape:
                continue
            state[prefix + name] = known.detach().clone()
        return original(self, state, prefix, *args)
    around(patch, nn().Module, "_load_from_state_dict", wrapper)


def scalar_taken(patch) -> None:
    def wrapper(original, self, input):
        return original(self, input.reshape(1) if input.dim() == 0 else input)
    around(patch, nn().LazyLinear, "initialize_parameters", wrapper)
    around(patch, nn().Linear, "forward", lambda original, self, input: original(
        self, input.reshape(1).expand(self.weight.shape[-1]) if input.dim() == 0 else input))


def width_of_the_class(patch) -> None:
    """The class remembers the first width that it saw, for every layer after it."""
    seen = {}

    def wrapper(original, self, input):
        if self.has_uninitialized_params() and input.dim():
            input = input.new_zeros(seen.setdefault(self.out_features, input.shape[-1]))
        return original(self, input)
    around(patch, nn().LazyLinear, "initialize_parameters", wrapper)


def flattened(patch) -> None:
    """The width is that of the flattened example, and so it counts leading dimensions."""
    def wrapper(original, self, input):
        return original(self, input.flatten(1) if input.dim() > 2 else input)
    around(patch, nn().LazyLinear, "initialize_parameters", wrapper)


def overwritten(patch) -> None:
    """Loaded values are drawn over at the first pass."""
    def wrapper(original, self, module, args, kwargs=None):
        original(self, module, args, kwargs)
        if isinstance(module, nn().Linear):
            nn().Linear.reset_parameters(module)
    around(patch, lazy(), "_infer_parameters", wrapper)


def half_loaded(patch) -> None:
    """Loading into a lazy layer takes the weight, not the bias."""
    def wrapper(original, self, state, prefix, *args):
        original(self, {name: value for name, value in state.items() if not name.endswith("bias")}, prefix, *args)
    around(patch, lazy(), "_lazy_load_hook", wrapper)


def dtype_of_the_file(patch) -> None:
    def wrapper(original, self, state, prefix, *args):
        for name, known in self._parameters.items():
            given = state.get(prefix + name)
            if isinstance(known, uninitialized()) and given is not None and not isinstance(given, uninitialized()):
                known.materialize(given.shape, dtype=given.dtype)
        original(self, state, prefix, *args)
    around(patch, lazy(), "_lazy_load_hook", wrapper)


def shared_by_copies(patch) -> None:
    def copied(original, self, memo):
        return memo.setdefault(id(self), self if type(self) is nn().Parameter else copy.copy(self))
    around(patch, nn().Parameter, "__deepcopy__", copied)


def missing_untold(patch) -> None:
    def load(self, state, prefix, metadata, strict, missing, unexpected, errors):
        nn().Module._load_from_state_dict(self, state, prefix, metadata, strict, [], unexpected, errors)
    patch.setattr(lazy(), "_load_from_state_dict", load, raising=False)


def computed_in_dry_runs(patch) -> None:
    """A first pass on the meta device makes real memory."""
    def wrapper(original, self, shape, device=None, dtype=None):
        original(self, shape, "cpu" if str(self.data.device) == "meta" else device, dtype)
    around(patch, uninitialized(), "materialize", wrapper)


def shared_in_name_only(patch) -> None:
    """Moving a lazy model to shared memory does nothing and says nothing."""
    patch.setattr(uninitialized(), "share_memory_", lambda self: self)


def substitutes_kept(patch) -> None:
    """A layer keeps the parameters that it was called with."""
    import torch
    original = torch.func.functional_call

    def called(module, values, *args, **kwargs):
        found = original(module, values, *args, **kwargs)
        for name, parameter in module.named_parameters():
            if name in values:
                parameter.data = values[name].detach()
        return found
    patch.setattr(torch.func, "functional_call", called)


FAULTS = [
    Planted("mismatch", "another width is cut or padded to the known one", fitted, ["mismatch.rejected"]),
    Planted("mismatch", "another width makes a layer start over", bound_again, ["mismatch.rejected"]),
    Planted("mismatch", "a rejected input has changed the bias", written_before_failing, ["mismatch.rejection_changes_nothing"]),
    Planted("mismatch", "the hook is gone after a first pass that failed", unhooked_first, ["mismatch.failed_first_pass_recovers"]),
    Planted("mismatch", "the error for a wrong width names no size", sizes_unsaid, ["mismatch.message_names_both"]),
    Planted("mismatch", "values of other shapes are left out in silence when a state is loaded", others_loaded, ["mismatch.state_rejected"]),
    Planted("mismatch", "a scalar is taken for one feature", scalar_taken, ["mismatch.degenerate"], LINEAR),
    Planted("varying", "a class remembers the first width that it saw, for all later models", width_of_the_class, ["varying.rebind"]),
    Planted("varying", "leading dimensions count as features", flattened, ["varying.leading_dimensions", "after.every_call_form"]),
    Planted("state", "loaded values are drawn over at the first pass", overwritten, ["state.load_before", "state.load_into_lazy"]),
    Planted("state", "loading into a lazy layer leaves the bias out", half_loaded, ["state.load_into_lazy"]),
    Planted("state", "a lazy layer takes the dtype of the file that it loads", dtype_of_the_file, ["state.load_into_lazy", "state.partial_load"]),
    Planted("state", "a deep copy of an initialized model shares its parameters", shared_by_copies, ["state.copy_after"]),
    Planted("state", "missing entries of a state are not told", missing_untold, ["state.partial_load"]),
    Planted("transform", "a dry run on the meta device takes memory", computed_in_dry_runs, ["transform.abstract"]),
    Planted("transform", "moving an uninitialized model to shared memory is accepted and lost", shared_in_name_only, ["transform.wrappers"]),
    Planted("transform", "a functional call leaves its parameters in the module", substitutes_kept, ["transform.functional_call"]),
]
