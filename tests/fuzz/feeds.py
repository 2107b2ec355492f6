"""A feed file that somebody downloaded: it is refused with words, or it is taken whole."""

import gzip

from cyberai.domain.feeds import MAX_ENTRIES, EpssFile, FeedError, KevFile, read_feed
from cyberai.domain.threat import Epss, is_cve


def fuzz_one(data: bytes) -> None:
    """The bytes as a file, and compressed."""
    _read(data)
    _read(gzip.compress(data))


def _read(data: bytes) -> None:
    try:
        feed = read_feed(data)
    except FeedError as error:
        words = str(error)
    else:
        words = ""
        _judge(feed)
    assert len(words) < 500
    assert words.isprintable()


def _judge(feed: EpssFile | KevFile) -> None:
    assert 0 < len(feed.entries) <= MAX_ENTRIES
    assert len({entry.cve for entry in feed.entries}) == len(feed.entries)
    assert len(feed.date) == 10
    for entry in feed.entries:
        assert is_cve(entry.cve)
        if isinstance(entry, Epss):
            assert 0.0 <= entry.score <= 1.0 and 0.0 <= entry.percentile <= 1.0  # noqa: PT018
        else:
            assert len(entry.added) == 10
