"""The contract on the models of ``--lazyinit-model`` or ``lazyinit_models``; collected where there are any."""

import pytest

from pytest_lazyinit import models
from pytest_lazyinit.api import conclude
from pytest_lazyinit.clauses import CONTRACT
from pytest_lazyinit.options import settings


def pytest_generate_tests(metafunc):
    asked = settings(metafunc.config)
    pairs = [(index, clause.id) for index, subject in enumerate(models.subjects(asked)) for clause in models.clauses(subject)]
    names = models.ids(asked)
    metafunc.parametrize(("lazyinit_model", "lazyinit_clause"), pairs, ids=[f"{names[index]}-{clause}" for index, clause in pairs])


@pytest.mark.lazyinit(subject="", framework="")
def test_model(request, lazyinit_device, lazyinit_model, lazyinit_clause):
    engine = models.engine(lazyinit_model, settings(request.config))
    conclude(request, engine.run(CONTRACT[lazyinit_clause], lazyinit_device))
