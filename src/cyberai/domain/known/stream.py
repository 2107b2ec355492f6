"""A JSON document that is too large to be held at once: one object, a list in which is read item by item."""

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from cyberai.domain.feeds import FeedError

MAX_ITEM = 8 * 1024 * 1024
"""Characters of one item of the list, or of one other member; the largest CVE published has some two million."""
MAX_MEMBERS = 100
_BLANK = " \t\r\n"


def _refuse(word: str) -> NoReturn:
    raise FeedError(f"{word} is no JSON")


def _refuse_half_characters(value: Any) -> None:
    """JSON can spell a surrogate that belongs to no pair: no text that could be kept."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise FeedError("An entry of the file holds half of a character") from error


_decoder = json.JSONDecoder(parse_constant=_refuse)


class ObjectStream:
    """The object in these pieces of bytes. `members` holds what stood beside the list, once `items` has come to its
    end; every fault of the bytes is a FeedError."""

    def __init__(self, pieces: Iterable[bytes], array: str) -> None:
        self.members: dict[str, Any] = {}
        self.seen = False
        """Whether the list was there."""
        self._pieces = iter(pieces)
        self._array = array
        self._utf8 = codecs.getincrementaldecoder("utf-8")("strict")
        self._text = ""
        self._at = 0
        self._whole = False

    def items(self) -> Iterator[Any]:
        """The items of the list, in order; the rest of the document is read on the way."""
        if self._next() == "\ufeff":
            self._at += 1
        self._take("{")
        if self._next() == "}":
            self._at += 1
        else:
            yield from self._object()
        if self._next():
            raise FeedError("Something follows the JSON document")

    def _object(self) -> Iterator[Any]:
        while True:
            name = self._value()
            if not isinstance(name, str) or name in self.members or len(self.members) >= MAX_MEMBERS:
                raise FeedError("A member of the document has no name of its own")
            self._take(":")
            if name == self._array and not self.seen and self._next() == "[":
                self.seen = True
                yield from self._list()
            else:
                self.members[name] = self._value()
            if self._take(",}") == "}":
                return

    def _list(self) -> Iterator[Any]:
        self._take("[")
        if self._next() == "]":
            self._at += 1
            return
        while True:
            yield self._value()
            if self._take(",]") == "]":
                return

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = _decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._more():
                    words = "The file is cut off" if self._whole else "An entry of the file is too large"
                    raise FeedError(f"{words}, or is no JSON: {error.msg}") from error
                continue
            except (RecursionError, ValueError) as error:
                if isinstance(error, FeedError):
                    raise
                raise FeedError(
                    "The file is nested too deeply, or holds a number of too many digits"
                ) from error
            # A number may go on in the next piece.
            if end == len(self._text) and self._more():
                continue
            if self._text.find("\\u", self._at, end) >= 0:
                _refuse_half_characters(value)
            self._at = end
            return value

    def _take(self, wanted: str) -> str:
        sign = self._next()
        if not sign:
            raise FeedError("The file is cut off")
        if sign not in wanted:
            raise FeedError(f"The file is no JSON: {sign!a} stands where {' or '.join(wanted)} is due")
        self._at += 1
        return sign

    def _next(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _BLANK:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read a further piece; False at the end, or when too much is waiting already."""
        if self._whole or len(self._text) - self._at > MAX_ITEM:
            return False
        piece = next(self._pieces, None)
        self._whole = piece is None
        try:
            read = self._utf8.decode(piece or b"", final=self._whole)
        except UnicodeDecodeError as error:
            raise FeedError("The file is not encoded in UTF-8") from error
        self._text = self._text[self._at :] + read
        self._at = 0
        return not self._whole or bool(read)
