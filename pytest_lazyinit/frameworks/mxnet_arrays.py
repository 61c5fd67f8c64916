"""Arrays of MXNet: from NumPy and to it, of the one kind and the other. Each function takes the adapter."""

from __future__ import annotations

import contextlib
from typing import Any, Iterator, Optional

import numpy as np

from . import mxnet_facts as facts
from .base import Batch


def tensor(adapter, array: np.ndarray):
    """A NumPy array on the adapter's device; what MXNet has no type for is handed on as it is."""
    with facts.semantics(adapter.mx, True):
        try:
            return adapter.mx.np.array(array, dtype=array.dtype, ctx=adapter.ctx)
        except (KeyError, TypeError, adapter.mx.base.MXNetError):
            return array  # the pass that is fed with it is what must fail


def fed(adapter, model, batch: Batch) -> Batch:
    """The same input as the kind of array that the model's semantics asks for."""
    def change(_, leaf: Any) -> Any:
        if not isinstance(leaf, adapter.mx.nd.NDArray) or leaf.stype != "default":
            return leaf
        return leaf.as_np_ndarray() if model.numpy_semantics else leaf.as_nd_ndarray()
    return batch.changed(change)


@contextlib.contextmanager
def settled(mx) -> Iterator[None]:
    """A pass that is refused takes its errors with it: one that the engine has still to report would come out of a later, right pass."""
    try:
        yield
    except Exception:
        with contextlib.suppress(mx.base.MXNetError):
            mx.nd.waitall()
        raise


def dense(adapter, leaf: Any) -> Optional[np.ndarray]:
    """A dense array as NumPy, ``None`` for a sparse one."""
    return read(adapter, leaf) if leaf.stype == "default" else None


def read(adapter, leaf: Any) -> np.ndarray:
    """An array's values, under the semantics of its own kind."""
    with facts.semantics(adapter.mx, isinstance(leaf, adapter.mx.np.ndarray)):
        return leaf.asnumpy()


def drawn(adapter) -> np.ndarray:
    """The next numbers of both generators."""
    # Classic operators draw from 1024 streams in parallel, 64 numbers from each; NumPy's from one.
    with facts.semantics(adapter.mx, False):
        parallel = adapter.mx.nd.random.uniform(shape=(1 << 16,), ctx=adapter.ctx).asnumpy()
    with facts.semantics(adapter.mx, True):
        return np.concatenate([parallel, adapter.mx.np.random.uniform(size=(8,), ctx=adapter.ctx).asnumpy()])
