"""Attempts are counted, by key and window, and too many are refused."""

from datetime import timedelta

import pytest

from eseller.kernel import clock
from eseller.tenancy.models import ThrottleCounter
from eseller.tenancy.throttle import TooManyAttempts, hit
from tests.concurrency.crowd import all_at_once


def refused(key: tuple[str | int, ...]) -> bool:
    try:
        hit(key, limit=3, window=60)
    except TooManyAttempts:
        return True
    return False


def test_so_many_attempts_in_a_window_then_none_until_it_ends(db: None) -> None:
    key = ("test", clock.now().isoformat())
    assert [refused(key) for _ in range(5)] == [False, False, False, True, True]
    with clock.moved(timedelta(seconds=59)):
        assert refused(key)
        with pytest.raises(TooManyAttempts) as error:
            hit(key, limit=3, window=60)
        assert error.value.seconds == 1
    with clock.moved(timedelta(seconds=61)):
        assert not refused(key)


def test_keys_are_apart_and_not_told(db: None) -> None:
    moment = clock.now().isoformat()
    for _ in range(4):
        refused(("test", moment, "ab", "c"))
    assert refused(("test", moment, "ab", "c"))
    assert not refused(("test", moment, "a", "bc"))
    assert not ThrottleCounter.objects.filter(key__contains=moment).exists()


def test_attempts_at_once_are_all_counted(db: None) -> None:
    key = ("test at once", clock.now().isoformat())
    assert sum(answer is True for answer in all_at_once(lambda _: refused(key), range(20))) == 17
