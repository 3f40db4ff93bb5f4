"""Birth and death in one bracket."""

from tools.lifespans import date_of_life

SAM = "Sam Taylor (August 13, 1895, New York City – March 6, 1958, Santa Monica) made films."


def told(question: str, text: str, pointed: str) -> str | None:
    span = date_of_life(question, text, text.index(pointed))
    return text[span.start : span.end] if span else None


def test_each_end_is_told_by_what_is_asked() -> None:
    assert told("When did Sam Taylor die?", SAM, "August") == "March 6, 1958"
    assert told("When was Sam Taylor born?", SAM, "March") == "August 13, 1895"


def test_only_a_bracket_is_a_lifespan() -> None:
    assert told("When did the war end?", SAM, "March") is None
    assert told("When did he die?", "He ruled 1895 – 1899 and died.", "1895") is None
    assert told("When did he die?", "A film (1927, remade 1940) about death.", "1927") is None


def test_only_the_lifespan_that_was_pointed_at_counts() -> None:
    two = f"Ada (1815 – 1852) knew him. {SAM}"
    assert told("When did Sam Taylor die?", two, "August") == "March 6, 1958"
    assert told("When did Sam Taylor die?", two, "films") is None
