"""Block pages that say 200: the same short page for every kind of attack, with nothing of the site on it, while
harmless values of the same length still give the site's own pages.

An error page comes for what breaks a statement and not for what breaks out of a folder; a page that says a value is
not valid refuses harmless signs as well, or stands in the frame of the site; a page for what is not found comes for
harmless values. None of them is taken for a block.
"""

from functools import lru_cache

import re2
from msgspec import Struct

from cyberai.checkkit.echoes import without_echoes
from cyberai.domain.http import HttpResponse
from cyberai.engine.difference import chunks

LONGEST = 16 * 1024
"""Bytes of a block page; the products' own are shorter."""

MIN_PAYLOADS = 12
"""Payloads before anything is said of a host."""

PROOFS = 2
"""Pages on which a harmless value of the payload's length was let through."""

KINDS = 3
"""Kinds of attack that must get the page."""

_FIRST_TRIAL = 3
"""Answers with the same page before harmless values are sent for it."""

_TRIALS_OF_ONE, _TRIALS = 4, 12
_MAX_PAGES = 64
_MIXED = re2.compile(r"\w*0\w*")
_PLAIN_TAG = re2.compile(
    r"(?i)/?(html|head|body|title|h0|p|div|span|br|hr|[uod]l|li|dt|dd|table|tbody|thead|tr|td|th|b|i|u|em|strong|small|a|"
    r"center|font|pre|code|style|script|noscript|main|section|header|footer|nav|article|form|label|fieldset|img)\s*/?|!?--"
)
_FRAME = ("!doctype", "html", "meta", "?xml")
_SIGNS = "-_. ,:!"

Shape = frozenset[str]
"""The pieces of a page without its numbers, incident ids and our own text."""


class _Seen(Struct):
    answers: int = 0
    kinds: set[str] = set()
    trials: int = 0
    passed: set[str] = set()
    ordinary: bool = False


class BlockPages:
    """The answers of one host to payloads, as far as they may be a block page."""

    def __init__(self) -> None:
        self._payloads = 0
        self._trials = 0
        self._seen: dict[Shape, _Seen] = {}

    def answered(self, payload: str, response: HttpResponse, usual: HttpResponse) -> Shape | None:
        """Note the answer to a payload, where `usual` answers the unaltered request; its shape when it may be a block
        page."""
        self._payloads += 1
        shape = shape_of(response, payload, usual)
        if shape is None or (shape not in self._seen and len(self._seen) >= _MAX_PAGES):
            return None
        seen = self._seen.setdefault(shape, _Seen())
        seen.answers += 1
        seen.kinds.add(kind_of(payload))
        return shape

    def asks(self, shape: Shape, path: str) -> bool:
        """True when a harmless value should be sent to this page, to see what it gets; counted as sent."""
        seen = self._seen[shape]
        enough = seen.ordinary or len(seen.passed) >= PROOFS or path in seen.passed
        if enough or seen.answers < _FIRST_TRIAL or seen.trials >= _TRIALS_OF_ONE or self._trials >= _TRIALS:
            return False
        seen.trials += 1
        self._trials += 1
        return True

    def harmless(
        self, shape: Shape, path: str, value: str, response: HttpResponse, usual: HttpResponse
    ) -> None:
        """Note what a harmless value of a payload's length got."""
        if shape_of(response, value, usual) == shape:
            self._seen[shape].ordinary = True
        elif response.status == usual.status and _own(usual) & _pieces(response):
            self._seen[shape].passed.add(path)

    def found(self) -> frozenset[Shape]:
        """The pages that are block pages."""
        return frozenset(
            shape
            for shape, seen in self._seen.items()
            if not seen.ordinary
            and self._payloads >= MIN_PAYLOADS
            and 2 * seen.answers > self._payloads
            and len(seen.kinds) >= KINDS
            and len(seen.passed) >= PROOFS
        )

    def told(self) -> str:
        """What shows it, in words; empty where there is none."""
        answers = sum(self._seen[shape].answers for shape in self.found())
        if not answers:
            return ""
        return (
            f"the same page, which holds nothing of the site's own, with HTTP 2xx to {answers:,} of {self._payloads:,} "
            "payloads, while harmless values of the same length pass"
        )


def shape_of(response: HttpResponse, sent: str, usual: HttpResponse) -> Shape | None:
    """The shape of a short answer that has nothing of the usual page's own content; None for any other."""
    if not _fine(response) or not _fine(usual) or len(response.body) > LONGEST:
        return None
    own = _own(usual)
    pieces = _pieces(response, sent)
    return None if not own or not pieces or own & pieces else pieces


def kind_of(payload: str) -> str:
    """Which kind of attack a filter would take the payload for, by its plainest sign."""
    signs = (("'\"`", "quote"), ("<>", "tag"), ("{}", "template"), (";|&$\n", "shell"))
    for chars, kind in signs:
        if any(char in payload for char in chars):
            return kind
    return "path" if ".." in payload or payload.startswith("/") else "other"


def harmless_value(letters: str) -> str:
    """The letters with signs among them that no filter of attacks minds, and a check of what is valid does."""
    return "".join(
        _SIGNS[index // 3 % len(_SIGNS)] if index % 3 == 2 else letter for index, letter in enumerate(letters)
    )


def _fine(response: HttpResponse) -> bool:
    return 200 <= response.status < 300


def _pieces(response: HttpResponse, sent: str = "") -> Shape:
    body = without_echoes(response.body[: LONGEST + 1], sent) if sent else response.body
    return _without_frame(body)


@lru_cache(maxsize=64)
def _without_frame(body: bytes) -> Shape:
    spoken = (
        piece
        for piece in chunks(HttpResponse(200, (), body))
        if not _PLAIN_TAG.fullmatch(piece) and not piece.lower().startswith(_FRAME)
    )
    return frozenset(_MIXED.sub("0", piece) for piece in spoken) - {"0"}


def _own(usual: HttpResponse) -> Shape:
    return _pieces(usual)
