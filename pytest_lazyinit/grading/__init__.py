"""Grades answers to the chapter's exercises: each exercise in a process of its own that nothing gets out of.

Three kinds of process::

    parent          reads submissions, holds clocks and widths, recomputes, judges, writes results;
                    never executes, imports or unpickles anything of a submission's
      zygote        one per core: entered its namespaces, imported the framework, ran no operation
        child       one per exercise: executes the student's module, answers questions with raw numbers

In the zygote, before any fork, ``answers.<framework>`` is imported and ``answers.serve(framework)`` is called. It
returns an object with ``ops``, a ``Mapping[str, Callable[..., dict]]``, and neither the import nor the call may run an
operation of the framework (a forked child would hang) or leave a thread. Whatever a function of it needs – of json, of
numpy, of the framework, of builtins – it holds in variables of its own, because the student's code may replace all of it.

In the child, each request ``{"op": name, …}`` becomes ``ops[name](**rest)``, whose dict goes back as JSON: numbers,
strings, lists; an array as ``{"shape": [...], "float32": base64 of its bytes, little-endian}`` (``protocol.array``
reads it in the parent). An exception becomes ``{"error": {"type", "module", "text", "frames": [[kind, line], …]}}``
with ``kind`` one of ``student``, ``framework``, ``grader``, ``other``, outermost frame first; ``module`` is the one
that defines the exception's class. The first op is always ``load`` with ``{"source": str, "path": label}``, which executes
the student's module; code compiled with that label as its file name counts as the student's.

In the parent::

    session.load() -> dict                     op "load" on the submission's source; called by the pool, not by the judge
    session.ask(op, **arguments) -> dict       the reply, which may be {"error": …}; raises Gone
    Gone(status, text, error=None)             status: timed-out, crashed, out-of-memory, failed-to-load; text: one sentence

    judge.grade_exercise(number: str, session, random: random.Random, settings) -> ExerciseResult
                                               "1", "2" or "3", in a session that has loaded the module
    judge.gone(number: str, gone: Gone, settings) -> ExerciseResult
                                               for a module that did not load, and for a Gone that grade_exercise let through

A module that does not load is not loaded again for the other exercises: all get that status. ``settings`` is a
``settings.Settings``: ``weights`` (``{"1": Fraction(1), …}``, an exercise's maximum), ``marks`` (``{"1": {"structure":
1/2, "claim": 1/2}, "2": {"error": 1/2, "claim": 1/2}, "3": {"widths": 1/3, "tied": 1/3, "persistent": 1/3}}`` as
``Fraction``, each exercise's adding up to 1) and ``limits``.

Submissions and results, as the command and the pool use them::

    submissions.find(paths) -> [Submission]    .name (stable, unique), .path
    submissions.read(submission) -> Source     .text (Python source), .label (file name in tracebacks); raises Refused(text)
    results.submission(name, exercises: {"1": ExerciseResult, …}, seconds, isolation: [str]) -> dict, as in results.json
    results.refused(name, text, settings, seconds, isolation) -> dict
    outputs.check(chosen)                      before grading: one sentence as outputs.WrongOutput where a file cannot be written
    outputs.write(results: [dict], chosen)     chosen.out (JSON), .csv, .gradescope, .junit, .html: paths or None

``lazyinit grade`` is ``command``; ``lazyinit exercises`` is ``sheets_command`` with ``add(verbs)`` and ``run(chosen, screen)``,
which ``cli`` calls as it calls those of the other verbs.
"""
