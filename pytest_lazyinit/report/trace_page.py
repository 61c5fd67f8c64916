"""A trace as a page: the network from top to bottom, to be stepped through. One file that needs nothing else."""

from __future__ import annotations

import json
import math
import string
from html import escape
from pathlib import Path
from typing import Any, Iterable, List, Sequence

from ..trace import Event, Failure, Shape, Trace, Waiting
from . import trace_steps
from .trace import HEADS, RIGHT, cells, counted, disagreement, listed, named, number, spelled, summary, title
from .trace_steps import Node

TEMPLATE = Path(__file__).with_name("trace.html")


def page(trace: Trace) -> str:
    """The whole page, in its final state; its script steps through the earlier ones."""
    template = string.Template(TEMPLATE.read_text(encoding="utf-8"))
    nodes, steps = trace_steps.drawing(trace), [{**step, "text": unbroken(step["text"])} for step in trace_steps.steps(trace)]
    return template.substitute(
        title=escape(f"First pass of {trace.subject}"), subject=escape(trace.subject), about=escape(title(trace).partition(", ")[2]),
        totals=escape(summary(trace) + "."), failure=failed(trace.failure) if trace.failure else "",
        network=network(nodes, listed(trace.inputs)), last=len(steps) - 1, step=escape(steps[-1]["text"]),
        waiting=left(trace.uninitialized), table=table(trace.events), data=embedded(data(trace, steps)))


def unbroken(text: str) -> str:
    """A shape stands on one line."""
    return text.replace(" × ", "\u00a0×\u00a0")


def data(trace: Trace, steps: Sequence[dict]) -> dict:
    """What the script reads: the trace as in the JSON, and the steps."""
    return {"trace": trace.to_dict(), "steps": steps}


def embedded(value: Any) -> str:
    """JSON that ends no script element and is no markup, whatever its strings hold."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


# -- the network --------------------------------------------------------------------------------------

def network(nodes: Sequence[Node], inputs: str) -> str:
    if not nodes:
        return '<p class="none">No layer was called.</p>'
    output = "no output" if nodes[0].calls and nodes[0].calls[-1].raised else "output"
    return f'<p class="terminal">input <b>{escape(inputs)}</b></p>\n{group(nodes)}<p class="terminal">{output}</p>'


def group(nodes: Sequence[Node]) -> str:
    called = [node for node in nodes if node.calls]
    boxes = "".join(layer(node, node is called[-1]) if node.calls else layer(node) for node in nodes)
    return f'<ol class="layers">\n{boxes}</ol>\n' if nodes else ""


def layer(node: Node, ends: bool = False) -> str:
    """A layer's box: the arrow into it, its name, its parameters, the layers inside; and the arrow out of the one that ends a group."""
    inputs, outputs = last_shapes(node, "inputs"), last_shapes(node, "outputs")
    state = "idle" if not node.calls else "failed" if node.calls[-1].raised else "done"
    often = f'<span class="often">called {len(node.calls)} times</span>' if len(node.calls) > 1 else ""
    box = (f'<div class="head"><span class="class">{escape(node.kind)}</span> <span class="path">{escape(node.path or "the model")}</span> '
           f'{often}<span class="verdict">{VERDICTS[state]}</span></div>\n{parameters(node)}{group(node.inside)}')
    return (f'<li class="layer {state}{" holds" if node.inside else ""}{" ends" if ends else ""}{"" if node.calls else " uncalled"}" data-node="{node.index}">\n'
            f'<p class="wire"><span class="shape" data-inputs>{escape(inputs)}</span></p>\n<div class="box">\n{box}</div>\n'
            f'<p class="out"><span class="shape" data-outputs>{escape(outputs)}</span></p></li>\n')


VERDICTS = {"idle": "never called", "failed": "failed", "done": ""}


def last_shapes(node: Node, which: str) -> str:
    """The shapes of a node's last call that has any."""
    return next((listed(found) for call in reversed(node.calls) for found in [getattr(call, which)] if found), "")


def parameters(node: Node) -> str:
    rows = [*map(parameter, node.events), *map(missing, node.waiting)]
    return f'<ul class="parameters">\n{"".join(rows)}</ul>\n' if rows else ""


def parameter(event: Event) -> str:
    """A parameter as a small picture, its name, its shape before and after, and its facts."""
    before, after = spelled(event.before, event.existed), spelled(event.after)
    facts = [f"was {before}" if event.order else "initialized before the pass", event.dtype, None if event.bytes is None else f"{event.bytes:,} bytes",
             None if event.mean is None else f"mean {number(event.mean)}, deviation {number(event.deviation)}", "buffer" if event.buffer else None]
    state = f'data-event="{event.order}" data-before="{escape(before)}" data-after="{escape(after)}"' if event.order else 'data-known'
    return (f'<li class="parameter full{" buffer" if event.buffer else ""}" {state}>{picture(event.before, event.after)}'
            f'<span class="name">{escape(short(event.parameter, event.layer))}</span> <span class="shape size">{escape(after)}</span> '
            f'<span class="facts">{escape(" · ".join(filter(None, facts)))}</span></li>\n')


def missing(entry: Waiting) -> str:
    """A parameter that stays uninitialized."""
    name = short(entry.parameter, entry.layer) if entry.parameter else "its parameters"
    return (f'<li class="parameter"><span class="picture">{rectangle(entry.shape)}</span><span class="name">{escape(name)}</span> '
            f'<span class="shape size">{escape(spelled(entry.shape, entry.parameter is not None))}</span> '
            f'<span class="facts">uninitialized: {escape(entry.why)}</span></li>\n')


def short(name: str, path: str) -> str:
    """A parameter's name inside its layer's box."""
    return name[len(path) + 1:] if path and name.startswith((f"{path}.", f"{path}/")) else name


def picture(before: Shape, after: Shape) -> str:
    """Two rectangles, one dashed and one filled, of which the page shows one."""
    return f'<span class="picture" aria-hidden="true">{rectangle(before)}{rectangle(after, "filled")}</span>'


def rectangle(shape: Shape, kind: str = "dashed") -> str:
    """Rows by columns on a logarithmic scale; an unknown dimension is as small as can be seen."""
    sides = [side(axis) for axis in shape] if shape is not None else [None, None]
    rows, columns = (sides + [8, 8])[:2] if len(sides) > 1 else (8, (sides or [8])[0])
    return f'<i class="{kind}" style="height:{rows or 10}px;width:{columns or 10}px"></i>'


def side(axis: Any) -> Any:
    return None if axis is None else round(min(44, 6 + 4.5 * math.log2(axis + 1)))


# -- the rest of the page -----------------------------------------------------------------------------

def failed(failure: Failure) -> str:
    """Where the pass failed, with the two sizes and the chain of shapes."""
    sizes = f"<p>Sizes that disagree: {escape(disagreement(failure))}.</p>\n" if failure.sizes else ""
    rows = [[step.layer or "(model)", step.layer_class, listed(step.inputs), listed(step.outputs) if step.outputs else "failed"] for step in failure.chain]
    return (f'<section class="failure" aria-labelledby="failure"><h2 id="failure">The pass failed in '
            f'{escape(named(failure.layer, failure.layer_class))}</h2>\n<p><b>{escape(failure.exception)}</b>: {escape(failure.message)}</p>\n'
            f'{sizes}<h3>Shapes that led there</h3>\n{grid(["layer", "class", "input", "output"], rows)}</section>\n')


def left(entries: Sequence[Waiting]) -> str:
    if not entries:
        return "<p>Nothing.</p>"
    items = "".join(f"<li><code>{escape(entry.parameter or f'all of {entry.layer}')}</code> ({escape(spelled(entry.shape, entry.parameter is not None))}): "
                    f"{escape(entry.why)}.</li>\n" for entry in entries)
    return f"<ul>\n{items}</ul>"


def table(events: Sequence[Event]) -> str:
    heads = HEADS[0] + HEADS[1]
    rows = [[cell.text for cell in cells(event)] for event in events]
    return grid(heads, rows, [name in RIGHT for name in heads]) if rows else f"<p>{counted(0, 'parameter')}.</p>"


def grid(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[bool] = ()) -> str:
    """A table that scrolls by itself where it is wider than the page."""
    def mark(index: int) -> str:
        return ' class="right"' if index < len(right) and right[index] else ""
    top = "".join(f'<th scope="col"{mark(index)}>{escape(name)}</th>' for index, name in enumerate(heads))
    body: List[str] = ["".join(f"<td{mark(index)}>{escape(text)}</td>" for index, text in enumerate(row)) for row in rows]
    lines = "\n".join(f"<tr>{row}</tr>" for row in body)
    return (f'<div class="scroll" tabindex="0" role="region" aria-label="table">\n<table>\n<thead><tr>{top}</tr></thead>\n'
            f"<tbody>\n{lines}\n</tbody>\n</table>\n</div>\n")
