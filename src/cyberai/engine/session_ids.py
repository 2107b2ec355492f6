"""Session ids in addresses: servers that do not know yet whether cookies work put them there, a new one per page."""

from urllib.parse import unquote_plus

from cyberai.domain.http import HttpRequest, Url

_PATH_NAMES = ("jsessionid", "phpsessid", "sid")
_QUERY_NAMES = frozenset(
    {
        "phpsessid",
        "jsessionid",
        "aspsessionid",
        "sid",
        "sessionid",
        "session_id",
        "sess",
        "cfid",
        "cftoken",
        "oscsid",
    }
)
_SHORTEST = 16


def without_session_id(request: HttpRequest) -> HttpRequest:
    """The request without a session id in its address: cookies carry the session."""
    target = request.url.target
    if ";" not in target and "?" not in target:
        return request
    path, mark, query = target.partition("?")
    pieces = query.split("&")
    kept = [piece for piece in pieces if not _names_session(piece)]
    bare = _without_parameter(path) + (mark + "&".join(kept) if kept else "")
    return request if bare == target else _moved(request, bare)


def _moved(request: HttpRequest, target: str) -> HttpRequest:
    url: Url = request.url.with_target(target)
    return HttpRequest(request.method, url, request.headers, request.body)


def _names_session(piece: str) -> bool:
    name, _, value = piece.partition("=")
    return unquote_plus(name).lower() in _QUERY_NAMES and len(value) >= _SHORTEST and value.isalnum()


def _without_parameter(path: str) -> str:
    if ";" not in path:
        return path
    segments = []
    for segment in path.split("/"):
        name, *parameters = segment.split(";")
        kept = [p for p in parameters if p.partition("=")[0].lower() not in _PATH_NAMES]
        segments.append(";".join((name, *kept)))
    return "/".join(segments)
