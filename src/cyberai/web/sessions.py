"""Sessions: who is signed in, by a signed cookie that names the key and never holds it.

A session ends with its key (revoked or expired: within a second), with its time, or by signing out. Nothing is
stored, so sessions survive a restart; a session that was signed out is remembered by this process until its time is
up. Forms carry a token made from the session, so that no other page can send them.
"""

import base64
import hashlib
import hmac

import msgspec
from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.key_standing import recognise
from cyberai.app.keys import CACHE_SECONDS, Principal
from cyberai.domain.errors import Unauthorized
from cyberai.domain.ids import KeyId, WorkspaceId

COOKIE = b"cyberai_session"
LIFETIME_SECONDS = 12 * 3600

_BELIEVED = round(CACHE_SECONDS * 1_000_000)
_MOST_KNOWN = 10_000
_MOST_TEXT = 1_000


class Session(Struct, frozen=True, array_like=True):
    """What the cookie says. `expires_at` is in UTC microseconds."""

    workspace: WorkspaceId
    key_id: KeyId
    id: str
    expires_at: int


class SignedIn(Struct, frozen=True):
    """A session in force and whom it stands for."""

    session: Session
    principal: Principal


class Sessions:
    """Opens, recognises and ends sessions."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._secret = hmac.digest(app.pepper, b"web session", hashlib.sha256)
        self._known: dict[str, tuple[int, SignedIn]] = {}
        self._ended: dict[str, int] = {}

    def open(self, principal: Principal) -> str:
        """The cookie's value of a new session."""
        session = Session(
            principal.workspace,
            principal.key_id,
            f"{self._app.rng.bits(128):032x}",
            self._app.clock.now() + LIFETIME_SECONDS * 1_000_000,
        )
        payload = _text(msgspec.json.encode(session))
        return f"{payload}.{self._signature(b'cookie', payload)}"

    async def recognise(self, cookie: str) -> SignedIn | None:
        """The session of a cookie; None when it is not ours, over, or its key is not in force any more."""
        now = self._app.clock.now()
        at, known = self._known.get(cookie, (0, None))
        if known is None or not 0 <= now - at < _BELIEVED:
            known = await self._look(cookie)
            if known is None:
                self._known.pop(cookie, None)
                return None
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[cookie] = (now, known)
        session = known.session
        return None if session.expires_at <= now or session.id in self._ended else known

    def end(self, session: Session) -> None:
        """Sign out: the cookie is worth nothing from now on."""
        now = self._app.clock.now()
        self._ended = {id: until for id, until in self._ended.items() if until > now}
        self._ended[session.id] = session.expires_at

    def token(self, session: Session) -> str:
        """The token that every form of this session carries."""
        return self._signature(b"form", session.id)

    def is_token(self, session: Session, token: str) -> bool:
        """True for the session's own token; compared in constant time."""
        return hmac.compare_digest(self.token(session).encode(), token.encode("utf-8", "replace"))

    async def _look(self, cookie: str) -> SignedIn | None:
        session = self._decode(cookie)
        if session is None:
            return None
        try:
            principal = await recognise(self._app, session.workspace, session.key_id)
        except Unauthorized:
            return None
        return SignedIn(session, principal)

    def _decode(self, cookie: str) -> Session | None:
        payload, _, signature = cookie.partition(".")
        if len(cookie) > _MOST_TEXT or not hmac.compare_digest(
            self._signature(b"cookie", payload).encode(), signature.encode("utf-8", "replace")
        ):
            return None
        return msgspec.json.decode(base64.urlsafe_b64decode(payload + "=="), type=Session)

    def _signature(self, purpose: bytes, text: str) -> str:
        signed = purpose + b"\n" + text.encode("utf-8", "replace")
        return _text(hmac.digest(self._secret, signed, hashlib.sha256))


def cookie_of(headers: dict[bytes, bytes]) -> str | None:
    """The session cookie's value, when the browser sent one."""
    for part in headers.get(b"cookie", b"").split(b";"):
        name, equals, value = part.strip().partition(b"=")
        if equals and name == COOKIE:
            return value.decode("latin-1")
    return None


def set_cookie(value: str, *, secure: bool) -> tuple[bytes, bytes]:
    """The header that gives the cookie to the browser; an empty value takes it away."""
    lifetime = LIFETIME_SECONDS if value else 0
    text = f"{COOKIE.decode()}={value}; Path=/; Max-Age={lifetime}; HttpOnly; SameSite=Strict"
    return b"set-cookie", (text + "; Secure" if secure else text).encode("ascii")


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
