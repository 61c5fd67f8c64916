"""What the Keras adapter asks of a backend. One small class a backend answers it; nothing here imports one."""

from __future__ import annotations

import contextlib
from typing import Any, Callable, ClassVar, ContextManager, Iterable, List, Mapping, Sequence, Tuple

import numpy as np

from .base import Context, Placement


class Backend:
    """Base of the three backends; ``name`` is Keras' own word for it."""

    name: ClassVar[str]
    dense_types: tuple = ()
    """Classes of tensors."""
    sparse_types: tuple = ()
    operation_errors: tuple = ()
    """What bare operations raise of a wrong dimension."""

    def __init__(self, keras: Any):
        self.keras = keras

    def versions(self) -> Mapping[str, str]:
        """The backend's packages with their versions."""
        raise NotImplementedError

    def devices(self) -> Mapping[str, Sequence[str]]:
        raise NotImplementedError

    # -- tensors ------------------------------------------------------------------------------------

    def tensor(self, array: np.ndarray) -> Any:
        return self.keras.ops.convert_to_tensor(array)

    def array(self, tensor: Any) -> np.ndarray:
        """A copy as NumPy."""
        return np.array(self.keras.ops.convert_to_numpy(tensor))

    def holds(self, value: Any) -> bool:
        """Whether what a variable keeps is a value now."""
        return value is not None

    def learns(self, value: Any) -> bool:
        """Whether a value may get a gradient, where that is a mark of the value itself."""
        return True

    def place(self, value: Any) -> str:
        """The device of a value, as ``devices`` spells it."""
        raise NotImplementedError

    # -- learning -------------------------------------------------------------------------------------

    def differentiate(self, adapter, model, batches) -> Tuple[Any, List[Any], List[Any], List[tuple]]:
        """Loss, trainable variables, their gradients (``None`` where none arrives), and state to be assigned after a step."""
        raise NotImplementedError

    def stepping(self) -> ContextManager:
        """Around a training step."""
        return contextlib.nullcontext()

    def drawn(self) -> Iterable[Any]:
        """The next numbers of generators that are the backend's own and that Keras seeds too."""
        return ()

    def poisoned(self) -> ContextManager:
        return contextlib.nullcontext()

    def untraced(self) -> ContextManager:
        """Around callbacks inside a pass."""
        return contextlib.nullcontext()

    # -- what users of this backend have beside Keras' own routes -------------------------------------

    def queries(self, model) -> Mapping[str, Callable[[], Any]]:
        return {}

    def copies(self) -> Mapping[str, Callable[[Any], Any]]:
        return {}

    def placements(self, adapter) -> List[Placement]:
        return []

    def scopes(self) -> Mapping[str, Callable[[], ContextManager]]:
        return {}

    def callers(self) -> Mapping[str, Callable]:
        return {}

    def contexts(self) -> Mapping[str, Context]:
        """Kinds of dry run that are neither a scope nor a call."""
        return {}

    def transfers(self) -> Iterable[tuple]:
        return ()
