"""Two numbers with conditions of their own in one row: "orders with and without a coupon per country".

Both are read as questions of their own over the same groups and the same time; what differs stands in a column each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases, said
from assistant.understanding.forms.two_asked import is_open
from assistant.understanding.tokens import Token
from semantic_layer import Case, Filter, SemanticQuery

Tokens = Sequence[Token]
Halves = tuple[list[Token], list[Token], str, str]
"""Both questions, and what each of them calls its rows."""
LONGEST_TAIL = 8


def parted(asking: Asking) -> Plan | None:
    """The plan with a column for each part; None where the parts are not of the same groups, or are one number."""
    for one, other, *labels in _halves(asking):
        if not phrases()["pointing_back"].isdisjoint(token.text for token in other):
            continue  # "and how long did they take": of those, and not of all
        first, second = asking.read(one), asking.read(other)
        if first is None or second is None:
            continue
        query = _beside(first.query, second.query, (labels[0], labels[1]))
        if query is not None and not (first.notes or second.notes) and asking.stands(query):
            return replace(first, query=query, spans=(*first.spans, *second.spans))
    return None


def parted_first(asking: Asking) -> Plan | None:
    """The same for words that the ordinary reading would run together: "how many were opened and how many solved"."""
    counts = [
        at for at in range(len(asking.tokens) - 1) if said(asking.tokens[at : at + 2]) in phrases()["part_counts"]
    ]
    return parted(asking) if len(counts) > 1 and counts[0] == 0 else None


def _halves(asking: Asking) -> Iterator[Halves]:
    tokens = asking.tokens
    for at, behind in asking.found("set_against"):
        yield from _against_without(asking, at, behind)
    for at in range(1, len(tokens) - 2):
        if tokens[at].text != "and":
            continue
        if (tokens[at - 1].text, tokens[at + 1].text) == ("with", "without"):
            yield from _with_and_without(tokens, at)
        else:
            yield from _repeated(asking, at)


def _against_without(asking: Asking, at: int, behind: int) -> Iterator[Halves]:
    """ "revenue with a coupon vs without", "of customers who had a ticket vs those who had none"."""
    tokens = asking.tokens
    lead, start = next(((i, end) for i in range(at - 2, 0, -1) if (end := asking.end(i, "one_that_has"))), (0, 0))
    said_again = {token.text for token in tokens[:lead]} | phrases()["said_again"]
    rows = {i for i in range(behind, len(tokens)) if tokens[i].text in said_again or any(asking.words.nouns(i))}
    lacking = next((i for i in range(behind, len(tokens)) if i not in rows), len(tokens))
    end = asking.end(lacking, "one_without") if lead and lacking < len(tokens) else None
    what = tokens[start:at]
    if end is None or not what:
        return
    again = sum(token.bare in {one.bare for one in what} for token in tokens[end : end + len(what)])
    tail = tokens[end + again :]
    if not tail or tail[0].text in phrases()["tail_openers"]:
        other = [*tokens[:lead], *asking.made("without", at), *what, *tail]
        yield [*tokens[:at], *tail], other, f"with {said(what)}", f"without {said(what)}"


def _with_and_without(tokens: Tokens, at: int) -> Iterator[Halves]:
    """ "orders with and without a coupon per country"."""
    end = next(iter(_tails(tokens, at + 2)), len(tokens))
    what = said(tokens[at + 2 : end])
    one, other = [*tokens[:at], *tokens[at + 2 :]], [*tokens[: at - 1], *tokens[at + 1 :]]
    yield one, other, f"with {what}", f"without {what}"


def _repeated(asking: Asking, at: int) -> Iterator[Halves]:
    """ "revenue from women and from men by month", "how many tickets were opened and how many solved per team"."""
    tokens, behind = asking.tokens, asking.tokens[at + 1 :]
    for lead, start in _leads(tokens, at):
        for end in (*sorted(_tails(behind, 1), reverse=True), len(behind)):
            part, tail = behind[start:end], behind[end:]
            if len(part) > (not lead) and len(tail) <= LONGEST_TAIL:  # "customers" alone tells no part
                yield [*tokens[:at], *tail], [*lead, *part, *tail], said(tokens[len(lead) : at]), said(part)


def _leads(tokens: Tokens, at: int) -> Iterator[tuple[list[Token], int]]:
    """What stands before both parts, and how many words behind "and" only say it again."""
    behind = tokens[at + 1 :]
    if said(behind[:2]) in phrases()["part_counts"] and said(tokens[:2]) in phrases()["part_counts"]:
        verb = next((i for i in range(2, at) if tokens[i].text in phrases()["auxiliaries"]), None)
        if verb is not None:  # "how many tickets were opened and how many solved"
            again = 3 if behind[2:3] and behind[2].text in phrases()["auxiliaries"] else 2
            yield list(tokens[: verb + 1]), again
        return
    if any(token.bare == tokens[at - 1].bare for token in behind[1:LONGEST_TAIL]):
        yield [], 0  # "urgent tickets and normal tickets"
    for i in range(at - 1, -1, -1):
        if tokens[i].bare == behind[0].bare and behind[0].text not in ("the", "a", "an"):
            yield list(tokens[:i]), 0


def _tails(tokens: Tokens, start: int) -> list[int]:
    """Where words may begin that are of both parts: a breakdown or a period."""
    return [at for at in range(start, len(tokens)) if tokens[at].text in phrases()["tail_openers"]]


def _beside(first: SemanticQuery, second: SemanticQuery, labels: tuple[str, str]) -> SemanticQuery | None:
    """Both numbers over the same groups, each under its own conditions; None where they are not two such numbers."""
    freed: dict[str, object] = {"metrics": (), "filters": (), "order_by": ()}
    alike = first.model_copy(update=freed) == second.model_copy(update=freed)
    plain = all(is_open(one) and len(one.metrics) == 1 and not one.entity and not one.limit for one in (first, second))
    if not alike or not plain or (first.metrics, first.filters) == (second.metrics, second.filters):
        return None
    kept = tuple(one for one in first.filters if one in second.filters)
    own = [tuple(one for one in query.filters if one not in kept) for query in (first, second)]
    if _tells_apart(first, own):
        return None  # two groups of one breakdown
    told = list(zip((first, second), own, map(_called, own, labels), strict=True))
    if first.metrics == second.metrics:
        cases = tuple(Case(metric=query.metrics[0], filters=rows, label=label) for query, rows, label in told)
    else:
        cases = tuple(Case(metric=query.metrics[0], filters=rows, label=label) for query, rows, label in told if rows)
    names = tuple(dict.fromkeys((*first.metrics, *second.metrics)))
    return first.model_copy(update={"metrics": names, "filters": kept, "cases": cases})


def _called(rows: tuple[Filter, ...], label: str) -> str:
    """What a part is called: the values that it is of, else as it was said."""
    values = [str(value) for one in rows for value in one.values]
    named = all(one.op == "in" and not one.entity and not any(isinstance(v, bool) for v in one.values) for one in rows)
    return ", ".join(values) if values and named else label


def _tells_apart(query: SemanticQuery, own: Sequence[tuple[Filter, ...]]) -> bool:
    """Whether the rows are grouped by what the parts differ in."""
    return bool({one.field for rows in own for one in rows} & {group.field for group in query.group_by})
