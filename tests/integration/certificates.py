"""Certificates of a made-up authority, good and bad ones, for servers of tests that speak TLS."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Fault = Literal["", "signed by itself", "for another host", "expired"]
BAD: tuple[Fault, ...] = ("signed by itself", "for another host", "expired")
HOST = "localhost"
_DAY = timedelta(days=1)


class Authority:
    """Signs certificates for `HOST`; `file` is what believers name in SSL_CERT_FILE."""

    def __init__(self, folder: Path) -> None:
        """With a new key."""
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a test")])
        now = datetime.now(UTC)
        own = (
            x509.CertificateBuilder(self._name, self._name, self._key.public_key(), x509.random_serial_number())
            .not_valid_before(now - _DAY)
            .not_valid_after(now + _DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(own.public_bytes(serialization.Encoding.PEM))

    def server(self, fault: Fault = "") -> ssl.SSLContext:
        """What a server shows of itself, with a fault or without."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A server of a test")])
        by_itself = fault == "signed by itself"
        names = [x509.DNSName("elsewhere.example" if fault == "for another host" else HOST)]
        until = datetime.now(UTC) + (-_DAY if fault == "expired" else _DAY)
        shown = (
            x509.CertificateBuilder(subject if by_itself else self._name, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(until - 2 * _DAY)
            .not_valid_after(until)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(key if by_itself else self._key, hashes.SHA256())
        )
        file = self._folder / "server.pem"
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file.write_bytes(private + shown.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context
