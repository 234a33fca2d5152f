"""TLS: what of a certificate or protocol is accepted is the site's word (`tls` of its file),
and the visit says so.

Old TLS needs OpenSSL's security level 0, which Scrapy's own settings cannot ask for: Twisted
takes the ciphers out of `DEFAULT:@SECLEVEL=0` and drops the level. So the connections are made
here, with Scrapy's setting for it.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from OpenSSL import SSL
from service_identity import VerificationError
from service_identity.exceptions import CertificateError
from service_identity.hazmat import (
    DNS_ID,
    IPAddress_ID,
    ServiceID,
    verify_service_identity,
)
from service_identity.pyopenssl import extract_patterns
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

from nianbao.crawler import hosts

if TYPE_CHECKING:
    from OpenSSL.crypto import X509
    from scrapy.crawler import Crawler

SETTING = "NIANBAO_TLS"
FAULTS = {  # what `tls` of a site file may name
    "old": "TLS older than 1.2",
    "untrusted": "a certificate that nobody known vouches for",
    "expired": "a certificate that is not valid today",
    "wrong_name": "a certificate of another name",
}
EXPIRED = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
# SSL_OP_LEGACY_SERVER_CONNECT: servers that cannot renegotiate safely; we never do
LEGACY_SERVER_CONNECT = 0x4
TOO_OLD = (
    "alert protocol version",
    "unsupported protocol",
    "alert handshake failure",
)  # in what OpenSSL says
OLD_VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1")


@implementer(IPolicyForHTTPS)
class Policy:
    """Makes the connections of one site's crawl."""

    def __init__(self, crawler: Crawler) -> None:
        self.accepted = frozenset(crawler.settings.getlist(SETTING))
        self.hosts = hosts.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler, **_: Any) -> Policy:
        return cls(crawler)

    @cached_property
    def context(self) -> SSL.Context:
        """What OpenSSL needs for all connections; a site without https does without, for it
        takes 30 ms to load.
        """
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_default_verify_paths()
        context.set_options(LEGACY_SERVER_CONNECT)
        old = "old" in self.accepted
        context.set_min_proto_version(SSL.TLS1_VERSION if old else SSL.TLS1_2_VERSION)
        if old:
            context.set_cipher_list(b"ALL:@SECLEVEL=0")
        return context

    def creatorForNetloc(self, hostname: bytes, port: int) -> Creator:
        """Return what makes a connection to a host."""
        name = hostname.decode("ascii")
        netloc = f"[{name}]" if ":" in name else name
        return Creator(self, name, netloc if port == 443 else f"{netloc}:{port}")


@implementer(IOpenSSLClientConnectionCreator)
class Creator:
    """Makes a connection to one host, and tells the crawl what was wrong with it."""

    def __init__(self, policy: Policy, name: str, netloc: str) -> None:
        self.policy, self.name, self.netloc = policy, name, netloc
        self.faults: set[str] = set()

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:  # noqa: ARG002  # noqa: N803
        """Return a connection that is about to shake hands."""
        connection = SSL.Connection(self.policy.context, None)
        connection.set_verify(SSL.VERIFY_PEER, self._verified)
        if not _is_address(self.name):
            connection.set_tlsext_host_name(self.name.encode("ascii"))
        connection.set_info_callback(self._shaken)
        return connection

    def _verified(
        self, _: SSL.Connection, certificate: X509, error: int, depth: int, sound: int
    ) -> bool:
        """Note what is wrong with a certificate of the chain; OpenSSL goes on where that is
        accepted.
        """
        if not sound:
            self.faults.add("expired" if error in EXPIRED else "untrusted")
        if depth == 0 and not _names(certificate, self.name):
            self.faults.add("wrong_name")
        self._tell()
        return self.faults <= self.policy.accepted

    def _shaken(self, connection: SSL.Connection, where: int, _: int) -> None:
        if (
            where & SSL.SSL_CB_HANDSHAKE_DONE
            and connection.get_protocol_version_name() in OLD_VERSIONS
        ):
            self.faults.add("old")
            self._tell(connection.get_protocol_version_name())

    def _tell(self, version: str = "") -> None:
        if self.faults:
            self.policy.hosts.tls[self.netloc] = said(self.faults, version)
        refused = self.faults - self.policy.accepted
        if refused:
            self.policy.hosts.tls_refused[self.netloc] = refusal(self.netloc, refused)


def too_old(netloc: str, error: Exception) -> str | None:
    """Return why a host that speaks nothing but old TLS was not asked; None for every other
    failure.
    """
    return (
        refusal(netloc, ["old"])
        if any(words in str(error) for words in TOO_OLD)
        else None
    )


def said(faults: Collection[str], version: str = "") -> str:
    """Say what was accepted: as in `over TLSv1, with a certificate of another name`."""
    parts = [
        text if name != "old" else f"over {version or text}"
        for name, text in FAULTS.items()
        if name in faults
    ]
    return ", ".join(parts)


def refusal(netloc: str, refused: Collection[str]) -> str:
    """Say what was not accepted, and how it would be."""
    named = [name for name in FAULTS if name in refused]
    wrong = " and ".join(FAULTS[name] for name in named)
    return f"{netloc} has {wrong}; `tls: [{', '.join(named)}]` in its site file accepts that"


def _names(certificate: X509, name: str) -> bool:
    wanted: ServiceID = IPAddress_ID(name) if _is_address(name) else DNS_ID(name)
    try:
        verify_service_identity(extract_patterns(certificate), [wanted], [])
    except (VerificationError, CertificateError):
        return False
    return True


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
