"""Whose certificates are verified: everybody's, but for the hosts of sources with `verify_certificates = false`.

Scrapy verifies all or none (DOWNLOAD_VERIFY_CERTIFICATES), and does not say what is wrong with a certificate.
"""

from __future__ import annotations

from typing import Any

from OpenSSL import SSL
from OpenSSL.crypto import X509
from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.crawler import Crawler
from service_identity import VerificationError
from service_identity.exceptions import CertificateError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import CertificateOptions, platformTrust
from twisted.python.failure import Failure
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

from newsbot.crawl.context import CrawlContext
from newsbot.web.endpoints import endpoint_at, numeric

FAULTS = {
    9: "not valid yet",
    10: "expired",
    18: "self-signed",
    19: "of an unknown issuer",
    20: "of an unknown issuer",
    21: "of an unknown issuer",
    23: "revoked",
}
"""By OpenSSL's X509_V_ERR_... numbers (x509_vfy.h)."""


class BadCertificate(Exception):
    """A certificate that does not prove who a host is; the message says what is wrong with it."""


@implementer(IPolicyForHTTPS)
class SourceCertificates:
    """Says for every connection of a crawl what its certificate must be.

    Setting: DOWNLOAD_VERIFY_CERTIFICATES; off, no certificate of any host is verified.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._verifies = crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
        self._any = _ScrapyClientContextFactory.from_crawler(crawler)
        self._any._verify_certificates = False
        trusted = platformTrust()  # type: ignore[no-untyped-call]
        # One context for all hosts: to read the system's trusted issuers takes longer than a handshake.
        self._good = CertificateOptions(trustRoot=trusted, **self._any._get_cert_options_kwargs())

    def verifies(self, host: str, port: int) -> bool:
        """Whether the certificate of a host is verified."""
        return self._verifies and endpoint_at(host, port) not in CrawlContext.of(self._crawler).exemptions.unverified

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802 (Twisted's interface)
        host = hostname.decode("ascii")
        return (
            Verified(self._good.getContext(), host)
            if self.verifies(host, port)
            else self._any.creatorForNetloc(hostname, port)
        )


@implementer(IOpenSSLClientConnectionCreator)
class Verified:
    """Makes TLS connections that break off with a BadCertificate unless the certificate is the host's."""

    def __init__(self, context: SSL.Context, host: str) -> None:
        self._context = context
        self._host = host

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:  # noqa: N802, N803 (Twisted's interface)
        by_number = numeric(self._host) is not None
        identity = IPAddress_ID(self._host) if by_number else DNS_ID(self._host)

        def verify(_connection: SSL.Connection, certificate: X509, error: int, depth: int, ok: int) -> bool:
            fault = None if ok else FAULTS.get(error, f"refused by OpenSSL with error {error}")
            if not fault and depth == 0:
                try:
                    verify_service_identity(extract_patterns(certificate), [identity], [])
                except (VerificationError, CertificateError):
                    fault = f"not that of {self._host}"
            if fault:
                tlsProtocol.failVerification(Failure(BadCertificate(fault)))  # type: ignore[no-untyped-call]
            return not fault

        connection = SSL.Connection(self._context, None)
        if not by_number:
            connection.set_tlsext_host_name(self._host.encode("ascii"))
        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, verify)
        return connection


def certificate_fault(error: BaseException) -> str | None:
    """Return what was wrong with a certificate, if that is why a download failed."""
    reasons = getattr(error.__cause__, "reasons", ())
    return next((str(reason.value) for reason in reasons if isinstance(reason.value, BadCertificate)), None)
