"""What can be wrong with a TLS server, and the finding that must say so."""

from support.debian_services.service import Flaw

_CERTIFICATE = "tls.certificate-and-versions"

WEAKNESSES: dict[str, Flaw] = {
    "tls1.0": Flaw(_CERTIFICATE, ("TLSv1.0 offered",)),
    "tls1.1": Flaw(_CERTIFICATE, ("TLSv1.1 offered",)),
    "no-modern-version": Flaw("tls.no-modern-version"),
    "beast": Flaw("tls.beast"),
    "null": Flaw("tls.null-suites"),
    "anonymous": Flaw("tls.anonymous-suites"),
    "rc4": Flaw("tls.rc4-suites"),
    "3des": Flaw("tls.small-blocks"),
    "weak-dh": Flaw("tls.weak-dh"),
    "no-forward-secrecy": Flaw("tls.no-forward-secrecy"),
    "no-order": Flaw("tls.client-preference"),
    "no-renegotiation-info": Flaw("tls.insecure-renegotiation"),
    "insecure-renegotiation": Flaw("tls.renegotiation", ("insecurely",)),
    "client-renegotiation": Flaw("tls.renegotiation", ("whenever a client asks",)),
    "expired": Flaw(_CERTIFICATE, ("Expired certificate",)),
    "wrong-name": Flaw(_CERTIFICATE, ("Certificate without the address",)),
    "self-signed": Flaw(_CERTIFICATE, ("Self-signed certificate",)),
    "weak-key": Flaw(_CERTIFICATE, ("Weak certificate key",)),
    "sha1-signature": Flaw(_CERTIFICATE, ("Weak certificate signature",)),
    "incomplete-chain": Flaw(_CERTIFICATE, ("untrusted issuer",)),
}
"""Each is shown by a real server of tls_servers. What no current program speaks is shown by the practice target."""
