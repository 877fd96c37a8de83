"""Rows as a bag: which row of one table stands for which row of the other, duplicates counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from evals.comparison.cells import Canonical, Tolerance, same

Row = tuple[Canonical, ...]
Pairs = list[tuple[int, int]]

_AUGMENT_LIMIT = 600  # beyond this many rows of one group, pairs are searched by sorted order only


def pair_rows(left: Sequence[Row], right: Sequence[Row], tolerance: Tolerance) -> Pairs:
    """As many pairs `(left index, right index)` of agreeing rows as can be made, each row used once.

    Rows are grouped by their cells that are not numbers; inside a group numbers are matched within the tolerance.
    """
    groups: dict[Row, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for index, row in enumerate(left):
        groups[_text_key(row)][0].append(index)
    for index, row in enumerate(right):
        key = _text_key(row)
        if key in groups:
            groups[key][1].append(index)
    pairs: Pairs = []
    for ours, theirs in groups.values():
        pairs += _pair_group(left, right, (ours, theirs), tolerance)
    return pairs


def same_bag(left: Sequence[Row], right: Sequence[Row], tolerance: Tolerance) -> bool:
    """Whether both hold the same rows, each as often."""
    if len(left) != len(right):
        return False
    return Counter(left) == Counter(right) or len(pair_rows(left, right, tolerance)) == len(left)


def _text_key(row: Row) -> Row:
    """The row with its numbers blanked out."""
    return tuple(("number", None) if cell[0] == "number" else cell for cell in row)


def _numbers(row: Row) -> tuple[float, ...]:
    return tuple(cell[1] for cell in row if cell[0] == "number")


def _agree(left: Row, right: Row, tolerance: Tolerance) -> bool:
    return all(same(a, b, tolerance) for a, b in zip(left, right, strict=True))


def _pair_group(
    left: Sequence[Row], right: Sequence[Row], members: tuple[list[int], list[int]], tolerance: Tolerance
) -> Pairs:
    """Pairs inside one group: in sorted order when that settles it, else by augmenting paths."""
    ours = sorted(members[0], key=lambda index: _numbers(left[index]))
    theirs = sorted(members[1], key=lambda index: _numbers(right[index]))
    if len(ours) == len(theirs):
        aligned = list(zip(ours, theirs, strict=True))
        if all(_agree(left[i], right[j], tolerance) for i, j in aligned):
            return aligned
    single = bool(ours) and len(_numbers(left[ours[0]])) <= 1
    if single or max(len(ours), len(theirs)) > _AUGMENT_LIMIT:
        return _sweep(left, right, (ours, theirs), tolerance)
    edges = {i: [j for j in theirs if _agree(left[i], right[j], tolerance)] for i in ours}
    return _augment(edges)


def _sweep(
    left: Sequence[Row], right: Sequence[Row], members: tuple[list[int], list[int]], tolerance: Tolerance
) -> Pairs:
    """Pairs found in one pass over both sorted lists; as many as possible when there is one number a row."""
    pairs: Pairs = []
    ours, theirs = members
    at = 0
    for i in ours:
        while at < len(theirs) and _numbers(right[theirs[at]]) < _numbers(left[i]):
            if _agree(left[i], right[theirs[at]], tolerance):
                break
            at += 1
        if at < len(theirs) and _agree(left[i], right[theirs[at]], tolerance):
            pairs.append((i, theirs[at]))
            at += 1
    return pairs


def _augment(edges: dict[int, list[int]]) -> Pairs:
    """A largest matching of a bipartite graph (Kuhn's algorithm, without recursion on long chains)."""
    taken: dict[int, int] = {}
    for start in edges:
        _place(start, edges, taken)
    return [(i, j) for j, i in taken.items()]


def _place(start: int, edges: dict[int, list[int]], taken: dict[int, int]) -> None:
    """Gives `start` a partner, moving others where that frees one."""
    came_from: dict[int, int] = {}
    queue = [start]
    for i in queue:
        for j in edges[i]:
            if j in came_from:
                continue
            came_from[j] = i
            if j not in taken:
                _flip(j, came_from, taken, start)
                return
            queue.append(taken[j])


def _flip(free: int, came_from: dict[int, int], taken: dict[int, int], start: int) -> None:
    """Turns the path that ends in a free partner into matches, back to `start`."""
    partner_of = {i: j for j, i in taken.items()}
    j = free
    while True:
        i = came_from[j]
        previous = partner_of.get(i)
        taken[j] = i
        if i == start or previous is None:
            return
        j = previous
