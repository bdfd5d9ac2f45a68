"""An encrypted connection damaged while it stands: httpx hands on an error that is not one of its own."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.http.trouble import Unanswered
from tests.services.http.http_studio import NewRemote

Break = Callable[[ssl.SSLSocket, int], None]  # the connection, and its bare descriptor
BEGUN = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of localhost, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    bare = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + bare)
    return path


@contextmanager
def breaking(certificate: Path, how: Break) -> Iterator[str]:
    """The address of a server that takes a request, and then breaks the connection this way."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    def serve() -> None:
        bare, _ = server.accept()
        with context.wrap_socket(bare, server_side=True) as line:
            line.recv(65_536)
            how(line, line.fileno())
            line.shutdown(socket.SHUT_RDWR)

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://localhost:{server.getsockname()[1]}"
        thread.join()


def _damaged(line: ssl.SSLSocket, bare: int) -> None:
    os.write(bare, b"\x17\x03\x03\x00\x20" + bytes(32))


def _damaged_later(line: ssl.SSLSocket, bare: int) -> None:
    line.sendall(BEGUN)
    _damaged(line, bare)


def _no_record(line: ssl.SSLSocket, bare: int) -> None:
    os.write(bare, b"HTTP/1.1 400 Bad Request\r\n\r\n")


def _broken_off(line: ssl.SSLSocket, bare: int) -> None:
    line.sendall(BEGUN)


@pytest.mark.parametrize("how", [_damaged, _damaged_later, _no_record, _broken_off])
async def test_a_damaged_connection_is_told_as_an_effect_nobody_knows(
    remote: NewRemote, certificate: Path, monkeypatch: pytest.MonkeyPatch, how: Break
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with breaking(certificate, how) as url, pytest.raises(Unanswered, match="The test broke") as caught:
        await remote(url, attempts=1).ask("POST", "/x", json={}, seconds=10)
    assert caught.value.sent
