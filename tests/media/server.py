"""A picture server on this machine that behaves as badly as a test wants."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Behaviour = Callable[[BaseHTTPRequestHandler], None]


class PictureServer:
    """Answers by path; remembers what was asked."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.behaviours: dict[str, Behaviour] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer.headers.append({name.lower(): value for name, value in self.headers.items()})
                self.close_connection = True
                outer.behaviours.get(self.path, status(404))(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, request: object, client_address: object) -> None:
                """Say nothing: clients that hang up are what is tested."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.allowed = frozenset({("127.0.0.1", self.port)})
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.02])

    def url(self, path: str, host: str = "pictures.example") -> str:
        """Return an address of this server under a name that only a test's resolver knows."""
        return f"http://{host}:{self.port}{path}"

    def serve(self, path: str, behaviour: Behaviour) -> str:
        """Have a path behave; return its address."""
        self.behaviours[path] = behaviour
        return self.url(path)

    @contextmanager
    def running(self) -> Iterator["PictureServer"]:
        """Serve for the length of a block."""
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(5)


def body(data: bytes, kind: str = "image/png", code: int = 200, **headers: str) -> Behaviour:
    """Answer with data; other headers by name with underscores for hyphens."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        if kind:
            handler.send_header("Content-Type", kind)
        for name, value in ({"Content_Length": str(len(data))} | headers).items():
            if value:
                handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return behave


def status(code: int) -> Behaviour:
    """Answer with a bare status."""
    return body(b"", code=code)


def redirect(location: str, code: int = 302) -> Behaviour:
    """Send the client elsewhere."""
    return body(b"", kind="", code=code, Location=location)


def drip(data: bytes, stop: threading.Event, *, headers_too: bool) -> Behaviour:
    """Send a byte every 50 ms, for ever as far as the client can tell."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        start = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n" + (b"" if headers_too else b"\r\n" + data[:20])
        handler.wfile.write(start)
        while not stop.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    return behave
