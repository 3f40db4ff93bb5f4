"""Questions that their paragraph does not answer, made from ones that it does.

The ways are those of SQuAD 2.0's writers (Rajpurkar et al. 2018, table 2): another name or number
of the article, an opposite, a negation.
"""

import random
import re

from training.claims import NAME, NUMBER

_AUXILIARY = re.compile(r"\b(is|are|was|were|did|does|do|can|could|will|would|has|have|had)\b")
_PAIRS = """
first last; largest smallest; biggest smallest; highest lowest; most least; more fewer;
before after; north south; northern southern; east west; eastern western; increase decrease;
increased decreased; early late; earliest latest; win lose; won lost; began ended; begin
end; start stop; started stopped; oldest newest; old new; always never; male female; men
women; above below; best worst; majority minority; public private; import export; imported
exported; rural urban; maximum minimum; inside outside; allowed forbidden; accepted
rejected; accept reject; included excluded; upper lower; long short; longest shortest; major
minor; strong weak; stronger weaker; caused prevented; cause prevent; high low; higher
lower; fast slow; hot cold; open closed; opened closed; internal external; positive
negative; ancient modern; greater smaller; large small; support oppose; supported opposed;
gained lost; gain lose; rise fall; rose fell; built destroyed; create destroy; created
destroyed; enter leave; entered left; arrived departed; buy sell; bought sold; same
different; common rare; rich poor; easy difficult; true false; legal illegal; primary
secondary; former latter; against for;
"""
OPPOSITES = {
    word: other
    for one, two in (pair.split() for pair in _PAIRS.replace("\n", " ").split(";") if pair.strip())
    for word, other in ((one, two), (two, one))
}
"""Words that turn a question round when exchanged."""


def foil(question: str, paragraph: str, article: str, rng: random.Random) -> str | None:
    """The question changed so that the paragraph no longer answers it, or None."""
    ways = [_other_name, _other_number, _opposite, _negated]
    rng.shuffle(ways)
    for way in ways:
        changed = way(question, paragraph, article, rng)
        if changed:
            return changed
    return None


def _other_name(question: str, paragraph: str, article: str, rng: random.Random) -> str | None:
    return _exchanged(NAME, question, paragraph, article, rng)


def _other_number(question: str, paragraph: str, article: str, rng: random.Random) -> str | None:
    return _exchanged(NUMBER, question, paragraph, article, rng)


def _exchanged(
    kind: re.Pattern[str], question: str, paragraph: str, article: str, rng: random.Random
) -> str | None:
    """One match in the question replaced by one of the article that the paragraph does not have."""
    found = [m for m in kind.finditer(question) if m.group() in paragraph]
    known = paragraph + question
    others = sorted({m.group() for m in kind.finditer(article) if m.group() not in known})
    if not found or not others:
        return None
    old = rng.choice(found)
    return question[: old.start()] + rng.choice(others) + question[old.end() :]


def _opposite(question: str, paragraph: str, article: str, rng: random.Random) -> str | None:
    found = [m for m in re.finditer(r"[a-z]+", question) if m.group() in OPPOSITES]
    if not found:
        return None
    old = rng.choice(found)
    return question[: old.start()] + OPPOSITES[old.group()] + question[old.end() :]


def _negated(question: str, paragraph: str, article: str, rng: random.Random) -> str | None:
    found = _AUXILIARY.search(question)
    if found is None or rng.random() < 0.5:
        return None
    rest = question[found.end() :]
    subject = re.match(r" (?:the |a |an )?[\w'-]+", rest)
    at = found.end() + (subject.end() if subject else 0)
    return question[:at] + rng.choice((" not", " never")) + question[at:]
