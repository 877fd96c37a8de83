"""Words to plain forms, and phrases of a layer to their meanings."""

from dataclasses import replace

import pytest

from assistant.understanding.concepts import Concept
from assistant.understanding.language import load_language
from assistant.understanding.lexicon import Lexicon
from assistant.understanding.phrase_lists import longest_at, openings
from assistant.understanding.spelling import Speller
from assistant.understanding.tokens import Token, name_tokens, tokenize
from tests.understanding_layer import VALUES, rental_layer

LANGUAGE = load_language()


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    return Lexicon(rental_layer(tmp_path_factory.mktemp("layer")), VALUES, LANGUAGE)


def tokens(text: str) -> list[Token]:
    return tokenize(text, LANGUAGE.forms)


def meanings(lexicon: Lexicon, text: str) -> set[tuple[str, str]]:
    return {(concept.kind, concept.target) for concept in lexicon.lookup(tokens(text))}


def best(lexicon: Lexicon, text: str) -> Concept:
    return max(lexicon.lookup(tokens(text)), key=lambda concept: concept.weight)


def test_a_look_up_that_was_kept_knows_no_meaning_that_is_given_for_a_while(lexicon: Lexicon) -> None:
    unknown, given = tokens("zebra"), Concept("value", "riders.tier", value="gold")
    assert lexicon.lookup(unknown) == ()
    assert lexicon.giving({"zebra": given}).lookup(unknown) == (given,)
    assert lexicon.lookup(unknown) == ()


def test_a_name_has_the_words_of_a_text_whatever_stands_between_them() -> None:
    text = "customers' boxes, at-risk 1,000 of  the shop's 2025-03-01"
    assert [token.word for token in name_tokens(text, LANGUAGE.forms)] == [token.word for token in tokens(text)]


@pytest.mark.parametrize(("at", "behind"), [(0, 3), (1, None), (2, 3), (3, None), (4, None)])
def test_the_longest_phrase_of_a_list_is_found_at_its_first_word(at: int, behind: int | None) -> None:
    phrases = ["at", "at the least", "least", "of the"]
    assert longest_at(tokens("at the least of"), at, phrases, openings(phrases)) == behind


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("order", "orders"),
        ("category", "categories"),
        ("box", "boxes"),
        ("branch", "branches"),
        ("colour", "color"),
        ("organisation", "organizations"),
        ("cancelled", "canceled"),
        ("people", "person"),
        ("Café", "cafes"),
    ],
)
def test_one_plain_form(first: str, second: str) -> None:
    assert tokens(first)[0].plain == tokens(second)[0].plain


@pytest.mark.parametrize(
    ("first", "second"),
    [("order", "ordered"), ("order", "ordering"), ("ship", "shipped"), ("cancel", "cancelled"), ("study", "studied")],
)
def test_one_bare_form(first: str, second: str) -> None:
    assert tokens(first)[0].bare == tokens(second)[0].bare


@pytest.mark.parametrize(
    ("first", "second"), [("rate", "rating"), ("market", "marketing"), ("status", "statue"), ("bus", "bush")]
)
def test_different_words_stay_apart(first: str, second: str) -> None:
    assert tokens(first)[0].bare != tokens(second)[0].bare


def test_possessives_and_signs_are_dropped_and_places_kept() -> None:
    found = tokens("What’s the customers' share?")
    assert [token.text for token in found] == ["what", "the", "customers", "share"]
    assert "What’s the customers' share?"[found[2].start : found[2].end] == "customers"


def test_signs_that_mean_something_stay() -> None:
    assert [token.text for token in tokens("fees > 5 & tips %")] == ["fees", ">", "5", "&", "tips", "%"]


def test_names_labels_and_synonyms_are_known(lexicon: Lexicon) -> None:
    assert ("metric", "ride_fees") in meanings(lexicon, "ride fees")
    assert ("metric", "ride_fees") in meanings(lexicon, "Takings")
    assert ("dimension", "member.tier") in meanings(lexicon, "membership levels")
    assert ("noun", "member") in meanings(lexicon, "riders")


def test_a_name_beats_a_synonym(lexicon: Lexicon) -> None:
    assert best(lexicon, "city").target == "ride.town"
    assert best(lexicon, "ride fees").weight > best(lexicon, "takings").weight


def test_a_field_is_known_with_the_noun_of_its_dataset(lexicon: Lexicon) -> None:
    assert ("dimension", "member.tier") in meanings(lexicon, "member tier")
    assert ("dimension", "member.tier") in meanings(lexicon, "tier of the members")


def test_hyphens_and_spaces_do_not_matter(lexicon: Lexicon) -> None:
    assert meanings(lexicon, "home-town") == meanings(lexicon, "hometown") == meanings(lexicon, "home town")


def test_a_count_is_known_without_its_counting_words(lexicon: Lexicon) -> None:
    assert ("metric", "rides") in meanings(lexicon, "rides")


def test_values_and_their_words(lexicon: Lexicon) -> None:
    assert ("value", "member.tier") in meanings(lexicon, "gold")
    assert best(lexicon, "browser").value == "web"
    assert meanings(lexicon, "web") == {("value", "ride.platform"), ("value", "repair.workshop")}


def test_values_that_are_ordinary_words_are_not_taken_from_a_sentence(lexicon: Lexicon) -> None:
    assert lexicon.lookup(tokens("may")) == ()


def test_a_time_is_known_by_its_units(lexicon: Lexicon) -> None:
    assert best(lexicon, "joining month").grain == "month"


def test_participles_may_follow_their_noun(lexicon: Lexicon) -> None:
    assert ("metric", "aborted_rides") in meanings(lexicon, "rides were aborted")


def spellings(lexicon: Lexicon, text: str) -> list[tuple[tuple[str, str], ...]]:
    return [spelling.corrections for spelling in Speller(lexicon, LANGUAGE).spellings(tokens(text))]


def test_a_misspelt_name_is_corrected_and_said(lexicon: Lexicon) -> None:
    assert spellings(lexicon, "repiars by wokshop") == [(("repiars", "repairs"), ("wokshop", "workshop"))]


@pytest.mark.parametrize("text", ["where", "average rides", "than", "xyzzy", "car", "ride", "never", "their"])
def test_known_and_far_words_are_left_alone(lexicon: Lexicon, text: str) -> None:
    assert spellings(lexicon, text) == [()]


def test_time_words_are_corrected(lexicon: Lexicon) -> None:
    assert spellings(lexicon, "rides last mnth") == [(("mnth", "month"),)]


def test_a_concept_with_a_field_changed_is_otherwise_the_same() -> None:
    concept = Concept("value", "customer.city", 0.9, "Berlin", spelt="Berlin")
    assert concept.but(weight=0.5, plain="berlin") == replace(concept, weight=0.5, plain="berlin")
    assert concept.weight == 0.9
