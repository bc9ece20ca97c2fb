"""The incidents, rehearsed whole. Other tests run beside them, so what is slow is printed and not held against them."""

import pytest

from eseller.drills import cache_overload, first_to_know, malformed_record, noisy_shop, primary_overload

pytestmark = [pytest.mark.soak, pytest.mark.timeout(600)]


def quietly(_text: str) -> None:
    """Say nothing."""


def test_a_malformed_record_takes_no_page_down() -> None:
    report = malformed_record.run(quietly)
    print(report)  # noqa: T201
    assert not report.errors_5xx
    assert report.last_writer.startswith("database user")
    assert max(report.detected_after_s, report.healed_after_s, report.mended_after_s) < 30


def test_a_caching_server_in_trouble_takes_no_page_down() -> None:
    report = cache_overload.run(quietly)
    print(report)  # noqa: T201
    assert len(report.faults) == len(cache_overload.STEPS)
    assert (report.errors_5xx, report.orders_lost) == (0, 0)
    assert report.orders
    told = [fault.fault[0] for fault in report.faults if fault.detected_after_s is not None]
    assert told == ["a", "a", "b", "c", "d", "f"], "an empty server is no fault to be told of"
    assert all(fault.recovered_after_s is not None for fault in report.faults)


def test_a_sick_primary_is_named_and_taken_out_without_losing_an_order() -> None:
    report = primary_overload.run(quietly)
    print(report)  # noqa: T201
    assert (report.lost, report.checkouts_failed) == (0, 0)
    assert report.orders_acknowledged > 20
    assert "disk" in report.diagnosis
    assert report.query_shop
    assert report.gate_first == "no"
    assert report.total_s < 300


def test_one_busy_shop_takes_nothing_from_the_others() -> None:
    report = noisy_shop.run(quietly)
    print(report)  # noqa: T201
    assert not report.errors_5xx
    assert report.times > 10


def test_operations_and_the_public_know_in_seconds_which_part_has_ended() -> None:
    report = first_to_know.run(quietly)
    print(report)  # noqa: T201
    assert [part.part for part in report.parts] == ["web process", "worker", "database", "caching server"]
    assert all(part.alert_s is not None and part.alert_s < 15 for part in report.parts)
    assert all(part.public_s is None or part.public_s < 30 for part in report.parts)
    assert report.watch_back_s < 30
    assert "forgotten" not in report.verdict
