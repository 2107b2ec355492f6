"""A person with a browser, in process: a cookie, forms with their token, pages as text and as elements."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from asgi_driver import Answer
from site_under_test import Site

from cyberai.api.app import make_asgi
from cyberai.web.site import Site as WebSite

HOST = "cyberai.example:8080"
ORIGIN = f"http://{HOST}"
VOID = {"meta", "link", "input", "br", "path", "circle"}


def open_site(folder: Path, **options: Any) -> Site:
    """The interface with the web page before it."""
    site = Site(folder, **options)
    mount(site)
    return site


def mount(site: Site) -> None:
    """The page anew, as after a restart."""
    page = WebSite(site.app, site.limiter, site.hub)
    site.asgi = make_asgi(site.app, site.limiter, site.hub, pages=page)


class Page(HTMLParser):
    """The elements of a page: (tag, attributes), its text, its forms."""

    def __init__(self, body: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.forms: list[tuple[dict[str, str], dict[str, str]]] = []
        self.source = body.decode()
        self.feed(self.source)
        self.close()
        self.text = " ".join(" ".join(self.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "form":
            self.forms.append((attributes, {}))
        elif tag in ("input", "select", "textarea", "button") and self.forms and "name" in attributes:
            self.forms[-1][1][attributes["name"]] = attributes.get("value", "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def hrefs(self) -> list[str]:
        return [attributes["href"] for tag, attributes in self.elements if tag == "a"]

    def form(self, action: str) -> dict[str, str] | None:
        """The fields of the form that is sent there."""
        for attributes, fields in self.forms:
            if (
                attributes.get("action", "").partition("#")[0] == action
                and attributes.get("method") == "post"
            ):
                return fields
        return None


class Visitor:
    """Somebody with a browser. `headers` are sent with every request."""

    def __init__(self, site: Site, client: str = "127.0.0.1") -> None:
        self.site = site
        self.client = client
        self.cookie = ""
        self.headers = {"host": HOST, "accept": "text/html,*/*;q=0.8"}

    def request(self, method: str, target: str, body: bytes = b"", **headers: str) -> Answer:
        sent = {**self.headers, **({"cookie": self.cookie} if self.cookie else {}), **headers}
        sent = {name.replace("_", "-"): value for name, value in sent.items() if value}
        answer = self.site.call(method, target, raw=body, headers=sent, client=self.client)
        given = answer.headers.get("set-cookie")
        if given is not None:
            self.cookie = given.partition(";")[0]
        return answer

    def get(self, target: str, **headers: str) -> Answer:
        return self.request("GET", target, **headers)

    def page(self, target: str, status: int = 200) -> Page:
        answer = self.get(target)
        assert answer.status == status, (answer.status, answer.headers, answer.body[:2000])
        return Page(answer.body)

    def send(self, target: str, fields: dict[str, str] | None = None, **headers: str) -> Answer:
        """A form, as a page of ours sends it; the token is added when the visitor is signed in."""
        fields = dict(fields or {})
        if self.cookie and "_token" not in fields:
            fields["_token"] = self.token()
        sent = {"origin": ORIGIN, "content_type": "application/x-www-form-urlencoded", **headers}
        return self.request("POST", target, urlencode(fields).encode(), **sent)

    def token(self) -> str:
        """The token of this session, from the form that every page has."""
        fields = Page(self.get("/nowhere").body).form("/sign-out")
        if fields is None:  # the error page of a path that is none knows no session
            for path in ("/scans", "/vulnerabilities", "/reports"):
                fields = Page(self.get(path).body).form("/sign-out")
                if fields is not None:
                    break
        return fields["_token"] if fields else ""

    def sign_in(self, key: str | None = None, onward: str = "/") -> Answer:
        return self.send("/sign-in", {"key": key or self.site.key, "next": onward})


def visitor(site: Site, key: str | None = None) -> Visitor:
    """Somebody who is signed in."""
    someone = Visitor(site)
    answer = someone.sign_in(key)
    assert answer.status == 303, answer.body
    return someone
