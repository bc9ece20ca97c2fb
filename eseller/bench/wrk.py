"""Load by wrk, and its report read into figures."""

import re
import shutil
import subprocess
from pathlib import Path

import msgspec

from eseller.kernel.errors import EsellerError

LUA = Path(__file__).parent / "lua"
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


class NoWrk(EsellerError):
    """The tool wrk, which makes the load, is missing. Install it with: apt-get install wrk."""

    code = "no_wrk"


class Load(msgspec.Struct, frozen=True):
    """What a run of load measured. Latencies in milliseconds; ``told`` is what is known of answers that were errors."""

    requests: int
    seconds: float
    per_second: float
    p50_ms: float
    p99_ms: float
    errors: int
    told: str = ""


def run_wrk(
    url: str,
    *,
    host: str,
    seconds: int,
    connections: int,
    threads: int = 2,
    script: str | None = None,
    arguments: tuple[str, ...] = (),
    environment: dict[str, str] | None = None,
    headers: tuple[str, ...] = (),
) -> Load:
    """Drive load in a closed loop and return what was measured.

    Args:
        url: where, on this machine.
        host: the shop's host, sent as the Host header.
        seconds: how long.
        connections: how many at the same time.
        threads: of wrk; a Lua script has one state for each.
        script: name of a file in ``bench/lua``.
        arguments: handed to the script.
        environment: variables for the script, on top of none.
        headers: sent as well, such as ``Accept-Encoding: gzip``.

    Raises:
        NoWrk: when it is not installed.
    """
    program = shutil.which("wrk")
    if program is None:
        raise NoWrk
    command = [program, f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "5s"]
    for header in (f"Host: {host}", *headers):
        command += ["-H", header]
    if script:
        command += ["-s", str(LUA / script)]
    command += [url, "--", *arguments] if arguments else [url]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=seconds + 60, check=True, env=environment or {}
    )
    return read_report(done.stdout)


def read_report(text: str) -> Load:
    """Read wrk's report.

    A script may print ``DONE n``, ``ERRORS n`` and ``WORST words``: what it counts as finished or failed, and what one
    failure was.
    """
    whole = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m)", text)
    if whole is None:
        raise ValueError(f"wrk said something else than expected: {text[:400]}")
    seconds = float(whole[2]) * _UNITS[whole[3]] / 1000
    counted = re.findall(r"^DONE (\d+)$", text, re.M)
    requests = sum(map(int, counted)) if counted else int(whole[1])
    errors = sum(map(int, re.findall(r"^ERRORS (\d+)$", text, re.M)))
    if not counted:
        errors += sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", text)))
    for numbers in re.findall(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text):
        errors += sum(map(int, numbers))
    return Load(
        requests=requests,
        seconds=round(seconds, 2),
        per_second=round(requests / seconds, 1),
        p50_ms=_percentile(text, "50"),
        p99_ms=_percentile(text, "99"),
        errors=errors,
        told="; ".join(re.findall(r"^(?:WORST|  (?=Socket errors|Non-2xx))\s*(.*)$", text, re.M)),
    )


def _percentile(text: str, which: str) -> float:
    found = re.search(rf"^\s+{which}%\s+([\d.]+)(us|ms|s|m)$", text, re.M)
    return round(float(found[1]) * _UNITS[found[2]], 2) if found else 0.0
