"""How the operating system's and TLS library's errors become transport reasons."""

import errno
import ssl

from cyberai.ports.network import TransportError, TransportReason

_UNREACHABLE = frozenset(
    {
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
        errno.EHOSTDOWN,
        errno.ENETDOWN,
        errno.EADDRNOTAVAIL,
        errno.EAFNOSUPPORT,
    }
)
_LOCAL_SHORTAGE = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EAGAIN})
_RESET = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ESHUTDOWN})


def is_local_shortage(code: int | None) -> bool:
    """True when this machine ran out of descriptors, ports or memory: no word about the target."""
    return code in _LOCAL_SHORTAGE or code == errno.EADDRNOTAVAIL


def from_os_error(error: OSError, where: str) -> TransportError:
    """The transport error for a failed connect, read or write at `where` (`host:port`)."""
    if isinstance(error, ssl.SSLError):
        return from_ssl_error(error, where)
    code = error.errno
    if code == errno.ECONNREFUSED or isinstance(error, ConnectionRefusedError):
        return TransportError(TransportReason.REFUSED, f"{where} refused the connection", retryable=True)
    if code in _RESET or isinstance(error, ConnectionError):
        return TransportError(TransportReason.RESET, f"{where} reset the connection", retryable=True)
    if code == errno.ETIMEDOUT:
        return TransportError(TransportReason.CONNECT_TIMEOUT, f"{where} did not answer", retryable=True)
    if code in _UNREACHABLE:
        return TransportError(
            TransportReason.UNREACHABLE, f"{where} is unreachable: {_text(error)}", retryable=True
        )
    return TransportError(TransportReason.UNREACHABLE, f"{where}: {_text(error)}", retryable=True)


def from_ssl_error(error: ssl.SSLError, where: str) -> TransportError:
    """The transport error for a failed TLS handshake or record."""
    if isinstance(error, ssl.SSLCertVerificationError):
        detail = f"the certificate of {where} is not trusted: {error.verify_message}"
        return TransportError(TransportReason.CERTIFICATE, detail)
    return TransportError(TransportReason.TLS_FAILED, f"TLS with {where} failed: {_text(error)}")


def connect_timeout(where: str, seconds: float) -> TransportError:
    """No connection within the time allowed."""
    detail = f"no connection to {where} within {seconds:g} s"
    return TransportError(TransportReason.CONNECT_TIMEOUT, detail, retryable=True)


def cancelled() -> TransportError:
    """The session was closed while this was under way."""
    return TransportError(TransportReason.CANCELLED, "the scan's network session was closed")


def _text(error: OSError) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return error.strerror or str(error) or type(error).__name__
