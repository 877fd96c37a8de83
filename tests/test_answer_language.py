"""Answers speak the reader's language: one catalogue of texts, complete in German, and no English left in an answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml

from assistant.retelling import retold
from assistant.wording import ANSWERS, answers
from semantic_layer import DefinitionError, in_language, load_workspace, with_implied

ROOT = Path(__file__).parents[1]
NO_SENTENCE = {"plural", "relative"}
"""Patterns by which a language tells a plural or a moving period; not said to anybody."""
GRAMMAR = {"be", "Subject", "subject"}
"""Parts that only the verb or the beginning of an English sentence needs."""


def texts_of(language: str) -> dict[str, str]:
    files = sorted((ANSWERS / language).glob("*.yml"))
    return {key: text for file in files for key, text in leaves(yaml.safe_load(file.read_text(encoding="utf-8")))}


def leaves(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for name, inner in node.items():
            yield from leaves(inner, f"{key}.{name}" if key else str(name))
    else:
        yield key, str(node)


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_no_text_stands_twice_in_a_language() -> None:
    for language in ("en", "de"):
        files = sorted((ANSWERS / language).glob("*.yml"))
        roots = [root for file in files for root in yaml.safe_load(file.read_text(encoding="utf-8"))]
        assert len(roots) == len(set(roots))


def test_german_says_everything_with_the_same_parts() -> None:
    english, german = texts_of("en"), texts_of("de")
    assert set(german) == set(english)
    said = [key for key in english if key not in NO_SENTENCE and not key.startswith("evidence.")]
    assert {key for key in said if not holes(german[key]) <= holes(english[key])} == set()
    assert {key for key in said if holes(english[key]) - holes(german[key]) - GRAMMAR} == set()


def test_every_text_is_used() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "assistant").rglob("*.py"))
    data = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "assistant/understanding").rglob("en.yml"))
    said = set(re.findall(r"""["']([\w.]+)["']""", source)) | set(re.findall(r" (\w+):", data))
    said |= {f"{beginning}_" for beginning in re.findall(r"""f["']([\w.]+)_\{""", source)}
    assert [key for key in texts_of("en") if not is_used(key, said)] == []


def is_used(key: str, said: set[str]) -> bool:
    """Whether a text, or the list of texts that it is one of, is named in the source."""
    names = key.split(".")
    if names[0] in ("faults", "fault_terms"):  # known by what they say: see below
        return True
    return any(named(".".join(names[:end]), said) for end in range(1, len(names) + 1))


def named(key: str, said: set[str]) -> bool:
    last = key.rpartition(".")[2]
    stems = {key, last, last.upper(), last.removesuffix("_changed").removesuffix("_free").removesuffix("_compared")}
    stems |= {last.removesuffix("_label").removesuffix("_groups").removesuffix("_of"), last.removesuffix("_amount")}
    return not said.isdisjoint(stems | {f"{last.split('_')[0]}_", f"{last.rpartition('_')[0]}_"})


def test_a_count_takes_the_plural_form_of_its_language() -> None:
    english, german = answers("en"), answers("de_AT")
    assert [english.count("freshness.age_day", n, {"count": n}) for n in (1, 2)] == ["1 day", "2 days"]
    assert [german.count("freshness.age_day", n, {"count": n}) for n in (1, 2)] == ["1 Tag", "2 Tagen"]


def test_a_language_without_texts_speaks_english() -> None:
    assert answers("xx").say("steps.running") == answers("en").say("steps.running")
    assert answers("xx").locale == "en"


def test_what_is_filled_in_is_never_a_template() -> None:
    assert "{0.__class__}" in answers("de").say("caveats.event", {"days": "1", "what": "{0.__class__}"})


def test_german_labels_name_what_there_is_and_leave_what_is_understood() -> None:
    own = with_implied(load_workspace(None, None, reader="de_AT"))
    german = in_language(own, "de_AT")
    assert own.metrics["net_revenue"].title == "Net revenue"
    assert german.metrics["net_revenue"].title == "Umsatz"
    assert german.fields["customer.country"].title == "Land"
    assert german.metrics["count_of_orders_rows"].title == "Anzahl Bestellungen"
    assert german.fields["orders.ordered_at_weekday"].title == "Wochentag (Bestelldatum)"
    assert german.metrics["net_revenue"].label == own.metrics["net_revenue"].label


def test_labels_of_the_workspace_win_over_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "own.yml").write_text("labels:\n  de:\n    net_revenue: Nettoerlös\n")
    layer = in_language(load_workspace(tmp_path, None, reader="de"), "de")
    assert (layer.metrics["net_revenue"].title, layer.metrics["orders"].title) == ("Nettoerlös", "Bestellungen")


def test_a_label_of_nothing_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "own.yml").write_text("labels:\n  de:\n    orders: Aufträge\n    net_revenu: Umsatz\n")
    with pytest.raises(DefinitionError, match=r"own.yml:4.*nothing is called `net_revenu`.*net_revenue"):
        load_workspace(tmp_path, None)


# --- sentences that other rooms write


SAID_ELSEWHERE = {
    "points: 'ten' is not a whole number.": "points: 'ten' ist keine ganze Zahl.",
    "value: '1.5 time' is not an amount.": "value: '1.5 time' ist kein Betrag.",
    "at: cells are not a time.": "at: Der Inhalt ist kein Zeitpunkt.",
    "this line has 10 cells, the header has 7.": "Diese Zeile hat 10 Zellen, die Kopfzeile 7.",
    "the key 'time' stands in line 1,204 already, in another row.": (
        "Der Schlüssel 'time' steht schon in Zeile 1.204, mit anderem Inhalt."
    ),
    "`sales` cannot be broken down or filtered by `ticket.topic`. `orders` has no many-to-one link to `ticket`.": (
        "`sales` lässt sich nicht nach `ticket.topic` aufteilen oder filtern. "
        "Von `orders` führt keine eindeutige Verknüpfung zu `ticket`."
    ),
    "There is no metric `x`.": "Es gibt nichts namens `x` (gesucht: Kennzahl).",
    "12,345 rows are in quarantine.": "12.345 Zeilen sind in Quarantäne.",
    "email is missing in 12.5% of the rows.": "email fehlt in 12,5% der Zeilen.",
    "There is no column 'x' here. Did you mean 'y'?": "Eine Spalte 'x' gibt es hier nicht. Meinten Sie 'y'?",
    "A sentence nobody knows.": "A sentence nobody knows.",
}


@pytest.mark.parametrize("sentence", SAID_ELSEWHERE)
def test_a_reason_of_the_definitions_or_the_database_is_told_in_german(sentence: str) -> None:
    assert retold(sentence, "de") == SAID_ELSEWHERE[sentence]
    assert retold(sentence, "en") == sentence


FAULTS = ("query_rules", "reach_rules", "check", "paths", "bucket_rules", "group_rules")


@pytest.mark.parametrize("module", FAULTS)
def test_every_reason_why_a_query_is_refused_is_known(module: str) -> None:
    said = list(sentences_of(ROOT / "semantic_layer" / f"{module}.py"))
    assert said
    assert [one for one in said if retold(one, "de") == one] == []


def sentences_of(path: Path) -> Iterator[str]:
    """The texts of a module that are whole sentences and no docstrings, each part that is filled in standing as `x`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    skipped |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) not in skipped and isinstance(node, ast.JoinedStr | ast.Constant):
            values = node.values if isinstance(node, ast.JoinedStr) else [node]
            text = "".join(str(one.value) if isinstance(one, ast.Constant) else "x" for one in values)
            if re.fullmatch(r"[A-Zx`].* .*\.", text):
                yield text
