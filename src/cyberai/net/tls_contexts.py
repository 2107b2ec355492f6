"""SSL contexts that speak with every server, old ones included; made once and shared by all connections."""

import ssl
import warnings
from functools import cached_property
from pathlib import Path

_LEGACY_SERVER_CONNECT = 0x4
"""OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT: accept servers without secure renegotiation (ssl names it in 3.12)."""


class TlsContexts:
    """`verifying` trusts the system's roots plus `ca_file` and checks dates and name; `blind` trusts anything.

    Both speak TLS 1.0 to 1.3 with every cipher OpenSSL has: a scanner must be able to look at a weak server,
    and says so in a finding instead of failing. Both present `client_cert` (certificate and key in one PEM file)
    to a server that asks for one; the key itself never leaves this process. Raise ValueError, when first used, for a
    file that cannot be read so.
    """

    def __init__(self, ca_file: Path | None = None, client_cert: Path | None = None) -> None:
        self._ca_file = ca_file
        self._client_cert = client_cert

    @cached_property
    def verifying(self) -> ssl.SSLContext:
        """Raises ssl.SSLCertVerificationError during the handshake when the certificate is not trusted."""
        context = self._context()
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        if self._ca_file is not None:
            try:
                context.load_verify_locations(cafile=str(self._ca_file))
            except ssl.SSLError as error:
                raise ValueError(f"{self._ca_file} holds no certificate in PEM form") from error
        context.verify_mode = ssl.CERT_REQUIRED
        context.check_hostname = True
        return context

    @cached_property
    def blind(self) -> ssl.SSLContext:
        """Completes the handshake with any certificate."""
        context = self._context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    def _context(self) -> ssl.SSLContext:
        context = _permissive()
        if self._client_cert is not None:
            try:
                context.load_cert_chain(self._client_cert, password=_no_passphrase)
            except ssl.SSLError as error:
                raise ValueError(
                    f"{self._client_cert} must hold a certificate and its private key in PEM form, without passphrase"
                ) from error
        return context


def _no_passphrase() -> str:
    """Nobody is there to type one."""
    return ""


def _permissive() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with warnings.catch_warnings():
        # Python warns about old versions; speaking them is the purpose here.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:COMPLEMENTOFALL:!aNULL:!eNULL:@SECLEVEL=0")
    context.options |= _LEGACY_SERVER_CONNECT
    return context
