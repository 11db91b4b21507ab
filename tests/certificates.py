"""Certificates for servers on loopback: good ones and bad ones, made when they are needed."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Issuer:
    """An authority that a test trusts (SSL_CERT_FILE)."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    path: Path
    """Of its certificate, PEM."""


def issuer(folder: Path) -> Issuer:
    """Make an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = _signed("Test authority", key, None, 90, x509.BasicConstraints(ca=True, path_length=None))
    path = folder / "authority.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return Issuer(made, key, path)


def issued(by: Issuer, *, days: int = 90, host: str = "127.0.0.1") -> Path:
    """Make a certificate for a host's number that ends so many days from now; return the file of it and its key."""
    return _server(by, days, host, by.path.parent)


def self_signed(folder: Path, *, days: int = 90) -> Path:
    """Make a self-signed certificate for 127.0.0.1."""
    return _server(None, days, "127.0.0.1", folder)


def _server(by: Issuer | None, days: int, host: str, folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    made = _signed(host, key, by, days, x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{host}-{days}-{made.serial_number}.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def _signed(
    name: str, key: ec.EllipticCurvePrivateKey, by: Issuer | None, days: int, extension: x509.ExtensionType
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=90))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(extension, critical=False)
        .sign(by.key if by else key, hashes.SHA256())
    )
