"""Run pytest, and fail as well when tests were skipped or when there were none.

    tools/run_tests.py NAME [--may-be-empty] PYTEST-OPTIONS

NAME is that of the report in test-results/.
"""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

NO_TESTS = 5
RESULTS = Path("test-results")


def main(name: str, options: list[str]) -> int:
    """Run pytest and judge its report; returns the exit code."""
    may_be_empty = "--may-be-empty" in options
    report = RESULTS / f"{name}.xml"
    RESULTS.mkdir(exist_ok=True)
    report.unlink(missing_ok=True)
    options = [option for option in options if option != "--may-be-empty"]
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", "-o", "junit_logging=no", *options]
    code = subprocess.run(command, check=False).returncode
    if code not in (0, NO_TESTS):
        return code
    return judge(name, report, may_be_empty=may_be_empty)


def judge(name: str, report: Path, *, may_be_empty: bool = False) -> int:
    """Say what was left out, by the JUnit report; returns 0 when nothing was."""
    cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 - pytest just wrote it
    skips = [(case, skip) for case in cases for skip in case.findall("skipped")]
    left_out = [(case, skip) for case, skip in skips if skip.get("type") != "pytest.xfail"]
    for case, skip in left_out:
        which = f"{case.get('classname')}::{case.get('name')}"
        print(f"{name}: left out {which}: {skip.get('message')}", file=sys.stderr)
    if not cases:
        print(f"{name}: {'nothing yet' if may_be_empty else 'no test ran'}.")
    return 1 if left_out or not (cases or may_be_empty) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
