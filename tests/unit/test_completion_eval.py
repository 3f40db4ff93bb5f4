"""The suite of completion: what is counted, on documents whose counts are known."""

import gzip
import json
from collections import Counter

import pytest

from core.schemas.memory import Insertion
from core.settings import Settings
from evals.completion import Neighbour, count, figures, verdicts_of
from evals.completion_building import Building, Source, sources
from evals.completion_counts import counts_of, starts_with_pronoun
from evals.completion_retrieval import Found, differing, long_form_questions
from evals.retrieval_memories import Piece

FILLER = (
    "The supply line of the cooling circuit is flushed with clean water before every start so "
    "that no grit reaches the bearing of the drive end and wears the running surface there. "
)
TEXT = (
    "The net positive suction head (NPSH) of the QP-200 must not fall below 3.5 m in Marlbeck.\n\n"
    + FILLER * 5
    + "\n\nThe NPSH is measured at the inlet by Harrow in 2021.\n\n"
    + FILLER * 5
)


@pytest.fixture
async def document():
    """A text of several chunks with one abbreviation to spell out."""
    settings = Settings(chunk_target_characters=600, chunk_max_characters=1_200)
    return await Building(settings).complete(Source("docs_test", "pump", "Pump", TEXT))


async def test_a_whole_document_loses_nothing_and_is_completed(document):
    counts = counts_of(document)

    assert counts["chunks"] == len(document.chunks) > 1
    assert (counts["numbers_lost"], counts["names_lost"]) == (0, 0)
    assert counts["accepted"] == counts["gaps_term_before"] == 1
    assert counts["gaps_term_after"] == 0
    assert counts["characters_completed"] > counts["characters"] > 0


async def test_what_a_chunk_drops_is_counted_as_lost(document):
    missing = document._replace(chunks=document.chunks[:1])
    counts = counts_of(missing)

    assert counts["numbers_lost"] >= 1
    assert counts["names_lost"] >= 1


async def test_a_pronoun_start_counts_until_it_is_resolved(document):
    chunk = document.chunks[1]
    start = document.units[chunk.first].model_copy(update={"text": "It is flushed."})
    units = (*document.units[: chunk.first], start, *document.units[chunk.first + 1 :])
    leaning = document._replace(units=units)
    assert starts_with_pronoun(leaning, chunk)
    assert counts_of(leaning)["pronouns_after"] == 1

    gap = document.gaps[0].model_copy(update={"id": "it", "kind": "reference", "chunk": 1})
    source = units[0]
    insertion = Insertion(
        id="i", chunk=1, gap_id="it", text=source.text, sources=(0,), span=source.span
    )
    resolved = leaning._replace(gaps=(gap,), insertions=(insertion,))
    assert counts_of(resolved)["pronouns_before"] == 1
    assert counts_of(resolved)["pronouns_after"] == 0


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("it stops", True),
        ("“They stop.”", True),
        ("It is important to prime the pump.", False),
        ("Itinerant fitters stop.", False),
    ],
)
async def test_pronouns_are_seen_behind_quotes_and_in_lower_case(document, text, leans):
    chunk = document.chunks[1]
    start = document.units[chunk.first].model_copy(update={"text": text})
    units = (*document.units[: chunk.first], start, *document.units[chunk.first + 1 :])

    assert starts_with_pronoun(document._replace(units=units), chunk) is leans


def test_shares_are_of_sums_and_lie_in_their_interval():
    rows = [Counter(pronouns_after=1, chunks=10), Counter(chunks=30), Counter(gaps=0)]
    found = figures(rows)

    share = found["unresolved_pronoun_starts"]
    assert share.value == 2.5
    assert share.low <= share.value <= share.high <= 10
    assert share.n == 2
    assert "insertions_accepted" not in found
    assert found["chunks"].value == 40


async def test_documents_are_counted_once_and_empty_ones_left_out(tmp_path):
    rows = [
        {"doc_id": "a", "title": "A", "text": TEXT},
        {"doc_id": "b", "title": None, "text": " \n "},
    ]
    with gzip.open(tmp_path / "docs_peps.public.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row)}\n" for row in rows)

    counted = await count(sources(tmp_path, "public"), Building(Settings()))
    assert [(file, counts["documents"]) for file, counts in counted] == [("docs_peps", 1)]


async def test_verdicts_are_counted_by_kind(document):
    counts = verdicts_of(document, Neighbour(["Tarnford"], ["Invoices are paid monthly."]))
    assert counts["judged:verbatim"] >= 10
    assert counts["rejected:verbatim"] == 0
    assert (
        counts["rejected:sentence_of_another_document"]
        == counts["judged:sentence_of_another_document"]
    )


def test_the_difference_is_paired():
    columns = {"original": [0.0, 1.0, 0.0, 1.0], "completed": [1.0, 1.0, 0.0, 1.0]}
    found = differing("r1", columns, ["a", "b", "c", "d"])

    assert found["r1_original"].value == 50
    assert found["r1_completed_vs_original"].value == 25


def test_a_chunk_is_asked_for_by_the_long_form_it_does_not_spell_out():
    glosses = (("MS", "mechanical seal"), ("QP", "quality plan"))
    chunk = Found(
        Piece("a", 0, 9), "Pump", "The quality plan QP says the MS must be new.", "x", glosses
    )

    (wanted,) = long_form_questions([chunk])
    assert wanted.question == "qp says mechanical seal new"
    assert wanted.spans == (chunk.piece,)
