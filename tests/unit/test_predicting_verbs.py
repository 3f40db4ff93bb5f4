import pytest

from tools.predicting_verbs import base_of_past, base_of_present, is_participle


@pytest.mark.parametrize(
    ("past", "base"),
    [
        ("released", "release"),
        ("required", "require"),
        ("created", "create"),
        ("treated", "treat"),
        ("played", "play"),
        ("carried", "carry"),
        ("planned", "plan"),
        ("controlled", "control"),
        ("called", "call"),
        ("discussed", "discuss"),
        ("named", "name"),
        ("opened", "open"),
        ("settled", "settle"),
        ("changed", "change"),
        ("belonged", "belong"),
        ("caused", "cause"),
        ("focused", "focus"),
        ("guided", "guide"),
        ("explored", "explore"),
        ("offered", "offer"),
        ("agreed", None),
        ("hundred", None),
        ("began", "begin"),
        ("wrote", "write"),
        ("pump", None),
    ],
)
def test_a_past_tense_has_its_plain_form(past, base):
    assert base_of_past(past) == base


@pytest.mark.parametrize(
    ("word", "base"),
    [("contains", "contain"), ("carries", "carry"), ("focuses", "focus"), ("seals", None)],
)
def test_only_listed_verbs_are_read_from_present_forms(word, base):
    assert base_of_present(word) == base


def test_participles_are_those_of_both_kinds():
    assert is_participle("written")
    assert is_participle("tightened")
    assert not is_participle("hundred")
