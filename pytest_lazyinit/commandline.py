"""The options ``--lazyinit-*`` and the ini keys ``lazyinit_*``, declared.

What they mean is in ``options``, which is imported only when one of them is given: this module is
read at the start of every pytest run on the machine.
"""

from __future__ import annotations

import pytest

# option, default in the ini file, metavar, help
VALUES = (
    ("framework", "", "NAMES", "frameworks to check, by comma: torch, tensorflow, flax, mxnet (default: those installed)"),
    ("device", "auto", "DEVICE", "auto (what is present), cpu, gpu or tpu"),
    ("report", "", "FILE", "write the results to FILE: .json, .md or .html"),
    ("deviations", "", "FILE", "a TOML file with further declared deviations"),
    ("seed", "0", "N", "seed of parameters and data"),
    ("examples", "10", "N", "number of random architectures"),
)


def add_options(parser: pytest.Parser) -> None:
    """Declare the options and their ini keys."""
    group = parser.getgroup("lazyinit", "lazy parameter initialization")
    group.addoption("--lazyinit", action="store_true", dest="lazyinit", default=None,
                    help="run the shipped suites of pytest-lazyinit and the configured models, and nothing else unless paths are given")
    group.addoption("--lazyinit-model", action="append", dest="lazyinit_model", default=None, metavar="MODULE:NAME",
                    help="a model of your own, pkg.module:Name or file.py:Name; may be repeated, each with its --lazyinit-input")
    group.addoption("--lazyinit-input", action="append", dest="lazyinit_input", default=None, metavar="SHAPE",
                    help="the input shape of the --lazyinit-model at the same place, batch first: 32,20")
    parser.addini("lazyinit_models", "models of your own with their input shapes, one a line: pkg.module:Name 32,20", type="linelist", default=[])
    for name, default, metavar, text in VALUES:
        group.addoption(f"--lazyinit-{name}", dest=f"lazyinit_{name}", default=None, metavar=metavar, help=text)
        parser.addini(f"lazyinit_{name}", text, type="string", default=default)


def given(config: pytest.Config) -> bool:
    """Whether any option or ini key is used."""
    names = ["model", "input", *(name for name, *_ in VALUES)]
    return (config.getoption("lazyinit") is not None or bool(config.getini("lazyinit_models"))
            or any(config.getoption(f"lazyinit_{name}") is not None for name in names)
            or any(config.getini(f"lazyinit_{name}") != default for name, default, *_ in VALUES))
