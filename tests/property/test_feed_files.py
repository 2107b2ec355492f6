"""Feed files: what is published is taken as it is, anything else is refused with words, whatever the bytes."""

import gzip
import json
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cyberai.domain import feeds
from cyberai.domain.feeds import FeedError, read_feed
from cyberai.domain.threat import Epss, Kev
from fuzz import feeds as fuzz_entry

HEAD = b"#model_version:v2025.03.14,score_date:2026-11-26T12:55:00Z\ncve,epss,percentile\n"
EPSS = HEAD + b"CVE-2021-44228,0.94358,0.99957\nCVE-2020-11023,0.28303,0.96371\nCVE-2026-1,1e-05,0\n".replace(
    b"CVE-2026-1,", b"CVE-2026-10001,"
)
ENTRY = {
    "cveID": "CVE-2020-11023", "vendorProject": "JQuery", "product": "JQuery", "vulnerabilityName": "JQuery Cross-Site Scripting",
    "dateAdded": "2025-01-23", "shortDescription": "x", "requiredAction": "y", "dueDate": "2025-02-13",
    "knownRansomwareCampaignUse": "Unknown", "notes": "z", "cwes": ["CWE-79"],
}  # fmt: skip
CATALOGUE = {
    "title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.11.25",
    "dateReleased": "2026-11-25T15:00:00.1234Z", "count": 2,
    "vulnerabilities": [ENTRY, ENTRY | {"cveID": "CVE-2021-44228", "knownRansomwareCampaignUse": "Known", "dueDate": ""}],
}  # fmt: skip
KEV = json.dumps(CATALOGUE).encode()

pieces = st.lists(
    st.sampled_from([
        HEAD, b"#", b"cve,epss,percentile\n", b"CVE-2021-44228,", b"0.5,", b"nan", b"inf", b"1e999", b"-0", b"1_0", b"0x1",
        b"\n", b"\r\n", b",", b"2.0", b"\x00", b"\xff", b"{", b"[" * 3000, b'{"vulnerabilities":', b'"dateReleased":"2026-11-26"',
        b'"catalogVersion":"', b'"cveID":"CVE-2021-44228"', b'"dateAdded":"2026-02-30"', b"}", b"]", b"\x1f\x8b\x08",
    ]) | st.binary(max_size=12),
    max_size=14,
).map(b"".join)  # fmt: skip
mangled = st.tuples(
    st.sampled_from([EPSS, KEV, gzip.compress(EPSS)]), st.integers(0, 900), st.integers(0, 9), st.binary(max_size=6)
).map(lambda c: c[0][: c[1] % len(c[0])] + c[3] + c[0][c[1] % len(c[0]) + c[2] :])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(pieces | mangled)
@example(b"{" + b'"a":' + b"[" * 100_000)
@example(HEAD)
@example(b"\xef\xbb\xbf" + EPSS)
def test_hostile_files(data: bytes) -> None:
    fuzz_entry.fuzz_one(data)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda text: text.replace(b"\n", b"\r\n")])
def test_what_is_published_is_taken(pack: object) -> None:
    epss = read_feed(pack(EPSS))  # type: ignore[operator]
    assert (epss.date, epss.version) == ("2026-11-26", "v2025.03.14")
    assert epss.entries == tuple(
        Epss(cve=cve, score=score, percentile=share, date="2026-11-26")
        for cve, score, share in (("CVE-2021-44228", 0.94358, 0.99957), ("CVE-2020-11023", 0.28303, 0.96371),
                                  ("CVE-2026-10001", 0.00001, 0.0))
    )  # fmt: skip
    kev = read_feed(pack(KEV))  # type: ignore[operator]
    assert (kev.date, kev.version) == ("2026-11-25", "2026.11.25")
    assert kev.entries == (
        Kev(cve="CVE-2020-11023", added="2025-01-23", due="2025-02-13"),
        Kev(cve="CVE-2021-44228", added="2025-01-23", ransomware=True),
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"), (b" \n", "empty"), (b"cve,epss,percentile\nCVE-2021-44228,0.5,0.5\n", "neither"), (b"\x89PNG", "no plain text"),
        (HEAD, "no entry"), (HEAD + b"CVE-2021-44228,0.5\n", "line 3: there are not 3"), (HEAD + b"CVE-21-1,0.5,0.5\n", "line 3"),
        (HEAD + b"CVE-2021-44228,0.5,0.5\nCVE-2021-44229,1.5,0.5\n", "line 4: epss '1.5'"), (HEAD + b"CVE-2021-44228,nan,0\n", "'nan'"),
        (HEAD + b"CVE-2021-44228,0.5,0.5\n" * 2, "more than once"), (HEAD + b"\nCVE-2021-44228,0.5,0.5\n", "line 3"),
        (HEAD.replace(b"2026-11-26", b"26 November"), "score_date"), (gzip.compress(EPSS)[:-9], "cut off"),
        (gzip.compress(EPSS) + b"x", "follows"), (b"\x1f\x8bxx", "is none"), (b'{"vulnerabilities": []}', "no KEV catalogue"),
        (json.dumps(CATALOGUE | {"vulnerabilities": [ENTRY, ENTRY]}).encode(), "more than once"),
        (json.dumps(CATALOGUE | {"vulnerabilities": [ENTRY | {"dateAdded": "soon"}]}).encode(), "entry 1: dateAdded 'soon'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(data: bytes, words: str) -> None:
    with pytest.raises(FeedError) as refused:
        read_feed(data)
    assert words in str(refused.value)


def test_size_and_expansion_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(80)) + packer.flush()
    with pytest.raises(FeedError, match="expands to more"):
        read_feed(bomb)
    monkeypatch.setattr(feeds, "MAX_BYTES", 100)
    with pytest.raises(FeedError, match="larger than"):
        read_feed(bytes(101))
    monkeypatch.setattr(feeds, "MAX_BYTES", 10_000)
    monkeypatch.setattr(feeds, "MAX_ENTRIES", 2)
    with pytest.raises(FeedError, match="more than 2"):
        read_feed(EPSS + b"CVE-2026-10002,0.1,0.1\n")
