"""The questions that a child answers, the same for every framework. How a framework does a thing is in its toolkit.

A reply is what happened: parameters before and after, numbers, exceptions. Whether that is right is judged elsewhere.
"""

from __future__ import annotations

import types
from typing import Any, Callable, Dict, List, Mapping

from . import loading
from .faults import guarded
from .own import Unfit, packed, plain, unpacked
from .toolkit import Toolkit

_load, _fresh, _guarded, _packed, _unpacked, _plain = loading.load, loading.fresh, guarded, packed, unpacked, plain


class Served:
    """Holds one answer and its models.

    ``load``      source, path -> error of a file, ``failed`` cells of a notebook
    ``build1``    -> width, claim, parameters of what ``ex1()`` returned, passes it made
    ``pass1``     x -> output, parameters as started (where a framework has that), and after the pass
    ``run2``      -> claim, where an exception came: in ``ex2()`` or when the network ran
    ``build3``    -> parameters
    ``outputs3``  x -> output
    ``step3``     x, weights, rate -> the parameters that a gradient reached, and how far each moved
    """

    def __init__(self, toolkit: Toolkit):
        self._toolkit = toolkit
        self._namespace: Any = None
        self._model: Any = None
        self._failed: List[Dict[str, Any]] = []
        self.ops: Mapping[str, Callable[..., Dict[str, Any]]] = types.MappingProxyType({
            "load": self._load, "build1": self._build1, "pass1": self._pass1, "run2": self._run2,
            "build3": self._build3, "outputs3": self._outputs3, "step3": self._step3})

    def _load(self, source: str, path: str) -> Dict[str, Any]:
        self._namespace = _fresh()
        self._namespace.__file__ = path
        self._toolkit.opened(self._namespace.__dict__, path)
        loaded = _load(source, path, self._namespace, self._toolkit.faults)
        self._failed = loaded.get("failed", [])
        return loaded

    def _named(self, name: str) -> Any:
        return self._namespace.__dict__.get(name)

    def _called(self, name: str) -> Dict[str, Any]:
        """Call an exercise's function; the model is kept where there is one."""
        function = self._named(name)
        if not callable(function):
            return {"missing": name, "failed": self._failed}
        value, error = _guarded(self._toolkit.faults, function)
        return {"error": error} if error else {"value": value}

    # -- exercise 1 -----------------------------------------------------------------------------------

    def _build1(self) -> Dict[str, Any]:
        told = {"width": _plain(self._named("EX1_IN")), "claim": _plain(self._named("EX1_CLAIM"))}
        made = self._called("ex1")
        if "value" not in made:
            return {**told, **made}
        return {**told, **self._seen(self._adopt, made["value"])}

    def _adopt(self, value: Any) -> Dict[str, Any]:
        self._model = self._toolkit.adopt(value)
        return {"form": self._toolkit.form(self._model), "passes": self._toolkit.passes(self._model),
                "parameters": self._toolkit.parameters(self._model)}

    def _pass1(self, x: Dict[str, Any]) -> Dict[str, Any]:
        return self._seen(self._passed, _unpacked(x))

    def _passed(self, x: Any) -> Dict[str, Any]:
        self._toolkit.start(self._model)
        started = self._toolkit.parameters(self._model)
        output = self._toolkit.first_pass(self._model, x)
        return {"started": started, "output": output, "parameters": self._toolkit.parameters(self._model)}

    # -- exercise 2 -----------------------------------------------------------------------------------

    def _run2(self) -> Dict[str, Any]:
        told = {"claim": _plain(self._named("EX2_CLAIM"))}
        self._toolkit.watch()
        made = self._called("ex2")
        if "value" not in made:
            return {**told, **made}
        return {**told, **self._seen(self._mismatched, made["value"])}

    def _mismatched(self, value: Any) -> Dict[str, Any]:
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise Unfit("ex2() did not return a pair, a network and its input")
        self._model, x = self._toolkit.adopt(value[0]), value[1]
        passes = self._toolkit.passes(self._model)
        output, error = _guarded(self._toolkit.faults, lambda: self._toolkit.run(self._model, x))
        return {"passes": passes, "raised": error, "input": self._toolkit.shape(x)}

    # -- exercise 3 -----------------------------------------------------------------------------------

    def _build3(self) -> Dict[str, Any]:
        made = self._called("ex3")
        if "value" not in made:
            return made
        return self._seen(self._adopt, made["value"])

    def _outputs3(self, x: Dict[str, Any]) -> Dict[str, Any]:
        self._toolkit.seed()
        return self._seen(lambda data: {"output": _packed(self._toolkit.use(self._model, data))}, _unpacked(x))

    def _step3(self, x: Dict[str, Any], weights: Dict[str, Any], rate: float) -> Dict[str, Any]:
        return self._seen(lambda data: {"moved": self._toolkit.step(self._model, data, _unpacked(weights), rate)}, _unpacked(x))

    def _seen(self, look: Callable[[Any], Dict[str, Any]], value: Any) -> Dict[str, Any]:
        """What a look at an answer's object gives; where it fails, why."""
        found, error = _guarded(self._toolkit.faults, self._fit, look, value)
        return {"error": error} if error else found

    @staticmethod
    def _fit(look: Callable[[Any], Dict[str, Any]], value: Any) -> Dict[str, Any]:
        try:
            return look(value)
        except Unfit as reason:
            return {"unfit": str(reason)}
