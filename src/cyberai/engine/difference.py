"""Whether two answers differ in more than what changes by itself."""

import re2

from cyberai.domain.http import HttpResponse

MAX_COMPARED = 256 * 1024
_DIGITS = re2.compile(r"[0-9]+")
_LONG = re2.compile(r"[A-Za-z0-9+/=_-]{20,}")


def chunks(response: HttpResponse, tokens: tuple[str, ...] = ()) -> frozenset[str]:
    """The pieces of a page between tags, lines and commas; numbers and long random words made equal, and our
    own tokens taken out together with the text around them."""
    text = response.body[:MAX_COMPARED].decode("latin-1")
    text = text.replace(">", "<").replace(",", "<").replace("\n", "<")
    if tokens and any(token in text for token in tokens):
        text = "<".join(p for p in text.split("<") if not any(token in p for token in tokens))
    # One pass each over the whole text: re2 per piece costs far more than the matching itself.
    text = _DIGITS.sub("0", _LONG.sub("~", text))
    return frozenset(piece for piece in map(str.strip, text.split("<")) if piece)


def same_head(one: HttpResponse, other: HttpResponse) -> bool:
    """Same status, type and kind of redirect."""
    moved = (one.header("location") or "").partition("?")[0] == (other.header("location") or "").partition(
        "?"
    )[0]
    return one.status == other.status and one.content_type == other.content_type and moved


def influenced(
    baseline: HttpResponse, again: HttpResponse, altered: HttpResponse, tokens: tuple[str, ...]
) -> bool:
    """True when the altered answer differs from the baseline beyond the parts in which two baselines differ."""
    if not same_head(baseline, altered):
        return same_head(baseline, again)
    first, second = chunks(baseline), chunks(again)
    changed = chunks(altered, tokens) ^ first
    dynamic = first ^ second
    if not changed - dynamic:
        return False
    # A piece that is new each time is in no other sample: count, do not compare, what such pages change.
    return len(changed) > 2 * len(dynamic)


def similarity(one: HttpResponse, other: HttpResponse, ours: tuple[str, ...] = ()) -> float:
    """Shared pieces over all pieces (Jaccard), 0 to 1; pieces that hold one of our words do not count."""
    first, second = chunks(one, ours), chunks(other, ours)
    if not first and not second:
        return 1.0
    return len(first & second) / len(first | second)
