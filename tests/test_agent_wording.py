"""Ordinary answers in a model's words, where the settings want them: every sentence is held to the result."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.agent import Catalogue, Line, World
from assistant.agent.wording import may_be_worded
from assistant.answer import Answer, Plan
from assistant.assistant import Assistant
from assistant.config import Settings
from assistant.live import Live
from assistant.second_opinion import SecondOpinion
from semantic_layer import GroupBy, SemanticQuery
from tests.agent_world import fill
from tests.openai_server import OpenAIServer, Reply, Script

pytest.importorskip("openai", reason="the extra `agent` is not installed")

QUESTION = "revenue by region in May 2026"
TRUE = "In May 2026 revenue was €200. North made €160 of it, South €40."
LIE = "In May 2026 revenue was €200. South made €160 of it."


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    fill(folder)
    return folder


@pytest.fixture(scope="module")
def assistant(home: Path) -> Iterator[Assistant]:
    opened = Assistant.open(Settings(home=home, workers=1, model="stub", model_url="http://127.0.0.1:9/v1"))
    yield opened
    opened.close()


@contextmanager
def worded_by(assistant: Assistant, script: Script, home: Path, *, wanted: bool = True) -> Iterator[OpenAIServer]:
    """The assistant with a scripted model behind it; what it writes goes to `home`."""
    before = assistant.second_opinion
    with OpenAIServer(script) as server:
        settings = replace(assistant.settings, home=home, model_url=server.url, model_words=wanted)
        opinion = assistant.second_opinion = SecondOpinion(settings)
        opinion.know(assistant.layer, assistant.values, assistant.as_of, before._hands)
        try:
            yield server
        finally:
            opinion.close()
            assistant.second_opinion = before


def asked(assistant: Assistant, question: str = QUESTION, live: Live | None = None) -> Answer:
    answer = assistant.ask(question, live=live)
    assert isinstance(answer, Answer), answer
    return answer


def test_a_model_words_an_answer_of_the_engine(assistant: Assistant, tmp_path: Path) -> None:
    heard: list[str] = []
    with worded_by(assistant, [Reply(TRUE, usage=(300, 20))], tmp_path) as server:
        answer = asked(assistant, live=Live(heard.append))
    assert answer.sentence == TRUE
    assert heard == ["In May 2026 revenue was €200."]  # the last one comes with the answer
    assert answer.governed
    assert answer.model is not None
    assert (answer.model.road, answer.model.calls, answer.model.tokens_in) == ("words", 1, 300)
    (request,) = server.requests
    assert request["stream"] is True
    assert QUESTION not in str(request["messages"][0])
    assert "<data>" in str(request["messages"][1])


def test_a_model_that_planned_words_too(assistant: Assistant, tmp_path: Path) -> None:
    plan = '{"metrics": ["revenue"], "first_day": "2026-05-01", "last_day": "2026-05-31", "unplaced": []}'
    with worded_by(assistant, [Reply(plan), Reply("It was €200.")], tmp_path):
        answer = asked(assistant, "revenue dosh in May")
    assert answer.sentence == "It was €200."
    assert answer.model is not None
    assert (answer.model.road, answer.model.calls) == ("plan", 2)


def test_a_lie_brings_back_the_own_sentence(assistant: Assistant, tmp_path: Path) -> None:
    own, heard = asked(assistant).sentence, list[str]()
    with worded_by(assistant, [Reply(f"{LIE} That is all. Really.")], tmp_path):
        answer = asked(assistant, live=Live(heard.append))
    assert answer.sentence == own
    assert heard == ["In May 2026 revenue was €200."]  # nothing after the first that does not pass


@pytest.mark.parametrize("reply", [Reply(TRUE, cut_after=3), Reply(TRUE, finish="length"), Reply(status=401)])
def test_a_reply_that_is_none_leaves_the_answer_and_says_so(reply: Reply, assistant: Assistant, tmp_path: Path) -> None:
    own = asked(assistant)
    with worded_by(assistant, [reply], tmp_path):
        answer = asked(assistant)
    assert (answer.sentence, answer.result.rows) == (own.sentence, own.result.rows)
    assert [one.code for one in answer.caveats] == [*(one.code for one in own.caveats), "MODEL_WORDS"]


def test_a_person_who_stops_still_gets_the_answer(assistant: Assistant, tmp_path: Path) -> None:
    line = Line()
    line.cut()
    with worded_by(assistant, [Reply(TRUE)], tmp_path) as server:
        answer = asked(assistant, live=Live(line=line))
        assert not server.requests
    assert "€160" in answer.sentence


def test_it_is_off_unless_wanted(assistant: Assistant, tmp_path: Path) -> None:
    with worded_by(assistant, [Reply(TRUE)], tmp_path, wanted=False) as server:
        assert asked(assistant).model is None
        assert not server.requests


def test_rows_with_personal_fields_are_not_sent(assistant: Assistant) -> None:
    query = SemanticQuery(metrics=("revenue",), group_by=(GroupBy(field="customer.email"),))
    answer = assistant.carry_out("q", Plan(query))
    assert isinstance(answer, Answer), answer
    world = World(assistant.layer, assistant.values, assistant.as_of, Catalogue(assistant.layer, assistant.values))
    assert not may_be_worded(answer, world)
    assert may_be_worded(answer, replace(world, sees_personal=True))
    assert may_be_worded(asked(assistant), world)
