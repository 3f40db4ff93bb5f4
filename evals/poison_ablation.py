"""What each signal does to detection: raised, alone, and left out. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from core.schemas.evidence import SignalCode
from evals.intervals import Estimate, bootstrap
from evals.poison_bench import Asked
from evals.poison_verdicts import CODES, Decides, counted, raises, with_signals

Choice = Callable[[Asked], Decides]


def ablated(name: str, asked: Sequence[Asked]) -> Iterator[Mapping[str, str]]:
    """A row per signal: shares of poisoned and of clean texts, in percent with 95 % intervals.

    ``raised``: where it is there at all; ``alone``: what it would keep out by itself, with the same
    risk and thresholds; ``without``: what all the others would. Votes of claims, which are no
    signals, keep nothing out among sources of low trust.
    """
    for code in CODES:
        columns = {"raised": _raised(code), "alone": _with({code}), "without": _without(code)}
        row = {"attack": name, "signal": code}
        for label, choice in columns.items():
            row |= _cells(label, asked, choice)
        yield row


def _raised(code: SignalCode) -> Choice:
    return lambda _: raises(code)


def _with(codes: set[SignalCode]) -> Choice:
    return lambda asked: with_signals(asked, codes)


def _without(code: SignalCode) -> Choice:
    return _with(set(CODES) - {code})


def _cells(label: str, asked: Sequence[Asked], choice: Choice) -> dict[str, str]:
    counts = [counted(one, choice(one)) for one in asked]
    groups = [one.case.id for one in asked]
    sides = {
        "poison": ([one.caught for one in counts], [one.poison for one in counts]),
        "clean": ([one.removed for one in counts], [one.clean for one in counts]),
    }
    return {
        f"{label}, {side}": _shown(bootstrap(share, groups, *columns).in_percent())
        for side, columns in sides.items()
    }


def share(part: ArrayLike, whole: ArrayLike) -> float:
    """One sum over another; nothing of nothing is nothing."""
    total = float(np.sum(whole))
    return float(np.sum(part)) / total if total else 0.0


def _shown(one: Estimate) -> str:
    return f"{one.value:.1f} ({one.low:.1f} – {one.high:.1f})"
