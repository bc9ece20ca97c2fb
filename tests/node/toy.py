"""A web application to try processes with: it tells who it is, is slow, or dies."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

from eseller.config.environment import environment


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with the process id, or the length of what was sent.

    ``/slow?SECONDS`` takes its time and then asks the database; ``/endless`` answers for as long as somebody listens.
    """
    if environ["PATH_INFO"] == "/endless":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return itertools.repeat(b"x" * 65536)
    if environ["PATH_INFO"] == "/slow":
        time.sleep(float(environ["QUERY_STRING"]))
        psycopg.connect(environment().role_url("web").url).execute("SELECT 1")
    sent = len(environ["wsgi.input"].read())
    body = str(sent or os.getpid()).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
