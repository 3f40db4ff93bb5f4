"""Whether a quote stands where it says it does: the last thing asked before a sentence leaves.

Knows spans and stored text. Whether a sentence is carried by its quotes is a judgement of the
answer verifier.
"""

from collections.abc import Iterable

from core.schemas.answer import Quote, ShortAnswer


def quote_stands(quote: Quote, text: str) -> bool:
    """Whether the quote is exactly what the version's normalised text holds at its span."""
    return quote.span.end <= len(text) and quote.span.of(text) == quote.text


def answer_stands(answer: ShortAnswer, quotes: Iterable[Quote], text: str) -> bool:
    """Whether the words stand in the version's text where they say, inside one of the quotes."""
    inside = any(
        quote.version_id == answer.version_id
        and quote.span.start <= answer.span.start
        and answer.span.end <= quote.span.end
        for quote in quotes
    )
    return inside and answer.span.end <= len(text) and answer.span.of(text) == answer.text
