"""Full sentences: motives beside the question, words that point back, light verbs, amounts, ages, what still limits."""

from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Refusal
from assistant.understanding import Understanding
from semantic_layer import Filter, load, with_implied
from tests.understanding_layer import TODAY, VALUES, YAML, read

HOUSEHOLDS = (
    YAML.replace(
        "      - {name: joined_at, label: Joining date, type: time}",
        "      - {name: joined_at, label: Joining date, type: time}\n"
        "      - {name: age, label: Age, type: number, format: integer}\n"
        "      - {name: kids, label: Children, type: number, format: integer}\n"
        "      - {name: tongue, label: Language, values: {fr: [speak French]}}",
    )
    .replace(
        "      - {name: town, label: City, ai_context: {synonyms: [place]}}",
        "      - {name: town, label: City, ai_context: {synonyms: [place]}}\n"
        "      - {name: fee, label: Fee amount, type: number, unit: EUR}",
    )
    .replace("label: Fee level}", "label: Fee level, unit: EUR, format: currency}")
    .replace("synonyms: [rider, cyclist]", "synonyms: [rider, cyclist, customer]")
)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    path: Path = tmp_path_factory.mktemp("homes") / "homes.yml"
    path.write_text(HOUSEHOLDS, encoding="utf-8")
    return Understanding(with_implied(load([path])), VALUES, TODAY)


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("How many rides did Lyon manage to get in 2025?", "how many rides in Lyon in 2025"),
        ("How many rides ended up aborted in 2025?", "how many rides aborted in 2025"),
        ("Of all our rides, how many were electric?", "how many rides were electric"),
        ("How many members happen to be on file in Porto?", "how many members in Porto"),
        ("Thinking aloud: ride fees feel out of hand lately. How high were ride fees in 2025?", "ride fees in 2025"),
        ("I keep forgetting: how many rides were there in 2025?", "how many rides in 2025"),
        ("Ride fees seem to be falling. What were they by month in 2025?", "ride fees by month in 2025"),
        ("We worry about Lyon. How many rides did we have there in 2025?", "how many rides in Lyon in 2025"),
        ("Which city cancels the most? Aborted rides by city in 2025.", "aborted rides by city in 2025"),
        ("ride fees in each of the last three quarters", "ride fees in the last three quarters by quarter"),
        ("ride fees by platform, worst two only", "ride fees by platform, worst two"),
    ],
)  # fmt: skip
def test_what_limits_nothing_changes_nothing(homes: Understanding, said: str, plain: str) -> None:
    assert read(homes, said) == read(homes, plain)


@pytest.mark.parametrize(
    "question",
    [
        "We only care about wholesale. How many rides in 2025?",
        "We look after important riders. How many rides by city in 2025?",
        "Ride fees in Lyon matter to us. How many rides were there in Porto in 2025?",
        "We look at quarters. Ride fees in 2025?",
        "How many wholesale rides did we manage to get?",
        "How many loyal members do we have?",
        "How many repeat rides ended up aborted?",
        "What share of all rides was paid by members?",
        "the total fee level in 2025",
        "How many members whose language is Lyon?",
        "How many rides over 20 kilos?",
    ],
)
def test_what_limits_and_is_not_understood_is_refused(homes: Understanding, question: str) -> None:
    assert isinstance(homes.plan(question), Refusal)


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ("How many rides over 20 euros?", Filter(field="ride.fee", op="gt", values=(20,))),
        ("How many rides under 20 euros in Lyon?", Filter(field="ride.fee", op="lt", values=(20,))),
        ("How many members over 65?", Filter(field="member.age", op="gt", values=(65,))),
        ("How many members with children?", Filter(field="member.kids", op="gt", values=(0,))),
        ("How many members without children?", Filter(field="member.kids", op="eq", values=(0,))),
        ("How many members speak French?", Filter(field="member.tongue", op="in", values=("fr",))),
    ],
)
def test_conditions_that_are_not_named_by_their_field(homes: Understanding, question: str, condition: Filter) -> None:
    assert condition in read(homes, question).filters


def test_days_of_a_month_may_have_articles(homes: Understanding) -> None:
    period = read(homes, "rides from the 24th to the 30th of November 2025").time_range
    assert period is not None
    assert (period.start, period.end) == (date(2025, 11, 24), date(2025, 12, 1))


def test_the_most_common_of_people_counts_people(homes: Understanding) -> None:
    query = read(homes, "Which tiers are most common among our members?")
    assert query.metrics == ("members",)
    assert [group.field for group in query.group_by] == ["member.tier"]
