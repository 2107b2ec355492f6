"""Whether a page says anything that other pages of its origin did not: tells a catalogue from a calendar.

What counts are runs of three words without digits, remembered in a filter of fixed size: a page without end that
writes dates and numbers says nothing new, the ten-thousandth article does.
"""

import zlib

import re2

from cyberai.domain.http import HttpResponse

FILTER_BYTES = 4 * 1024 * 1024
MAX_READ = 64 * 1024
MAX_WORDS = 2_000
MAX_KEPT = 400
"""New runs remembered of one page."""

ENOUGH = 2
"""New runs that make a page new."""

_CODE = re2.compile(r"(?is)<script.*?</script>|<style.*?</style>|<[^>]{0,500}>")
# Whole words only: the letters of a random token are none.
_WORDS = re2.compile(r"\b[A-Za-z]{2,}\b|[\x80-\xff]{4,}")
_BITS = FILTER_BYTES * 8


class Novelty:
    """The runs of words that were seen, of all origins together."""

    def __init__(self) -> None:
        self._seen = bytearray()

    def is_new(self, origin: str, response: HttpResponse) -> bool:
        """True when the answer says something new; what it says is old from then on."""
        if not self._seen:
            self._seen = bytearray(FILTER_BYTES)
        text = _CODE.sub(" ", response.body[:MAX_READ].decode("latin-1"))
        words = _WORDS.findall(text)[:MAX_WORDS]
        start, new = zlib.crc32(origin.encode()), 0
        for first, second, third in zip(words, words[1:], words[2:], strict=False):
            bit = zlib.crc32(f"{first} {second} {third}".encode("latin-1"), start) % _BITS
            place, mask = bit >> 3, 1 << (bit & 7)
            if not self._seen[place] & mask:
                self._seen[place] |= mask
                new += 1
                if new >= MAX_KEPT:
                    break
        return new >= ENOUGH
