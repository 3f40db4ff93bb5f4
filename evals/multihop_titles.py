"""How much of the chains is due to titles: the same texts called otherwise.

An encyclopaedia names its articles after what they are about; files that people hand in are called
by slugs, or say nothing at all.
"""

import re
from collections.abc import Callable, Mapping

import numpy as np

from evals.intervals import Estimate, bootstrap
from evals.multihop_ways import arms
from evals.retrieval_index import build, encoded
from evals.retrieval_sets import Collection, RetrievalSet
from evals.retrieval_ways import suffixed, word_index
from tools.encoder import Encoder

Retitle = Callable[[int, str], str]
"""A document's number and its title, to what it is called instead."""


def slug(number: int, title: str) -> str:
    """What a file of that title would be called.

    >>> slug(1, "The Lodger (1927 film)")
    'the-lodger-1927-film'
    """
    return "-".join(re.findall(r"\w+", title.casefold()))


def scan(number: int, title: str) -> str:
    """A name that tells nothing."""
    return f"scan {number:05}"


TITLES: Mapping[str, Retitle] = {"slugs": slug, "untitled": scan}
"""By the suffix of their metrics."""


async def measure_titles(one: RetrievalSet, encoder: Encoder) -> dict[str, Estimate]:
    """Every metric of the chains, then one search, for each manner of calling documents."""
    metrics: dict[str, Estimate] = {}
    for name, retitle in TITLES.items():
        renamed = one._replace(collections=[_renamed(c, retitle) for c in one.collections])
        metrics |= await _measure(renamed, name, encoder)
    return metrics


def _renamed(collection: Collection, retitle: Retitle) -> Collection:
    texts = [
        text._replace(title=retitle(number, text.title))
        for number, text in enumerate(collection.texts)
    ]
    return collection._replace(texts=texts)


async def _measure(one: RetrievalSet, suffix: str, encoder: Encoder) -> dict[str, Estimate]:
    values: dict[str, list[float]] = {name: [] for name in one.measures}
    groups: list[str] = []
    for collection in one.collections:
        index = await build(collection.texts, encoder, f"{one.name}, {suffix}")
        ways = arms(index, word_index(one, collection.texts), encoder)
        asked = [wanted.question for wanted in collection.wanted]
        vectors = await encoded(encoder, asked, f"{one.name}, {suffix}, questions")
        for wanted, vector in zip(collection.wanted, vectors, strict=True):
            ranked = await ways.chained(wanted.question, vector)
            groups.append(wanted.group)
            for name, of_ranking in one.measures.items():
                values[name].append(of_ranking(wanted, ranked))
    return {
        suffixed(name, suffix): bootstrap(np.mean, groups, column).in_percent()
        for name, column in values.items()
    }
