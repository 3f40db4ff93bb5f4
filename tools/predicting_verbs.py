"""English verbs as far as asking needs them: which word is one, and its plain form. Pure.

A closed list of irregular verbs, and spelling rules for the rest; no dictionary. What the lists do
not know is not taken for a verb, for a question lost costs less than a wrong one.
"""

import re
from functools import lru_cache

AUXILIARIES_WORDS = """
    is are was were has have had can could will would may might must should shall
"""
AUXILIARIES = frozenset(AUXILIARIES_WORDS.split())
BE = frozenset({"is", "are", "was", "were"})
HAVE = frozenset({"has", "have", "had"})

_IRREGULAR = """
    arise arose arisen, bear bore born, beat beat beaten, become became become, begin began begun,
    bend bent bent, bind bound bound, bleed bled bled, break broke broken, breed bred bred,
    bring brought brought, build built built, buy bought bought, catch caught caught,
    choose chose chosen, come came come, deal dealt dealt, draw drew drawn, drive drove driven,
    eat ate eaten, fall fell fallen, feed fed fed, fight fought fought, find found found,
    flee fled fled, fly flew flown, forbid forbade forbidden, forget forgot forgotten,
    freeze froze frozen, get got got, give gave given, go went gone, grow grew grown,
    hang hung hung, hear heard heard, hide hid hidden, hold held held, keep kept kept,
    know knew known, lay laid laid, lead led led, leave left left, lend lent lent, lose lost lost,
    make made made, mean meant meant, meet met met, overcome overcame overcome, pay paid paid,
    ride rode ridden, rise rose risen, run ran run, say said said, see saw seen, seek sought sought,
    sell sold sold, send sent sent, shake shook shaken, shoot shot shot, show showed shown,
    sing sang sung, sink sank sunk, speak spoke spoken, spend spent spent, spring sprang sprung,
    stand stood stood, steal stole stolen, stick stuck stuck, strike struck struck,
    swear swore sworn, swim swam swum, take took taken, teach taught taught, tear tore torn,
    tell told told, think thought thought, throw threw thrown, undergo underwent undergone,
    understand understood understood, undertake undertook undertaken, wear wore worn,
    win won won, withdraw withdrew withdrawn, write wrote written
"""
_ROWS = [row.split() for row in _IRREGULAR.split(",")]
_BASE_OF_PAST = {past: base for base, past, _ in _ROWS}
_PARTICIPLES = frozenset(row[2] for row in _ROWS) | {"been", "done", "set", "put", "cut", "made"}

_PRESENT = """
    allow apply arise become begin belong comprise consist contain convert define denote depend
    describe determine differ eliminate enable encourage ensure exist express generate give improve
    include indicate involve keep lie maintain make manage occur operate perform permit prevent
    produce protect provide receive reduce refer regulate remain remove replace represent require
    serve specify store take transfer transmit vary suggest attract extend employ create consider
    establish govern appoint elect rely derive grow carry recognize publish teach own connect
    understand believe argue affect compete
"""
PRESENT = frozenset(_PRESENT.split())
"""Verbs that tell of a lasting fact."""

_NOUNS_TOO = """
    act address aim allot border cause change claim control cost cover decrease feature flow focus
    follow form function help hold host house increase influence lead limit mean measure name offer
    play raise range rank run show span stand start state support use work
"""
PRESENT_OR_NOUN = frozenset(_NOUNS_TOO.split())
"""Such verbs whose forms may be nouns: only what follows tells."""

_NO_VERBS_WORDS = """
    hundred need speed indeed seed bed red breed feed exceed proceed succeed embed shed agreed
    united so-called wicked sacred naked aged kindred related advanced limited
"""
_NO_VERBS = frozenset(_NO_VERBS_WORDS.split())
_WITH_E = re.compile(
    r"""
    (?: [vuczu] (?<!zz)                          # achiev, argu, produc
      | [aeiou]g | [dr]g | (?:[^eou]|[hl]e)ng    # manag, judg, chang, challeng
      | [^aeiouwyl]l | [tc]r | [^aeiou]e         # settl, centr, agre
      | [aeiounrpl]s                             # clos, respons, endors, collaps
      | (?<![aeiou])[aiou]d | guid | uad | [sc]ed
      | (?<![aeiou])[aiu]r | quir | plor | ignor | stor | dher
      | (?<![ao])i[nkp](?<=[dfbmlrshgn]in) | (?:on|ra|er)ven | rib | crib | lik
      | (?<![aeo])at | creat | ut | (?:ev|m|n|qu)ot | plet | compet | delet | [cv]it | unit
      | (?<![aeiou])um | nam | com | vok | [ch]ap
      | (?<![aeiou])[iu]l | breath
    )$""",
    re.VERBOSE,
)
_SHORT = re.compile(r"[^aeiou]*(?:qu)?[aeiouy][^aeiouwxy]")
_DOUBLED = re.compile(r"([bdgmnprt])\1$|[aeiou][^aeiou]+(?:e|ro)ll$")
_PLAIN_WORDS = """
    focus bias favor honor mentor limit visit edit credit deposit exhibit inherit develop
    envelop gallop signal equal total rival model label cancel travel monitor author sponsor
    alter water avoid input output format combat float treat repeat defeat heat cheat beat seat
    reign join add err
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())


@lru_cache(maxsize=1 << 14)
def base_of_past(word: str) -> str | None:
    """The plain form of a past tense; None for what is none.

    >>> [base_of_past(word) for word in ("began", "released", "visited", "hundred")]
    ['begin', 'release', 'visit', None]
    """
    if word in _BASE_OF_PAST:
        return _BASE_OF_PAST[word]
    if not word.endswith("ed") or len(word) < 5 or word in _NO_VERBS or not word.isalpha():
        return None
    stem = word[:-2]
    if stem.endswith("i"):
        return stem[:-1] + "y"
    if stem in _PLAIN:
        return stem
    if _DOUBLED.search(stem):
        return stem[:-1]
    if _SHORT.fullmatch(stem) or _WITH_E.search(stem):
        return stem + "e"
    return stem


def is_participle(word: str) -> bool:
    """Whether a word may follow *has* or *was* as part of the verb."""
    return word in _PARTICIPLES or (word.endswith("ed") and word not in _NO_VERBS)


def base_of_present(word: str) -> str | None:
    """The plain form of a third person singular that is listed; None for the rest."""
    for base in (word[:-1], word[:-2], word[:-3] + "y"):
        if word.endswith("s") and (base in PRESENT or base in PRESENT_OR_NOUN):
            return base
    return None
