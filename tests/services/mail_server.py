"""A mail server that does to a recipient what the recipient's name says."""

import contextlib
import socketserver
import threading
from collections.abc import Iterator


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mails; keeps whom it had mail for, and the mails that it took.

    Mail to ``refused@…`` is refused for good, to ``later@…`` for now. Mail to ``stuck@…`` is not answered while
    ``stuck`` is set, and in a talk with ``drip@…`` a letter comes every 50 ms without an end.
    """

    allow_reuse_address = daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.asked: list[str] = []
        self.taken: list[str] = []
        self.stuck = threading.Event()
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        """As ``ESELLER_MAIL_URL`` wants it."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server, for as long as the block lasts."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join(5)


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self.say("220 here")
            while line := self.rfile.readline():
                self.answer(line.decode().strip())

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def answer(self, line: str) -> None:
        match line[:4].upper():
            case "RCPT":
                self.recipient(line.partition("<")[2].partition(">")[0])
            case "DATA":
                self.say("354 go on")
                mail = "".join(iter(lambda: self.rfile.readline().decode(), ".\r\n"))
                self.server.taken.append(mail)
                self.say("250 taken")
            case "QUIT":
                self.say("221 bye")
            case _:
                self.say("250 fine")

    def recipient(self, address: str) -> None:
        self.server.asked.append(address)
        name = address.partition("@")[0]
        if name == "stuck":
            while self.server.stuck.is_set() and not self.server.closing.wait(0.05):
                pass
        while name == "drip" and not self.server.closing.wait(0.05):
            self.wfile.write(b"2")
        self.say({"refused": "550 nobody here", "later": "450 busy"}.get(name, "250 fine"))
