"""Texts that disagree, seem to, or used to: what should be told apart.

RAMDocs has people of one name and misinformation, DynamicQA one text with two values, Fool Me Twice
claims with evidence for or against them. Each text is a source of its own, trusted as much as those
beside it (crawled, uploaded where one updates another), so that no trust settles anything. Pure.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from core.schemas.document import Source, TrustClass
from evals.data import Row, read_rows
from evals.poison_cases import SIZE, Case, Passage, everyone_alone

SEED = 9
LIMIT = 20
"""Questions of each kind; the same ones in every run."""
OLD, NEW = 2014, 2024


def cases_of(data: Path, part: str, limit: int = LIMIT) -> dict[str, list[Case]]:
    """Every kind by its name. Raises NotFound for data that are not there."""
    ramdocs = list(read_rows(data, "poison_ramdocs", part))
    pairs = list(read_rows(data, "poison_dynamicqa", part))
    claims = [
        row
        for row in read_rows(data, "verification_pairs", part)
        if row["source"] == "fool_me_twice"
    ]
    kinds: dict[str, Iterator[Case]] = {
        "misinformed": everyone_alone([row for row in ramdocs if row["wrong_answers"]]),
        "ambiguous": everyone_alone([row for row in ramdocs if _is_ambiguous(row)]),
        "undisputed": undisputed(_of_kind(pairs, "static")),
        "superseded": superseded(_of_kind(pairs, "temporal")),
        "updated": superseded(_of_kind(pairs, "temporal"), trust="upload"),
        "refuted": claimed([row for row in claims if row["label"] == "refuted"], claims),
        "supported": claimed([row for row in claims if row["label"] == "supported"], claims),
    }
    for kind in ("static", "temporal", "disputable"):
        kinds[kind] = everyone_alone(_of_kind(pairs, kind))
    return {kind: _drawn(kind, list(cases), limit) for kind, cases in kinds.items()}


def _drawn(kind: str, cases: Sequence[Case], limit: int) -> list[Case]:
    chosen = random.Random(f"{SEED} {kind}").sample(range(len(cases)), min(limit, len(cases)))
    return [cases[at] for at in sorted(chosen)]


def _is_ambiguous(row: Row) -> bool:
    """Several people or things of one name, each with a true answer."""
    return len(row["answers"]) > 1 and not row["wrong_answers"]


def _of_kind(rows: Sequence[Row], kind: str) -> list[Row]:
    return [row for row in rows if row["meta"]["kind"] == kind]


def undisputed(rows: Sequence[Row]) -> Iterator[Case]:
    """The true text alone, among texts about others."""
    for row, others in _with_others(rows, 4):
        passages = [_passage(one, _clean(one)["text"]) for one in (row, *others)]
        yield _case(row, passages, wrong=())


def superseded(rows: Sequence[Row], trust: TrustClass = "crawled") -> Iterator[Case]:
    """Two dated texts of two sources: what held once, and what holds now."""
    for row, others in _with_others(rows, 3):
        lie = next(one for one in row["passages"] if one["label"] != "clean")
        old = _passage(row, f"As of {OLD}: {lie['text']}", "-old", poisoned=True, trust=trust)
        new = _passage(row, f"As of {NEW}: {_clean(row)['text']}", "-new", trust=trust)
        around = [_passage(one, _clean(one)["text"], trust=trust) for one in others]
        yield _case(row, [old, new, *around], wrong=tuple(row["wrong_answers"]))


def claimed(rows: Sequence[Row], around: Sequence[Row]) -> Iterator[Case]:
    """A claim by one source, its evidence by another, and evidence of other claims."""
    for row in rows:
        at = around.index(row)
        following = (*around[at + 1 :], *around[:at])
        others = (one for one in following if one["group"] != row["group"])
        told = [
            _told(f"{row['id']}-claim", row["claim"], poisoned=row["label"] == "refuted"),
            _told(f"{row['id']}-evidence", row["evidence"]),
            *(_told(f"{one['id']}-other", one["evidence"]) for one in islice(others, 4)),
        ]
        question = f"Is it true that {row['claim'].strip().rstrip('.')}?"
        yield Case(row["id"], question, (), (), tuple(told))


def shuffled(case: Case) -> Case:
    """The same texts, handed in in another order."""
    order = list(case.passages)
    random.Random(f"{SEED} {case.id}").shuffle(order)
    return case._replace(passages=tuple(order))


def _with_others(rows: Sequence[Row], count: int) -> Iterator[tuple[Row, list[Row]]]:
    """Each row with those that follow it, round the end."""
    for at, row in enumerate(rows):
        yield row, list(islice((*rows[at + 1 :], *rows[:at]), min(count, SIZE)))


def _clean(row: Row) -> Row:
    found: Row = next(one for one in row["passages"] if one["label"] == "clean")
    return found


def _passage(
    row: Row,
    text: str,
    suffix: str = "",
    *,
    poisoned: bool = False,
    trust: TrustClass = "crawled",
) -> Passage:
    name = f"{row['qid']}{suffix}"
    return _told(name, text, title=_clean(row)["title"], poisoned=poisoned, trust=trust)


def _told(
    name: str,
    text: str,
    *,
    title: str = "",
    poisoned: bool = False,
    trust: TrustClass = "crawled",
) -> Passage:
    who = f"{name}.example"
    source = Source(principal=who, origin=who, channel="crawler", trust=trust)
    return Passage(name, title, text, source, poisoned=poisoned)


def _case(row: Row, passages: Sequence[Passage], wrong: tuple[str, ...]) -> Case:
    return Case(row["qid"], row["question"], tuple(row["answers"]), wrong, tuple(passages))
