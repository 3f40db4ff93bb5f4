"""What a question asks for, told from its words: its kind, its answer's kind, its measure.

Knows English question words, units and the head nouns that go with them. Pure; each function
looks at the question alone.
"""

import re

from core.schemas.evidence import AnswerType, QuestionType
from tools.lexical import STOP_WORDS, content_terms, words
from tools.units import UNITS

_LIST = re.compile(
    r"^(?:(?:please )?(?:list|name|enumerate)\b|(?:what|which) are\b"
    r"|(?:what|which)(?: [\w-]+){0,3} (?:models|types|kinds|steps|parts|tools|reasons|items|"
    r"symptoms|causes|signs|points|things)\b)",
    re.IGNORECASE,
)
_HOW_TO = re.compile(
    r"^(?:how (?:do|can|should|must|to|does one|is|are)\b(?! (?:you |it |they )?(?:called|known)\b)"
    r"|what (?:is|are) the (?:steps|procedure)\b|what (?:should|must|do) (?:i|we|you) do\b)",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"\b(?:compare|compared (?:to|with)|difference|differ|versus|vs\.?|(?:more|less|\w+er) than)\b"
    r"|\bwhich (?:\w+ ){0,4}(?:is|has|are|have|was|were) \w+(?:er)\b.*\bor\b",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    r"^(?:summar|give (?:me )?an? (?:overview|summary)|what is .* about\??$|describe|explain)",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"^(?:is|are|was|were|do|does|did|can|could|may|must|should|shall|will|would|has|have|had)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:^|\b(?:since|until|by|and|or),? )when\b"
    r"|\b(?:what|which) (?:year|date|day|month|decade|century)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b(?:who|whom|whose)\b|\b(?:in |at |from )?where\b", re.IGNORECASE)
_COUNT = re.compile(r"\bhow (?:many|much|few)\b", re.IGNORECASE)
_DEGREE = re.compile(
    r"\bhow (?:long|often|far|tall|high|deep|wide|thick|heavy|hot|cold|warm|fast|old|large|big|"
    r"small|strong|tight|close|frequently|soon)\b",
    re.IGNORECASE,
)

_NAMED_UNITS = sorted((re.escape(name) for name in UNITS if len(name) > 1), key=len, reverse=True)
_MONEY = ("price", "cost", "expensive", "fee", "charge")
_TIMES = ("often", "interval", "long", "frequently", "soon", "duration")
_DIMENSIONS: dict[str, tuple[str, ...]] = {
    "temperature": ("temperature", "hot", "cold", "warm"),
    "torque": ("torque", "tighten", "tightened", "tight"),
    "pressure": ("pressure",),
    "mass": ("weight", "weigh", "heavy", "mass"),
    "length": (
        *(
            "far",
            "long",
            "tall",
            "high",
            "deep",
            "wide",
            "thick",
            "thickness",
            "length",
            "width",
            "height",
        ),
        *("depth", "diameter", "distance", "gap", "clearance", "offset", "radius"),
    ),
    "time": _TIMES,
    "calendar": _TIMES,
    "flow": ("flow",),
    "power": ("power",),
    "speed": ("speed", "fast"),
    "velocity": ("speed", "fast", "velocity", "vibration"),
    "volume": ("volume", "capacity"),
    "viscosity": ("viscosity",),
    "voltage": ("voltage",),
    "frequency": ("frequency",),
    "share": ("percentage", "percent", "share", "proportion", "fraction"),
    "euro": _MONEY,
    "dollar": _MONEY,
    "sterling": _MONEY,
}
_UNIT_NAME = rf"(?:operating )?(?P<unit>{'|'.join(_NAMED_UNITS)})"
_COUNTED_UNIT = re.compile(rf"\bhow (?:many|much) {_UNIT_NAME}\b")
_IN_UNIT = re.compile(rf"\bin {_UNIT_NAME}\W*$")
_NUMBER_NOUNS = frozenset({"number", "amount", "population", "quantity", "rate", "ratio", "total"})
_NAME_NOUNS = re.compile(
    r"\b(?:what|which) (?:\w+ ){0,2}?(?:person|man|woman|king|queen|company|city|country|state|"
    r"organi[sz]ation|team|river|author|supplier|manufacturer|department|school|university|name|"
    r"president|leader|scientist|group|war|battle|language|brand|vendor)\b",
    re.IGNORECASE,
)


def question_type(question: str) -> QuestionType:
    """The kind of question, by its opening words and comparatives."""
    text = question.strip()
    if _SUMMARY.search(text):
        return "summary"
    if _COMPARE.search(text):
        return "compare"
    if _YES_NO.search(text):
        return "yes_no"
    if _HOW_TO.search(text):
        return "how_to"
    return "list" if _LIST.search(text) else "fact"


def answer_type(question: str) -> AnswerType:
    """The kind of value that would answer; "span" where the words do not tell."""
    if question_type(question) == "yes_no":
        return "boolean"
    if _COUNT.search(question) or _DEGREE.search(question):
        return "number"
    if question_type(question) in {"how_to", "summary"}:
        return "procedure"
    if _DATE.search(question):
        return "date"
    attribute = _ATTRIBUTE.search(question.strip())
    if expected_dimensions(question) or (attribute and attribute["noun"] in _NUMBER_NOUNS):
        return "number"
    return "name" if _NAME.search(question) or _NAME_NOUNS.search(question) else "span"


_ATTRIBUTE = re.compile(
    r"^(?:(?:at|to|by|for|with|in|up to) )?(?:what|which)(?: (?:is|are|was|were))?(?: (?:the|an?))?"
    r"(?: [\w-]+){0,3}? (?P<noun>[\w-]+)(?= (?:of|for|at|in|on|with|between|from|before|after|when"
    r"|if|while|do|does|did|is|are|was|were|may|must|should|can|has|have|shall|will|to)\b|\W*$)",
    re.IGNORECASE,
)
_COSTS = re.compile(r"^(?:what|how much) (?:do|does|did|will|would)\b.*\b(?P<verb>cost|weigh)\b")


def expected_dimensions(question: str) -> frozenset[str]:
    """What a numeric answer would measure: by the unit asked in, the adjective or the noun asked.

    Empty where the question does not tell; then any number may answer.
    """
    lowered = question.strip().casefold()
    if named := _COUNTED_UNIT.search(lowered) or _IN_UNIT.search(lowered):
        return frozenset({UNITS[named["unit"]].dimension})
    if costs := _COSTS.search(lowered):
        return _dimensions_of(costs["verb"])
    if _COUNT.search(lowered):
        return frozenset()
    if degree := _DEGREE.search(lowered):
        return _dimensions_of(degree.group().split()[-1])
    attribute = _ATTRIBUTE.search(lowered)
    return _dimensions_of(attribute["noun"]) if attribute else frozenset()


def _dimensions_of(word: str) -> frozenset[str]:
    return frozenset(dimension for dimension, nouns in _DIMENSIONS.items() if word in nouns)


_ASKING_WORDS = """list name much many often long far tall give tell please according used use call
called kind type say said mean state stated"""
_ASKING = STOP_WORDS.union(_ASKING_WORDS.split())


def cue_terms(question: str) -> tuple[str, ...]:
    """Stems of the words that an answering sentence is expected to share, in order, once each.

    A part number is one term: its pieces would count as much again.
    """
    kept = [word for word in words(question) if word not in _ASKING] or words(question)
    terms = [content_terms(word)[:1] for word in kept]
    return tuple(dict.fromkeys(term for found in terms for term in found))


_QUESTION_WORD = r"(?:what|which|who|whom|whose|when|where|why|how)"
_PREPOSITION = r"(?:(?:in|at|by|for|to|from|with|on) )?"
_TWO_QUESTIONS = re.compile(
    rf"^(?P<left>{_PREPOSITION}{_QUESTION_WORD}\b.+?),? and "
    rf"(?P<right>{_PREPOSITION}{_QUESTION_WORD}\b.+)$",
    re.IGNORECASE,
)
_PART = r"(?:[A-Za-z]+ )?(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]+"
_FOR_BOTH = re.compile(
    r"^(?P<head>.+?\b(?:of|for|on|in|with) (?:the |an? )?)"
    rf"(?P<left>{_PART}) (?:and|or|vs\.?|versus|than) (?:the |an? )?(?P<right>{_PART})\W*$"
)
_COMPARING = re.compile(r"\b(?:compare|(?:the )?differences?|differ|versus|vs\.?)\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:it|its|they|them|their|this|that|those|these)\b", re.IGNORECASE)
_SUBJECT = re.compile(
    rf"^{_PREPOSITION}{_QUESTION_WORD}\b(?: [\w-]+){{0,3}}? (?:do|does|did|is|are|was|were"
    r"|must|may|should|can|has|have) (?P<subject>.+?)"
    r"(?: (?:be|need|have|use|cost|weigh|take|require)\b.*)?$",
    re.IGNORECASE,
)
_PARTICIPLE = re.compile(
    r"\b(?:\w+[^\We]ed|built|made|set|kept|held|found|sold|given|taken|shown|driven|known|done"
    r"|worn|bought|sent|put|cut|run)\b.*$",
    re.IGNORECASE,
)


def subquestions(question: str) -> tuple[str, ...]:
    """The parts of a question with two of them; empty where splitting could change its meaning.

    "What … and how …?" is two questions. A question about the same thing of two part numbers is
    asked of each. A pronoun in the second part is replaced by the subject of the first.
    """
    text = question.strip().rstrip("?").strip()
    if match := _TWO_QUESTIONS.match(text):
        left, right = match["left"].strip(), _with_subject(match["right"].strip(), match["left"])
        if right and content_terms(left) and content_terms(right):
            return f"{left}?", f"{right}?"
    if (match := _FOR_BOTH.match(text)) and not _COMPARING.search(text):
        head = match["head"]
        return f"{head}{match['left']}?", f"{head}{match['right']}?"
    return ()


def _with_subject(right: str, left: str) -> str:
    """The second part with the first part's subject for its pronoun; empty if there is none."""
    if not _PRONOUN.search(right):
        return right
    phrase = subject_of(left)
    return _PRONOUN.sub(lambda _: phrase, right, count=1) if phrase else ""


def subject_of(question: str) -> str:
    """What a question is about, as it names it; empty where its form does not tell.

    >>> subject_of("How often are the casing nuts checked")
    'the casing nuts'
    """
    subject = _SUBJECT.search(question.strip().rstrip("?").strip())
    phrase = _PARTICIPLE.sub("", subject["subject"]).strip() if subject else ""
    return phrase if content_terms(phrase) and len(phrase.split()) <= 8 else ""
