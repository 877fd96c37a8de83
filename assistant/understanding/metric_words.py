"""Words that examples and names of a layer's metrics have, worked out once for a layer."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from assistant.understanding.language import Language
from assistant.understanding.lexicon import Lexicon
from assistant.understanding.tokens import name_tokens
from semantic_layer import SemanticLayer


def context_words(layer: SemanticLayer, lexicon: Lexicon, language: Language) -> dict[str, frozenset[str]]:
    """For each metric the bare words of its example questions that are neither names nor ordinary words, nor limit."""
    limiting = {*language.words("limiting"), *language.data["adjectives"]}
    return {
        metric.name: frozenset(
            token.bare
            for example in metric.ai_context.examples
            for token in language.tokens(example)
            if token.text.isalpha()
            and token.text not in limiting
            and not lexicon.lookup([token])
            and not language.has_meaning(token)
        )
        for metric in layer.metrics.values()
    }


def word_pairs(layer: SemanticLayer, language: Language) -> dict[tuple[str, str], frozenset[str]]:
    """Two bare words that stand beside each other in a name of a metric, with all metrics that are called so."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for metric in (metric for metric in layer.metrics.values() if not metric.hidden):
        for phrase in (metric.title, *metric.synonyms):
            for first, second in pairwise(name_tokens(phrase, language.forms)):
                found[first.bare, second.bare].add(metric.name)
    return {pair: frozenset(names) for pair, names in found.items()}
