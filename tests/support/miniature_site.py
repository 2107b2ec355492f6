"""Sites as functions, for tests of the engine."""

from collections.abc import Callable
from urllib.parse import parse_qsl

from cyberai.domain.http import Headers, HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse | str]


def html(body: str, status: int = 200, headers: Headers = ()) -> HttpResponse:
    return HttpResponse(status, (("Content-Type", "text/html; charset=utf-8"), *headers), body.encode())


def site(pages: dict[str, Handler | str]) -> Callable[[HttpRequest], HttpResponse]:
    """Pages by exact path; a page that ends with `*` answers for everything below it."""

    def respond(request: HttpRequest) -> HttpResponse:
        path = request.url.path
        starred = (key for key in pages if key.endswith("*") and path.startswith(key[:-1]))
        key = path if path in pages else max(starred, key=len, default="")
        if not key:
            return html("<h1>Not found</h1>", 404)
        page = pages[key]
        answer = page if isinstance(page, str) else page(request)
        return answer if isinstance(answer, HttpResponse) else html(answer)

    return respond


def query(request: HttpRequest) -> dict[str, str]:
    return dict(parse_qsl(request.url.query, keep_blank_values=True))


def form(request: HttpRequest) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def links(*targets: str) -> str:
    return "".join(f"<li><a href='{target}'>{target}</a></li>" for target in targets)
