"""Whether a quote stands where it says it does: the last thing asked before a sentence leaves.

Knows spans and stored text. Whether a sentence is carried by its quotes is a judgement of the
answer verifier.
"""

from core.schemas.answer import Quote


def quote_stands(quote: Quote, text: str) -> bool:
    """Whether the quote is exactly what the version's normalised text holds at its span."""
    return quote.span.end <= len(text) and quote.span.of(text) == quote.text
