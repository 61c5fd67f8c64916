"""What Gluon's ``export`` writes of a block, and the block that is made of it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

FILES = ("net-symbol.json", "net-0000.params")


def there_and_back(adapter, model):
    """A block made of what ``export`` writes of one that was hybridized and passed, of the same semantics."""
    with tempfile.TemporaryDirectory() as folder:
        model.export(os.path.join(folder, "net"))
        kept = [Path(folder, name).read_bytes() for name in FILES]
    try:
        block = _imported(adapter, kept)
    except Exception as error:  # no refusal of the block: it was exported
        raise OSError(f"What export wrote cannot be imported: {error}") from error
    block.numpy_semantics = model.numpy_semantics
    return block


def _imported(adapter, kept):
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in FILES]
        for path, content in zip(paths, kept):
            path.write_bytes(content)
        return adapter.mx.gluon.SymbolBlock.imports(str(paths[0]), ["data"], str(paths[1]), ctx=adapter.ctx)
