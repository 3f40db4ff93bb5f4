"""Questions from the grammar of a sentence: one part of a clause becomes the question word.

After Heilman & Smith 2010, "Good Question! Statistical Ranking for Question Generation", without
the ranking: what reads badly still asks for a span. Parts other than the one asked for are left
out at random, so that a question seldom repeats its sentence. Needs spaCy with an English model;
the functions take its ``Doc``, ``Span`` and ``Token``.
"""

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

PER_PASSAGE = 8
LONGEST_PART, LONGEST_ANSWER = 12, 8
"""Tokens."""
SHORTEST = 4
"""Words of a question."""
KEPT = 0.6
"""Chance that a part which is not asked for stays in the question."""
_PEOPLE = """
man woman king queen president leader author writer scientist artist founder director player
general emperor bishop pope actor singer engineer professor minister people doctor
"""
PEOPLE = frozenset(_PEOPLE.split())
PLACES = frozenset({"GPE", "LOC", "FAC"})
TIMES = frozenset({"DATE", "TIME"})
_WHEN = frozenset({"in", "on", "at", "during", "since", "until", "by", "after", "before", "around"})
_WHERE = frozenset({"in", "at", "near", "on", "around", "across", "throughout", "within"})
_OBJECTS = frozenset({"dobj", "attr", "oprd"})
_PARTS = _OBJECTS | {
    "prep",
    "agent",
    "npadvmod",
    "advmod",
    "acomp",
    "xcomp",
    "prt",
    "dative",
    "advcl",
}

Token = Any
Piece = tuple[int, int]
"""First and last token of a stretch of a document."""


class Clause(NamedTuple):
    """A verb with its subject and what else hangs on it, in the order of the text."""

    doc: Any
    verb: Token
    subject: Token
    auxiliaries: list[Token]
    parts: list[Token]


class Question(NamedTuple):
    """A question, and the code points of its answer in the document."""

    text: str
    start: int
    end: int


def questions(doc: Any, rng: random.Random) -> list[Question]:
    """At most ``PER_PASSAGE`` questions, of as many kinds and sentences as there are."""
    found = [q for verb in doc if (clause := clause_of(doc, verb)) for q in _asked(clause, rng)]
    found = [question for question in found if len(question.text.split()) >= SHORTEST]
    rng.shuffle(found)
    return found[:PER_PASSAGE]


def clause_of(doc: Any, verb: Token) -> Clause | None:
    """The clause of a finite verb with a subject of its own that is no pronoun; else None."""
    if verb.pos_ not in {"VERB", "AUX"} or any(c.dep_ == "neg" for c in verb.children):
        return None
    subjects = [c for c in verb.lefts if c.dep_ in {"nsubj", "nsubjpass"}]
    if not subjects or subjects[0].pos_ not in {"NOUN", "PROPN", "NUM"}:
        return None
    auxiliaries = [c for c in verb.lefts if c.dep_ in {"aux", "auxpass"}]
    finite = verb.tag_ in {"VBD", "VBZ", "VBP"} or auxiliaries
    if not finite or any(c.tag_ == "TO" for c in auxiliaries):
        return None
    parts = [c for c in verb.children if c.dep_ in _PARTS and _fits(doc, piece_of(c))]
    return Clause(doc, verb, subjects[0], auxiliaries, parts)


def piece_of(token: Token) -> Piece:
    """Everything that hangs on the token."""
    return token.left_edge.i, token.right_edge.i


def _fits(doc: Any, piece: Piece) -> bool:
    text = doc[piece[0] : piece[1] + 1].text
    return piece[1] - piece[0] < LONGEST_PART and not any(c in text for c in '\n"()[]{};:“”')


def _asked(clause: Clause, rng: random.Random) -> Iterator[Question]:
    ways = (_for_subject, _for_object, _for_circumstance, _for_number, _for_reason, _for_kind)
    for way in ways:
        yield from way(clause, rng)


def _for_subject(clause: Clause, rng: random.Random) -> Iterator[Question]:
    answer = _answer(clause.doc, clause.subject)
    if answer is None:
        return
    verb = " ".join(t.text for t in (*clause.auxiliaries, clause.verb))
    wh = _who_or_what(clause.subject, rng)
    yield _question(clause, [wh, verb, *_rest(clause, None, rng)], answer)


def _for_object(clause: Clause, rng: random.Random) -> Iterator[Question]:
    for part in clause.parts:
        answer = _answer(clause.doc, part)
        if part.dep_ in _OBJECTS and part.pos_ in {"NOUN", "PROPN", "NUM"} and answer:
            wh = _who_or_what(part, rng)
            yield from _inverted(clause, wh, part, answer, rng)


def _for_circumstance(clause: Clause, rng: random.Random) -> Iterator[Question]:
    """When, where, by whom, and what stands behind other prepositions."""
    for part in clause.parts:
        if part.dep_ == "npadvmod" and part.ent_type_ in TIMES:
            yield from _inverted(clause, "when", part, piece_of(part), rng)
        noun = next((c for c in part.children if c.dep_ == "pobj"), None)
        if part.dep_ not in {"prep", "agent"} or noun is None or noun.pos_ == "PRON":
            continue
        answer = _answer(clause.doc, noun)
        if answer is None:
            continue
        word = part.text.lower()
        if noun.ent_type_ in TIMES and word in _WHEN:
            year = noun.text.isdigit() and len(noun.text) == 4
            choices = ("when", f"{word} what year") if year else ("when", f"{word} what time")
            yield from _inverted(clause, rng.choice(choices[: 1 + year]), part, answer, rng)
        elif noun.ent_type_ in PLACES and word in _WHERE:
            wh = rng.choice(("where", "where", f"{word} what place"))
            yield from _inverted(clause, wh, part, answer, rng)
        else:
            wh = _who_or_what(noun, rng)
            fronted = rng.random() < 0.3
            wh, ending = (f"{word} {wh}", "") if fronted else (wh, word)
            yield from _inverted(clause, wh, part, answer, rng, ending)


def _for_number(clause: Clause, rng: random.Random) -> Iterator[Question]:
    for noun in (clause.subject, *clause.parts):
        number = next((c for c in noun.children if c.dep_ == "nummod"), None)
        if number is None or noun.dep_ not in _OBJECTS | {"nsubj", "nsubjpass"}:
            continue
        counted = " ".join(t.text for t in clause.doc[number.i + 1 : noun.i + 1])
        if noun is clause.subject:
            verb = " ".join(t.text for t in (*clause.auxiliaries, clause.verb))
            words = [f"how many {counted}", verb, *_rest(clause, None, rng)]
            yield _question(clause, words, piece_of(number))
        else:
            yield from _inverted(clause, f"how many {counted}", noun, piece_of(number), rng)


def _for_reason(clause: Clause, rng: random.Random) -> Iterator[Question]:
    for part in clause.parts:
        words = [t.text.lower() for t in clause.doc[slice(part.left_edge.i, part.left_edge.i + 2)]]
        skip = 1 if words[:1] == ["because"] else 2 if words == ["due", "to"] else 0
        skip = 2 if words == ["because", "of"] else skip
        begin, end = piece_of(part)
        if skip and begin + skip <= end:
            yield from _inverted(clause, "why", part, (begin + skip, end), rng)


def _for_kind(clause: Clause, rng: random.Random) -> Iterator[Question]:
    for part in clause.parts:
        kinds = [c for c in part.lefts if c.dep_ in {"amod", "compound"}]
        if part.dep_ in _OBJECTS and part.pos_ == "NOUN" and kinds and rng.random() < 0.4:
            wh = rng.choice(("what kind of", "what type of", "which")) + f" {part.text}"
            yield from _inverted(clause, wh, part, (kinds[0].i, part.i - 1), rng)


def _inverted(
    clause: Clause,
    wh: str,
    gone: Token,
    answer: Piece,
    rng: random.Random,
    ending: str = "",
) -> Iterator[Question]:
    """Question word, auxiliary, subject, verb and the parts that stay."""
    verb = clause.verb
    if clause.auxiliaries:
        first, *others = [t.text.lower() for t in clause.auxiliaries]
        rest = [*others, verb.text]
    elif verb.lemma_ == "be":
        first, rest = verb.text.lower(), []
    else:
        first = {"VBD": "did", "VBZ": "does", "VBP": "do"}[verb.tag_]
        rest = [verb.lemma_]
    subject = piece_of(clause.subject)
    if not _fits(clause.doc, subject):
        subject = (clause.subject.left_edge.i, clause.subject.i)
    if _fits(clause.doc, subject):
        words = [wh, first, _plain(clause.doc, subject), *rest]
        yield _question(clause, [*words, *_rest(clause, gone, rng), ending], answer)


def _rest(clause: Clause, gone: Token | None, rng: random.Random) -> list[str]:
    """The other parts, particles first; what comes before the verb is put behind it."""
    others = [part for part in clause.parts if part is not gone]
    kept = [part for part in others if part.dep_ == "prt" or rng.random() < KEPT]
    kept = kept or others[:1]
    kept.sort(key=lambda part: (part.dep_ != "prt", part.i < clause.verb.i, part.i))
    return [_plain(clause.doc, piece_of(part)) for part in kept]


def _plain(doc: Any, piece: Piece) -> str:
    """The words of a piece as they stand inside a sentence."""
    words = doc[piece[0] : piece[1] + 1].text.strip(" ,.-")
    opens = doc[piece[0]].pos_ not in {"PROPN"} and doc[piece[0]].ent_type_ == ""
    return words[0].lower() + words[1:] if words and opens else words


def _answer(doc: Any, head: Token) -> Piece | None:
    """The noun with what hangs on it, without relative clauses, or cut to the noun where long."""
    begin, end = piece_of(head)
    for child in head.rights:
        if child.dep_ in {"relcl", "appos", "acl", "punct", "advcl"}:
            end = min(end, child.left_edge.i - 1)
            break
    if end - begin >= LONGEST_ANSWER:
        end = head.i
    if end < begin or end - begin >= LONGEST_ANSWER or not _fits(doc, (begin, end)):
        return None
    return begin, end


def _who_or_what(noun: Token, rng: random.Random) -> str:
    kind = noun.ent_type_
    if kind == "PERSON" or noun.lemma_.lower() in PEOPLE:
        return "who"
    choices = {
        "GPE": ("what place", "which country or city", "what"),
        "ORG": ("what organization", "which organization", "who", "what"),
        "NORP": ("which group", "who", "what group"),
        "DATE": ("what date", "when", "what"),
        "MONEY": ("how much", "what amount"),
        "PERCENT": ("what percentage", "how much"),
        "CARDINAL": ("how many", "what number"),
    }.get(kind, ("what", "what", "which"))
    return rng.choice(choices[:2] if kind == "" else choices)


def _question(clause: Clause, words: list[str], answer: Piece) -> Question:
    text = " ".join(" ".join(word for word in words if word).split())
    first, last = clause.doc[answer[0]], clause.doc[answer[1]]
    return Question(f"{text[0].upper()}{text[1:]}?", first.idx, last.idx + len(last))
