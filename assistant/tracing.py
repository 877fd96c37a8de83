"""OpenTelemetry spans for the way of a question, off unless the setting `traces` is on.

They go wherever the program that runs Tellwise sends its spans (its SDK, its `OTEL_*` variables). They carry names,
counts and codes; never a question, a value of the data, or a prompt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

Attribute = str | int | float | bool
_PREFIX = "tellwise"


class Tracing:
    """Makes spans, or does nothing at all."""

    def __init__(self) -> None:
        self._tracer: Any = None

    def switch(self, on: bool) -> None:
        """Make spans from now on, or no longer; without the package opentelemetry-api there are none."""
        if not on:
            self._tracer = None
            return
        try:
            from opentelemetry import trace
        except ModuleNotFoundError:
            return
        self._tracer = trace.get_tracer(_PREFIX)

    @contextmanager
    def span(self, name: str, attributes: Mapping[str, Attribute] | None = None) -> Iterator[None]:
        """A span around a block; an exception that leaves the block marks it as failed."""
        if self._tracer is None:
            yield
            return
        named = {f"{_PREFIX}.{key}": value for key, value in (attributes or {}).items()}
        with self._tracer.start_as_current_span(f"{_PREFIX}.{name}", attributes=named):
            yield

    def note(self, attributes: Mapping[str, Attribute]) -> None:
        """Add to the span that is open now."""
        if self._tracer is None:
            return
        from opentelemetry import trace

        trace.get_current_span().set_attributes({f"{_PREFIX}.{key}": value for key, value in attributes.items()})


tracing = Tracing()
"""The one of this process."""
