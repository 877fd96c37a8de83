"""Turns that ask for no new reading: an offered reading picked, a step back, a fresh start, why, once more."""

from __future__ import annotations

from collections.abc import Callable

from assistant.answer import Clarification, Explanation, Option, Plan, Refusal
from assistant.conversation.followup import stripped
from assistant.conversation.phrases import Phrases, words_of
from assistant.conversation.turns import Conversation
from assistant.understanding import Token, load_language, tokenize
from assistant.wording import answers

Done = Plan | Clarification | Explanation | Refusal
Command = Callable[[str, tuple[Token, ...], Conversation, Phrases], "Done | None"]


def answer_offered(
    question: str, tokens: tuple[Token, ...], conversation: Conversation, phrases: Phrases
) -> Done | None:
    """The offered reading that a short answer picks: by its place, or by words that only one of them has."""
    options = conversation.pending
    if not options or not tokens:
        return None
    words = words_of(tokens)
    if phrases.is_one(words, "answers", "no"):
        return Refusal(question, "UNKNOWN_WORDS", phrases.message("rephrase"))
    if len(options) == 1 and phrases.is_one(words, "answers", "yes"):
        return options[0].plan
    ignored = {word for phrase in phrases.group("answers", "ignored") for word in phrase}
    telling = tuple(token for token in tokens if token.text not in ignored) or tokens
    places = dict(zip(("first", "second", "third", "fourth"), range(4), strict=True)) | {"last": len(options) - 1}
    for name, place in places.items():
        if phrases.is_one(words_of(telling), "answers", name) or phrases.is_one(words, "answers", name):
            return options[place].plan if place < len(options) else None
    return _named(question, telling, options, phrases.reader)


def _named(question: str, telling: tuple[Token, ...], options: tuple[Option, ...], reader: str) -> Done | None:
    """The reading whose line has all the words; asks again when several have them."""
    forms = load_language().forms
    said = {token.bare for token in telling}
    labels = [[token.bare for token in tokenize(option.label, forms)] for option in options]
    found = [option for option, label in zip(options, labels, strict=True) if said <= set(label)]
    exact = [option for option, label in zip(options, labels, strict=True) if said == set(label[: len(said)])]
    if len(found) == 1 or len(exact) == 1:
        return (found if len(found) == 1 else exact)[0].plan
    if len(found) in (0, len(options)):
        return None
    words = tuple(token.raw for token in telling)
    sentence = answers(reader).say("understanding.which_word", {"word": " ".join(words)})
    return Clarification(question, sentence, words, tuple(found))


def undo(question: str, tokens: tuple[Token, ...], conversation: Conversation, phrases: Phrases) -> Done | None:
    """The answer before the last one again."""
    if not _is(tokens, phrases, "undo"):
        return None
    query = conversation.undo()
    return Plan(query) if query else Refusal(question, "NOT_AVAILABLE", phrases.message("nothing_before"))


def reset(question: str, tokens: tuple[Token, ...], conversation: Conversation, phrases: Phrases) -> Done | None:
    """Nothing counts any more of what was said."""
    if not _is(tokens, phrases, "reset"):
        return None
    conversation.clear()
    return Explanation(question, phrases.message("fresh_start"))


def repeat(question: str, tokens: tuple[Token, ...], conversation: Conversation, phrases: Phrases) -> Done | None:
    """The last answer once more."""
    del question
    return _again(conversation) if _is(tokens, phrases, "repeat") and conversation.base else None


def _again(conversation: Conversation) -> Plan | None:
    base = conversation.base
    return Plan(base.query) if base and base.query else None


def _is(tokens: tuple[Token, ...], phrases: Phrases, name: str) -> bool:
    if phrases.is_one(words_of(tokens), "commands", name):
        return True
    core, cues = stripped(tokens, phrases)
    return cues <= {"polite", "leaning", "correcting"} and phrases.is_one(words_of(core), "commands", name)


COMMANDS: tuple[Command, ...] = (undo, reset, repeat)
