"""What a question asks for, finer than ``tools.asking``: its kind and its answer's. Pure rules.

Knows English. A question in another language is a plain question for a fact.
"""

import re

from core.schemas.evidence import AnswerKind, QuestionKind
from tools.asking import answer_type, expected_dimensions, question_type
from tools.lexical import STOP_WORDS, words

_OTHER_LANGUAGES = """
    al auf aus av che combien comment como cosa cual cuál cuándo cuánto da dans das de del dem den
    der des det di die dónde du ein eine el en er es esta est et från für gli hoe hur hva hvad il
    ist la las le les los man med mit na når och og où pour qual quale quand quando quanto que quel
    quelle qui quién qué se sich sind sont sur um un una une und van vad var voor waar wann wanneer
    warum wat welche welke wer wie wird wo zu är
"""
_FOREIGN = frozenset(_OTHER_LANGUAGES.split())
_ENGLISH = STOP_WORDS - {"was", "i", "a"}
"""Small words that are English alone; German asks with "was" too."""
_FIRST_OTHER_LETTER = 0x250
"""Behind the Latin letters."""

_POLITE = re.compile(
    r"^(?:(?:please|hi|hello|so|and|well),? )*"
    r"(?:(?:can|could|would) you (?:please )?(?:tell|show|give) me|do you (?:happen to )?know"
    r"|(?:please )?tell me|i (?:want|need|would like) to know|i wonder),? (?:about )?",
    re.IGNORECASE,
)
_LED_IN = re.compile(
    r"^(?:[^:?]{3,80}: |(?:when|if|while|since|because|after|before|as) [^,?]+, )"
    r"(?=(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could"
    r"|will|would|should)\b)",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r"^(?:why|how come|what(?:'s| is| are| was| were)? (?:the )?(?:main |root |primary )?"
    r"(?:reasons?|causes?|caused|causing|explains|explained)|explain why)\b"
    r"|\bfor (?:what|which) reasons?\b|\bwhy (?:is|are|was|were|do|does|did|has|have|should)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\bhow many\b|\b(?:what|which) (?:is|was|are|were) the (?:total |exact )?number of\b"
    r"|^count\b",
    re.IGNORECASE,
)
_BE = r"(?:'s| is| are| was| were)"
_THING = r"(?:[^\W\d_][\w'’&/-]*|[\w-]*\d[\w-]*)"
_DEFINITION = re.compile(
    rf"^(?:what{_BE} (?:an? )?(?!the\b|there\b|it\b|this\b|that\b|these\b|those\b|your\b|an? )"
    rf"{_THING}(?: (?!of\b|for\b|to\b|by\b|from\b|than\b|when\b){_THING}){{0,3}}"
    rf"(?: in (?:an? |the )?{_THING}(?: {_THING})?)?"
    r"|what (?:do|does|did) .+ (?:mean|stand for)|what is meant by .+|define .+"
    r"|(?:what is )?the (?:definition|meaning) of .+"
    rf"|who{_BE} (?!the\b|an?\b|there\b|on\b|in\b|to\b|not\b|\w+(?:ed|ing)\b)"
    rf"{_THING}(?: (?!of\b|for\b|to\b|by\b){_THING}){{0,3}}(?: (?:in|from|of) .+)?"
    rf"|who{_BE} the [A-Z]\w+)\W*$",
    re.IGNORECASE,
)
_OWNED = re.compile(r"['’]s? [a-z]|^who\b.* (?:president|mayor|king|queen|ceo|capital)\b")
_HOW_TO = re.compile(
    r"^(?:how (?:do|does|can|should|must|to|is|are)\b|what (?:is|are) the (?:steps|procedure)\b"
    r"|what (?:should|must|do) (?:i|we|you) do\b)",
    re.IGNORECASE,
)
_CALLED = re.compile(r"\b(?:called|named|known as)\b|\bthe (?:name|title) of\b", re.IGNORECASE)
_SEVERAL = re.compile(
    r"^(?:in |at |on |for |by |to )?(?:what|which) (?:two|three|four|five|six|several|other)\b"
    r"|^(?:please )?(?:list|name|enumerate)\b"
    r"|^(?:what|which) (?:are|were) (?:the|some|all|its|their)\b|^who (?:are|were|is|was) in\b"
    r"|^(?:what|which)(?: [\w-]+){0,2} (?!(?:[\w-]*(?:us|ss|is|ics)|series|species) )[\w-]+s"
    r" (?:are|were|do|have|can|must|may|should)\b",
    re.IGNORECASE,
)
_TWO_SIDES = re.compile(
    r"\b(?:first|earlier|later|last|more|less|fewer|\w{2,}(?<!at)er|better|worse)\b"
    r"[^?]*[, ]or [^?]+\W*$",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    r"^(?:summar|give (?:me )?an? (?:overview|summary|outline)|what is .* about\W*$|describe\b"
    r"|explain (?!why)|outline\b|what (?:did|do|does|was|were) .+ "
    r"(?:think|say|said|thought|discuss|talk|discussed|opinions?|views?)\b"
    r".*\b(?:about|on|of|regarding|as|when)\b)",
    re.IGNORECASE,
)


def plain(question: str) -> str:
    """The question without what only introduces it ("Could you tell me …", "If it leaks, …")."""
    text = question.strip()
    return _LED_IN.sub("", _POLITE.sub("", text, count=1), count=1) or text


def is_english(text: str) -> bool:
    """Whether no other language's small words outnumber the English ones, nor another script.

    >>> is_english("Was ist der Druck der Pumpe?")
    False
    """
    letters = [character for character in text if character.isalpha()]
    other = sum(ord(letter) >= _FIRST_OTHER_LETTER for letter in letters)
    if "¿" in text or 2 * other > len(letters):
        return False
    found = words(text)
    foreign = sum(word in _FOREIGN - _ENGLISH for word in found)
    english = sum(word in _ENGLISH for word in found)
    opens_foreign = foreign > 1 and found[0] in _FOREIGN
    return foreign <= english and not opens_foreign


def question_kind(question: str) -> QuestionKind:
    """The kind of an English question by its words; "fact" where they tell nothing finer."""
    if not is_english(question):
        return "fact"
    text = plain(question)
    kinds: tuple[tuple[QuestionKind, bool], ...] = (
        ("cause", bool(_CAUSE.search(text))),
        ("summary", bool(_SUMMARY.search(text))),
        ("count", _is_count(text)),
        ("compare", question_type(text) == "compare" or bool(_TWO_SIDES.search(text))),
        ("yes_no", question_type(text) == "yes_no"),
        ("definition", bool(_DEFINITION.search(text)) and not _OWNED.search(text)),
        ("how_to", bool(_HOW_TO.search(text)) and question_type(text) in {"how_to", "fact"}),
        ("list", bool(_SEVERAL.search(text)) or question_type(text) == "list"),
    )
    return next((kind for kind, holds in kinds if holds), "fact")


def _is_count(text: str) -> bool:
    """Not of units: "how many litres" asks for a quantity."""
    return bool(_COUNT.search(text)) and not expected_dimensions(text)


_BE_OR_DO = r"(?:is|are|was|were|do|does|did|has|have|had|can)"
_BEFORE_NOUN = rf"(?:(?:is|are|was|were) )?(?:(?!{_BE_OR_DO}\b)[\w-]+ ){{0,2}}?"
_PERSON = re.compile(
    rf"\b(?:who|whom|whose)\b|\b(?:what|which) {_BEFORE_NOUN}(?:person|man|woman|king|queen"
    r"|author|actor|actress|president|leader|scientist|writer|singer|director|player|emperor"
    r"|mayor|minister|architect|engineer|inventor|poet|painter|composer)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    rf"\bwhere\b|\b(?:what|which) {_BEFORE_NOUN}(?:city|country|state|river|place|town|village"
    r"|continent|region|location|island|county|province|capital|street|lake|mountain)\b",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"\bhow (?:old|soon)\b|\bhow (?:many|much) (?:seconds?|minutes?|hours?|days?|weeks?|months?"
    r"|years?|decades?|time)\b|\bfor how long\b|\b(?:what|which) (?:is|was) the (?:[\w-]+ )?"
    r"(?:duration|lifespan|period)\b"
    r"|\bhow long (?:do|does|did|will|has|have|had|can|must|should|may|after|before|until)\b",
    re.IGNORECASE,
)
_LASTING = re.compile(
    r"\bhow long (?:is|are|was|were)\b.*\b(?:\w+ed|kept|held|valid|open|run|needed|left)\W*$",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"\bhow much (?:money|did .+ (?:pay|spend|earn|raise)|(?:does|do|did|will) .+ cost)\b"
    r"|\b(?:price|salary|fee|revenue|cost)s? of\b|\bcost\W*$",
    re.IGNORECASE,
)
_TIME_OF_DAY = re.compile(r"\b(?:what|which) time\b", re.IGNORECASE)
_CURRENCIES = frozenset({"euro", "dollar", "sterling"})


def answer_kind(question: str, kind: QuestionKind) -> AnswerKind:
    """The kind of value that would answer a question of this kind."""
    by_kind: dict[QuestionKind, AnswerKind] = {
        "yes_no": "yes_no",
        "how_to": "steps",
        "summary": "text",
        "count": "number",
        "cause": "phrase",
        "definition": "phrase",
    }
    if kind in by_kind:
        return by_kind[kind]
    return _value_kind(plain(question)) if is_english(question) else "phrase"


def _value_kind(text: str) -> AnswerKind:
    forms: tuple[tuple[AnswerKind, bool], ...] = (
        ("duration", bool(_DURATION.search(text) or _LASTING.search(text))),
        ("money", bool(_MONEY.search(text)) or bool(expected_dimensions(text) & _CURRENCIES)),
        ("date", bool(_TIME_OF_DAY.search(text)) or answer_type(text) == "date"),
        ("quantity", answer_type(text) == "number"),
        ("name", bool(_TWO_SIDES.search(text))),
        ("person", bool(_PERSON.search(text))),
        ("place", bool(_PLACE.search(text))),
        ("name", bool(_CALLED.search(text)) or answer_type(text) == "name"),
    )
    return next((kind for kind, holds in forms if holds), "phrase")
