"""Which datasets a dataset reaches many-to-one, and by which relationships."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_layer.errors import QueryFault, UnsafeQuery

if TYPE_CHECKING:
    from semantic_layer.model import Relationship

_MOST_HOPS = 6


@dataclass(frozen=True)
class Path:
    """A walk along many-to-one relationships from `start`; without links it stays there."""

    start: str
    links: tuple[Relationship, ...] = ()

    @property
    def end(self) -> str:
        """The dataset the walk arrives at."""
        return self.links[-1].to if self.links else self.start

    @property
    def names(self) -> tuple[str, ...]:
        """Relationship names along the walk; what tells two walks apart."""
        return tuple(link.name for link in self.links)


class Graph:
    """The relationships of a model, with the walks already found."""

    def __init__(self, relationships: Iterable[Relationship]):
        self._outward: dict[str, list[Relationship]] = {}
        for link in relationships:
            self._outward.setdefault(link.from_, []).append(link)
        self._found: dict[tuple[str, str], tuple[Path, ...]] = {}

    def walks(self, start: str, end: str) -> tuple[Path, ...]:
        """Every many-to-one walk from `start` to `end` that visits no dataset twice, shortest first."""
        key = (start, end)
        if key not in self._found:
            found = [Path(start)] if start == end else list(self._search(Path(start), end))
            self._found[key] = tuple(sorted(found, key=lambda path: (len(path.links), path.names)))
        return self._found[key]

    def _search(self, path: Path, end: str) -> Iterable[Path]:
        if len(path.links) == _MOST_HOPS:
            return
        visited = {path.start, *(link.to for link in path.links)}
        for link in self._outward.get(path.end, ()):
            longer = Path(path.start, (*path.links, link))
            if link.to == end:
                yield longer
            elif link.to not in visited:
                yield from self._search(longer, end)

    def reaches(self, start: str, end: str) -> bool:
        """True when each row of `start` has at most one row of `end`."""
        return bool(self.walks(start, end))

    def reachable(self, start: str) -> tuple[str, ...]:
        """The datasets that `start` reaches, itself first."""
        found = [start]
        for name in found:
            found.extend(link.to for link in self._outward.get(name, ()) if link.to not in found)
        return tuple(found)

    def route(self, start: str, end: str, via: str = "") -> Path:
        """The one walk from `start` to `end` through the relationships named in `via` (several joined by `/`).

        A walk without a `secondary` relationship wins over one with; two walks left are ambiguous, however long. Raises
        `UnsafeQuery` E_NO_PATH or E_AMBIGUOUS_PATH.
        """
        wanted = frozenset(via.split("/")) if via else frozenset[str]()
        walks = self._self_links(start, wanted) if start == end and wanted else self.walks(start, end)
        fitting = [path for path in walks if wanted <= set(path.names)]
        kept = [path for path in fitting if not _is_secondary(path, wanted)] or fitting
        if len(kept) == 1:
            return kept[0]
        raise UnsafeQuery(_ambiguous(start, end, kept) if kept else _missing(start, end, via, walks))

    def _self_links(self, dataset: str, wanted: frozenset[str]) -> tuple[Path, ...]:
        links = self._outward.get(dataset, ())
        return tuple(Path(dataset, (link,)) for link in links if link.to == dataset and link.name in wanted)


def _is_secondary(path: Path, wanted: frozenset[str]) -> bool:
    return any(link.secondary and link.name not in wanted for link in path.links)


def _missing(start: str, end: str, via: str, walks: tuple[Path, ...]) -> QueryFault:
    if walks:
        names = tuple(sorted({name for path in walks for name in path.names}))
        return QueryFault("E_NO_PATH", f"`{start}` is not linked to `{end}` through `{via}`.", names)
    return QueryFault("E_NO_PATH", f"`{start}` has no many-to-one link to `{end}`.")


def _ambiguous(start: str, end: str, paths: list[Path]) -> QueryFault:
    names = tuple("/".join(path.names) for path in paths)
    told = " or ".join(f"`{name}`" for name in names)
    return QueryFault(
        "E_AMBIGUOUS_PATH", f"`{start}` is linked to `{end}` in several ways: {told}. Name one in `via`.", names
    )
