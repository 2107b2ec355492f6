"""Digest authentication (RFC 7616): MD5 and SHA-256, their -sess forms, `qop=auth`, and the old form without qop."""

import hashlib
from collections.abc import Iterator

from msgspec import Struct

from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.ports.runtime import Rng

MAX_CHALLENGE = 8_192
_ALGORITHMS = {"SHA-256": "sha256", "MD5": "md5"}
_BEST_FIRST = tuple(_ALGORITHMS)


class Challenge(Struct, frozen=True):
    """What a server asks to be answered. `session` marks the -sess form of the algorithm."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    session: bool = False
    qop: bool = False
    opaque: str | None = None
    named: bool = False
    """Whether the server named an algorithm: then it is named to it as well."""


def challenge_of(response: HttpResponse) -> Challenge | None:
    """The best Digest challenge of a 401 that can be answered, or None."""
    found = []
    for field in response.header_values("www-authenticate")[:10]:
        for scheme, values in _challenges(field[:MAX_CHALLENGE]):
            if scheme.lower() == "digest" and "nonce" in values:
                found += _challenge(values)
    return min(found, key=lambda one: _BEST_FIRST.index(one.algorithm), default=None)


def _challenge(values: dict[str, str]) -> list[Challenge]:
    algorithm = values.get("algorithm", "MD5").upper()
    session = algorithm.endswith("-SESS")
    algorithm = algorithm.removesuffix("-SESS")
    offered = [word.strip().lower() for word in values.get("qop", "").split(",") if word.strip()]
    if algorithm not in _ALGORITHMS or (offered and "auth" not in offered):
        return []
    return [
        Challenge(
            values.get("realm", ""),
            values["nonce"],
            algorithm,
            session,
            bool(offered),
            values.get("opaque"),
            "algorithm" in values,
        )
    ]


class DigestCredentials:
    """A user's answers to a server's challenges; the nonce is used again, counted, until the server has another."""

    def __init__(self, username: str, password: str, rng: Rng) -> None:
        self._username = username
        self._password = password
        self._rng = rng
        self._challenge: Challenge | None = None
        self._count = 0

    def challenged(self, response: HttpResponse) -> bool:
        """Take the challenge of a 401; True when it is a new one, so that the request is worth sending again: the
        first, or one whose nonce has changed (`stale`)."""
        challenge = challenge_of(response) if response.status == 401 else None
        if challenge is None or challenge == self._challenge:
            return False
        self._challenge, self._count = challenge, 0
        return True

    def header(self, request: HttpRequest) -> str | None:
        """The Authorization value for this request; None before the first challenge."""
        challenge = self._challenge
        if challenge is None:
            return None
        self._count += 1
        count, client = f"{self._count:08x}", f"{self._rng.bits(128):032x}"
        answer = digest_response(
            challenge, self._username, self._password, (request.method, request.url.target), (count, client)
        )
        parts = [
            f"username={_quoted(self._username)}",
            f"realm={_quoted(challenge.realm)}",
            f"nonce={_quoted(challenge.nonce)}",
            f"uri={_quoted(request.url.target)}",
            f'response="{answer}"',
        ]
        if challenge.named:
            parts.append(f"algorithm={challenge.algorithm}{'-sess' if challenge.session else ''}")
        if challenge.qop:
            parts += ["qop=auth", f"nc={count}"]
        if challenge.qop or challenge.session:
            parts.append(f'cnonce="{client}"')
        if challenge.opaque is not None:
            parts.append(f"opaque={_quoted(challenge.opaque)}")
        return "Digest " + ", ".join(parts)


def digest_response(
    challenge: Challenge, username: str, password: str, request: tuple[str, str], nonces: tuple[str, str]
) -> str:
    """The `response` value for a request (method, target), with the count and the client's nonce."""

    def digest(text: str) -> str:
        # The algorithm is the server's choice; MD5 protects nothing of ours but the password in transit.
        return hashlib.new(_ALGORITHMS[challenge.algorithm], text.encode(), usedforsecurity=False).hexdigest()

    count, client = nonces
    secret = digest(f"{username}:{challenge.realm}:{password}")
    if challenge.session:
        secret = digest(f"{secret}:{challenge.nonce}:{client}")
    what = digest(f"{request[0]}:{request[1]}")
    middle = f"{challenge.nonce}:{count}:{client}:auth" if challenge.qop else challenge.nonce
    return digest(f"{secret}:{middle}:{what}")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _challenges(field: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Scheme and parameters of each challenge of a WWW-Authenticate field (RFC 9110, section 11.6.1)."""
    scheme = ""
    values: dict[str, str] = {}
    for piece in _pieces(field):
        name, equals, value = piece.partition("=")
        first, space, rest = name.strip().partition(" ")
        if not equals or space:
            if scheme:
                yield scheme, values
            scheme, values, name = first, {}, rest
        if equals and name.strip():
            values[name.strip().lower()] = _unquoted(value.strip())
    if scheme:
        yield scheme, values


def _pieces(field: str) -> Iterator[str]:
    """What stands between commas outside of quoted texts."""
    start, quoted, escaped = 0, False, False
    for index, char in enumerate(field):
        if escaped:
            escaped = False
        elif quoted and char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == "," and not quoted:
            yield field[start:index].strip()
            start = index + 1
    yield field[start:].strip()


def _unquoted(text: str) -> str:
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    kept, escaped = [], False
    for char in text[1:-1]:
        escaped = char == "\\" and not escaped
        if not escaped:
            kept.append(char)
    return "".join(kept)
