"""How a login fails."""

from cyberai.ports.network import TransportError, TransportReason


class LoginFailed(Exception):
    """The scan cannot log in: it ends with `auth_failed`. The text says what was seen and what to do."""


def auth_lost(detail: str) -> TransportError:
    """For every request after the session was lost for good."""
    return TransportError(TransportReason.AUTH_LOST, detail)
