"""Labelled examples from the free sets: what each set can teach, and what is kept aside.

``twin`` is fitted on the training files alone, so that the public halves measure it; ``full`` adds
the public halves. Validation articles and groups shape neither.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tools.bm25 import Bm25
from tools.lexical import term_counts
from tools.loaders.sentences import sentence_ranges
from training.examples import NEUTRAL, NO_ANSWER, REFUTED, SUPPORTED, Example, rows
from training.foils import foil
from training.splits import VALIDATION_ARTICLES, is_validation
from training.variants import variants

NEGATIVES = 2
"""Passages of the same article per question, best BM25 first, that do not hold its answer."""
MORE_NEGATIVES = 8
"""Further ones per question, for the student while it watches its teacher."""
OTHER_SENTENCES = 2
"""Sentences of the paragraph per question that do not hold its answer."""
FOILS = 0.6
"""Share of the answerable questions that are also turned into an unanswerable one."""
WINDOW = 1_200
"""Characters of a long document around an answer."""
POISON_PASSAGES = 6
"""Passages of one question of the poison sets: there are many, and few questions."""
VERDICTS = {"supported": SUPPORTED, "refuted": REFUTED, "neutral": NEUTRAL, "partial": NEUTRAL}


def squad_rows(data: Path, *, public: bool) -> list[dict[str, Any]]:
    """Questions with title, context, answers and where they start, of one form."""
    found = list(rows(data / "train" / "extractive_qa.squad_dev20articles.jsonl.gz"))
    if public:
        found += _public_squad(data / "uniform")
    return found


def _public_squad(data: Path) -> Iterator[dict[str, Any]]:
    texts = {row["doc_id"]: row for row in rows(data / "squad_articles.docs.public.jsonl.gz")}
    for row in rows(data / "squad_articles.questions.public.jsonl.gz"):
        document = texts[row["doc_ids"][0]]
        start, end = row["meta"]["paragraph"]
        yield {
            "id": row["qid"],
            "title": document["title"],
            "context": document["text"][start:end],
            "question": row["question"],
            "answers": [span["text"] for span in row["spans"]],
            "answer_start": [span["start"] - start for span in row["spans"]],
            "answerable": row["answerable"],
        }


def is_kept_aside(title: str) -> bool:
    """Whether a SQuAD article is a validation article."""
    return title in VALIDATION_ARTICLES


def squad_examples(squad: Sequence[dict[str, Any]], rng: random.Random) -> Iterator[Example]:
    """Each question with its paragraph, and with the likeliest wrong paragraphs of its article."""
    for article in _by_title(squad):
        paragraphs = list(dict.fromkeys(row["context"] for row in article))
        index = Bm25([term_counts(text) for text in paragraphs])
        for row in article:
            span = _squad_span(row, rng)
            relevance = 1.0 if row["answerable"] else None
            yield Example("squad", row["question"], row["context"], span=span, relevance=relevance)
            best = index.top(term_counts(row["question"]), 4 * MORE_NEGATIVES)
            wrong = [paragraphs[at] for at in best if _is_wrong(paragraphs[at], row)]
            for place, text in enumerate(wrong[: NEGATIVES + MORE_NEGATIVES]):
                origin = "negatives" if place < NEGATIVES else "more_negatives"
                yield Example(origin, row["question"], text, span=NO_ANSWER, relevance=0.0)


def _by_title(squad: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    by_title = defaultdict(list)
    for row in squad:
        by_title[row["title"]].append(row)
    yield from by_title.values()


def _is_wrong(text: str, row: dict[str, Any]) -> bool:
    return text != row["context"] and not any(answer in text for answer in row["answers"])


def sentence_examples(squad: Sequence[dict[str, Any]], rng: random.Random) -> Iterator[Example]:
    """Each answerable question with the sentence that holds the answer, and with some others."""
    for row in squad:
        span = _squad_span(row, rng)
        if span == NO_ANSWER:
            continue
        others = []
        for begin, end in sentence_ranges(row["context"]):
            sentence = row["context"][begin:end]
            if begin <= span[0] and span[1] <= end:
                place = (span[0] - begin, span[1] - begin)
                yield Example("sentences", row["question"], sentence, span=place, relevance=1.0)
            elif not any(answer in sentence for answer in row["answers"]):
                others.append(sentence)
        for sentence in rng.sample(others, min(OTHER_SENTENCES, len(others))):
            yield Example("sentences", row["question"], sentence, span=NO_ANSWER, relevance=0.0)


def foil_examples(squad: Sequence[dict[str, Any]], rng: random.Random) -> Iterator[Example]:
    """Answerable questions changed so that their paragraph answers them no longer."""
    for article in _by_title(squad):
        text = "\n".join(dict.fromkeys(row["context"] for row in article))
        for row in article:
            if row["answerable"] and rng.random() < FOILS:
                changed = foil(row["question"], row["context"], text, rng)
                if changed:
                    yield Example("foils", changed, row["context"], span=NO_ANSWER)


def variant_examples(squad: Sequence[dict[str, Any]], rng: random.Random) -> Iterator[Example]:
    """Each question with its paragraph thinned, and joined with another one of the article."""
    for article in _by_title(squad):
        paragraphs = list(dict.fromkeys(row["context"] for row in article))
        for row in article:
            others = [text for text in paragraphs if _is_wrong(text, row)]
            relevance = 1.0 if row["answerable"] else None
            for text, span in variants(row["context"], _squad_span(row, rng), others, rng):
                yield Example("variants", row["question"], text, span=span, relevance=relevance)


def _squad_span(row: dict[str, Any], rng: random.Random) -> tuple[int, int]:
    if not row["answerable"]:
        return NO_ANSWER
    at = rng.randrange(len(row["answers"]))
    start = row["answer_start"][at]
    return start, start + len(row["answers"][at])


def accept_examples(data: Path, *, public: bool, validation: bool = False) -> Iterator[Example]:
    """Candidate answers of eight systems; a partly right one is not right.

    The span is that of the right answer: who finds it can compare.
    """
    files = [data / "train" / "answer_verification.squad_predictions.jsonl.gz"]
    files += [data / "uniform" / "answer_verification.public.jsonl.gz"] if public else []
    for row in (row for file in files for row in rows(file)):
        if row["candidate"] and is_kept_aside(row["group"]) == validation:
            yield Example(
                "accept",
                row["question"],
                row["context"],
                answer=row["candidate"],
                span=_gold_span(row),
                accept=float(row["label"] == "correct"),
            )


def _gold_span(row: dict[str, Any]) -> tuple[int, int] | None:
    """Where the gold answer stands, if it stands in one place alone; (0, 0) where there is none."""
    gold = [text for text in row["gold"] if text]
    if not gold:
        return NO_ANSWER
    found = [m.span() for m in re.finditer(re.escape(gold[0]), row["context"])]
    return found[0] if len(found) == 1 else None


def selqa_examples(data: Path, *, public: bool, validation: bool = False) -> Iterator[Example]:
    """Sentences of a section, some of which answer."""
    files = [data / "train" / "sentence_ranking.jsonl.gz"]
    files += [data / "uniform" / "sentence_ranking.public.jsonl.gz"] if public else []
    for row in (row for file in files for row in rows(file)):
        if row["source"] == "selqa" and is_validation(row["article"]) == validation:
            for text, label in zip(row["candidates"], row["labels"], strict=True):
                yield Example("selqa", row["question"], text, relevance=float(label))


def verdict_examples(data: Path, *, public: bool, validation: bool = False) -> Iterator[Example]:
    """Claims with evidence; what supports a claim partly does not support it."""
    files = [data / "train" / "verification_pairs.jsonl.gz"]
    files += [data / "uniform" / "verification_pairs.public.jsonl.gz"] if public else []
    for row in (row for file in files for row in rows(file)):
        free = row["source"] in {"fool_me_twice", "wice"}
        if free and is_validation(row["group"]) == validation:
            verdict = VERDICTS[row["label"]]
            yield Example(row["source"], row["claim"], row["evidence"], verdict=verdict)
            if row["source"] == "fool_me_twice" and row["meta"].get("retrieved"):
                other = " ".join(row["meta"]["retrieved"][-2:])
                yield Example("fm2_neutral", row["claim"], other, verdict=NEUTRAL)


def other_span_examples(data: Path, rng: random.Random) -> Iterator[Example]:
    """Spans from the public halves of the other free sets."""
    uniform = data / "uniform"
    yield from _covid(uniform)
    for name in ("ramdocs", "nq", "hotpotqa", "msmarco"):
        for row in rows(uniform / f"poison_{name}.public.jsonl.gz"):
            yield from _poison(row, name, rng)


def _covid(uniform: Path) -> Iterator[Example]:
    texts = {row["doc_id"]: row["text"] for row in rows(uniform / "covidqa.docs.public.jsonl.gz")}
    for row in rows(uniform / "covidqa.questions.public.jsonl.gz"):
        for span in row["spans"][:1]:
            text = texts[span["doc_id"]]
            first = max(0, span["start"] - WINDOW // 2)
            first = text.find(" ", first) + 1 if first else 0
            passage = text[first : first + WINDOW]
            place = (span["start"] - first, span["end"] - first)
            if place[1] <= len(passage):
                yield Example("covidqa", row["question"], passage, span=place, relevance=1.0)


def _poison(row: dict[str, Any], name: str, rng: random.Random) -> Iterator[Example]:
    """A text that lies still answers the question: belief is not the reader's business."""
    answers = {"correct": row["answers"], "wrong": row["wrong_answers"]}
    passages = list(row["passages"])
    rng.shuffle(passages)
    for passage in passages[:POISON_PASSAGES]:
        known = answers.get(passage["supports"] or "", [])
        span = _first_of(known, passage["text"])
        if span is not None:
            yield Example(name, row["question"], passage["text"], span=span, relevance=1.0)
        elif passage["label"] == "noise":
            yield Example(name, row["question"], passage["text"], span=NO_ANSWER, relevance=0.0)


def _first_of(answers: Sequence[str], text: str) -> tuple[int, int] | None:
    for answer in answers:
        match = re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text, re.IGNORECASE)
        if answer and match:
            return match.span()
    return None
