"""TLS: a site file says (`tls`) which faults of certificate or protocol are accepted.

What was accepted is told on the visit. Old TLS needs OpenSSL's security level 0, which Scrapy's
own settings cannot ask for: Twisted takes the ciphers out of `DEFAULT:@SECLEVEL=0` and drops the
level. So the connections are made here, with Scrapy's setting for it.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
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

from nianbao.archive.addresses import is_ip_address
from nianbao.crawler.hosts import hosts_of

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
# in what OpenSSL says of a server with old TLS
OLD_TLS_ERRORS = (
    "alert protocol version",
    "unsupported protocol",
    "alert handshake failure",
)
OLD_VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1")


@implementer(IPolicyForHTTPS)
class TlsContextFactory:
    """Makes the connections of one site's crawl."""

    def __init__(self, crawler: Crawler) -> None:
        self.accepted_faults = frozenset(crawler.settings.getlist(SETTING))
        self.hosts = hosts_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler, **_: Any) -> TlsContextFactory:
        return cls(crawler)

    @cached_property
    def context(self) -> SSL.Context:
        """The OpenSSL context of all connections; made when needed, for that takes 30 ms."""
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_default_verify_paths()
        context.set_options(LEGACY_SERVER_CONNECT)
        if "old" in self.accepted_faults:
            context.set_min_proto_version(SSL.TLS1_VERSION)
            context.set_cipher_list(b"ALL:@SECLEVEL=0")
        else:
            context.set_min_proto_version(SSL.TLS1_2_VERSION)
        return context

    def creatorForNetloc(self, hostname: bytes, port: int) -> TlsConnectionCreator:
        """Return what makes a connection to a host."""
        name = hostname.decode("ascii")
        netloc = f"[{name}]" if ":" in name else name
        if port != 443:
            netloc = f"{netloc}:{port}"
        return TlsConnectionCreator(self, name, netloc)


@implementer(IOpenSSLClientConnectionCreator)
class TlsConnectionCreator:
    """Makes a connection to one host, and tells the crawl what was wrong with it."""

    def __init__(self, factory: TlsContextFactory, name: str, netloc: str) -> None:
        self.factory = factory
        self.name = name
        self.netloc = netloc
        self.faults: set[str] = set()

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:  # noqa: ARG002
        """Return a connection that is about to shake hands."""
        connection = SSL.Connection(self.factory.context, None)
        connection.set_verify(SSL.VERIFY_PEER, self._check_certificate)
        if not is_ip_address(self.name):
            connection.set_tlsext_host_name(self.name.encode("ascii"))
        connection.set_info_callback(self._check_version)
        return connection

    def _check_certificate(
        self, _: SSL.Connection, certificate: X509, error: int, depth: int, sound: int
    ) -> bool:
        """Note what is wrong with a certificate of the chain; tell whether that is accepted."""
        if not sound:
            self.faults.add("expired" if error in EXPIRED else "untrusted")
        if depth == 0 and not _is_certificate_of(certificate, self.name):
            self.faults.add("wrong_name")
        self._publish_faults()
        return self.faults <= self.factory.accepted_faults

    def _check_version(self, connection: SSL.Connection, where: int, _: int) -> None:
        """Note old TLS when the handshake is over."""
        if not where & SSL.SSL_CB_HANDSHAKE_DONE:
            return
        version = connection.get_protocol_version_name()
        if version in OLD_VERSIONS:
            self.faults.add("old")
            self._publish_faults(version)

    def _publish_faults(self, version: str = "") -> None:
        """Tell the host states of the process what is wrong, and what of it is not accepted."""
        hosts = self.factory.hosts
        if self.faults:
            hosts.tls_faults[self.netloc] = describe_faults(self.faults, version)
        refused_faults = self.faults - self.factory.accepted_faults
        if refused_faults:
            hosts.tls_refusals[self.netloc] = refusal_message(
                self.netloc, refused_faults
            )


def explain_old_tls(netloc: str, error: Exception) -> str | None:
    """Return why a host that speaks only old TLS was not asked; None for every other failure."""
    text = str(error)
    if any(words in text for words in OLD_TLS_ERRORS):
        return refusal_message(netloc, ["old"])
    return None


def describe_faults(faults: Collection[str], version: str = "") -> str:
    """Return what was accepted: as in `over TLSv1, with a certificate of another name`."""
    parts = []
    for name, text in FAULTS.items():
        if name not in faults:
            continue
        parts.append(f"over {version or text}" if name == "old" else text)
    return ", ".join(parts)


def refusal_message(netloc: str, faults: Collection[str]) -> str:
    """Return what was not accepted, and how it would be."""
    names = [name for name in FAULTS if name in faults]
    problems = " and ".join(FAULTS[name] for name in names)
    option = f"`tls: [{', '.join(names)}]`"
    return f"{netloc} has {problems}; {option} in its site file accepts that"


def _is_certificate_of(certificate: X509, name: str) -> bool:
    try:
        patterns = extract_patterns(certificate)
        verify_service_identity(patterns, [_identity_of(name)], [])
    except (VerificationError, CertificateError):
        return False
    return True


def _identity_of(name: str) -> ServiceID:
    if is_ip_address(name):
        return IPAddress_ID(name)
    return DNS_ID(name)
