"""An answer verifier without a language model: quotes stand, carry the sentence, and answer.

It reads the stored text itself and asks the reader anew: nothing that the selector or the answerer
thought of the evidence plays a part.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from agents.answer_verifier.rules import (
    Belief,
    context_of,
    failed_checks,
    is_accepted,
    verbatim,
    with_judgement,
)
from core.checking import answer_stands, quote_stands
from core.schemas.answer import Draft, DraftSentence, SentenceVerdict
from core.schemas.evidence import Plan
from tools.matching import has_short_answer, parts_asked
from tools.reader import Pair, Reader, Trial


class LocalAnswerVerifier:
    """Judges by comparison with the stored text, then by what the reader accepts as an answer."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def check(
        self, plan: Plan, draft: Draft, texts: Mapping[UUID, str]
    ) -> tuple[SentenceVerdict, ...]:
        """One verdict per sentence; a quote whose version is not given does not stand."""
        found = [_failures(sentence, texts) for sentence in draft.sentences]
        found = await self._judged(draft.sentences, found)
        if has_short_answer(plan):
            found = await self._accepted(plan, draft.sentences, found, texts)
        return tuple(
            SentenceVerdict(index=index, supported=not reasons, reasons=reasons)
            for index, reasons in enumerate(found)
        )

    async def _judged(
        self, sentences: Sequence[DraftSentence], found: Sequence[tuple[str, ...]]
    ) -> list[tuple[str, ...]]:
        """Sentences in words of their own, held against their quotes."""
        free = [at for at, sentence in enumerate(sentences) if not verbatim(sentence)]
        pairs = [
            Pair(sentences[at].text, "\n".join(quote.text for quote in sentences[at].quotes))
            for at in free
        ]
        judged = dict(zip(free, await self._reader.judge(pairs), strict=True))
        return [
            with_judgement(reasons, judged[at]) if at in judged else reasons
            for at, reasons in enumerate(found)
        ]

    async def _accepted(
        self,
        plan: Plan,
        sentences: Sequence[DraftSentence],
        found: Sequence[tuple[str, ...]],
        texts: Mapping[UUID, str],
    ) -> list[tuple[str, ...]]:
        """What has passed so far must hold an answer that the reader accepts where it stands."""
        parts = [part.text for part in parts_asked(plan)]
        trials = [
            (at, Trial(part, answer.text, context_of(texts[answer.version_id], answer.span)))
            for at, sentence in enumerate(sentences)
            if not found[at]
            for answer in sentence.answers
            for part in parts
        ]
        beliefs = await self._beliefs([trial for _, trial in trials])
        accepted = {
            at for (at, _), belief in zip(trials, beliefs, strict=True) if is_accepted(belief)
        }
        return [
            reasons if reasons or at in accepted else ("not_accepted",)
            for at, reasons in enumerate(found)
        ]

    async def _beliefs(self, trials: Sequence[Trial]) -> list[Belief]:
        """Each trial as the reader sees it now: the answer, and the text that it stands in."""
        accepted = await self._reader.accept(trials)
        relevant = [
            chance
            for trial in trials
            for chance in await self._reader.rank(trial.question, [trial.passage])
        ]
        return list(map(Belief, accepted, relevant))


def _failures(sentence: DraftSentence, texts: Mapping[UUID, str]) -> tuple[str, ...]:
    quotes = sentence.quotes
    quotes_stand = all(quote_stands(quote, texts.get(quote.version_id, "")) for quote in quotes)
    answers_stand = all(
        answer_stands(answer, quotes, texts.get(answer.version_id, ""))
        for answer in sentence.answers
    )
    return (
        *(() if quotes_stand else ("quote_mismatch",)),
        *(() if answers_stand else ("answer_mismatch",)),
        *failed_checks(sentence.text, [quote.text for quote in quotes]),
    )
