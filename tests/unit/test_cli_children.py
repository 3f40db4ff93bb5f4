import itertools

from cli.children import MAX_BACKOFF_SECONDS, backoff_seconds


def test_the_first_start_is_at_once_and_later_ones_wait_longer_up_to_a_limit() -> None:
    waits = [backoff_seconds(crashes) for crashes in range(20)]
    assert waits[:4] == [0.0, 0.5, 1.0, 2.0]
    assert all(before <= after for before, after in itertools.pairwise(waits))
    assert waits[-1] == MAX_BACKOFF_SECONDS
