"""What things do, read in the one verb that the names of a layer know."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.understanding.language import load_language
from assistant.understanding.predicates import PlainDeeds
from semantic_layer import load

LAYER = """
version: 1
datasets:
  - name: booking
    source: booking
    primary_key: [id]
    time: at
    fields:
      - {name: at, type: time, label: Booked at}
      - {name: id, label: Id}
    measures:
      - {name: n, agg: count}
metrics:
  - {name: points_earned, measure: booking.n, label: Points earned}
  - {name: points_expired, measure: booking.n, label: Points expired}
  - {name: opened_tickets, measure: booking.n, label: Tickets opened}
  - {name: solved, measure: booking.n, label: Tickets resolved, ai_context: {synonyms: [tickets closed]}}
  - {name: canceled, measure: booking.n, label: Subscriptions canceled}
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bool], str]:
    path: Path = tmp_path_factory.mktemp("deeds") / "layer.yml"
    path.write_text(LAYER, encoding="utf-8")
    language = load_language()
    deeds = PlainDeeds(load([path]), language)

    def read(question: str, known: bool = False) -> str:
        return " ".join(token.text for token in deeds.read(language.tokens(question), known))

    return read


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("how many points did our members rack up", "how many points did our members earned"),
        ("which tier racked up the most points", "which tier earned the most points"),
        ("how many points have been lapsing", "how many points have been expired"),
        ("the points that members got in May", "the points that members earned in may"),
        ("how many tickets did we sort out", "how many tickets did we resolved"),
        ("how many tickets rolled in last week", "how many tickets opened last week"),
        ("how many tickets did customers open", "how many tickets did customers opened"),
        ("how many subscriptions were dropped", "how many subscriptions were canceled"),
    ],
)
def test_a_deed_is_read_in_the_verb_of_the_names(said: Callable[..., str], question: str, plain: str) -> None:
    assert said(question) == plain


@pytest.mark.parametrize(
    "question",
    [
        "how many open tickets are there",  # a state
        "tickets still open",
        "how many tickets do we have open",
        "how many tickets did agents keep open",
        "how many points got redeemed",  # of which no name tells
        "points of customers who dropped out, and tickets",
        "how many orders were dropped",  # a thing without a name
        "revenue dropped in May",
        "subscriptions starting in May",
        "how many members racked up a discount",
        "how many tickets did we reassign",
    ],
)
def test_other_words_stay_as_they_are(said: Callable[..., str], question: str) -> None:
    assert said(question) == " ".join(token.text for token in load_language().tokens(question))


def test_a_known_deed_is_put_only_when_asked_again(said: Callable[..., str]) -> None:
    assert said("loyalty tickets we closed") == "loyalty tickets we closed"
    assert said("the support tickets we closed", True) == "the tickets we resolved"
