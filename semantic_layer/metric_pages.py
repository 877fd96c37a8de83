"""docs/metrics.md out of the definitions: `python -m semantic_layer.metric_pages [FILE]` writes it anew.

What people read about a metric is what the model says about it; a test holds the page against the definitions.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from semantic_layer.catalog import formula, parts
from semantic_layer.loader import load, shipped_definitions
from semantic_layer.metric_types import UnavailableMetric
from semantic_layer.model import Funnel, Metric, Segment, SemanticLayer
from semantic_layer.resolution import footprints
from semantic_layer.yaml_source import read_document

PAGE = Path("docs/metrics.md")
_HEAD = """\
# The metrics of the customer model

Written by `make metric-pages` from `semantic_layer/definitions/`; edit the definitions, not this page.

Everywhere: money is in one currency (EUR), without tax and shipping; cancelled and test orders, own staff, forgotten
customers and bots are left out; periods include their first day and not the day after their last; a ratio is the sum
of what is above divided by the sum of what is below at the grain of the question, never a mean of ratios, and empty
where nothing is below. "Customer" is the resolved customer, however many records there are.

Each metric is held against hand-written SQL (`semantic_layer/goldens/`), in total and broken down; `tellwise lint`
runs it again on your data. A metric of which the data has no rows is refused with what it needs.
"""


def metrics_page(layer: SemanticLayer, files: Sequence[Path]) -> str:
    """The page in Markdown: every metric that can be asked for, by definition file, then segments and funnels."""
    lines = [_HEAD]
    for path in files:
        listed: list[dict[str, Any]] = read_document(path).data.get("metrics") or []
        names = [str(entry["name"]) for entry in listed]
        shown = [layer.metrics[name] for name in names if not layer.metrics[name].hidden]
        if shown:
            lines += [f"## {_heading(path)}\n", *(line for one in shown for line in _metric(layer, one))]
    lines.append("## Segments\n\nA segment is a named set by a stated rule, as of the last day of data.\n")
    lines += [line for one in layer.segments.values() if not one.hidden for line in _segment(one)]
    lines.append("## Funnels\n\nSteps one after the other, each counted by a metric above.\n")
    lines += [line for one in layer.funnels.values() for line in _funnel(layer, one)]
    return "\n".join(lines).rstrip() + "\n"


def _heading(path: Path) -> str:
    """What the first line of the file says, up to its first full stop."""
    first = path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
    return first.split(". ")[0].rstrip(".")


def _metric(layer: SemanticLayer, one: Metric) -> Iterator[str]:
    yield f"### {one.title}\n"
    yield f"{one.description}\n"
    rows = [("name", f"`{one.name}`"), ("formula", _formula(layer, one)), *_about(layer, one)]
    yield "| | |\n|---|---|"
    for key, text in rows:
        if text:
            yield f"| {key} | {text.replace('|', chr(92) + '|')} |"
    yield ""


def _formula(layer: SemanticLayer, one: Metric) -> str:
    """The formula, and what its parts are when they have no entry of their own."""
    if isinstance(one, UnavailableMetric):
        return "not computed yet"
    hidden = [name for name in parts(layer, one.name)[1:] if layer.metrics[name].hidden]
    told = [f"`{formula(layer, one.name)}`", *(f"`{name}` = `{formula(layer, name)}`" for name in hidden)]
    return "; ".join(told)


def _about(layer: SemanticLayer, one: Metric) -> Iterator[tuple[str, str]]:
    yield "unit", " ".join((one.unit, f"({one.good_direction} is good)" if one.good_direction != "neutral" else ""))
    yield "counted over", _grain(layer, one)
    yield "where it cannot be split", ", ".join(f"`{name}` answers" for name in one.stand_ins)
    yield "said with the answer", " ".join(one.caveats)
    yield "needs", one.needs
    yield "people also say", ", ".join(one.synonyms)
    yield "examples", "; ".join(one.ai_context.examples)
    yield "owner", f"{one.owner}, version {one.version}"


def _grain(layer: SemanticLayer, one: Metric) -> str:
    """The datasets whose rows count, each with the time that it goes by."""
    found = dict.fromkeys((mark.fact, mark.time) for mark in footprints(layer, one.name)) if _counts(one) else {}
    return "; ".join(
        f"{layer.datasets[fact].title.lower()}" + (f" by `{time}`" if time else ", as of the last day of data")
        for fact, time in found
    )


def _counts(one: Metric) -> bool:
    return not isinstance(one, UnavailableMetric)


def _segment(one: Segment) -> Iterator[str]:
    yield f"### {one.title} (segment)\n"
    yield f"{one.description}\n"
    yield "| | |\n|---|---|"
    yield f"| name | `{one.name}`, of {one.entity} |"
    if one.horizon:
        yield f"| about | the current {one.horizon} |"
    if one.synonyms:
        yield f"| people also say | {', '.join(one.synonyms)} |"
    yield f"| examples | {'; '.join(one.ai_context.examples)} |"
    yield f"| owner | {one.owner}, version {one.version} |\n"


def _funnel(layer: SemanticLayer, one: Funnel) -> Iterator[str]:
    yield f"### {one.title} (funnel)\n"
    yield f"{one.description}\n"
    yield "| | |\n|---|---|"
    yield f"| name | `{one.name}` |"
    told = (f"{step.label or layer.metrics[step.metric].title} (`{step.metric}`)" for step in one.steps)
    yield f"| steps | {' → '.join(told)} |"
    if one.synonyms:
        yield f"| people also say | {', '.join(one.synonyms)} |"
    yield f"| examples | {'; '.join(one.ai_context.examples)} |"
    yield f"| owner | {one.owner} |\n"


def write_page(path: Path) -> None:
    """Writes the page of the shipped model to `path`."""
    files = shipped_definitions()
    path.write_text(metrics_page(load(files), files), encoding="utf-8")


if __name__ == "__main__":
    write_page(Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE)
