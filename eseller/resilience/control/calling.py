"""The caller's end of a control call."""

import http.client
import json
from collections.abc import Mapping
from typing import Any

from eseller.resilience.control.errors import NotDone, Unreachable
from eseller.resilience.control.signing import Key, signed

SECONDS = 15.0
_MOST_BYTES = 4 * 1024 * 1024


def call(
    port: int,
    key: Key,
    verb: str,
    body: Mapping[str, Any] | None = None,
    *,
    host: str = "127.0.0.1",
    seconds: float = SECONDS,
) -> dict[str, Any]:
    """Make the process behind a private port do something, and return what it answers.

    Args:
        port: the private port.
        key: one that the process knows.
        verb: what to do, such as ``drain``.
        body: its arguments.
        host: where the port is.
        seconds: each step of the exchange may take so long.

    Raises:
        Unreachable: nothing of ours answers there.
        NotDone: the process refuses, or failed; the message is its own, ``detail`` has its status and code.
    """
    _status, told = _exchange(host, port, "GET", "/health", seconds=seconds)
    instance = told.get("instance") if isinstance(told, dict) else None
    if not isinstance(instance, str):
        raise Unreachable
    path, content = f"/control/{verb}", json.dumps(body or {}).encode()
    headers = signed(key, "POST", path, content, instance=instance) | {"Content-Type": "application/json"}
    status, answer = _exchange(host, port, "POST", path, content, headers, seconds=seconds)
    if not isinstance(answer, dict):
        raise Unreachable
    if status == 200:
        return answer
    raise NotDone(str(answer.get("detail") or f"It answered {status}."), status=status, code=answer.get("code"))


def get(port: int, path: str, *, host: str = "127.0.0.1", seconds: float = SECONDS) -> Any:
    """Return what the process behind a private port tells at a path.

    Raises:
        Unreachable: nothing of ours answers there.
    """
    status, told = _exchange(host, port, "GET", path, seconds=seconds)
    if status != 200:
        raise Unreachable
    return told


def _exchange(
    host: str,
    port: int,
    method: str,
    path: str,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    seconds: float,
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        connection.request(method, path, content, dict(headers or {}))
        answer = connection.getresponse()
        told = json.loads(answer.read(_MOST_BYTES))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable from error
    finally:
        connection.close()
    return answer.status, told
