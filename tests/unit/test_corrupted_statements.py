"""How many statements the memory verifier's rules reject: real sentences, changed on purpose."""

from collections import defaultdict
from pathlib import Path

import pytest

from agents.memory_verifier.rules import failed_checks
from evals.corruptions import CHANGES, HARMLESS, Elsewhere, cases, is_usable, names_in
from tools.loaders import LoadLimits, load

SOURCES = Path(__file__).parents[2] / "demo" / "sources"
FILES = ("hp200_manual.md", "installation_guide.md", "fsp14_seal_change.md")
SEEDS = range(6)

REJECTED_AT_LEAST = {
    "number_changed": 0.95,
    "name_of_another_document": 0.97,
    "name_swapped": 0.93,
    "names_exchanged": 0.9,
    "negation_added": 0.97,
    "modality_changed": 0.95,
    "sentence_of_another_document": 0.97,
}
REJECTED_AT_MOST = {
    "verbatim": 0.0,
    "words_dropped": 0.01,
    "words_and_negations_dropped": 0.1,
}
"""Of the last kind, those that lost a negation are no longer true: they are rejected by right."""


@pytest.fixture(scope="module")
def rejected():
    """Kind of change to the verdicts on it."""
    documents = {
        name: load((SOURCES / name).read_bytes(), name, LoadLimits()).units for name in FILES
    }
    found = defaultdict(list)
    for name, units in documents.items():
        others = [
            unit.text
            for other, there in documents.items()
            for unit in there
            if other != name and is_usable(unit)
        ]
        elsewhere = Elsewhere([one for text in others for one in names_in(text)], others)
        for seed in SEEDS:
            for case in cases(name, units, elsewhere, most=20, seed=seed):
                failed = failed_checks(case.statement, [case.cited], case.window)
                found[case.kind].append(bool(failed))
    return found


def test_every_kind_of_change_has_its_limit():
    assert set(CHANGES) == set(REJECTED_AT_LEAST) | set(REJECTED_AT_MOST)
    assert set(HARMLESS) == set(REJECTED_AT_MOST)


@pytest.mark.parametrize("kind", REJECTED_AT_LEAST)
def test_false_statements_are_rejected(rejected, kind):
    verdicts = rejected[kind]

    assert len(verdicts) >= 10
    assert sum(verdicts) / len(verdicts) >= REJECTED_AT_LEAST[kind]


@pytest.mark.parametrize("kind", REJECTED_AT_MOST)
def test_true_statements_are_seldom_rejected(rejected, kind):
    verdicts = rejected[kind]

    assert len(verdicts) >= 200
    assert sum(verdicts) / len(verdicts) <= REJECTED_AT_MOST[kind]


CITED = "In 2003 Harrow delivered a seal to Marlbeck, which must be replaced after 400 hours."


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (CITED.replace("Harrow", "Marlbeck").replace("to Marlbeck", "to Harrow"), "exchanged"),
        (CITED.replace("Harrow", "Tarnford"), "exchanged"),
        (CITED.replace("2003", "400").replace("after 400", "after 2003"), "exchanged"),
        (CITED.replace("must", "may"), "modality"),
    ],
)
def test_exchanges_and_modality_have_their_own_code(statement, code):
    assert code in failed_checks(statement, [CITED], [CITED, "Tarnford is near."])


def test_a_name_from_the_sentence_before_may_stand_for_a_pronoun():
    cited = "It is primed by hand before the first start of the day."
    window = ["The QP-200 moves brine.", cited]
    statement = "The QP-200 is primed by hand before the first start of the day."

    assert failed_checks(statement, [cited], window) == ()


def test_a_shortened_sentence_keeps_its_meaning():
    assert failed_checks("In 2003 Harrow delivered a seal to Marlbeck.", [CITED], [CITED]) == ()
