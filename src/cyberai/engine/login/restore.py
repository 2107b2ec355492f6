"""Putting back what was masked in stored evidence: secrets are not kept, and a request that is sent again needs them."""

import json
from collections.abc import Callable, Iterator
from urllib.parse import unquote_plus

import re2
from msgspec import Struct, structs

from cyberai.domain.auth import Auth
from cyberai.domain.finding import Evidence, HttpEvidence
from cyberai.domain.http import HttpRequest
from cyberai.engine.body import (
    FORM,
    escape,
    json_leaves,
    json_value,
    media_type,
    multipart_parts,
    replace_leaf,
)
from cyberai.engine.cookies import Cookies
from cyberai.engine.login.scrub import MASK

_PASSWORDS = ("pass", "pwd", "secret", "pin")
_TOKENS = ("token", "jwt", "auth", "bearer", "key", "session", "sess")
Spell = Callable[[str], str]
"""How a value is written at its place."""

_IN_PATH = re2.compile(r"([\w.-]+)=[^;/=]*\*\*\*")


class Secrets(Struct, frozen=True):
    """What a login knows: what the operator gave, the cookies that it holds now, what else the server handed out."""

    auth: Auth
    cookies: Cookies = ()
    handed_out: tuple[str, ...] = ()

    def value_of(self, name: str) -> str | None:
        """The secret that goes by this name, else the only one there is, for its kind or at all; None where that
        leaves a choice."""
        wanted = name.rpartition(".")[2].lower()
        auth = self.auth
        fields = {n: v.replace("{password}", auth.password) for n, v in auth.fields}
        for pairs in (self.cookies, auth.cookies, tuple(fields.items()), auth.headers):
            for held, value in pairs:
                if value and held.rpartition(".")[2].lower() == wanted:
                    return value
        if auth.password and any(word in wanted for word in _PASSWORDS):
            return auth.password
        if any(word in wanted for word in _TOKENS):
            tokens = dict.fromkeys(t for t in (auth.token, *self.handed_out) if t)
            if len(tokens) == 1:
                return next(iter(tokens))
        every = dict.fromkeys((*auth.secrets, *self.handed_out))
        return next(iter(every)) if len(every) == 1 else None


def holds_mask(evidence: Evidence) -> bool:
    """Whether a request of the evidence lacks a secret in its address or body."""
    return any(MASK in r.url.target or MASK.encode() in r.body for r in _requests(evidence))


def restored(evidence: Evidence, secrets: Secrets) -> tuple[Evidence, tuple[str, ...]]:
    """The evidence with its requests as they were sent, and the values for which nothing is known, in words."""
    if not isinstance(evidence, HttpEvidence):
        return evidence, ()
    missing: dict[str, None] = {}

    def whole(request: HttpRequest) -> HttpRequest:
        return _Filling(secrets, missing).request(request)

    control, delivered = evidence.control, evidence.delivered
    filled = structs.replace(
        evidence,
        exchange=structs.replace(evidence.exchange, request=whole(evidence.exchange.request)),
        control=structs.replace(control, request=whole(control.request)) if control is not None else None,
        delivered=whole(delivered) if delivered is not None else None,
        via=tuple(map(whole, evidence.via)),
        plain=whole(evidence.plain) if evidence.plain is not None else None,
    )
    return filled, tuple(missing)


class _Filling:
    """One request, place by place; what is missing is noted."""

    def __init__(self, secrets: Secrets, missing: dict[str, None]) -> None:
        self._secrets = secrets
        self._missing = missing

    def request(self, request: HttpRequest) -> HttpRequest:
        path, found, query = request.url.target.partition("?")
        if MASK in path:
            path = "/".join(map(self._segment, path.split("/")))
        target = path + found + self._pairs(query, "parameter")
        body = request.body
        if MASK.encode() in body:
            body = self._body(request)
        return structs.replace(request, url=request.url.with_target(target), body=body)

    def _segment(self, segment: str) -> str:
        match = _IN_PATH.search(segment)
        return self._text(segment, match.group(1) if match else "", "part of the path", escape)

    def _pairs(self, raw: str, where: str) -> str:
        if MASK not in raw:
            return raw
        pieces = raw.split("&")
        return "&".join(self._text(p, unquote_plus(p.partition("=")[0]), where, escape) for p in pieces)

    def _body(self, request: HttpRequest) -> bytes:
        if media_type(request) == FORM:
            return self._pairs(request.body.decode("latin-1"), "field").encode("latin-1")
        value = json_value(request)
        if value is not None:
            for path, leaf in json_leaves(value):
                value = replace_leaf(value, path, self._text(leaf, path, "member", str))
            return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
        body = request.body
        for part in multipart_parts(request):
            content = part.content.decode("latin-1")
            filled = self._text(content, part.name, "field", lambda text: text.encode().decode("latin-1"))
            body = body.replace(
                part.head + b"\r\n\r\n" + part.content, part.head + b"\r\n\r\n" + filled.encode("latin-1")
            )
        return body

    def _text(self, text: str, name: str, where: str, spell: Spell) -> str:
        if MASK not in text:
            return text
        value = self._secrets.value_of(name)
        if value is None:
            self._missing[f"the {where} {name!r}" if name else f"a {where}"] = None
            return text
        return text.replace(MASK, spell(value))


def _requests(evidence: Evidence) -> Iterator[HttpRequest]:
    if isinstance(evidence, HttpEvidence):
        yield evidence.exchange.request
        yield from evidence.via
        if evidence.control is not None:
            yield evidence.control.request
        if evidence.delivered is not None:
            yield evidence.delivered
        if evidence.plain is not None:
            yield evidence.plain
