"""TLS certificates of the embedded stack: its own CA, the broker's certificate, and clients'."""

import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.stack.passwords import write_private

LIFETIME = timedelta(days=30)
RENEW_BEFORE = timedelta(days=10)
_CA_LIFETIME = timedelta(days=365)
_CLOCK_SKEW = timedelta(minutes=5)
_SERVER = "kafka"


class Certificates:
    """
    The certificates in *folder*, each a PEM file with its PKCS#8 key and its chain (mode 0600).

    ``ca.pem`` holds the CA's certificate alone: clients trust it. Its key is in ``ca.key``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca = folder / "ca.pem"
        self.server = folder / f"{_SERVER}.pem"

    def client(self, name: str) -> Path:
        """Return the file of a client's certificate."""
        return self.folder / "clients" / f"{name}.pem"

    def renew(self, clients: Iterable[str], *, now: datetime | None = None) -> list[Path]:
        """
        Make what is missing or expires within ten days; return the files written.

        Running servers use what they have read until they are told to read the files again.
        """
        now = now or datetime.now(UTC)
        # A CA must outlive what it signs. A new CA has to sign everything again.
        is_new = _expires(self.ca) - now < LIFETIME + RENEW_BEFORE or not self._ca_key.exists()
        written = []
        if is_new:
            self._make_authority(now)
            written.append(self.ca)
        if is_new or self._is_due(self.server, now):
            self._sign(self.server, _SERVER, now, server=True)
            written.append(self.server)
        return written + self.renew_clients(clients, now=now, all_of_them=is_new)

    def renew_clients(
        self, clients: Iterable[str], *, now: datetime | None = None, all_of_them: bool = False
    ) -> list[Path]:
        """Make the clients' certificates that are missing or expire soon; needs the CA."""
        now = now or datetime.now(UTC)
        due = {self.client(name): name for name in clients}
        if not all_of_them:
            due = {file: name for file, name in due.items() if self._is_due(file, now)}
        for file, name in due.items():
            self._sign(file, name, now)
        return list(due)

    @property
    def can_sign(self) -> bool:
        """Whether the CA's key is here."""
        return self._ca_key.exists()

    @property
    def _ca_key(self) -> Path:
        return self.folder / "ca.key"

    def _is_due(self, file: Path, now: datetime) -> bool:
        return _expires(file) - now < RENEW_BEFORE

    def _sign(self, file: Path, name: str, now: datetime, *, server: bool = False) -> None:
        write_private(file, _signed(self.ca, self._ca_key, name, server=server, now=now))

    def _make_authority(self, now: datetime) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("CA of the embedded stack")
        builder = _builder(name, name, key.public_key(), key.public_key(), now, _CA_LIFETIME)
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        made = builder.add_extension(usage, True).sign(key, hashes.SHA256())
        write_private(self._ca_key, _pem_key(key))
        write_private(self.ca, _pem(made))


def is_shown(file: Path, port: int) -> bool:
    """Return whether the server at a local port shows the first certificate of *file*."""
    try:
        shown = ssl.get_server_certificate(("localhost", port), timeout=5)
    except OSError:
        return False
    now = x509.load_pem_x509_certificate(shown.encode())
    return now == x509.load_pem_x509_certificate(file.read_bytes())


def _signed(ca: Path, ca_key: Path, name: str, *, server: bool, now: datetime) -> str:
    """Return a new key and certificate for *name*, followed by the CA's certificate."""
    issuer = x509.load_pem_x509_certificate(ca.read_bytes())
    issuer_key = load_pem_private_key(ca_key.read_bytes(), None)
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(
        _name(name), issuer.subject, key.public_key(), issuer_key.public_key(), now, LIFETIME
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    use = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
    builder = builder.add_extension(x509.ExtendedKeyUsage([use]), False)
    if server:
        names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
    made = builder.sign(issuer_key, hashes.SHA256())
    return _pem_key(key) + _pem(made) + _pem(issuer)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePublicKey,
    now: datetime,
    lifetime: timedelta,
) -> x509.CertificateBuilder:
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
        .add_extension(authority, False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _expires(file: Path) -> datetime:
    """Return when the first certificate of a file expires; long ago if there is no such file."""
    if not file.exists():
        return datetime.min.replace(tzinfo=UTC) + LIFETIME
    return x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _pem_key(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
