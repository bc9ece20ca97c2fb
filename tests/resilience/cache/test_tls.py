"""A caching server that speaks TLS: its certificate is proven, and its sloth costs no more than a deadline."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from eseller.drills.proxy import Manner, Proxy
from eseller.resilience.cache import CacheClient
from eseller.resilience.cache.address import CacheAddress
from eseller.resilience.cache.facts import NoAnswer, server_facts
from tests.node.processes import eventually
from tests.resilience.cache.conftest import Server

PATIENT = 5.0
"""A deadline that a well server keeps on a busy machine."""
BOUND = 4.0
"""Passing the large value on takes the proxy 40 seconds."""


def made_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    openssl = shutil.which("openssl")
    assert openssl, "openssl is missing; install it with: tools/debian openssl"
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    name = ("-subj", "/CN=cache", "-addext", "subjectAltName=IP:127.0.0.1")
    files = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run([openssl, "req", "-x509", *kind, *name, *files], check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def secure(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CacheAddress:
    """Let the server speak TLS as well, with a certificate that this process trusts."""
    certificate, key = made_certificate(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    files = ("tls-cert-file", str(certificate), "tls-key-file", str(key))
    assert server.say("CONFIG", "SET", *files, "tls-auth-clients", "no", "tls-port", str(port)) == "+OK\r\n"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return CacheAddress.parse(f"rediss://127.0.0.1:{port}/0")


def test_values_travel_over_tls_and_the_facts_do(secure: CacheAddress) -> None:
    client = CacheClient(secure, deadline=PATIENT)
    assert client.set("k", bytes(100_000), seconds=60)
    assert client.get("k") == bytes(100_000)
    assert server_facts(secure, "eseller:").policy == "allkeys-lru"
    client.close()


def test_a_certificate_that_nobody_vouches_for_is_a_sick_server(
    secure: CacheAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    client = CacheClient(secure, deadline=PATIENT)
    assert not client.set("k", b"v", seconds=60)
    assert client.figures().errors == 1
    with pytest.raises(NoAnswer, match="certificate"):
        server_facts(secure, "eseller:")


def test_a_server_that_takes_a_value_record_by_record_does_not_hold_a_write(secure: CacheAddress) -> None:
    with Proxy(secure.host, secure.port) as proxy:
        client = CacheClient(CacheAddress(secure.host, proxy.port, tls=True), deadline=0.5, largest=64 << 20)
        assert eventually(lambda: client.set("k", b"v", seconds=60))
        proxy.manner = Manner(piece=16 * 1024, pause=0.02)
        began = time.monotonic()
        assert not client.set("k", bytes(32 << 20), seconds=60)
        assert time.monotonic() - began < BOUND
        client.close()
