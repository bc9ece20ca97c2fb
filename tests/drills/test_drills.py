"""The incidents, rehearsed whole. Other tests run beside them, so what is slow is printed and not held against them."""

import pytest

from eseller.drills import cache_overload, malformed_record, noisy_shop

pytestmark = pytest.mark.soak


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


def test_one_busy_shop_takes_nothing_from_the_others() -> None:
    report = noisy_shop.run(quietly)
    print(report)  # noqa: T201
    assert not report.errors_5xx
    assert report.times > 10
