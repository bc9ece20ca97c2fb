"""What is not signed with a known key, lately, for this process and for the first time is not let through."""

import time
from collections.abc import Mapping

import pytest

from eseller.kernel.errors import EsellerError
from eseller.resilience.control.errors import Expired, Refused, Replayed, TooMany, UnknownKey
from eseller.resilience.control.signing import (
    KEY,
    MOST_NONCES,
    NONCE,
    SIGNATURE,
    TIME,
    WINDOW_SECONDS,
    Gate,
    Key,
    read_keys,
    signed,
)

OLD, NEW = Key("2027a", b"a" * 32), Key("2027b", b"b" * 32)
PATH, BODY, HERE = "/control/drain", b'{"x": 1}', "this process"
Headers = dict[str, str]


def call(key: Key = OLD, *, instance: str = HERE) -> Headers:
    return signed(key, "POST", PATH, BODY, instance=instance)


def check(gate: Gate, headers: Mapping[str, str], *, method: str = "POST", path: str = PATH, body: bytes = BODY) -> str:
    return gate.check(method, path, headers, body)


def test_a_call_is_let_through_once() -> None:
    gate, headers = Gate([OLD], HERE), call()
    assert check(gate, headers) == "2027a"
    with pytest.raises(Replayed):
        check(gate, headers)


def test_while_keys_are_changed_both_count_and_afterwards_only_the_new_one() -> None:
    both = Gate([NEW, OLD], HERE)
    assert [check(both, call(key)) for key in (OLD, NEW)] == ["2027a", "2027b"]
    with pytest.raises(UnknownKey):
        check(Gate([NEW], HERE), call(OLD))


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "GET"},
        {"path": "/control/undrain"},
        {"body": b'{"x": 2}'},
        {"body": b""},
    ],
)
def test_what_was_signed_cannot_be_changed(changed: dict[str, bytes]) -> None:
    with pytest.raises(Refused) as refusal:
        check(Gate([OLD], HERE), call(), **changed)  # type: ignore[arg-type]
    assert refusal.value.code == "bad_signature"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        (KEY, "2027b"),
        (TIME, "1700000000"),
        (NONCE, "0" * 32),
        (SIGNATURE, "0" * 64),
        (SIGNATURE, ""),
        (SIGNATURE, "ÿ" * 64),
    ],
)
def test_no_header_can_be_changed(header: str, value: str) -> None:
    with pytest.raises(Refused):
        check(Gate([OLD, NEW], HERE), call() | {header: value})


@pytest.mark.parametrize("missing", [KEY, TIME, NONCE, SIGNATURE])
def test_no_header_may_be_left_out(missing: str) -> None:
    headers = call()
    del headers[missing]
    with pytest.raises(Refused):
        check(Gate([OLD], HERE), headers)


def test_a_call_for_another_process_or_for_one_before_this_is_not_let_through() -> None:
    with pytest.raises(Refused):
        check(Gate([OLD], HERE), call(instance="another process"))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of everybody, which tests move."""
    now = [time.time()]
    monkeypatch.setattr("time.time", lambda: now[0])
    return now


@pytest.mark.parametrize("seconds", [-WINDOW_SECONDS - 2, WINDOW_SECONDS + 2])
def test_a_call_of_another_time_is_not_let_through(clock: list[float], seconds: int) -> None:
    headers = call()
    clock[0] += seconds
    with pytest.raises(Expired):
        check(gate(OLD, clock), headers)


def test_nonces_are_remembered_for_the_window_and_no_longer(clock: list[float]) -> None:
    mine = gate(OLD, clock)
    for _ in range(MOST_NONCES):
        check(mine, call())
    with pytest.raises(UnknownKey):
        check(mine, call(NEW))
    clock[0] += WINDOW_SECONDS - 5
    with pytest.raises(TooMany):
        check(mine, call())
    clock[0] += 10
    assert check(mine, call()) == "2027a"


def gate(key: Key, clock: list[float]) -> Gate:
    return Gate([key], HERE, now=lambda: clock[0])


def test_without_keys_nothing_is_let_through() -> None:
    with pytest.raises(EsellerError):
        check(Gate([], HERE), call())


def test_a_list_of_keys_is_read() -> None:
    assert read_keys("") == []
    assert read_keys(f"2027a:{'61' * 32}, 2027b:{'62' * 32}") == [OLD, NEW]


@pytest.mark.parametrize(
    "listed",
    [
        "2027a",
        f":{'61' * 32}",
        f"2027a:{'61' * 31}",
        f"2027a:{'6g' * 32}",
        f"a b:{'61' * 32}",
        f"a:{'61' * 32},",
        f"a:{'61' * 32},a:{'62' * 32}",
        ",".join(f"{name}:{'61' * 32}" for name in "abc"),
    ],
)
def test_a_bad_list_of_keys_is_refused(listed: str) -> None:
    with pytest.raises(ValueError, match="NAME:HEX"):
        read_keys(listed)
