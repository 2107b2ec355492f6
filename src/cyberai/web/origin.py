"""Whether a request comes from our own page: the second guard beside the token of a form.

Browsers tell it in `Sec-Fetch-Site` (secure contexts) and `Origin`; a page cannot forge either. A request that
carries neither is refused: every browser sends `Origin` with a form and with a WebSocket.
"""

from urllib.parse import urlsplit


def is_same_origin(headers: dict[bytes, bytes]) -> bool:
    """True when the browser says so, or when `Origin` names the host that was asked."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site == b"same-origin"
    origin, host = headers.get(b"origin", b""), headers.get(b"host", b"")
    scheme, _, authority = origin.decode("latin-1").partition("://")
    return bool(host) and scheme in ("http", "https") and authority == host.decode("latin-1")


def is_cross_site(headers: dict[bytes, bytes]) -> bool:
    """True when a link on another site led here: such a request carries no SameSite=Strict cookie."""
    return headers.get(b"sec-fetch-site") in (b"cross-site", b"same-site")


def is_secure(scheme: str, headers: dict[bytes, bytes]) -> bool:
    """True when the browser speaks TLS, with us or with a proxy before us (`Origin` is what the browser sees)."""
    return scheme == "https" or headers.get(b"origin", b"").startswith(b"https://")


def local_path(text: str) -> str:
    """The text as a path on this server to go on to, or `/`: never an address elsewhere."""
    plain = text.isascii() and text.isprintable() and not any(c in text for c in "\\ \"'<>`")
    if not plain or not text.startswith("/") or text.startswith("//") or len(text) > 2_000:
        return "/"
    parts = urlsplit(text)
    return "/" if parts.scheme or parts.netloc else text
