"""A Granian application that does nothing but look bytes up in a dict: what the edge is held against."""

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

VARIABLE = "BENCH_PAGE"


def _read() -> dict[str, tuple[list[tuple[str, str]], bytes]]:
    folder = Path(os.environ[VARIABLE])
    headers = [tuple(pair) for pair in json.loads((folder / "headers.json").read_text())]
    return {"/page": (headers, (folder / "page").read_bytes())}


sys.setswitchinterval(0.001)
_pages = _read() if VARIABLE in os.environ else {}


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with what is kept under the path."""
    headers, body = _pages[environ["PATH_INFO"]]
    start_response("200 OK", headers)
    return [body]
