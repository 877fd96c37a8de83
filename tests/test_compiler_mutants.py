"""The list of seeded faults is true of the source, and every one of them is noticed."""

from __future__ import annotations

import pytest

from tests.mutants import MUTANTS, PACKAGE, ROOT, survivors


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_passage_stands_once_in_the_source(mutant):
    text = (ROOT / PACKAGE / mutant.file).read_text(encoding="utf-8")
    assert text.count(mutant.right) == 1
    assert mutant.wrong != mutant.right


@pytest.mark.deep
def test_every_mutant_is_killed():
    assert survivors(MUTANTS) == []
