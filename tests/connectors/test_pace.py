"""Keeping to a vendor's rate, whoever of us calls."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.pace import Busy, Pace, Timekeeper, background, before_waiting, rate_of
from connectors.records import Rate


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.at = 100.0
        self.keeper = Timekeeper(lambda: self.at, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@given(st.integers(1, 8), st.floats(0.5, 60), st.lists(st.floats(0, 30), max_size=60))
def test_no_window_ever_holds_more_than_the_rate(calls: int, seconds: float, pauses: list[float]) -> None:
    clock = Clock()
    pace = Pace(Rate(calls, seconds), clock.keeper)
    taken = []
    for pause in pauses:
        clock.at += pause
        pace.take()
        taken.append(clock.at)
    for first, later in zip(taken, taken[calls:], strict=False):
        assert later - first >= seconds - 1e-6


def test_threads_of_one_account_share_their_calls_and_others_do_not() -> None:
    clock = Clock()
    rate = rate_of(Rate(3, 10.0), {"account": "one"})
    paces = [Pace(rate, clock.keeper) for _ in range(4)]
    threads = [threading.Thread(target=pace.take) for pace in paces]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert clock.at >= 110.0, "the fourth call of the account waits for the first to be ten seconds old"
    at = clock.at

    Pace(rate_of(Rate(3, 10.0), {"account": "two"}), clock.keeper).take()
    assert clock.at == at


@pytest.mark.parametrize("options", [{"rate_calls": "0"}, {"rate_seconds": "x"}, {"rate_seconds": "-1"}])
def test_a_rate_that_is_none_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="rate_calls and rate_seconds"):
        rate_of(Rate(10, 1.0), options)


def test_a_turn_that_is_far_off_is_not_waited_for() -> None:
    clock = Clock()
    pace = Pace(Rate(1, 3600.0), clock.keeper)
    pace.take()
    with pytest.raises(Busy, match="3600 s"):
        pace.take()
    assert clock.at == 100.0
    clock.at += 3590
    pace.take()
    assert clock.at == pytest.approx(3700.0, abs=0.1)


def test_who_is_overtaken_again_and_again_does_not_wait_for_ever() -> None:
    clock = Clock()
    pace = Pace(Rate(1, 20.0), clock.keeper)
    pace.take()

    def overtaken(seconds: float) -> None:
        clock.at += seconds
        other = Pace(pace.rate, clock.keeper)
        other._bucket = pace._bucket
        other.take()

    late, told = Pace(pace.rate, Timekeeper(clock.keeper.now, overtaken)), list[float]()
    late._bucket = pace._bucket
    with before_waiting(told.append), before_waiting(told.append), pytest.raises(Busy):
        late.take()
    assert clock.at < 100.0 + 65 and len(told) == 6, "each wait is told, to whoever holds something meanwhile"


def test_a_long_list_leaves_a_part_of_the_rate_to_a_yes() -> None:
    clock = Clock()
    pace = Pace(Rate(10, 60.0), clock.keeper)
    with background():
        for _ in range(8):
            pace.take()
    assert clock.at == 100.0
    pace.take()
    assert clock.at == 100.0, "a yes goes at once"
    with background():
        pace.take()
    assert clock.at == pytest.approx(160.0, abs=0.1), "the list waits"
