"""An answer verifier without a model: quotes must stand, and carry what the sentence says."""

from collections.abc import Mapping
from uuid import UUID

from agents.answer_verifier.rules import failed_checks
from core.checking import quote_stands
from core.schemas.answer import Draft, DraftSentence, SentenceVerdict
from core.schemas.evidence import Plan


class LocalAnswerVerifier:
    """Judges by comparison with the stored text alone; the question plays no part."""

    async def check(
        self, plan: Plan, draft: Draft, texts: Mapping[UUID, str]
    ) -> tuple[SentenceVerdict, ...]:
        """One verdict per sentence; a quote whose version is not given does not stand."""
        return tuple(
            _verdict(index, sentence, texts) for index, sentence in enumerate(draft.sentences)
        )


def _verdict(index: int, sentence: DraftSentence, texts: Mapping[UUID, str]) -> SentenceVerdict:
    stands = all(quote_stands(quote, texts.get(quote.version_id, "")) for quote in sentence.quotes)
    failed = failed_checks(sentence.text, [quote.text for quote in sentence.quotes])
    reasons = (*(() if stands else ("quote_mismatch",)), *failed)
    return SentenceVerdict(index=index, supported=not reasons, reasons=reasons)
