"""Two sentences that are one at two times: nothing changed between them but the answer. Pure.

Stricter than an edited copy (``tools.edited_copies``), which is only a reason to look twice.
"""

from difflib import SequenceMatcher

from tools.edited_copies import LONGEST_EDIT
from tools.lexical import tokens
from tools.matching import Asked, answer_values
from tools.values import Value, dates, inside, numbers


def only_the_answer_changed(question: Asked, older: str, newer: str) -> bool:
    """Whether one stretch of words was put in another's place and nothing else was changed, and
    both may answer the question."""
    left, right = tokens(older), tokens(newer)
    matcher = SequenceMatcher(
        None, [one.text for one in left], [one.text for one in right], autojunk=False
    )
    edits = [edit for edit in matcher.get_opcodes() if edit[0] != "equal"]
    if len(edits) != 1 or edits[0][0] != "replace":
        return False
    _, a, b, c, d = edits[0]
    return max(b - a, d - c) <= LONGEST_EDIT and all(
        _may_answer(question, sentence, words[0].start, words[-1].end)
        for sentence, words in ((older, left[a:b]), (newer, right[c:d]))
    )


def _may_answer(question: Asked, sentence: str, start: int, end: int) -> bool:
    """Whether a stretch of a sentence has a value of the asked kind; where any kind will do, words
    will too, unless an amount stands elsewhere, which is likelier to be the answer."""
    values = answer_values(question, sentence) if question.is_typed else _amounts(sentence)
    is_value = any(value.start < end and start < value.end for value in values)
    return is_value or not (question.is_typed or values)


def _amounts(sentence: str) -> list[Value]:
    """Numbers that are no dates."""
    told = [(date.start, date.end) for date in dates(sentence)]
    return [value for value in numbers(sentence) if not inside(value.start, told)]
