"""Fetching keeps its limits, and reaches nothing of our own network, whatever names and servers claim."""

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from eseller.media import errors
from eseller.media.fetch import Limits, fetch
from tests.media.pictures import picture
from tests.media.server import PictureServer, body, drip, redirect, status

PNG = picture()


@pytest.fixture
def server() -> Iterator[PictureServer]:
    with PictureServer().running() as running:
        yield running


def here(host: str, port: int) -> list[str]:
    """Resolve every name to this machine."""
    return ["127.0.0.1"]


def get(server: PictureServer, url: str, seconds: float = 5.0, bytes_: int = 100_000) -> bytes:
    """Fetch with the explicit permission to use the test's server."""
    return fetch(url, Limits(seconds=seconds, bytes=bytes_, allowed=server.allowed), here)


def test_a_picture_comes(server: PictureServer) -> None:
    assert get(server, server.serve("/a.png?v=1", body(PNG))) == PNG
    assert server.headers[0]["host"] == f"pictures.example:{server.port}"
    assert server.headers[0]["accept-encoding"] == "identity"
    assert "cookie" not in server.headers[0]


@pytest.mark.parametrize(
    ("path", "asked"),
    [("/å b.png", "/%C3%A5%20b.png"), ("/a%20b.png", "/a%20b.png"), ("/a.png#top", "/a.png"), ("", "/")],
)
def test_addresses_as_people_write_them(server: PictureServer, path: str, asked: str) -> None:
    server.serve(asked, body(PNG))
    assert get(server, server.url(path)) == PNG
    assert server.asked == [asked]


@pytest.mark.parametrize("kind", ["image/jpeg; charset=binary", "application/octet-stream", ""])
def test_content_types_of_careless_servers(server: PictureServer, kind: str) -> None:
    assert get(server, server.serve("/a.png", body(PNG, kind))) == PNG


def test_without_the_permission_this_machine_is_refused(server: PictureServer) -> None:
    url = server.serve("/a.png", body(PNG))
    with pytest.raises(errors.FetchRefused, match="not a public server"):
        fetch(url, Limits(), here)
    with pytest.raises(errors.FetchRefused):
        fetch(f"http://127.0.0.1:{server.port}/a.png")
    assert server.asked == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0"],
)
def test_this_machine_in_disguise(host: str) -> None:
    with pytest.raises((errors.FetchRefused, errors.FetchFailed)) as refusal:
        fetch(f"http://{host}/latest/meta-data")
    assert "public" in refusal.value.message or "resolve" in refusal.value.message


def test_one_private_address_among_public_ones_is_enough() -> None:
    with pytest.raises(errors.FetchRefused):
        fetch("http://mixed.example/a.png", Limits(), lambda *_: ["93.184.215.14", "10.0.0.1"])


def test_a_name_that_changes_its_mind_is_asked_once(server: PictureServer) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    url = server.serve("/a.png", body(PNG))
    assert fetch(url, Limits(allowed=server.allowed), rebinding) == PNG
    assert asked == ["pictures.example"], "checked and used is the same answer"
    with pytest.raises(errors.FetchRefused):
        fetch(url, Limits(allowed=server.allowed), rebinding)
    assert len(server.asked) == 1


def test_redirects_are_followed_three_times(server: PictureServer) -> None:
    server.serve("/4", body(PNG))
    for number in range(4):
        server.serve(f"/{number}", redirect(f"/{number + 1}", 308))
    assert get(server, server.url("/1")) == PNG
    with pytest.raises(errors.FetchRefused, match="redirects more"):
        get(server, server.url("/0"))


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/a.png",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/a.png",
        "file:///etc/passwd",
        "ftp://pictures.example/a.png",
        "http://me:secret@pictures.example/a.png",
        "",
    ],
)
def test_a_redirect_is_judged_like_any_address(server: PictureServer, location: str) -> None:
    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host == "pictures.example" else [host]

    url = server.serve("/a.png", redirect(location))
    with pytest.raises(errors.FetchRefused):
        fetch(url, Limits(allowed=server.allowed), resolve)
    assert server.asked == ["/a.png"]


@pytest.mark.parametrize(
    "url",
    [
        "gopher://x.example/",
        "http:///a",
        "//x.example/a",
        "http://[::1/a",
        "http://x.example:99999/",
        "http://" + "a" * 70 + ".example/",
    ],
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(errors.FetchRefused):
        fetch(url, Limits(), lambda *_: ["93.184.215.14"])


def test_odd_ports_of_public_servers_are_refused() -> None:
    with pytest.raises(errors.FetchRefused, match="Port 22"):
        fetch("http://x.example:22/", Limits(), lambda *_: ["93.184.215.14"])


@pytest.mark.parametrize(
    ("code", "retryable"), [(404, False), (403, False), (410, False), (429, True), (500, True), (503, True)]
)
def test_answers_that_are_no_picture(server: PictureServer, code: int, retryable: bool) -> None:
    with pytest.raises((errors.FetchFailed, errors.FetchRefused)) as refusal:
        get(server, server.serve("/a.png", status(code)))
    assert refusal.value.retryable is retryable
    assert str(code) in refusal.value.message


@pytest.mark.parametrize(
    "behaviour",
    [
        body(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        body(b"<html>", "text/html"),
        body(PNG, "text/html"),
        body(b"not a picture at all, really", "image/png"),
        body(b"", "image/png"),
        body(PNG, "image/png", Content_Encoding="gzip"),
    ],
)
def test_what_is_no_picture_is_refused(server: PictureServer, behaviour: object) -> None:
    with pytest.raises(errors.UnsupportedImage):
        get(server, server.serve("/a.png", behaviour))  # type: ignore[arg-type]


@pytest.mark.parametrize("length", [str(200_000), ""])
def test_too_many_bytes_announced_or_not(server: PictureServer, length: str) -> None:
    with pytest.raises(errors.ImageTooLarge):
        get(server, server.serve("/a.png", body(PNG + bytes(200_000), Content_Length=length)))


def test_a_body_cut_short_is_tried_again(server: PictureServer) -> None:
    with pytest.raises(errors.FetchFailed, match="complete"):
        get(server, server.serve("/a.png", body(PNG, Content_Length=str(len(PNG) + 10))))


@pytest.mark.parametrize("headers_too", [True, False])
def test_a_dripping_server_is_cut_off_at_the_deadline(server: PictureServer, headers_too: bool) -> None:
    stop = threading.Event()
    url = server.serve("/a.png", drip(PNG, stop, headers_too=headers_too))
    start = time.monotonic()
    try:
        with pytest.raises(errors.FetchFailed):
            get(server, url, seconds=0.6)
    finally:
        stop.set()
    assert time.monotonic() - start < 1.5


def test_a_silent_tls_server_is_cut_off_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        start = time.monotonic()
        limits = Limits(seconds=0.4, allowed=frozenset({("127.0.0.1", port)}))
        with pytest.raises(errors.FetchFailed):
            fetch(f"https://pictures.example:{port}/a.png", limits, here)
        assert time.monotonic() - start < 1.5


def test_a_resolver_that_hangs_is_left_at_the_deadline() -> None:
    hang = threading.Event()

    def hanging(host: str, port: int) -> list[str]:
        hang.wait(5)
        return []

    with pytest.raises(errors.FetchFailed, match="in time"):
        fetch("http://slow.example/a.png", Limits(seconds=0.2), hanging)
    hang.set()


def test_a_name_that_does_not_resolve_and_a_closed_port_are_tried_again() -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror("no such name")

    with pytest.raises(errors.FetchFailed, match="does not resolve"):
        fetch("http://x.example/a.png", Limits(), nowhere)
    with pytest.raises(errors.FetchFailed, match="could not be reached"):
        fetch("http://x.example:9/a.png", Limits(allowed=frozenset({("127.0.0.1", 9)})), here)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl command to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=pictures.example", "-addext", "subjectAltName=DNS:pictures.example"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", *files, *subject], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    names: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)

    def shake_hands(listening: socket.socket) -> None:
        with listening.accept()[0] as client, suppress(OSError), context.wrap_socket(client, server_side=True):
            pass

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=shake_hands, args=[listening])
        thread.start()
        port = listening.getsockname()[1]
        limits = Limits(seconds=5, allowed=frozenset({("127.0.0.1", port)}))
        with pytest.raises(errors.FetchRefused, match="certificate"):
            fetch(f"https://pictures.example:{port}/a.png", limits, here)
        thread.join(5)
    assert names == ["pictures.example"], "the server is asked by name, not by address"
