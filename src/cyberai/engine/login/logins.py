"""The logins of a shard: which session a request goes out with, and what of them must not be shown."""

from collections.abc import Callable, Iterator

from msgspec import structs

from cyberai.domain.auth import Auth, AuthType
from cyberai.domain.http import Exchange, HttpRequest, Url
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import UrlTarget
from cyberai.domain.unit import UnitResult
from cyberai.engine.cookies import Cookies
from cyberai.engine.login.form_login import FormLogin
from cyberai.engine.login.json_login import JsonLogin
from cyberai.engine.login.keeper import Login
from cyberai.engine.login.procedure import Presented, Procedure
from cyberai.engine.login.scrub import Scrubber
from cyberai.engine.turns import Turns
from cyberai.ports.runtime import Rng


class Logins:
    """One session per origin for credentials that are presented; one for the host of the login page otherwise. `forget`
    drops the answers kept by others, when they may have come without the session."""

    def __init__(
        self, auth: Auth | None, scope: ScanScope, rng: Rng, forget: Callable[[], None] = lambda: None
    ) -> None:
        self._auth = auth
        self._forget = forget
        self._scope = scope
        self.turns = Turns()
        self._rng = rng
        self._logins: dict[str, Login] = {}
        self._entries = [target.url for target in scope.targets if isinstance(target, UrlTarget)]

    @property
    def asked_for(self) -> bool:
        """Whether the scan logs in at all."""
        return self._auth is not None

    @property
    def user(self) -> str:
        """The name of the account with which the scan logs in, where it is known."""
        return self._auth.username or "" if self._auth is not None else ""

    @property
    def failed(self) -> Login | None:
        """The login that did not go through, if any."""
        return next((login for login in self._logins.values() if login.failed), None)

    def of(self, url: Url) -> Login | None:
        """The session that requests to this address belong to; None for those that go without."""
        auth = self._auth
        if auth is None:
            return None
        key = url.origin
        if auth.login_url:
            home = Url.parse(auth.login_url)
            if url.host != home.host or (home.scheme == "https" and url.scheme != "https"):
                return None
            key = home.origin
        if key not in self._logins:
            self._logins[key] = self._login(auth, Url.parse(auth.login_url) if auth.login_url else url)
        return self._logins[key]

    def bare(self, request: HttpRequest) -> HttpRequest:
        """The request without what the session adds: as it may be stored."""
        login = self.of(request.url)
        return login.bare(request) if login is not None else request

    def pages(self, url: Url) -> tuple[Url, ...]:
        """The login pages of this origin: no page of the session leads to them, and they are tested as well."""
        login = self._logins.get(url.origin)
        found = [Url.parse(page) for page in sorted(login.pages)] if login is not None else []
        return tuple(page for page in found if page.origin == url.origin and self._scope.allows_url(page))

    def plain_cookies(self, request: HttpRequest) -> Cookies:
        """Cookies of the login that are no secret."""
        login = self.of(request.url)
        return login.plain_cookies(request) if login is not None else ()

    def finished(self, result: UnitResult) -> UnitResult:
        """The result as it may be stored: secrets out of its evidence, and what the sessions had to say."""
        if self._auth is None:
            return result
        scrubber = self._scrubber()
        return structs.replace(scrubber.result(result), notes=tuple(map(scrubber.text, self._notes())))

    @property
    def given(self) -> Auth | None:
        """What the operator gave."""
        return self._auth

    def without_secrets(self, exchange: Exchange) -> Exchange:
        """The exchange as it may be stored."""
        return exchange if self._auth is None else self._scrubber().exchange(exchange)

    def _scrubber(self) -> Scrubber:
        return Scrubber([secret for login in self._logins.values() for secret in login.secrets], self.shown)

    def shown(self, request: HttpRequest) -> HttpRequest:
        """The request as evidence shows it."""
        login = self.of(request.url)
        return login.shown(request) if login is not None else request

    def _notes(self) -> Iterator[str]:
        for login in self._logins.values():
            yield from login.notes
            login.notes.clear()

    def _login(self, auth: Auth, url: Url) -> Login:
        named = [entry for entry in self._entries if entry.origin == url.origin]
        entry = named[0] if named else url.with_target("/")
        strict = bool(named) or bool(auth.login_url)
        procedure = self._procedure(auth, entry, strict=strict)
        return Login(auth, procedure, entry, self._scope, self.turns, strict=strict, forget=self._forget)

    def _procedure(self, auth: Auth, entry: Url, *, strict: bool) -> Procedure:
        if auth.type is AuthType.FORM:
            return FormLogin(auth, entry)
        if auth.type is AuthType.JSON:
            return JsonLogin(auth)
        return Presented(auth, entry, self._rng, strict=strict)
