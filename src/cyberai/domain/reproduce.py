"""Command lines that repeat what a finding's evidence shows, safe to paste into a POSIX shell."""

import shlex

from cyberai.domain.http import HttpRequest, Url

_IMPLIED = frozenset({"host", "content-length", "connection", "accept-encoding"})


def curl(request: HttpRequest, *, follow: bool = False) -> str:
    """A curl command that sends this request: exact path, headers in order, body bytes quoted; `follow` goes where
    the answer redirects to, as a browser does."""
    parts = ["curl", "-sS", "-i", "--path-as-is", "--max-time", "30"]
    if request.url.scheme == "https":
        parts.append("-k")
    if request.method == "HEAD":
        parts.append("-I")
    elif follow:
        # Without -X, which would hold for the redirect as well.
        parts.append("-L")
    elif request.method != "GET" or request.body:
        parts += ["-X", request.method]
    for name, value in request.headers:
        if name.lower() in _IMPLIED and name.lower() != "host":
            continue
        parts += ["-H", shlex.quote(f"{name}: {value}" if value else f"{name};")]
    if request.body:
        parts += ["--data-binary", _quote_bytes(request.body)]
    # curl expands [] and {} in URLs; -g switches that off.
    parts += ["-g", shlex.quote(_url_text(request.url))]
    return " ".join(parts)


def _url_text(url: Url) -> str:
    return str(url)


def _quote_bytes(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and all(c.isprintable() or c in "\n\t" for c in text) and not text.startswith("@"):
        return shlex.quote(text)
    escaped = "".join(f"\\x{byte:02x}" for byte in body)
    return f"$'{escaped}'"
