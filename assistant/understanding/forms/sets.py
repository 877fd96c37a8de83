"""Who did one thing and not another: conditions over several tables, each met by rows of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answer import Clarification, Plan, Refusal
from assistant.understanding.draft import World
from assistant.understanding.forms.asking import Asking, Outcome, phrases
from assistant.understanding.forms.deed_clauses import Clause, Had, read_clause, undenied, verb_at
from assistant.understanding.forms.doers import Subject, asks_for, past_restated
from assistant.understanding.forms.inherited_verbs import deed_before, inherited
from assistant.understanding.forms.main_deeds import is_nested, main_deed, tells_age
from assistant.understanding.forms.people import counted_entity, people_named
from assistant.understanding.forms.set_periods import never_at_all, timed
from assistant.understanding.tokens import Token
from semantic_layer import Filter, GroupBy, SemanticQuery, Share

MOST_CLAUSES = 5
Part = tuple[str, list[Token]]


@dataclass(frozen=True)
class Told:
    """The conditions of all clauses: those over tables, and what else is said of the entity.

    Of those over tables the first so many as are in `whole`, and of the others those that are, tell whose deeds are
    asked for, and not what is asked of them.
    """

    had: tuple[Had, ...]
    others: tuple[Filter, ...]
    whole: Told | None = None


def sets(asking: Asking) -> Outcome | None:
    """ "customers who bought Beauty but never Electronics", as list, number or share; None for other questions."""
    subject = subject_of(asking)
    if subject is None:
        return _other_totals(asking)
    parts, before = _told_parts(asking, subject)
    if _tells_order(asking, subject.behind):
        return _in_order(asking, parts, subject)
    if any(token.text in phrases()["still"] for _, part in parts[1:] for token in part):
        return asking.refused("order_of_deeds")  # "cancelled and still order": after that, and not ever
    told = _told_of(asking, subject, parts, before)
    if told is None or not told.had:
        segment = _other_segment(asking, subject, told) if told is not None else None
        return (
            segment or _done_to_the_same(asking, parts) or _half_read(asking, parts) or _others_counted(asking, subject)
        )
    ordinary = asking.ordinary(asking.tokens)
    found = outcome_of(asking, subject, told)
    if isinstance(found, Clarification) or (told.whole is not None and subject.asked == "share"):
        return found
    heeds = isinstance(ordinary, Plan) and asks_for(asking, ordinary, subject)
    if isinstance(ordinary, Plan) and heeds and _says_as_much(asking.world, ordinary.query, subject, told):
        return found if never_at_all(told.had, ordinary.query) and found is not None else ordinary
    return found


def told_behind(asking: Asking, subject: Subject) -> Told | None:
    """What the clauses behind a subject say of it; None where they are not understood or tell an order."""
    counts = any(asking.end(at, "how_much_more") for at in range(subject.behind, len(asking.tokens)))
    if counts or _tells_order(asking, subject.behind):  # "who had how many rides" asks for numbers
        return None
    return _told_of(asking, subject, *_told_parts(asking, subject))


def _tells_order(asking: Asking, start: int) -> bool:
    """Whether a word says in which order deeds were done; "since March" and "before May" tell a period."""
    order = (token for token in asking.tokens[start:] if token.text in phrases()["sequence"])
    return any(token.start not in asking.times for token in order)


def _other_totals(asking: Asking) -> Refusal | None:
    """That several totals are no number of people: "how many customers subscribed and complained"."""
    behind = asking.end(0, "counting")
    nouns = asking.words.nouns(behind) if behind is not None else []
    if not nouns or not asking.world.layer.datasets[nouns[0][0]].entity or all(t.text != "and" for t in asking.tokens):
        return None
    ordinary, count = asking.ordinary(asking.tokens), asking.world.nouns.count_of(nouns[0][0])
    if not isinstance(ordinary, Plan) or len(ordinary.query.metrics) <= 1:
        return None
    return None if count in ordinary.query.metrics else asking.refused("open_clauses")


def who_is(asking: Asking) -> Plan | None:
    """ "how many people over 50 are in the newsletter": those of whom clauses only say what they are."""
    subject = subject_of(asking)
    told = told_behind(asking, subject) if subject is not None else None
    if subject is None or told is None or told.had or not told.others:
        return None
    if asking.tokens[subject.behind].text in phrases()["possessions"]:
        return None  # "customers with email" says what they have, and not what they are
    return _plan(asking, subject, told)


def described(asking: Asking) -> Plan | None:
    """ "who stopped ordering?": people told apart by a segment that they are in; None for other questions."""
    subject = subject_of(asking)
    people = subject is not None and not subject.plan.query.filters and subject.asked == "list"
    behind = past_restated(asking, subject) if subject is not None and people else 0
    clauses = _clauses(asking, _parts(asking, behind)) if behind else None
    if subject is None or clauses is None or any(clause.words[0].text in phrases()["helping"] for clause in clauses):
        return None
    found = [_of_entity(asking, subject, clause) for clause in clauses]
    others = tuple(one for filters in found if filters is not None for one in filters)
    segments = any(one.field in asking.world.layer.segments for one in others)
    return _plan(asking, subject, Told((), others)) if segments and None not in found else None


def _done_to_the_same(asking: Asking, parts: Sequence[Part]) -> Refusal | None:
    """That "bought Shoes and returned them" is of the very rows before, where only any rows can be told."""
    same = [token.raw for _, part in parts[1:] for token in part if token.text in phrases()["the_same_things"]]
    return asking.refused("open_clauses", tuple(same)) if same and asking.read(asking.tokens) is not None else None


def _other_segment(asking: Asking, subject: Subject, told: Told) -> Plan | None:
    """Those of a segment that the clauses name, where the ordinary reading takes its words for something else."""
    named = [one for one in told.others if one.field in asking.world.layer.segments]
    ordinary = asking.ordinary(asking.tokens) if named else None
    if not isinstance(ordinary, Plan) or ordinary.query.metrics != subject.plan.query.metrics:
        return None
    return None if set(named) <= set(ordinary.query.filters) else _plan(asking, subject, told)


def _half_read(asking: Asking, parts: Sequence[Part]) -> Refusal | None:
    """That deeds could not be told apart, where the ordinary reading would pass over one of them."""
    deeds = [part for _, part in parts if part and (undenied(part)[1] or verb_at(asking, undenied(part)[0])[0])]
    if len(deeds) <= 1:
        return None
    ordinary = asking.ordinary(asking.tokens)
    if not isinstance(ordinary, Plan) or _conditions(asking.world, ordinary.query) >= len(deeds):
        return None
    return asking.refused("open_clauses", tuple(part[0].raw for part in deeds))


def _others_counted(asking: Asking, subject: Subject) -> Refusal | None:
    """That deeds were counted, and not those who did them: "how many customers opened our newsletter"."""
    ordinary = asking.ordinary(asking.tokens)
    plan = ordinary if isinstance(ordinary, Plan) and not ordinary.query.group_by else None
    if plan is not None and subject.asked == "list" and len(plan.query.metrics) <= 1:
        return None
    if plan is None or (asks_for(asking, plan, subject) and len(plan.query.metrics) == 1):
        return None  # "how many shelves does each book have" counts them of each
    return asking.refused("open_clauses", (asking.tokens[subject.behind].raw,))


def _says_as_much(world: World, query: SemanticQuery, subject: Subject, told: Told) -> bool:
    """Whether an ordinary plan heeds all clauses, and takes no word of theirs for what the entity is."""
    if any(one.where for one in told.had):
        return False
    fields = [one for one in query.filters if one.field not in world.layer.metrics]
    strange = any(one not in (*subject.plan.query.filters, *told.others) for one in fields)
    denied = any(one.denied for one in told.had)
    if denied and subject.asked == "count" and query.metrics != subject.plan.query.metrics:
        return False  # the number of what was never done
    one_deed = len(told.had) == 1 and not told.others and not told.had[0].denied
    return not strange and (one_deed or _conditions(world, query) >= len(told.had))


def _conditions(world: World, query: SemanticQuery) -> int:
    """How many conditions over other tables a query has."""
    on_metrics = [one for one in query.filters if one.field in world.layer.metrics]
    rows = {one.field for one in query.filters if one.entity and one not in on_metrics}
    return len(on_metrics) + len(rows)


def subject_of(asking: Asking) -> Subject | None:
    """The things at the beginning that clauses tell apart: "German customers who", "how many customers"."""
    start = asking.past(0, "politeness")
    said = [token.text for token in asking.tokens[start : start + 2]]
    if len(said) > 1 and said[0] == "what" and said[1] in asking.world.language.words("doing"):
        return None  # "what do women buy" asks for what is bought
    shared, counting, listing = (asking.end(start, name) for name in ("shares", "counting", "listing"))
    asked = "share" if shared is not None else "count" if counting is not None else "list"
    begun = shared or counting or listing or start
    begun = asking.past(begun, "politeness") if asked != "list" else begun
    if asked == "list" and asking.tokens[start : start + 1] and asking.tokens[start].text in phrases()["anybody"]:
        return _anybody(asking, start + 1, asked)
    for at in range(begun + 1, len(asking.tokens)):
        opens = phrases()["clause_openers"] | phrases()["spending"]
        opened = asking.tokens[at].text in opens or bool(verb_at(asking, asking.tokens[at:])[0])
        opened = opened and asking.words.phrase(at - 1, "paid_by") is None  # "paid with Visa" is one
        opened = opened and not tells_age(asking, at)
        if opened and at == begun + 1 and asking.tokens[begun].text in asking.world.language.persons:
            return _anybody(asking, at, asked)
        if opened:
            return _named_before(asking, begun, at, asked)
    person = begun < len(asking.tokens) and asking.tokens[begun].text in asking.world.language.persons
    return _anybody(asking, begun + 1, asked) if person else None


def _named_before(asking: Asking, begun: int, at: int, asked: str) -> Subject | None:
    """The subject before the place where something was done; less of it where the rest is told of it, too."""
    for end in range(at, begun, -1):
        named = people_named(asking, asking.tokens[begun:end])
        if named is not None:
            return Subject(*named, end, asked)
    person = asking.tokens[begun].text in asking.world.language.persons
    return _anybody(asking, begun + 1, asked) if person else None


def _anybody(asking: Asking, behind: int, asked: str) -> Subject | None:
    """ "who bought both", "people who bought both": the one kind of persons there is."""
    entities = [one for one in asking.world.layer.datasets.values() if one.entity]
    plan = asking.read(asking.made(f"number of {entities[0].title}", 0)) if len(entities) == 1 else None
    entity = counted_entity(asking.world, plan.query) if plan is not None else ""
    return Subject(plan, entity, behind, asked) if plan is not None and entity else None


def _clauses(asking: Asking, parts: Sequence[Part]) -> list[Clause] | None:
    """The clauses behind the subject, each with its denial; values alone take the verb of the clause before.

    None where it is open how far a denial reaches: "did not order and complain", "never bought shoes and jeans".
    """
    clauses: list[Clause] = []
    for joiner, part in parts:
        words, denied = undenied(part)
        verb = inherited(asking, clauses, words)
        if len(words) > 1 and words[0].text == "nothing" and clauses:  # "but nothing this year"
            words, denied, verb = words[1:], True, deed_before(asking, clauses[-1])
        denied = denied or joiner == "nor"
        if clauses and clauses[-1].denied and not (denied or joiner == "but" or _starts_anew(asking, part)):
            return None
        clauses.append(Clause(tuple(words), denied, verb))
    return clauses if 0 < len(clauses) <= MOST_CLAUSES and all(clause.words for clause in clauses) else None


def _before_main(asking: Asking, parts: Sequence[Part], main: int | None) -> int:
    """How many parts stand before the deed that is asked of those they tell."""
    if main is None:
        return 0
    return sum(1 for _, part in parts if part and part[0].start < asking.tokens[main].start)


def _told_of(asking: Asking, subject: Subject, parts: Sequence[Part], before: int) -> Told | None:
    """What the parts tell; so many of them stand before the deed that is asked of those they tell."""
    clauses = None if is_nested(asking, parts) else _clauses(asking, parts)
    told = _told(asking, subject, clauses) if clauses is not None else None
    whole = _told(asking, subject, clauses[:before]) if told is not None and clauses and before else None
    return replace(told, whole=whole) if told is not None and whole is not None else told


def _told_parts(asking: Asking, subject: Subject) -> tuple[list[Part], int]:
    """The parts behind a subject, and how many of them stand before the deed that is asked of those they tell."""
    main = main_deed(asking, subject.behind, subject.asked)
    parts = _parts(asking, subject.behind, main)
    if main is None:
        return parts, 0
    return parts, sum(1 for _, part in parts if part and part[0].start < asking.tokens[main].start)


def _parts(asking: Asking, start: int, main: int | None = None) -> list[Part]:
    """The words between joining words, each with the word that joins it; a deed behind something had is apart."""
    parts: list[Part] = [("", [])]
    for at in range(start, len(asking.tokens)):
        token, said = asking.tokens[at], parts[-1][1]
        joins = token.text in phrases()["joins"] and token.start not in asking.times
        if at == main and not joins:
            parts.append(("and", []))
            said = parts[-1][1]
        if not joins:
            had = bool(said) and said[0].text in phrases()["possessions"] and len(said) > 1
            if had and verb_at(asking, asking.tokens[at:])[0]:
                parts.append(("and", []))
            parts[-1][1].append(token)
        elif said:
            parts.append((token.text, []))
        else:
            parts[-1] = (token.text, [])
    last = len(parts) - 1
    return [(joiner, [t for t in part if t.text != "both" or at == last]) for at, (joiner, part) in enumerate(parts)]


def _starts_anew(asking: Asking, part: Sequence[Token]) -> bool:
    """Whether a clause cannot be under the denial before it: it has its own "who" or "with", or a verb of the past."""
    first = part[0] if part else None
    if first is None or first.text in phrases()["clause_openers"]:
        return first is not None
    past = first.text.endswith("ed") or first.text in asking.world.language.forms.verbs
    return past and bool(verb_at(asking, part)[0])


def _told(asking: Asking, subject: Subject, clauses: Sequence[Clause]) -> Told | None:
    """What all clauses say; None when one of them is not understood."""
    had: list[Had] = []
    others: list[Filter] = []
    for clause in clauses:
        found = read_clause(asking, clause, subject.entity)
        if found is not None:
            had.append(found)
            continue
        further = _of_entity(asking, subject, clause)
        if further is None:
            return None
        others.extend(further)
    return Told(tuple(had), tuple(others))


def _of_entity(asking: Asking, subject: Subject, clause: Clause) -> tuple[Filter, ...] | None:
    """What a clause says of the entity itself, as it is ordinarily read ("who are loyal", "who spent over 500")."""
    if clause.denied or clause.verb or any(one.text in phrases()["the_same_things"] for one in clause.words):
        return None
    title = asking.world.layer.datasets[subject.entity].title
    plan = asking.read([*asking.made(f"number of {title} who", 0), *clause.words])
    if plan is None or plan.notes or counted_entity(asking.world, plan.query) != subject.entity:
        return _is_one_of(asking, subject, clause)
    return plan.query.filters or None


def _is_one_of(asking: Asking, subject: Subject, clause: Clause) -> tuple[Filter, ...] | None:
    """ "is a loyalty member": one of those who are called so by themselves."""
    start = next((at for at, one in enumerate(clause.words) if one.text not in phrases()["being_one"]), 0)
    named = people_named(asking, clause.words[start:]) if start else None
    return named[0].query.filters or None if named is not None and named[1] == subject.entity else None


def outcome_of(asking: Asking, subject: Subject, told: Told) -> Outcome | None:
    """The plan; a question back when it is open whether a period is that of all deeds."""
    together = any(asking.found("together"))
    readings = [replace(told, had=had) for had in timed(told.had)[: 1 if together else None]]
    plans = [plan for reading in readings if (plan := _plan(asking, subject, reading)) is not None]
    if len(plans) < len(readings):
        return None
    if len(plans) == 1:
        return plans[0]
    options = asking.world.options(plans)
    return Clarification(asking.question, asking.world.language.message("which_period"), (), options)


def _plan(asking: Asking, subject: Subject, told: Told) -> Plan | None:
    entity, count = subject.entity, subject.plan.query.metrics[0]
    conditions = tuple(one.condition(entity) for one in told.had)
    filters = tuple(dict.fromkeys((*subject.plan.query.filters, *told.others, *conditions)))
    if subject.asked == "list":
        names = asking.world.nouns.names(entity)
        each = [f for f in filters if f.entity == entity and f.field in asking.world.layer.metrics]
        own = tuple(f.model_copy(update={"entity": ""}) if f in each else f for f in filters)
        query = SemanticQuery(entity=entity, group_by=tuple(GroupBy(field=name) for name in names), filters=own)
    else:
        shares = (_share(count, told, conditions),) if subject.asked == "share" else ()
        query = SemanticQuery(metrics=(count,), filters=filters, shares=shares)
    return replace(subject.plan, query=query, spans=(), asked=None) if asking.stands(query) else None


def _share(count: str, told: Told, conditions: tuple[Filter, ...]) -> Share:
    """The share among all whom the subject names; of deeds, those who did what stands before are the whole."""
    if told.whole is None:
        return Share(metric=count, apart_from=tuple(dict.fromkeys(one.field for one in (*told.others, *conditions))))
    asked = (*(one for one in told.others if one not in told.whole.others), *conditions[len(told.whole.had) :])
    return Share(metric=count, apart=tuple(dict.fromkeys(asked)))


def _in_order(asking: Asking, parts: Sequence[Part], subject: Subject) -> Refusal | None:
    """That the order in which deeds were done is not told, where deeds they are."""
    words = tuple(token.raw for _, part in parts for token in part if token.text in phrases()["sequence"])
    pieces: list[list[Token]] = [[]]
    for token in (token for _, part in parts for token in (*part, None)):
        if token is None or token.text in phrases()["sequence"]:
            pieces.append([])
        else:
            pieces[-1].append(token)
    plain = [Clause(tuple(undenied(piece)[0]), denied=False) for piece in pieces if piece]
    done = [one for one in plain if one.words and read_clause(asking, one, subject.entity) is not None]
    return asking.refused("order_of_deeds", words) if len(done) > 1 else None
