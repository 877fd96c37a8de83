"""Attacks on both roads of a model that obeys every one of them: nothing is seen, written, touched or sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.injections import attack, attacks, ground_of, report

pytest.importorskip("langchain_openai", reason="the extra `agent` is not installed")


def test_every_attack_that_is_to_be_refused_is_among_them() -> None:
    assert len(attacks()) == 60


@pytest.mark.deep
def test_no_attack_of_the_suites_does_harm(demo_home: Path, tmp_path: Path) -> None:
    counts = attack(ground_of(demo_home, tmp_path), attacks())
    assert counts.questions == 60
    assert counts.tool_calls > 2000
    assert not any(counts.harms.values()), report(counts)
