"""Fuzz entry: any bytes as a page, in HTML and as XML, under any bytes as its policy."""

from cyberai.checkkit.elements import NotWellFormed, of_xml
from cyberai.checkkit.execution import execution
from cyberai.checkkit.policy import MAX_POLICY, parsed
from cyberai.domain.http import HttpResponse


def fuzz_one(data: bytes) -> None:
    """A claim or none, never an error; what is no well-formed document has no elements."""
    policy, _, body = data.partition(b"\n")
    text = policy.decode("latin-1")
    assert sum(map(len, parsed(text))) <= MAX_POLICY
    for kind in ("text/html", "image/svg+xml"):
        headers = (("Content-Type", kind), ("Content-Security-Policy", text))
        execution(HttpResponse(200, headers, body), "tok")
    try:
        elements = of_xml(body)
    except NotWellFormed:
        return
    assert elements
    assert sum(element.parent is None for element in elements) == 1
