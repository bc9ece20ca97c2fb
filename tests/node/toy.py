"""A web application to try processes with: it tells who it is, is slow, or dies."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import psycopg

from eseller.config.environment import environment


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answer with the process id; ``/slow?SECONDS`` takes its time and then asks the database."""
    if environ["PATH_INFO"] == "/slow":
        time.sleep(float(environ["QUERY_STRING"]))
        psycopg.connect(environment().admin_address().url).execute("SELECT 1")
    body = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
