"""The tests' own walls: none reaches another machine, and none leaves anything behind."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ELSEWHERE = ("192.0.2.1", 9)
"""An address for documentation (RFC 5737), where nobody is."""


@pytest.mark.parametrize("call", ["connect", "connect_ex"])
def test_no_test_reaches_another_machine(call: str) -> None:
    with socket.socket() as tried:
        tried.settimeout(0.1)
        with pytest.raises(RuntimeError, match="tried to reach 192"):
            getattr(tried, call)(ELSEWHERE)


def test_no_packet_leaves_either() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as tried:
        with pytest.raises(RuntimeError, match="tests stay on this machine"):
            tried.sendto(b"", ELSEWHERE)
        with pytest.raises(RuntimeError, match="tests stay on this machine"):
            tried.sendmsg([b""], [], 0, ELSEWHERE)


def test_this_machine_is_reached(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    with socket.socket(socket.AF_UNIX) as tried, pytest.raises(FileNotFoundError):
        tried.connect(str(tmp_path / "nobody"))


def test_a_run_leaves_nothing_in_the_temporary_directory(tmp_path: Path) -> None:
    test = "tests/test_conftest.py::test_no_packet_leaves_either"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
    done = subprocess.run(
        command, env={**os.environ, "TMPDIR": str(tmp_path)}, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").iterdir()), ids=lambda path: path.name)
def test_a_lock_file_names_no_index(path: Path) -> None:
    """Where packages come from is the business of whoever installs them."""
    names = re.compile(r"://|^\s*(-i|-f|--index|--extra-index|--find-links)")

    assert [line for line in path.read_text("utf-8").splitlines() if names.search(line)] == []
