"""What others tell is believed in its shape, kept through a crash, and over when they say so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.operations.watch import outside as outsides
from eseller.operations.watch.burn import Severity
from eseller.operations.watch.outside import MOST_AT_ONCE, BadReport, Heartbeat, Outside, read


def reported(status: str = "firing", fingerprint: str = "f1", **labels: str) -> dict[str, Any]:
    return {
        "status": status, "fingerprint": fingerprint, "labels": {"alertname": "DiskFull", **labels},
        "annotations": {"summary": "The disk of db1 fills."}, "startsAt": "2026-11-27T02:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://prometheus.internal/graph?x",
    }  # fmt: skip


def report(*alerts: dict[str, Any], version: str = "4") -> bytes:
    told = {
        "version": version, "groupKey": '{}:{alertname="DiskFull"}', "truncatedAlerts": 0, "status": "firing",
        "receiver": "eseller", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {},
        "externalURL": "http://alertmanager.internal", "alerts": list(alerts),
    }  # fmt: skip
    return json.dumps(told).encode()


def test_what_alertmanager_tells_is_there_until_it_says_that_it_is_over(tmp_path: Path) -> None:
    outside = Outside(tmp_path / "reports", began=0.0)
    outside.take(read(report(reported(severity="critical", instance="db1:9100"), reported(fingerprint="f2"))))
    first, second = outside.findings((), 1.0)
    assert (first.key, first.severity, first.node) == ("alertmanager/f1", Severity.PAGE, "db1:9100")
    assert first.title == "The disk of db1 fills."
    assert "alertname=DiskFull" in first.evidence
    assert second.severity is Severity.TICKET
    again = Outside(tmp_path / "reports", began=0.0)
    assert again.findings((), 1.0) == [first, second], "a crash forgets nothing"
    again.take(read(report(reported("resolved"))))
    assert again.findings((), 2.0) == [second]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b"\xff", b'{"version": "4", "alerts": [{}]}', report(reported(), version="3"),
        report(*[reported()] * (MOST_AT_ONCE + 1)), report(reported(fingerprint="")), b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_such_report_is_refused(body: bytes) -> None:
    with pytest.raises(BadReport):
        read(body)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=400), max_size=8), st.text(max_size=500))
def test_any_words_stay_short_and_on_a_line(labels: dict[str, str], summary: str) -> None:
    alert = reported()
    alert["labels"], alert["annotations"] = labels, {"summary": summary}
    (finding,) = read(report(alert)).firing
    assert finding.title
    for words in (finding.title, *finding.evidence, finding.component, finding.node):
        assert len(words) <= 300
        assert "\n" not in words


def test_a_job_that_does_not_tell_is_missed_and_one_that_fails_too(tmp_path: Path) -> None:
    nightly = Heartbeat("backup", 3600.0, 300.0)
    outside = Outside(tmp_path / "reports", began=1000.0)
    assert outside.findings([nightly], 4900.0) == []
    assert [one.title for one in outside.findings([nightly], 4901.0)] == ["The job backup does not come."]
    outside.beat("backup", 5000.0)
    again = Outside(tmp_path / "reports", began=8000.0)
    assert again.findings([nightly], 8900.0) == []
    assert again.findings([nightly], 8901.0)[0].evidence == ("it last came 65 min ago",)
    again.beat("backup", 9000.0, failed="no space left")
    (failed,) = Outside(tmp_path / "reports", began=9000.0).findings([nightly], 9001.0)
    assert failed.evidence == ("no space left",)
    again.beat("backup", 9100.0)
    assert again.findings([nightly], 9101.0) == []
    assert again.findings((), 1e9) == [], "what nobody waits for is not missed"


def test_the_file_does_not_grow_and_a_full_disk_holds_up_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outsides, "MOST_BYTES", 10_000)
    outside = Outside(tmp_path / "reports", began=0.0)
    outside.take(read(report(reported())))
    for number in range(1000):
        outside.beat("often", float(number))
    assert (tmp_path / "reports").stat().st_size < 12_000
    assert Outside(tmp_path / "reports", began=0.0).findings((), 0.0) == outside.findings((), 0.0)
    nowhere = Outside(tmp_path / "away" / "reports", began=0.0)
    nowhere.take(read(report(reported())))
    assert len(nowhere.findings((), 1.0)) == 1
