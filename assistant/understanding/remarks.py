"""Sentences and brackets that say nothing of the question: "My boss needs it.", "(roughly is fine)", "No rush!"."""

from __future__ import annotations

import re

from assistant.understanding.frames import frames_of
from assistant.understanding.language import Language
from assistant.understanding.rewriting import framing_code
from assistant.understanding.tokens import tokenize

PIECE = re.compile(r"\((?P<inner>[^()]*)\)|(?P<sentence>[^.?!()\n]+(?:[.?!](?!\s|$)[^.?!()\n]*)*)[.?!]*")
FACE = re.compile(r"(?<!\S)[:;]-?[()DP](?!\S)")


def without_remarks(question: str, language: Language) -> str:
    """The question with its remarks put as blanks, so that every other word keeps its place; unchanged when all are.

    Only whole sentences and whole brackets are dropped, and only those that the patterns of the language know: each
    tells who asks, why, how soon or how politely, and never which rows.
    """
    question = FACE.sub(_blank, question)
    frames = frames_of(framing_code(language))
    pieces = list(PIECE.finditer(question))
    if frames is None or len(pieces) < 2:
        return question
    idle = [piece for piece in pieces if frames.remark.fullmatch(_plain(_said(piece), language))]
    if not any(_plain(_said(piece), language).strip() for piece in pieces if piece not in idle):
        return question
    for piece in idle:
        question = question[: piece.start()] + _blank(piece) + question[piece.end() :]
    return question


def _blank(piece: re.Match[str]) -> str:
    return " " * len(piece.group())


def _said(piece: re.Match[str]) -> str:
    return piece["inner"] if piece["inner"] is not None else piece["sentence"]


def _plain(said: str, language: Language) -> str:
    """The words of a piece, one blank between them and one behind."""
    words = [token.text for token in tokenize(said, language.forms)]
    while words and not words[-1].isalnum():
        words.pop()
    return "".join(f"{word} " for word in words)
