"""What hosts speak: old TLS, certificates that nobody vouches for, IPv6 alone; all of it from
real servers.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
import ssl
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from nianbao.sample.loopback import run_server
from tests.crawl.commands import NIANBAO, content, nianbao
from tests.crawl.test_troubles import REPORT, ROW, TITLE

TODAY = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
SITE = """\
id: {id}
name: 样例县人民政府
region: {{name: 样例省样例县, code: null}}
platform: trs
entries:
  - {{url: "{scheme}://{host}/nb/index.html", column: 政府信息公开年报}}
expect: {{links: 1}}
delay: 0
official: true
"""


class Pages(BaseHTTPRequestHandler):
    """One list that names one report."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        row = ROW.format(path="/202201/t20220120_1.html", title=TITLE)
        pages = {
            "/nb/index.html": f"<html><meta charset=utf-8><ul>{row}</ul>",
            "/nb/202201/t20220120_1.html": REPORT.format(title=TITLE, text="正文"),
        }
        body = pages.get(self.path, "").encode()
        self.send_response_only(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let a client go that does not like the certificate."""


class Server6(Server):
    address_family = socket.AF_INET6


@contextmanager
def serving(
    context: ssl.SSLContext | None = None,
    *,
    kind: type[Server] = Server,
    at: str = "127.0.0.1",
) -> Iterator[int]:
    """Serve the pages, over TLS where a context is given; yield the port."""
    server = kind((at, 0), Pages)
    if context is not None:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    with run_server(server):
        yield int(server.server_address[1])


class Authority:
    """Makes certificates; its own stands in `path`, for who trusts it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.name = x509.Name(
            [x509.NameAttribute(NameOID.COMMON_NAME, "sample authority")]
        )
        made = self._builder(self.name, self.name, self.key, 365).add_extension(
            x509.BasicConstraints(True, None), critical=True
        )
        self.path = folder / "authority.pem"
        self.path.write_bytes(
            made.sign(self.key, hashes.SHA256()).public_bytes(
                serialization.Encoding.PEM
            )
        )

    def _builder(
        self, name: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, days: int
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(TODAY - 400 * DAY)
            .not_valid_after(TODAY + days * DAY)
        )

    def context(
        self, *, host: str = "127.0.0.1", days: int = 30, own: bool = False
    ) -> ssl.SSLContext:
        """Return a server's context with a certificate for a host; signed by itself where `own`."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        builder = self._builder(name, name if own else self.name, key, days)
        address = (
            x509.IPAddress(ipaddress.ip_address(host))
            if host[0].isdigit()
            else x509.DNSName(host)
        )
        builder = builder.add_extension(
            x509.SubjectAlternativeName([address]), critical=False
        )
        made = builder.sign(key if own else self.key, hashes.SHA256())
        chain = self.folder / f"{host}{days}{own}.pem"
        form = serialization.PrivateFormat.TraditionalOpenSSL
        secret = key.private_bytes(
            serialization.Encoding.PEM, form, serialization.NoEncryption()
        )
        chain.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context


def old(context: ssl.SSLContext) -> ssl.SSLContext:
    """Limit a server to TLS 1.0 and the ciphers of its time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("AES128-SHA:@SECLEVEL=0")
    return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


Found = dict[
    str, list[Any]
]  # by site: (outcome, message) of its visits, the messages of its findings


def crawl(
    folder: Path, authority: Authority, sites: dict[str, tuple[ssl.SSLContext, str]]
) -> tuple[Found, Found]:
    """Crawl sites, by id the server's side and what is accepted of it; return visits and
    findings.
    """
    command = [
        NIANBAO,
        "crawl",
        "--sites",
        folder,
        "--allow-address",
        "127.0.0.0/8",
        "--archive",
        folder / "a.db",
    ]
    environment = os.environ | {"SSL_CERT_FILE": str(authority.path)}
    with ExitStack() as stack:
        for name, (context, accepted) in sites.items():
            port = stack.enter_context(serving(context))
            text = SITE.format(id=name, scheme="https", host=f"127.0.0.1:{port}")
            (folder / f"{name}.yml").write_text(f"{text}tls: [{accepted}]\n", "utf-8")
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert "Traceback" not in done.stderr, done.stderr
    assert "Warning" not in done.stderr, done.stderr
    stored = content(folder / "a.db")
    visits = {
        name: [(row[4], row[6]) for row in stored["visits"] if row[1] == name]
        for name in sites
    }
    findings = {
        name: [
            row[2]
            for row in stored["findings"]
            if row[3] == name and row[0][:5] == "host."
        ]
        for name in sites
    }
    return visits, findings


TRUST, DATE, NAME = (
    "a certificate that nobody known vouches for",
    "a certificate that is not valid today",
    "a certificate of another name",
)


def test_certificates(tmp_path: Path, authority: Authority) -> None:
    own, past = authority.context(own=True), authority.context(days=-1)
    other, all_wrong = (
        authority.context(host="x.gov.cn"),
        authority.context(host="y.gov.cn", days=-2, own=True),
    )
    visits, findings = crawl(
        tmp_path,
        authority,
        {
            "sound": (authority.context(), ""),
            "own": (own, ""),
            "own-accepted": (own, "untrusted"),
            "past": (past, "untrusted, wrong_name"),
            "past-accepted": (past, "expired"),
            "other": (other, "expired, untrusted"),
            "other-accepted": (other, "wrong_name"),
            "all-wrong": (all_wrong, "untrusted, expired, wrong_name"),
        },
    )
    assert visits.pop("sound") == [("fetched", None)] * 2
    assert visits.pop("own-accepted") == [("fetched", TRUST)] * 2
    assert visits.pop("past-accepted") == [("fetched", DATE)] * 2
    assert visits.pop("other-accepted") == [("fetched", NAME)] * 2
    assert visits.pop("all-wrong") == [("fetched", f"{TRUST}, {DATE}, {NAME}")] * 2
    assert visits == {"own": [], "past": [], "other": []}
    for name, wrong, word in (
        ("own", TRUST, "untrusted"),
        ("past", DATE, "expired"),
        ("other", NAME, "wrong_name"),
    ):
        (message,) = findings[name]
        assert f"has {wrong}; `tls: [{word}]` in its site file accepts that" in message


def test_old_tls(tmp_path: Path, authority: Authority) -> None:
    context = old(authority.context())
    visits, findings = crawl(
        tmp_path, authority, {"refused": (context, ""), "accepted": (context, "old")}
    )
    assert visits == {"refused": [], "accepted": [("fetched", "over TLSv1")] * 2}
    assert "tls: [old]" in findings["refused"][0]


def test_ipv6_alone(tmp_path: Path) -> None:
    with serving(kind=Server6, at="::1") as port:
        (tmp_path / "six.yml").write_text(
            SITE.format(id="six", scheme="http", host=f"[::1]:{port}"), "utf-8"
        )
        arguments = ("crawl", "--sites", tmp_path, "--archive", tmp_path / "a.db")
        assert "private address ::1" in nianbao(*arguments, code=1)
        nianbao(*arguments, "--allow-address", "::1/128")
    outcomes = sorted(row[4] for row in content(tmp_path / "a.db")["visits"])
    assert outcomes == ["fetched", "fetched", "refused_by_boundary"]
