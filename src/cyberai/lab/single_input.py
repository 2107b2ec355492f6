"""Pages whose behaviour hangs on one input: where it is read, how a visitor comes to it, and the two twins.

The page around the input (form, link, cookie) is the same on both twins; only the two `Render` functions
differ, so that a page file states nothing but the flaw and its repair.
"""

from collections.abc import Callable
from typing import TypedDict
from urllib.parse import quote

import msgspec

from cyberai.lab.http import LabRequest, LabResponse, first, json_response
from cyberai.lab.layout import shop_page
from cyberai.lab.markup import form
from cyberai.lab.page import Flaw, Handler, Insertion, Link, Page
from cyberai.lab.parsing import Pairs, percent_decoded
from cyberai.lab.state import State

_JSON_SCRIPT = '<output></output><script src="/forms.js"></script>'


class Input(msgspec.Struct, frozen=True):
    """Where the value is read, its name (empty for path and raw query; for a name the value that stands beside it),
    and what a normal visitor sends."""

    insertion: Insertion
    name: str
    sample: str
    extra: Pairs = ()

    @property
    def method(self) -> str:
        return "POST" if self.insertion in (Insertion.FORM, Insertion.JSON) else "GET"

    def read(self, request: LabRequest, path: str) -> str | None:
        """The value of this request, or None where it carries none."""
        match self.insertion:
            case Insertion.QUERY:
                return first(request.query, self.name)
            case Insertion.FORM:
                return first(request.form, self.name) if request.method == "POST" else None
            case Insertion.JSON:
                value = request.json if request.method == "POST" else None
                found = value.get(self.name) if isinstance(value, dict) else None
                return found if isinstance(found, str) else str(found) if isinstance(found, int) else None
            case Insertion.COOKIE:
                return first(request.cookies, self.name)
            case Insertion.HEADER:
                return request.header(self.name)
            case Insertion.PATH:
                return request.path.removeprefix(path) or None
            case Insertion.RAW_QUERY:
                return percent_decoded(request.raw_query) or None
            case Insertion.NAME:
                pairs = (*request.query, *request.form)
                if self.name:
                    return next((name for name, value in pairs if value == self.name), None)
                return request.query[-1][0] if request.query else None
            case _:
                return None

    def link(self, path: str, label: str) -> Link:
        """How the start page leads to the input."""
        match self.insertion:
            case Insertion.QUERY:
                further = "".join(f"&{quote(name)}={quote(value)}" for name, value in self.extra)
                return Link(f"{path}?{quote(self.name)}={quote(self.sample, safe='')}{further}", label)
            case Insertion.PATH:
                return Link(path + quote(self.sample, safe=":/"), label)
            case Insertion.RAW_QUERY:
                return Link(f"{path}?{quote(self.sample)}", label)
            case Insertion.NAME:
                return Link(f"{path}?{quote(self.sample)}={quote(self.name or '1')}", label)
            case _:
                return Link(path, label)

    def entry(self, path: str) -> str:
        """The form by which a visitor gives the value; empty where there is none."""
        fields = ((self.name, self.sample), *self.extra)
        match self.insertion:
            case Insertion.QUERY:
                return form(path, fields)
            case Insertion.FORM:
                return form(path, fields, method="post", label="Send")
            case Insertion.NAME if self.name:
                return form(path, ((self.sample, self.name),))
            case Insertion.JSON:
                markup = form(path, fields, method="post", label="Send", enctype="application/json")
                return markup + _JSON_SCRIPT
            case _:
                return ""

    def cookies(self, request: LabRequest, path: str) -> Pairs:
        """The preference cookie that the page sets where the visitor has none."""
        if self.insertion is not Insertion.COOKIE or first(request.cookies, self.name) is not None:
            return ()
        return (("Set-Cookie", f"{self.name}={quote(self.sample)}; Path={path}; SameSite=Lax"),)


class Visit(msgspec.Struct, frozen=True):
    """What a Render may look at beside the value."""

    request: LabRequest
    state: State
    title: str
    entry: str = ""

    def page(
        self,
        body: str,
        *,
        status: int = 200,
        head: str = "",
        headers: Pairs = (),
        omitted: tuple[str, ...] = (),
        delay: float = 0.0,
    ) -> LabResponse:
        """A page of the shop under this page's title; options as of `shop_page`."""
        return shop_page(
            self.state,
            self.title,
            body + self.entry,
            status=status,
            head=head,
            headers=headers,
            omitted=omitted,
            delay=delay,
        )


Render = Callable[[str, Visit], LabResponse | str]


class Twins(TypedDict):
    """The two renders of one place, ready to be spread into `input_page`."""

    vulnerable: Render
    fixed: Render


def _parameter(path: str, source: Input) -> str:
    """The name of the place, for a path the index of the segment behind it, counted from 0."""
    if source.insertion is Insertion.PATH:
        return str(path.count("/") - 1)
    return source.sample if source.insertion is Insertion.NAME and source.name else source.name


def _handler(path: str, title: str, source: Input, render: Render, landing: str) -> Handler:
    def handle(request: LabRequest, state: State) -> LabResponse | None:
        if request.method == "OPTIONS":
            return None
        if source.insertion is Insertion.JSON and request.method == "POST" and request.json is None:
            return json_response({"error": "send a JSON object"}, 415)
        value = source.read(request, path)
        visit = Visit(request, state, title, source.entry(path))
        answer = landing if value is None else render(value, visit)
        if isinstance(answer, str):
            answer = visit.page(answer)
        return answer.with_headers(*source.cookies(request, path))

    return handle


def input_page(
    check: str,
    path: str,
    title: str,
    source: Input,
    *,
    vulnerable: Render,
    fixed: Render,
    variant: str,
    summary: str,
    section: str,
    landing: str = "",
    demo: bool = False,
) -> Page:
    """A page with one flaw in one input. A path that ends with a slash takes the value from behind it."""
    flaw = Flaw(
        check=check,
        path=path,
        variant=variant,
        summary=summary,
        method=source.method,
        parameter=_parameter(path, source),
        insertion=source.insertion,
        demo=demo,
    )
    return Page(
        path=path,
        title=title,
        section=section,
        vulnerable=_handler(path, title, source, vulnerable, landing),
        fixed=_handler(path, title, source, fixed, landing),
        flaws=(flaw,),
        links=(source.link(path, title),),
        subtree=source.insertion is Insertion.PATH,
        demo=demo,
    )


def input_trap(
    path: str, title: str, source: Input, render: Render, *, section: str, landing: str = ""
) -> Page:
    """A page that looks like a flaw and is none, on both twins."""
    handler = _handler(path, title, source, render, landing)
    return Page(
        path=path,
        title=title,
        section=section,
        vulnerable=handler,
        fixed=handler,
        links=(source.link(path, title),),
        subtree=source.insertion is Insertion.PATH,
    )


def query(name: str, sample: str, *extra: tuple[str, str]) -> Input:
    return Input(Insertion.QUERY, name, sample, extra)


def posted(name: str, sample: str, *extra: tuple[str, str]) -> Input:
    return Input(Insertion.FORM, name, sample, extra)


def json_field(name: str, sample: str, *extra: tuple[str, str]) -> Input:
    return Input(Insertion.JSON, name, sample, extra)


def cookie(name: str, sample: str) -> Input:
    return Input(Insertion.COOKIE, name, sample)


def header(name: str) -> Input:
    return Input(Insertion.HEADER, name, "")


def segment(sample: str) -> Input:
    return Input(Insertion.PATH, "", sample)


def raw_query(sample: str) -> Input:
    return Input(Insertion.RAW_QUERY, "", sample)


def parameter_name(sample: str) -> Input:
    return Input(Insertion.NAME, "", sample)


def name_beside(value: str, sample: str) -> Input:
    """The name of the parameter that has this value, whatever it is called."""
    return Input(Insertion.NAME, value, sample)
