"""A chain that lacks a link is mended by adding it; verification is never given up."""

import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from extractors import tls
from extractors.loader import load
from extractors.session import Session
from kernel import ConfigError, SourceChanged

Key = ec.EllipticCurvePrivateKey
NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Made:
    """A certificate and its key."""

    key: Key
    cert: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.cert.public_bytes(serialization.Encoding.PEM)


def make(name: str, issuer: Made | None, *, host: str = "", days: int = 30) -> Made:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.cert.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=60))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=not host, path_length=None), critical=True)
    )
    if host:
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        built = built.add_extension(names, critical=False)
    return Made(key, built.sign(issuer.key if issuer else key, hashes.SHA256()))


ROOT = make("made-up root", None)
MIDDLE = make("made-up intermediate", ROOT)
LEAF = make("localhost", MIDDLE, host="localhost")
EXPIRED = make("localhost", MIDDLE, host="localhost", days=-1)
OTHER = make("elsewhere.example", MIDDLE, host="elsewhere.example")


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


class _Quiet(http.server.HTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a client that hangs up is what is tested."""


@contextmanager
def serving(tmp_path: Path, shown: Made, *others: Made) -> Iterator[str]:
    """A TLS server that shows these certificates and no more."""
    key = shown.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = tmp_path / "server.pem"
    file.write_bytes(key + b"".join(one.pem for one in (shown, *others)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with _Quiet(("127.0.0.1", 0), _Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"https://localhost:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    def trust(*made: Made) -> None:
        file = tmp_path / "extra.pem"
        file.write_bytes(b"".join(one.pem for one in made))
        monkeypatch.setenv("TENDERLINE_CA", str(file))

    return trust


def get(url: str) -> bytes:
    return Session(load("find_a_tender").at(url)).get(f"{url}/x", bytes).body


def test_a_chain_without_its_middle_is_refused_with_advice(
    tmp_path: Path, trusting: Callable[..., None]
) -> None:
    trusting(ROOT)
    with serving(tmp_path, LEAF) as url, pytest.raises(SourceChanged) as caught:
        get(url)
    told = caught.value.message
    assert "unable to get local issuer certificate" in told
    assert "TENDERLINE_CA" in told
    assert "intermediate" in told


def test_the_missing_link_mends_the_chain(tmp_path: Path, trusting: Callable[..., None]) -> None:
    trusting(MIDDLE, ROOT)
    with serving(tmp_path, LEAF) as url:
        assert get(url) == b"{}"


def test_a_whole_chain_to_a_known_root_needs_no_addition(
    tmp_path: Path, trusting: Callable[..., None]
) -> None:
    trusting(ROOT)
    with serving(tmp_path, LEAF, MIDDLE) as url:
        assert get(url) == b"{}"


def test_nobody_is_trusted_without_a_root(tmp_path: Path) -> None:
    with serving(tmp_path, LEAF, MIDDLE) as url, pytest.raises(SourceChanged, match="verified"):
        get(url)


@pytest.mark.parametrize(("shown", "said"), [(EXPIRED, "expired"), (OTHER, "doesn't match")])
def test_what_is_wrong_otherwise_stays_refused(
    tmp_path: Path, trusting: Callable[..., None], shown: Made, said: str
) -> None:
    trusting(MIDDLE, ROOT)
    with serving(tmp_path, shown) as url, pytest.raises(SourceChanged) as caught:
        get(url)
    assert said in caught.value.message or "mismatch" in caught.value.message


def test_a_certificate_that_fails_is_not_tried_again(tmp_path: Path) -> None:
    with serving(tmp_path, LEAF) as url:
        session = Session(load("find_a_tender").at(url))
        with pytest.raises(SourceChanged):
            session.get(f"{url}/x", bytes)
    assert len(session.log) == 1


def test_the_usual_roots_stay(tmp_path: Path) -> None:
    file = tmp_path / "extra.pem"
    file.write_bytes(ROOT.pem)
    usual = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH).cert_store_stats()["x509"]
    made = tls.context([file])
    assert made.cert_store_stats()["x509"] == usual + 1
    assert made.verify_mode is ssl.CERT_REQUIRED
    assert made.check_hostname


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_an_addition_that_cannot_be_read_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "extra.pem"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("TENDERLINE_CA", str(file))
    with pytest.raises(ConfigError, match="TENDERLINE_CA") as caught:
        get("https://localhost:1")
    assert caught.value.path == str(file)
