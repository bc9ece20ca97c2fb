"""Fetch a picture from a foreign server that may be slow, huge, lying, or a way into our own network.

The name is resolved once, every address it has must be public, and the connection goes to one of exactly
these; so a name that changes its mind between check and use gains nothing. Each redirect is judged anew.
"""

import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit

import msgspec

from eseller.media.addresses import is_public
from eseller.media.errors import FetchFailed, FetchRefused, ImageTooLarge, UnsupportedImage
from eseller.media.images import MAX_BYTES, looks_like_image

Resolver = Callable[[str, int], list[str]]
"""From a host and port to its IP addresses. Raises OSError when the name does not resolve."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_REDIRECTS = {301, 302, 303, 307, 308}
_TRY_AGAIN = {408, 425, 429}
_CHUNK = 64 * 1024


class Limits(msgspec.Struct, frozen=True):
    """What a fetch may take.

    Attributes:
        seconds: for everything together, redirects and name resolution included.
        bytes: of the body.
        allowed: pairs of IP address and port that are allowed although they are not public; for tests.
    """

    seconds: float = 20.0
    bytes: int = MAX_BYTES
    redirects: int = 3
    allowed: frozenset[tuple[str, int]] = frozenset()


class _Target(msgspec.Struct, frozen=True):
    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]


def system_resolver(host: str, port: int) -> list[str]:
    """Resolve a name as the system does."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def fetch(url: str, limits: Limits = Limits(), resolver: Resolver = system_resolver) -> bytes:  # noqa: B008
    """Fetch the picture at an address.

    Raises:
        FetchRefused: the address may not be used, or the server says that there is no such picture.
        FetchFailed: the server or the network failed; trying again later may help.
        ImageTooLarge: more than ``limits.bytes``.
        UnsupportedImage: what came is no picture that we take.
    """
    end = time.monotonic() + limits.seconds
    for _ in range(limits.redirects + 1):
        target = _judge(url, limits, resolver, end)
        with _answer(target, end) as response:
            if response.status not in _REDIRECTS:
                return _read_picture(response, limits, end)
            location = response.headers.get("Location", "")
        if not location:
            raise FetchRefused("The server redirects to nowhere.")
        url = urljoin(url, location)
    raise FetchRefused(f"The address redirects more than {limits.redirects} times.")


def _judge(url: str, limits: Limits, resolver: Resolver, end: float) -> _Target:
    """Return where an address leads, after making sure that we may go there."""
    parts, host, port = _split(url)
    addresses = _resolve(host, port, resolver, end)
    if not addresses:
        raise FetchFailed(f"“{host[:100]}” has no address.")
    for address in addresses:
        if (address, port) in limits.allowed:
            continue
        if not is_public(address):
            raise FetchRefused(f"“{host[:100]}” is not a public server.")
        if port not in _DEFAULT_PORTS.values():
            raise FetchRefused(f"Port {port} is not used for pictures; 80 and 443 are.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Target(parts.scheme, host, port, _ascii_path(path), tuple(addresses))


def _split(url: str) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except (ValueError, UnicodeError):
        raise FetchRefused("The address cannot be read.") from None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise FetchRefused("Only http and https addresses are fetched.")
    if "@" in parts.netloc:
        raise FetchRefused("An address with a user name or password is not fetched.")
    return parts, host, _DEFAULT_PORTS[parts.scheme] if port is None else port


def _ascii_path(path: str) -> str:
    return "".join(char if "!" <= char <= "~" else _percent(char) for char in path)


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))


def _resolve(host: str, port: int, resolver: Resolver, end: float) -> list[str]:
    """Resolve within the deadline, which the system's resolver does not know; hence the thread."""
    answers: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=max(end - time.monotonic(), 0.001))
    except queue.Empty:
        raise FetchFailed(f"The name “{host[:100]}” was not resolved in time.") from None
    if isinstance(answer, Exception):
        raise FetchFailed(f"The name “{host[:100]}” does not resolve.") from answer
    return answer


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was judged, whatever the name resolves to by now."""

    def __init__(self, target: _Target, end: float) -> None:
        super().__init__(target.host, target.port)
        self._target, self._end = target, end
        # http.client forgets the socket as soon as it knows that the server will close it.
        self.line: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the first address that answers; with TLS, prove that it is the named host."""
        error: OSError = TimeoutError("the time is up")
        for address in self._target.addresses:
            left = self._end - time.monotonic()
            if left <= 0:
                break
            try:
                self.line = socket.create_connection((address, self._target.port), timeout=left)
                break
            except OSError as failed:
                error = failed
        else:
            raise error
        if self.line is None:
            raise error
        self.sock = self.line
        if self._target.scheme == "https":
            secure = _tls().wrap_socket(self.line, server_hostname=self._target.host, do_handshake_on_connect=False)
            self.sock = self.line = secure
            secure.do_handshake()  # only now, so that the deadline can cut it

    def cut(self) -> None:
        """End the connection at once, from another thread."""
        if self.line is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.line, socket.SHUT_RDWR)  # beneath TLS, which would say goodbye


@contextmanager
def _answer(target: _Target, end: float) -> Iterator[http.client.HTTPResponse]:
    """Ask and give the answer. A timer cuts the line at the deadline: drops defeat all other limits."""
    connection = _Pinned(target, end)
    cut = threading.Timer(max(end - time.monotonic(), 0.001), connection.cut)
    cut.daemon = True
    cut.start()
    try:
        default = _DEFAULT_PORTS[target.scheme] == target.port
        bracketed = f"[{target.host}]" if ":" in target.host else target.host
        headers = {
            "Host": bracketed if default else f"{bracketed}:{target.port}",
            "User-Agent": "eSeller-images/1",
            "Accept": "image/avif,image/webp,image/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        connection.request("GET", target.path, headers=headers)
        with connection.getresponse() as response:
            yield response
    except ssl.SSLCertVerificationError as error:
        raise FetchRefused("The server's certificate is not valid for this address.") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = time.monotonic() >= end
        raise FetchFailed("The server took too long." if late else "The server could not be reached.") from error
    finally:
        cut.cancel()
        connection.close()


def _read_picture(response: http.client.HTTPResponse, limits: Limits, end: float) -> bytes:
    if response.status != 200:
        reason = f"The server answered {response.status}."
        again = response.status >= 500 or response.status in _TRY_AGAIN
        raise (FetchFailed if again else FetchRefused)(reason)
    kind = response.headers.get_content_type() if response.headers.get("Content-Type") else "image/*"
    if not kind.startswith("image/") and kind not in ("application/octet-stream", "binary/octet-stream"):
        raise UnsupportedImage(f"The server sent “{kind[:60]}”, which is no picture.")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedImage("The server sent the picture packed, which we did not ask for.")
    too_large = ImageTooLarge(f"The picture is larger than {limits.bytes / 1024**2:.0f} MB.")
    announced = response.length
    if announced is not None and announced > limits.bytes:
        raise too_large
    data = bytearray()
    while chunk := response.read1(_CHUNK):
        data += chunk
        if len(data) > limits.bytes:
            raise too_large
        if len(data) >= 16 and not looks_like_image(bytes(data[:16])):
            raise UnsupportedImage
    if (announced is not None and len(data) < announced) or time.monotonic() >= end:
        raise FetchFailed("The connection broke before the picture was complete.")
    if not looks_like_image(bytes(data[:16])):
        raise UnsupportedImage
    return bytes(data)
