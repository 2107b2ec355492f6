"""Files of known flaws, whatever their bytes."""

import gzip
import io
import json
import zipfile

from hypothesis import example, given, settings
from hypothesis import strategies as st

from fuzz import known_flaws as fuzz_entry
from support.known_feeds import configuration, cpe, feed, item, match, node, osv, package, simple

NVD = feed(
    simple("CVE-2024-1001", "a:f5:nginx", si="1.0", ex="1.19.0"),
    item("CVE-2024-1002", configuration(node(match(cpe("a:x:y", "1.2", "p1"))), node(match(cpe("o:x:z"), vulnerable=False)), operator="AND")),
)  # fmt: skip
OSV = osv(
    "DSA-1",
    package("Debian:12", "openssh", {"introduced": "0"}, {"fixed": "1:9.2p1-2"}),
    related=["CVE-2024-1001"],
)
_packed = io.BytesIO()
with zipfile.ZipFile(_packed, "w") as _archive:
    _archive.writestr("a.json", OSV)
SEEDS = (NVD, OSV, gzip.compress(NVD, mtime=0), _packed.getvalue())

pieces = st.lists(
    st.sampled_from([
        b'{"vulnerabilities": [', b'{"format":"NVD_CVE","version":"2.0",', b"]", b"}", b",", b'"a":', b"1e999", b"NaN", b"-", b'"\\ud800"',
        b"[" * 2000, b'{"cve":' * 300, b"\xff", b"\xef\xbb\xbf", b"\x00", json.dumps(json.loads(NVD)["vulnerabilities"][0]).encode(),
        b'"id":"X-1","modified":"2026"', b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"9" * 5000, b"cpe:2.3:a:b:c:", b"\n",
        b"9.2p1", b"-2+deb12u3", b" Debian-", b"\\",
    ]) | st.binary(max_size=10),
    max_size=10,
).map(b"".join)  # fmt: skip
mangled = st.tuples(
    st.sampled_from(SEEDS), st.integers(0, 5_000), st.integers(0, 12), st.binary(max_size=8)
).map(lambda c: c[0][: c[1] % len(c[0])] + c[3] + c[0][c[1] % len(c[0]) + c[2] :])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(pieces | mangled)
@example(NVD)
@example(OSV)
@example(_packed.getvalue())
@example(b'{"vulnerabilities": ["\\ud800"')
@example(NVD.replace(b'"1.19.0"', b'"' + b"9" * 199 + b'"'))
@example(OSV.replace(b'"1:9.2p1-2"', b'"' + b"9" * 150 + b':~-"'))
def test_hostile_files(data: bytes) -> None:
    fuzz_entry.fuzz_one(data)
