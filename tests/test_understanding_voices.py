"""What people say around a question: lead-ins and motives change nothing, words that limit are never dropped."""

import pytest

from assistant.answer import Refusal
from assistant.understanding import Understanding
from assistant.understanding.frames import unframed
from assistant.understanding.language import load_language
from semantic_layer import Filter
from tests.understanding_layer import read, rental

LIMITING = ["corporate", "new", "repeat", "loyal", "real", "big", "wholesale"]


@pytest.fixture(scope="module")
def bikes(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    return rental(tmp_path_factory.mktemp("voices"))


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("I wonder whether rides grew", "rides grew"),
        ("Could somebody tell me about rides by city?", "rides by city"),
        ("My boss asked me for rides by city", "rides by city"),
        ("I'm curious how rides developed", "how rides developed"),
        ("Would you mind checking rides by city", "rides by city"),
        ("rides by city for my report", "rides by city"),
        ("We were told to report rides by city", "rides by city"),
        ("Before I go into the board call, rides by city", "rides by city"),
        ("rides by city, if you know", "rides by city"),
        # nothing of the question itself may go
        ("list all rides", "list all rides"),
        ("show me rides without members", "show me rides without members"),
        ("if we exclude Lyon, how many rides", "if we exclude lyon , how many rides"),
        ("before we exclude Lyon, how many rides", "before we exclude lyon , how many rides"),
        ("plus how many rides", "plus how many rides"),
        ("only rides", "only rides"),
        ("I wonder", "i wonder"),
    ],
)
def test_only_what_frames_a_question_is_dropped(question: str, left: str) -> None:
    language = load_language("en")
    kept = unframed(language.tokens(question), language.fillers | {",", ":"}, "en")
    assert " ".join(token.text for token in kept) == left


@pytest.mark.parametrize(
    "question",
    [
        "I am wondering how many rides there were by city in 2025.",
        "My manager would like to know the rides by city in 2025",
        "We keep hearing that rides are slow. Show me rides by city in 2025.",
        "Are our rides healthy? Show rides by city in 2025.",
        "Rides by city in 2025. I need it for my report.",
        "I'm trying to understand how rides are doing, so show me rides by city in 2025.",
    ],
)
def test_a_motive_beside_the_question_changes_nothing(bikes: Understanding, question: str) -> None:
    assert read(bikes, question) == read(bikes, "rides by city in 2025")


@pytest.mark.parametrize("word", LIMITING)
@pytest.mark.parametrize(
    "frame",
    [
        "I wonder how many {} rides there were in 2025",
        "We keep talking about {} rides. Show me rides by city in 2025.",
        "I only care about {}. Show me rides by city in 2025.",
        "My boss asked about {} members. Rides by city in 2025?",
    ],
)
def test_words_that_may_limit_are_never_left_out(bikes: Understanding, frame: str, word: str) -> None:
    assert isinstance(bikes.plan(frame.format(word)), Refusal)


@pytest.mark.parametrize(
    "question",
    [
        "I think 2024 was bad. Show me rides by platform.",
        "takings - rides",
        "Repairs are expensive. How many rides were there?",
    ],
)
def test_a_sentence_that_limits_or_names_something_else_is_not_left_out(bikes: Understanding, question: str) -> None:
    assert isinstance(bikes.plan(question), Refusal)


def test_a_limit_told_in_a_sentence_of_its_own_is_heeded(bikes: Understanding) -> None:
    kept = read(bikes, "We only look at Lyon. Show me rides by platform.")
    left = read(bikes, "Excluding Lyon. Show me rides by platform.")
    assert [(one.op, one.values) for one in kept.filters] == [("in", ("Lyon",))]
    assert [(one.op, one.values) for one in left.filters] == [("not_in", ("Lyon",))]


def test_all_are_compared_by_the_breakdown(bikes: Understanding) -> None:
    asked = read(bikes, "how do the platforms compare to one another when it comes to rides")
    assert asked == read(bikes, "rides by platform")
    assert read(bikes, "rides, platform by platform") == asked


def test_what_is_measured_may_be_named_once_more(bikes: Understanding) -> None:
    query = read(bikes, "for web rides, what is the ride distance")
    assert query.metrics == ("distance",)
    assert query.filters == (Filter(field="ride.platform", op="in", values=("web",)),)


@pytest.mark.parametrize(
    "question",
    [
        "rides by city in 2025? It's urgent.",
        "Rides by city in 2025. My boss needs it for tomorrow.",
        "rides by city in 2025 (roughly is fine)",
        "This might be a stupid question, but rides by city in 2025",
        "Quick one - rides by city in 2025",
        "I can't find this anywhere. Show me rides by city in 2025. Many thanks, Anna",
        "Our support team is completely swamped. Rides by city in 2025?",
        "rides by city in 2025, and that's it ;-)",
    ],
)
def test_a_remark_changes_nothing(bikes: Understanding, question: str) -> None:
    assert read(bikes, question) == read(bikes, "rides by city in 2025")


@pytest.mark.parametrize("word", ["corporate", "repeat", "wholesale"])
@pytest.mark.parametrize(
    "frame",
    [
        "This might be a stupid question, but how many {} rides were there in 2025?",
        "It's about {}. Rides by city in 2025?",
        "Rides by city in 2025. Only the {} ones matter.",
        "roughly how many {} rides were there in 2025",
        "rides in the {} month just gone",
    ],
)
def test_a_limit_near_a_remark_is_never_left_out(bikes: Understanding, frame: str, word: str) -> None:
    assert isinstance(bikes.plan(frame.format(word)), Refusal)


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("whats the number of rides last month", "what is the number of rides last month"),
        ("# rides by city in 2025", "number of rides by city in 2025"),
        ("rides 05/2025", "rides in May 2025"),
        ("rides in may '25", "rides in May 2025"),
        ("rides in the month just gone", "rides last month"),
        ("rides back in 2024", "rides in 2024"),
        ("rides on a monthly basis in 2025", "rides by month in 2025"),
        ("top5 cities by rides", "top 5 cities by rides"),
        ("which city is in last place by rides", "which city has the fewest rides"),
        ("members with 3+ rides", "members with at least 3 rides"),
        ("members with 3 rides or more", "members with at least 3 rides"),
        ("members with north of 3 rides", "members with more than 3 rides"),
    ],
)
def test_habits_of_typing_and_ways_to_say_a_time_or_a_bound(bikes: Understanding, said: str, plain: str) -> None:
    found, meant = read(bikes, said), read(bikes, plain)
    assert (found.metrics, found.group_by, found.filters, found.limit) == (
        meant.metrics,
        meant.group_by,
        meant.filters,
        meant.limit,
    )
    spans = [(one.time_range.start, one.time_range.end) for one in (found, meant) if one.time_range]
    assert spans[:1] == spans[1:]


@pytest.mark.parametrize(
    "question", ["rides through June", "members with about five rides", "the vast majority of members by rides"]
)
def test_what_is_not_said_exactly_is_refused(bikes: Understanding, question: str) -> None:
    assert isinstance(bikes.plan(question), Refusal)
