"""The fixtures for tests of one's own, in every framework that is installed."""

from __future__ import annotations

import pytest

from pytest_lazyinit import frameworks

INSTALLED = [name for name in frameworks.BUILT_IN if frameworks.installed(name)]
OWN = '''
import pytest

def test_three_models(lazyinit_adapter, lazyinit_framework, lazyinit_device, lazy_mlp, partial_mlp, eager_mlp, mlp_input):
    assert (lazyinit_adapter.name, lazyinit_adapter.device) == (lazyinit_framework, lazyinit_device)
    x = mlp_input()
    assert tuple(x.shape) == (2, 20) and tuple(mlp_input(3, 20).shape) == (3, 20)
    shapes = []
    for build in (lazy_mlp, partial_mlp, eager_mlp):
        model = lazyinit_adapter.adopt(build())
        (output,) = lazyinit_adapter.leaves(lazyinit_adapter.first_pass(model, type(lazyinit_adapter.batch())((x,))))
        assert output.shape == (2, 10)
        shapes.append(sorted(value.shape for value in lazyinit_adapter.values(model).values()))
    assert shapes[0] == shapes[1] == shapes[2]
'''


@pytest.mark.parametrize("framework", INSTALLED)
def test_models_and_input_belong_together(pytester, framework):
    pytester.makepyfile(OWN)
    outcome = pytester.runpytest_subprocess(f"--lazyinit-framework={framework}", "--lazyinit-device=cpu", "-v")
    outcome.assert_outcomes(passed=1)
    outcome.stdout.fnmatch_lines([f"*::test_three_models[[]{framework}-cpu] PASSED*"])


def test_the_device_alone_needs_no_framework(pytester):
    pytester.makepyfile("def test_device(lazyinit_device):\n    assert lazyinit_device == 'cpu'\n")
    pytester.runpytest().assert_outcomes(passed=1)


def test_an_author_may_choose_the_framework(pytester):
    pytester.makepyfile('''
        import pytest
        @pytest.mark.parametrize("lazyinit_framework", ["torch"], indirect=True)
        def test_name(lazyinit_framework, lazyinit_device):
            assert (lazyinit_framework, lazyinit_device) == ("torch", "cpu")
        ''')
    pytester.runpytest().assert_outcomes(passed=1)


def test_without_any_framework_it_is_red(pytester, monkeypatch):
    monkeypatch.setattr(frameworks, "installed", lambda name: False)
    pytester.makepyfile("def test_model(lazy_mlp):\n    lazy_mlp()\n")
    outcome = pytester.runpytest()
    outcome.assert_outcomes(errors=1)
    outcome.stdout.fnmatch_lines(["*no framework is installed; install one of pytest-lazyinit[[]torch], *"])
