"""Six metrics of an answer as a study of RAG's settings counts them, without a language model.

Their names and meanings are those of arXiv 2505.08445, which takes them from RAGAS; a model that
judges is replaced by words, numbers, names and the encoder's vectors. Each is a fraction. A context
precision near 1 can be had by returning very little, so it is read beside recall and silence.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.schemas.answer import Answer
from core.schemas.evidence import Plan
from evals.answer_texts import best_of, normalise_answer, token_f1
from evals.answers_scores import short_answer
from tools.encoder import Encoder
from tools.lexical import content_terms
from tools.matching import parts_asked, type_hit
from tools.values import names, numbers

CONTAINED = 0.8
"""Share of a sentence's words that what it cites must have."""
CLAIMS, LIKENESS = 0.75, 0.25
"""What words and vectors weigh in correctness."""
TYPED = 0.2
"""What stating a value of the kind asked for weighs in relevancy."""

Vector = NDArray[np.float32]


class Reply(NamedTuple):
    """One question that was answered, and what the answer came from."""

    plan: Plan
    short: str
    """The words that answer by themselves, or the first sentence."""
    sentences: tuple[str, ...]
    quotes: tuple[str, ...]
    """Everything cited."""
    context: tuple[str, ...]
    """What it was written from, the best first."""
    gold: tuple[str, ...]


class Six(NamedTuple):
    """Each from 0 to 1."""

    faithfulness: float
    """Share of the sentences that what they cite carries."""
    correctness: float
    """Words shared with a gold answer (numbers must be equal), and likeness to it."""
    relevancy: float
    """Likeness of question and answer, more where the answer is of the kind asked for."""
    context_precision: float
    """Mean share of useful texts down to each useful one, in the order of the context."""
    context_recall: float
    """Share of a gold answer's words that the context has."""
    similarity: float
    """Cosine of the answer and the gold answer it is most like."""


def reply_of(plan: Plan, answer: Answer, context: Sequence[str], gold: Sequence[str]) -> Reply:
    """An answer that was given, as the metrics look at it."""
    return Reply(
        plan=plan,
        short=short_answer(answer),
        sentences=tuple(sentence.span.of(answer.text) for sentence in answer.sentences),
        quotes=tuple(citation.quote for citation in answer.citations),
        context=tuple(context),
        gold=tuple(gold),
    )


async def measure(encoder: Encoder, replies: Sequence[Reply]) -> list[Six]:
    """All six of each reply."""
    texts = [text for reply in replies for text in _texts(reply)]
    vectors = dict(zip(texts, await encoder.encode(texts), strict=True)) if texts else {}
    return [_six(reply, [vectors[text] for text in _texts(reply)]) for reply in replies]


def _texts(reply: Reply) -> list[str]:
    return [reply.plan.question, reply.short, *reply.gold]


def _six(reply: Reply, vectors: Sequence[Vector]) -> Six:
    asked, said, *gold = vectors
    similarity = max(cosine(said, one) for one in gold)
    return Six(
        faithfulness=faithfulness(reply.sentences, reply.quotes),
        correctness=CLAIMS * words_right(reply.short, reply.gold) + LIKENESS * similarity,
        relevancy=relevancy(cosine(asked, said), reply.plan, reply.short),
        context_precision=context_precision([holds(one, reply.gold) for one in reply.context]),
        context_recall=context_recall(reply.context, reply.gold),
        similarity=similarity,
    )


def cosine(one: Vector, other: Vector) -> float:
    """Of vectors of length one; opposite counts as unlike."""
    return max(0.0, float(one @ other))


def faithfulness(sentences: Sequence[str], quotes: Sequence[str]) -> float:
    """Share of the sentences carried by what is cited; nothing said is nothing false.

    >>> faithfulness(["It weighs 62 kg."], ["The pump weighs 62 kg."])
    1.0
    """
    cited = " ".join(quotes)
    carried = [is_carried(sentence, cited) for sentence in sentences]
    return sum(carried) / len(carried) if carried else 1.0


def is_carried(sentence: str, cited: str) -> bool:
    """Most of its words, and every number and name of it, stand in what is cited."""
    told, terms = set(content_terms(sentence)), set(content_terms(cited))
    values = {value.text for value in (*numbers(sentence), *names(sentence))}
    enough = len(told & terms) >= CONTAINED * len(told)
    return enough and all(normalise_answer(value) in normalise_answer(cited) for value in values)


def words_right(answer: str, gold: Sequence[str]) -> float:
    """F1 over words with the best gold answer; where that is a number, whether it is the same."""
    return best_of(_words_right, answer, gold)


def _words_right(answer: str, gold: str) -> float:
    wanted = normalise_answer(gold)
    if wanted.replace(" ", "").isdigit():
        return float(wanted in normalise_answer(answer).split())
    return token_f1(answer, gold)


def relevancy(likeness: float, plan: Plan, answer: str) -> float:
    """Likeness of question and answer; what the answer's kind tells counts a fifth."""
    typed = max(type_hit(part, answer) for part in parts_asked(plan))
    return (1 - TYPED) * likeness + TYPED * typed


def holds(text: str, gold: Sequence[str]) -> bool:
    """Whether a text has a gold answer, word for word."""
    padded = f" {normalise_answer(text)} "
    wanted = filter(None, map(normalise_answer, gold))
    return any(f" {answer} " in padded for answer in wanted)


def context_precision(useful: Sequence[bool]) -> float:
    """Mean precision down to each useful text; 0 without any.

    >>> context_precision([True, False, True])
    0.8333333333333333
    """
    found = [sum(useful[: at + 1]) / (at + 1) for at, is_useful in enumerate(useful) if is_useful]
    return sum(found) / len(found) if found else 0.0


def context_recall(context: Sequence[str], gold: Sequence[str]) -> float:
    """Share of a gold answer's words in the context, of the one it has most of."""
    known = set(normalise_answer(" ".join(context)).split())
    shares = [
        len(known & wanted) / len(wanted)
        for answer in gold
        if (wanted := set(normalise_answer(answer).split()))
    ]
    return max(shares, default=0.0)
