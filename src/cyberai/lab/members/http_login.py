"""Behind Basic and Digest authentication, and behind a header field with a key."""

import hashlib
import hmac
import re
from base64 import b64decode
from functools import partial

from cyberai.lab.area import MembersArea
from cyberai.lab.http import LabRequest, LabResponse, text_response
from cyberai.lab.members._inside import FLAWS, FORGEABLE, PASSWORD, USER, finished, page_inside
from cyberai.lab.state import State

KEY = "mooring-7-of-the-outer-quay"
REALM = "The outer quay"
NONCE_LASTS = 50
"""Requests after which the server wants another nonce (`stale`)."""

_PARAMETER = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


class HttpArea:
    """An area whose server asks for credentials with status 401."""

    def __init__(self, fixed: bool, *, kind: str) -> None:
        self._fixed = fixed
        self._kind = kind
        self._state = State(fixed)
        self._nonces: dict[str, int] = {}

    def respond(self, request: LabRequest) -> LabResponse:
        """See lab.area.Area."""
        return finished(request, self._answer(request))

    def close(self) -> None:
        """See lab.area.Area."""
        self._state.close()

    def _answer(self, request: LabRequest) -> LabResponse:
        refusal = {"basic": self._basic, "digest": self._digest, "key": self._key}[self._kind](request)
        if refusal is not None:
            return refusal
        inside = page_inside(request, self._state, fixed=self._fixed)
        return inside or text_response("There is no such page.\n", status=404)

    def _key(self, request: LabRequest) -> LabResponse | None:
        given = request.header("X-Mooring-Key") or ""
        return (
            None
            if hmac.compare_digest(given.encode(), KEY.encode())
            else text_response("No key.\n", status=403)
        )

    def _basic(self, request: LabRequest) -> LabResponse | None:
        scheme, _, value = (request.header("Authorization") or "").partition(" ")
        try:
            given = b64decode(value, validate=True).decode() if scheme.lower() == "basic" else ""
        except ValueError:
            given = ""
        if given == f"{USER}:{PASSWORD}":
            return None
        return _asking(f'Basic realm="{REALM}", charset="UTF-8"')

    def _digest(self, request: LabRequest) -> LabResponse | None:
        scheme, _, value = (request.header("Authorization") or "").partition(" ")
        given = {m[0]: m[1] or m[2] for m in _PARAMETER.findall(value)} if scheme == "Digest" else {}
        nonce = given.get("nonce", "")
        right = nonce in self._nonces and given.get("response") == _expected(request.method, given)
        if not right or given.get("uri") != request.target:
            return self._challenge()
        self._nonces[nonce] += 1
        if int(given.get("nc", "0"), 16) != self._nonces[nonce]:
            return self._challenge()
        if self._nonces[nonce] >= NONCE_LASTS:
            del self._nonces[nonce]
            return self._challenge(", stale=true")
        return None

    def _challenge(self, further: str = "") -> LabResponse:
        nonce = self._state.token()
        if len(self._nonces) >= 1_000:
            self._nonces.pop(next(iter(self._nonces)))
        self._nonces[nonce] = 0
        return _asking(f'Digest realm="{REALM}", qop="auth", algorithm=SHA-256, nonce="{nonce}"{further}')


def _expected(method: str, given: dict[str, str]) -> str:
    """RFC 7616, section 3.4.1, for SHA-256 and qop=auth."""

    def digest(*parts: str) -> str:
        return hashlib.sha256(":".join(parts).encode()).hexdigest()

    what = digest(method, given.get("uri", ""))
    middle = (given.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
    return digest(digest(USER, REALM, PASSWORD), *middle, what)


def _asking(challenge: str) -> LabResponse:
    return text_response("Who goes there?\n", status=401).with_headers(("WWW-Authenticate", challenge))


def _area(kind: str, **auth: object) -> MembersArea:
    flaws = FLAWS if kind == "key" else (*FLAWS, FORGEABLE)
    return MembersArea(name=kind, auth=auth, open=partial(HttpArea, kind=kind), flaws=flaws)


MEMBERS_AREAS = (
    _area("basic", type="basic", username=USER, password=PASSWORD),
    _area("digest", type="digest", username=USER, password=PASSWORD),
    _area("key", type="headers", headers={"X-Mooring-Key": KEY}),
)
