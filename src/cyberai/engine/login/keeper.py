"""Keeping a session: every request goes out with it, its loss is noticed, mended where that helps, and else said."""

from collections import deque
from collections.abc import Callable

from cyberai.checkkit import PolicyRefused
from cyberai.domain.auth import Auth
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.domain.scope import ScanScope
from cyberai.engine.login.browser import Browser, Transmit
from cyberai.engine.login.failure import LoginFailed, auth_lost
from cyberai.engine.login.jar import Cookies, Jar
from cyberai.engine.login.procedure import Procedure
from cyberai.engine.login.session_watch import SessionWatch, learned_watch
from cyberai.engine.login.suspects import Suspects
from cyberai.engine.turns import Turns
from cyberai.ports.network import TransportError, TransportReason

PATIENCE = 25
"""Requests without a sign of the session after which the control request is sent."""

SHORT_LIFE = 10
"""Requests that a session must last to have been worth making; MAX_SHORT in a row that do not are the end. Sessions
that last are made again as often as it takes."""

MAX_SHORT = 3
MAX_SEARCHES = 6
"""Silent losses after which the recent requests are tried one by one for the one that ends the session."""

MAX_LESSONS = 8
MAX_SAMPLES = 8
"""Paths that must show the loss of a session, one after the other, before a site counts as one that shows it
everywhere."""

ROLLS = 2
"""Times that only the newest cookie was good, after which each new one is taken at once."""

ROUTINE = "nothing had shown a session for a while"
UNSEEN = "its answer did not show the session"
DROPPED = "its answer deleted the session's cookie"
ENDS = "this request ended the login's session when it was sent before; it is not sent again"
_BY_THE_BROWSER = ("Basic ", "Digest ")
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class Login:
    """The session with one host. `turns` makes sure that nothing else is sent while it is looked into; `forget` is
    called when answers that were kept may have come without it."""

    def __init__(
        self,
        auth: Auth,
        procedure: Procedure,
        entry: Url,
        scope: ScanScope,
        turns: Turns,
        *,
        strict: bool = True,
        forget: Callable[[], None],
    ) -> None:
        self._auth = auth
        self._forget = forget
        self._procedure = procedure
        self._entry = entry
        self._scope = scope
        self._turns = turns
        self._jar = Jar(auth.cookies)
        self._signs = SessionWatch(auth, entry)
        self._suspects = Suspects()
        self._recent: deque[HttpRequest] = deque(maxlen=2 * PATIENCE)
        self._harmless: set[tuple[str, str]] = set()
        self._telling: set[str] = set()
        self.failed = ""
        """Why the scan cannot log in; empty while it can."""
        self._lost = ""
        self._generation = 0
        self._repairs = self._short = self._lived = 0
        self._guarded = self._rolling = 0
        self._searches, self._lessons = MAX_SEARCHES, MAX_LESSONS
        self._strict = strict
        self.span = 0
        """Times that the session was seen: what was answered between two of them was answered within it, or is in
        doubt."""
        self._doubted: set[int] = set()
        self.sent = 0
        """Requests of a first login that failed: those of no unit."""
        self.notes: list[str] = []

    @property
    def unsure(self) -> int:
        """Requests since the session was last seen."""
        return len(self._recent) if self.watched else 0

    @property
    def watched(self) -> bool:
        """Whether a page is known that only the session sees."""
        return self._signs.watch is not None

    def doubted(self, since: int, until: int) -> bool:
        """Whether answers of these spans, both included, may have come without the session."""
        return any(since <= span <= until for span in self._doubted)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown anywhere."""
        return (*self._auth.secrets, *self._procedure.secrets(), *self._jar.secrets)

    def shown(self, request: HttpRequest) -> HttpRequest:
        """The request as evidence shows it: what the session adds is named, its values are not."""
        if self._is_own(request):
            return request
        value = self._procedure.authorization(request)
        for name, _ in self._auth.headers:
            request = request.with_header(name, "***")
        if value is not None and request.header("authorization") is None:
            request = request.with_header("Authorization", f"{value.partition(' ')[0]} ***")
        cookies = [request.header("cookie") or "", *(f"{name}=***" for name in sorted(self._jar.names))]
        held = "; ".join(cookie for cookie in cookies if cookie)
        return request.with_header("Cookie", held) if held else request

    def bare(self, request: HttpRequest) -> HttpRequest:
        """The request without cookies of the session: as it may be kept. The login itself is tested without session,
        and what cookies its own page sets belong to it."""
        return request if self._is_own(request) else self._jar.bare(request)

    def plain_cookies(self, request: HttpRequest) -> tuple[tuple[str, str], ...]:
        """Cookies of the login that are no secret: a program may read them as it reads a parameter."""
        return () if self._is_own(request) else self._jar.plain

    async def send(self, request: HttpRequest, transmit: Transmit, *, sure: bool = False) -> Exchange:
        """Send within the session; raise LoginFailed, PolicyRefused for what ends it, or TransportError (AUTH_LOST
        once it is lost for good). `sure`: an answer that does not show the session itself is believed once a control
        request after it does, and asked for again otherwise."""
        await self._entered(transmit)
        if self._is_own(request):
            return Exchange(request, await transmit(request, False))
        request = self.bare(request)
        if self._suspects.ends_session(request):
            raise PolicyRefused(ENDS)
        generation = self._generation
        response = await self._dressed(request, transmit)
        why = self._doubt(request, response)
        if not why and sure and self.unsure:
            why = UNSEEN
        if why:
            async with self._turns.alone():
                response = await self._look_into(request, response, why, generation, transmit)
        else:
            await self._learn(request, response, transmit)
        return Exchange(request, response)

    def across_sites(self, request: HttpRequest) -> HttpRequest:
        """The request as a browser that is logged in sends it for another site: cookies by their SameSite, and what
        HTTP authentication adds to every request. Fields that scripts add stay out."""
        if self._is_own(request):
            return request
        value = self._procedure.authorization(request)
        if value is not None and value.startswith(_BY_THE_BROWSER):
            request = request.with_header("Authorization", value)
        return self._jar.across_sites(request)

    async def known(self, transmit: Transmit) -> tuple[Cookies, tuple[str, ...]]:
        """The cookies that the login holds and what else the server handed out, once it went through; raise LoginFailed
        or TransportError."""
        await self._entered(transmit)
        return self._jar.held, self._procedure.secrets()

    async def confirm(self, transmit: Transmit) -> None:
        """Make sure that the answers so far came within the session, or are known as doubted. Raise TransportError
        when it is lost for good."""
        if self._lost:
            raise auth_lost(self._lost)
        if self._signs.watch is None or not self._recent:
            return
        async with self._turns.alone():
            if self._lost:
                raise auth_lost(self._lost)
            if await self._alive(transmit) is not False:
                self._seen()
                return
            self._doubt_span()
            await self._mend(ROUTINE, tuple(self._recent), transmit)

    @property
    def pages(self) -> frozenset[str]:
        """Origin and path of the login pages that are none of the application's others."""
        return frozenset(
            page for page in self._procedure.pages if self._is_own(HttpRequest("GET", Url.parse(page)))
        )

    def _is_own(self, request: HttpRequest) -> bool:
        """Whether the request is the login itself, and not a page that shows something else to who is logged in."""
        watch = self._signs.watch
        if watch is not None and request.method == "GET" and request.url.path == watch.request.url.path:
            return False
        return self._procedure.is_own(request)

    # -- getting in

    async def _entered(self, transmit: Transmit) -> None:
        if self._lost:
            raise auth_lost(self._lost)
        if self._generation:
            return
        async with self._turns.alone():
            if self.failed:
                raise LoginFailed(self.failed)
            if not self._generation:
                await self._first(transmit)

    async def _first(self, transmit: Transmit) -> None:
        async def counted(request: HttpRequest, private: bool) -> HttpResponse:
            self.sent += 1
            return await transmit(request, private)

        try:
            await self._enter(counted)
        except LoginFailed as error:
            self.failed = str(error)
            raise
        except TransportError as error:
            if error.reason is not TransportReason.CERTIFICATE or not self._strict:
                raise
            self.failed = (
                f"{error.detail}: credentials are not sent to a server that cannot prove its name. Trust its authority "
                "(--ca-file), or set options.ignore_ssl"
            )
            raise LoginFailed(self.failed) from error
        self.notes.append(self._said())

    async def _enter(self, transmit: Transmit) -> None:
        self._jar.start()
        browser = self._browser(transmit)
        entered = await self._procedure.enter(browser)
        if self._signs.watch is not None:
            if await self._alive(transmit) is False:
                raise LoginFailed("The login went through, and the page that showed the session shows none")
        elif not await self._signs.find(browser, entered.last) and not entered.sure and self._procedure.pages:
            raise LoginFailed(
                f"Nothing showed that the login worked: {entered.last.request.url} and the pages around it look the same "
                "with and without it. Check the credentials, or name what only a logged-in user sees in auth.success"
            )
        self._generation += 1
        self._lived = 0
        self._seen()

    def _said(self) -> str:
        watch = self._signs.watch
        how = f"logged in ({self._auth.type.value})"
        if watch is None:
            return f"{how}; no page was found that only the session sees: its loss shows by 401 alone"
        return f"{how}; the session is watched at {watch.request.url}"

    def _browser(self, transmit: Transmit) -> Browser:
        async def with_authorization(request: HttpRequest, private: bool) -> HttpResponse:
            return await transmit(self._authorised(request) if private else request, private)

        return Browser(with_authorization, self._jar, self._scope, self._entry, self._auth.headers)

    # -- sending

    def _authorised(self, request: HttpRequest) -> HttpRequest:
        value = self._procedure.authorization(request) if request.header("authorization") is None else None
        return request.with_header("Authorization", value) if value is not None else request

    async def _dressed(self, request: HttpRequest, transmit: Transmit) -> HttpResponse:
        dressed = self._jar.dressed(request)
        for name, value in self._auth.headers:
            if dressed.header(name) is None:
                dressed = dressed.with_header(name, value)
        response = await transmit(self._authorised(dressed), True)
        if self._procedure.challenged(response):
            response = await transmit(self._authorised(dressed), True)
        self._lived += 1
        if not self._jar.dropped(response):
            self._jar.offer(request, response)
            if self._rolling >= ROLLS:
                self._jar.adopt()
        return response

    # -- watching

    def _doubt(self, request: HttpRequest, response: HttpResponse) -> str:
        if self._jar.dropped(response):
            return DROPPED
        if self._signs.proves(response):
            self._seen()
            return ""
        self._recent.append(request)
        why = self._signs.doubt(request, response, self._procedure.pages)
        if why and (request.url.path, why) in self._harmless:
            why = ""
        if not why and self._signs.watch is not None and len(self._recent) >= PATIENCE:
            return ROUTINE
        return why

    def _seen(self) -> None:
        self._recent.clear()
        self.span += 1

    def _doubt_span(self) -> None:
        self._doubted.add(self.span)
        self._forget()

    async def _alive(self, transmit: Transmit) -> bool | None:
        watch = self._signs.watch
        if watch is None:
            return None
        return self._signs.alive(await self._dressed(watch.request, transmit))

    async def _learn(self, request: HttpRequest, response: HttpResponse, transmit: Transmit) -> None:
        """Where nothing is known to watch the session by, see whether this page is refused without it."""
        if self._signs.watch is not None or self._lessons <= 0 or request.method != "GET":
            return
        if response.status >= 300:
            return
        self._lessons -= 1
        learned = learned_watch(request, response, await transmit(request, False))
        if learned is not None and self._signs.watch is None:
            self._signs.watch = learned
            self.notes.append(self._said())

    async def _look_into(
        self, request: HttpRequest, response: HttpResponse, why: str, generation: int, transmit: Transmit
    ) -> HttpResponse:
        """What an answer that speaks against the session is worth; the one to believe."""
        if self._lost:
            raise auth_lost(self._lost)
        if generation != self._generation and (request.method in _HARMLESS or why != ROUTINE):
            # Another task mended it meanwhile: this was answered without it, or may have been.
            response = await self._dressed(request, transmit)
            why = self._doubt(request, response) or (UNSEEN if why == UNSEEN and self.unsure else "")
            if not why:
                return response
        alive = await self._alive(transmit)
        unknown = self._signs.watch is None and why != DROPPED and self._procedure.repeatable
        if alive is not False and not unknown:
            self._harmless.add((request.url.path, why))
            self._seen()
            return response
        return await self._again(request, response, why, transmit)

    async def _again(
        self, request: HttpRequest, response: HttpResponse, why: str, transmit: Transmit
    ) -> HttpResponse:
        """Mend the session and ask again; a request that ends it each time is remembered."""
        before = tuple(self._recent)
        if why == ROUTINE:
            self._doubt_span()
        else:
            if why == UNSEEN:
                before = before[:-1]  # this one is asked for again
            else:
                self._telling.add(request.url.path)
            if await self._untold(before, transmit):
                self._doubt_span()
        await self._mend(why, () if why == DROPPED else before, transmit, request)
        if why == DROPPED:
            self._suspects.blame(request)
            raise PolicyRefused(ENDS)
        if why == ROUTINE and request.method not in _HARMLESS:
            return response  # it may have had its effect; its unit is done again
        response = await self._dressed(request, transmit)
        if self._signs.watch is None:
            self._harmless.add((request.url.path, why))  # refused with a fresh session: it is not ours to see
            return response
        if await self._alive(transmit) is False:
            await self._repair(why, transmit, tried=True)
            self._suspects.blame(request)
            raise PolicyRefused(ENDS)
        self._seen()
        return response

    async def _untold(self, before: tuple[HttpRequest, ...], transmit: Transmit) -> bool:
        """Whether one of the requests since the session was last seen may have been answered without it, unnoticed. To
        know, they are asked for once more without it: most sites show everywhere that somebody must log in first."""
        paths = {r.url.path: r for r in before if r.url.path not in self._telling}
        for path, request in list(paths.items())[: MAX_SAMPLES if self._guarded < MAX_SAMPLES else 0]:
            if request.method not in _HARMLESS:
                return True
            if not self._signs.doubt(request, await transmit(request, False), self._procedure.pages):
                self._guarded = 0
                return True
            self._telling.add(path)
            self._guarded += 1
        return False

    # -- mending

    async def _mend(
        self, why: str, recent: tuple[HttpRequest, ...], transmit: Transmit, cause: HttpRequest | None = None
    ) -> None:
        """Log in again, and look among the recent requests for one that ends sessions."""
        await self._repair(why, transmit)
        tried = [r for r in dict.fromkeys(reversed(recent)) if r.method == "GET" and r != cause]
        if self._signs.watch is None or not tried or self._searches <= 0:
            return
        self._searches -= 1
        for request in tried[:8]:
            if await self._ends_it(request, transmit):
                await self._repair(why, transmit, tried=True)
                if await self._ends_it(request, transmit):
                    self._suspects.blame(request)
                    self._searches = MAX_SEARCHES
                    ended = f"{request.method} {request.url.target[:100]} ended it"
                    await self._repair(ended, transmit, tried=True)
                return

    async def _ends_it(self, request: HttpRequest, transmit: Transmit) -> bool:
        await self._dressed(request, transmit)
        return await self._alive(transmit) is False

    async def _repair(self, why: str, transmit: Transmit, *, tried: bool = False) -> None:
        """A session again: with the cookie the server offered, else by a new login. `tried`: we ended it ourselves,
        to know what does. Raise TransportError AUTH_LOST."""
        if self._jar.adopt() and await self._alive(transmit):
            self._generation += 1
            self._rolling += 1
            self._seen()
            return
        if not self._procedure.repeatable:
            raise self._given_up(
                f"the session is over ({why}), and {self._auth.type.value} cannot be renewed by the scan"
            )
        self._short = 0 if tried or self._lived >= SHORT_LIFE else self._short + 1
        self._repairs += 1
        if self._short > MAX_SHORT:
            raise self._given_up(
                f"the session was lost again and again ({why}); {self._repairs} logins did not last"
            )
        try:
            await self._enter(transmit)
        except LoginFailed as error:
            raise self._given_up(
                f"the session was lost ({why}), and logging in again failed: {error}"
            ) from error
        self.notes.append(f"the session was lost ({why}); logged in again")

    def _given_up(self, detail: str) -> TransportError:
        self._lost = detail
        self.notes.append(detail)
        return auth_lost(detail)
