"""Where to cut a sequence of vectors so that each piece points one way. Pure arithmetic.

A piece [i, j) is worth ‖Σ v‖, the sum of its vectors' cosines to its own centroid; the cut
maximises the total minus a price per piece, and the price is searched so that the wanted number of
pieces comes out. What may not be cut, and what a bad start costs, comes in as a matrix of gains.
"""

import numpy as np
from numpy.typing import NDArray

from tools.rows import DenseRows, Rows

_BLOCK = 256
_PRICES = 33
_ROUNDS = 4
_PRICE_LIMIT = 20.0

Gains = NDArray[np.float64]
"""``gains[i, d]``: worth of the piece that starts at ``i`` and has ``d`` members; -inf: forbidden.
Column 0 is unused. Pieces of one member must be allowed, so that a cut always exists."""


def piece_norms(rows: Rows, longest: int) -> Gains:
    """‖Σ rows[i : i + d]‖ for all i and d ≤ ``longest``; -inf beyond the end.

    Only a band of the Gram matrix is ever held: blocks of rows with ``longest`` more.
    """
    norms = np.full((rows.height, longest + 1), -np.inf)
    for low in range(0, rows.height, _BLOCK):
        high = min(rows.height, low + _BLOCK)
        edge = min(rows.height, high + longest - 1)
        block = rows.dense(low, edge)
        total = np.zeros((edge - low + 1, edge - low + 1))
        total[1:, 1:] = (block @ block.T).cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
        for size in range(1, longest + 1):
            first = np.arange(min(high, rows.height - size + 1) - low)
            stop = first + size
            square = total[stop, stop] - 2 * total[first, stop] + total[first, first]
            norms[low + first, size] = np.sqrt(np.maximum(square, 0.0))
    return norms


def piece_pairs(rows: Rows, longest: int) -> Gains:
    """By how much the products of all pairs within each piece exceed the mean product of two rows.

    Worth grows with the square of a piece's members, so all of it is scaled into the reach of
    prices; which cut is best does not depend on that.
    """
    pieces = DenseRows(rows.dense(0, rows.height)).of_length_one()
    norms = piece_norms(pieces, longest)
    members = np.arange(longest + 1)
    pairs = members * (members - 1) / 2
    gains = (norms**2 - members) / 2 - _mean_product(pieces) * pairs
    gains[np.isneginf(norms)] = -np.inf
    gains *= _PRICE_LIMIT / 2 / max(1.0, float(np.abs(gains[np.isfinite(gains)]).max()))
    return gains


def _mean_product(rows: DenseRows) -> float:
    """Of two different rows of length one."""
    count = rows.height
    square = float((rows.vectors.sum(axis=0, dtype=np.float64) ** 2).sum())
    return (square - count) / (count * (count - 1)) if count > 1 else 0.0


def best_cut(gains: Gains, count: int) -> tuple[int, ...]:
    """First members of the pieces of the best cut into ``count`` pieces, or as near as it gets."""
    if len(gains) == 0:
        return ()
    low, high = -_PRICE_LIMIT, _PRICE_LIMIT
    best: tuple[int, ...] = ()
    ending = _by_end(gains)
    for _ in range(_ROUNDS):
        prices = np.linspace(low, high, _PRICES)
        counts, previous = _solve(ending, prices)
        chosen = int(np.argmin(np.abs(counts - count)))
        starts = _walk(previous[:, chosen])
        if not best or abs(len(starts) - count) < abs(len(best) - count):
            best = starts
        if len(best) == count:
            break
        # A higher price never gives more pieces: the wanted count lies where counts pass it.
        passed = int(np.searchsorted(-counts, -count))
        low, high = prices[max(0, passed - 1)], prices[min(_PRICES - 1, passed)]
    return best


def cut_at_price(gains: Gains, price: float) -> tuple[int, ...]:
    """First members of the pieces of the best cut at a price per piece, however many they are."""
    if len(gains) == 0:
        return ()
    _, previous = _solve(_by_end(gains), np.array([price]))
    return _walk(previous[:, 0])


def _by_end(gains: Gains) -> Gains:
    """The same gains laid out by where a piece stops: ``[stop, d]``."""
    total, longest = len(gains), gains.shape[1] - 1
    ending = np.full((total + 1, longest + 1), -np.inf)
    for size in range(1, min(longest, total) + 1):
        ending[size:, size] = gains[: total - size + 1, size]
    return ending


def _solve(
    ending: Gains, prices: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pieces of the best cut for every price at once, and where the last piece of each starts."""
    total, longest = len(ending) - 1, ending.shape[1] - 1
    value = np.full((total + 1, len(prices)), -np.inf)
    pieces = np.zeros((total + 1, len(prices)), dtype=np.int64)
    previous = np.zeros((total + 1, len(prices)), dtype=np.int64)
    value[0] = 0.0
    every = np.arange(len(prices))
    for stop in range(1, total + 1):
        low = max(0, stop - longest)
        worth = value[low:stop] + ending[stop, stop - low : 0 : -1, None]
        chosen = worth.argmax(axis=0)
        value[stop] = worth[chosen, every] - prices
        previous[stop] = low + chosen
        pieces[stop] = pieces[low + chosen, every] + 1
    return pieces[total], previous


def _walk(previous: NDArray[np.int64]) -> tuple[int, ...]:
    starts: list[int] = []
    position = len(previous) - 1
    while position > 0:
        position = int(previous[position])
        starts.append(position)
    return tuple(reversed(starts))
