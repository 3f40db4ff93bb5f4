"""When, how often, how many: questions for the times and amounts of a clause. Pure, English.

What follows the asked value is left out, for it may speak of something else.
"""

import re
from collections.abc import Iterator

from tools.predicting_clauses import Clause
from tools.predicting_verbs import BE, is_participle
from tools.values import dates, numbers

_BEFORE_DATE = re.compile(
    r"(?:^|(?<=\s))(?P<how>in|on|since|by|during|until|around|from|before|after|between|as of)\s+"
    r"(?:(?:the|early|late|mid|about|around|approximately|spring|summer|autumn|winter|of|fall)"
    r"[\s-]+){0,3}$",
    re.IGNORECASE,
)
_AFTER_DATE = re.compile(
    r"(?:s|\s(?:AD|BC|CE|BCE))?(?:\s(?:to|until|and|through|or|[–-])\s[^,]*?\d{4}s?)?"
    r"(?=$|[,.]|\s(?:in|at|by|with|to|for|on|as|from|under|through|against|and|when|after|because|"
    r"during|near|of)\b)"
)
_OTHER_DATED = re.compile(r"\s(?:since|until|before|after|and \w+ed$|and \w+n$)\b")
"""What a later date may belong to instead of the verb."""
_WHEN = {"since": "Since when", "until": "Until when", "by": "By when"}
_TIMES = re.compile(r"(?:In|On|Since|By|During|Until|Around|From|Between)\b")
_CONDITIONS = re.compile(r"(?:When|If|After|Before|Once|While)\s+\w+(?:\s\S+)+")
_CONDITION_INSIDE = re.compile(r"\s(?:when|if|before|after|until|once|unless)\s(?=\w+ \w+)")
_OFTEN = re.compile(
    r"\s?\b(?:every (?:\S+ ){0,2}(?:hours?|days?|weeks?|months?|years?|minutes?)"
    r"|once (?:a|per|every) \w+|(?:twice|\w+ times) (?:a|per) \w+|annually|monthly|weekly|daily)\b"
)
_APPROXIMATE = (
    r"(?:(?:about|approximately|over|more than|less than|fewer than|nearly|around|at least|up to|"
    r"some|almost|only|roughly|exactly|at most|as many as|a total of|just|the|all)\s)*"
)
_COUNTED = re.compile(
    r"\s(?!hundred|thousand|million|billion)(?P<noun>(?:[a-z][\w-]*\s){0,2}?(?:[a-z][\w-]*[^\Wsu]s|people|men|women|children))"
    r"(?=$|[,.]|\s(?:in|at|by|with|to|for|on|as|from|of|under|per|during|that|and|each|between)\b)"
)
_AMOUNT_OF = {
    "pressure": "what pressure",
    "torque": "what torque",
    "temperature": "what temperature",
    "voltage": "what voltage",
    "speed": "what speed",
    "velocity": "what speed",
    "frequency": "what frequency",
    "power": "what power",
    "flow": "what flow rate",
    "euro": "how much",
    "dollar": "how much",
    "sterling": "how much",
    "share": "what percentage",
}
_TALL = re.compile(r"^(?:\s?-?\s?)(?P<how>tall|high|long|wide|deep|thick|old)\b")
_PREPOSITION = re.compile(
    r"\b(?P<how>to|at|of|for|by|within|after|from|with|in|below|above|under)$"
)


def when(clause: Clause) -> Iterator[str]:
    """For the time in front of the subject, or the first one after the verb."""
    if _TIMES.match(clause.lead) and dates(clause.lead):
        how = clause.lead.split()[0].lower()
        if kept := bare(clause.rest):
            yield clause.asked(_WHEN.get(how, "When"), kept)
        return
    for date in dates(clause.rest):
        before = _BEFORE_DATE.search(clause.rest[: date.start])
        after = _AFTER_DATE.match(clause.rest, date.end)
        if before and after and ", " not in clause.rest[: date.start]:
            kept = clause.rest[: before.start()].rstrip()
            if (kept or clause.base) and not _OTHER_DATED.search(f" {kept}"):
                yield clause.asked(_WHEN.get(before["how"].lower(), "When"), kept)
            return


def condition(clause: Clause) -> Iterator[str]:
    """For the condition of what must, may or can be."""
    if clause.verb not in {"must", "should", "shall", "may", "can", "is", "are"}:
        return
    inside = _CONDITION_INSIDE.search(clause.rest)
    kept = bare(clause.rest)
    if kept and _CONDITIONS.fullmatch(clause.lead) and clause.verb not in {"is", "are"}:
        yield clause.asked("When", kept)
    elif inside and is_participle(clause.rest[: inside.start()].split()[-1]):
        yield clause.asked("When", clause.rest[: inside.start()])


def how_often(clause: Clause) -> Iterator[str]:
    """For an interval."""
    found = _OFTEN.search(bare(clause.rest))
    if found and (kept := clause.rest[: found.start()].strip()):
        yield clause.asked("How often", kept)


def how_many(clause: Clause) -> Iterator[str]:
    """For the first number whose place in the clause is plain."""
    for number in numbers(clause.rest):
        before = re.sub(_APPROXIMATE + "$", "", clause.rest[: number.start])
        after = clause.rest[number.end :]
        if asked := _amount(clause, before.rstrip(), after, number.dimension):
            yield asked
            return


def _amount(clause: Clause, before: str, after: str, dimension: str) -> str | None:
    place = _PREPOSITION.search(before)
    wanted = _AMOUNT_OF.get(dimension)
    if clause.verb in BE and not before and (tall := _TALL.match(after)):
        return clause.asked(f"How {tall['how']}", "")
    if wanted and place and not after[:1].isalpha():
        kept = before[: place.start()].rstrip()
        if len(kept.split()) > 3 or (kept and not is_participle(kept.split()[-1])):
            return None
        if wanted == "how much":
            return clause.asked("How much", f"{kept} {place['how']}") if kept else None
        return clause.asked(f"{place['how'].capitalize()} {wanted}", kept) if kept else None
    counted = _COUNTED.match(after)
    if not counted or (dimension and not dimension.startswith("count:")):
        return None
    how_many = f"How many {counted['noun']}"
    if place:
        kept = before[: place.start()].rstrip()
        if len(kept.split()) > 2 or (kept and not is_participle(kept.split()[-1])):
            return None
        asked = f"{place['how'].capitalize()} how many {counted['noun']}"
        return clause.asked(asked, kept) if kept or clause.base else None
    if (not before and clause.base) or is_participle(before.split(" ")[-1] if before else ""):
        return clause.asked(how_many, before)
    return None


def bare(rest: str) -> str:
    """Up to the first comma, for what follows is said besides; nothing where it cuts a *that*."""
    kept = rest.split(", ", 1)[0].rstrip(",")
    return "" if kept != rest and " that " in f" {kept} " else kept
