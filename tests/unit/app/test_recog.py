"""Fingerprints in recog's form: read with limits, translated for our engine, imported whole or refused, and used where
our own do not tell."""

import asyncio
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest

from cyberai.app.feeds import current_feeds, import_feed
from cyberai.app.fingerprints import imported_fingerprints
from cyberai.app.recog_archive import is_recog, read_documents
from cyberai.checkkit.fingerprints import ImportedFingerprints, values_of
from cyberai.checkkit.ruby_patterns import NotTranslatable, compiled
from cyberai.domain.errors import InvalidRequest
from cyberai.domain.feeds import FeedError
from cyberai.domain.recog import Fingerprint, Param, RecogError, read_recog
from cyberai.engine.services.identity import Identity
from cyberai.engine.services.imported import improved
from support.deployment import deployment

DOCUMENT = rb"""<?xml version='1.0' encoding='UTF-8'?>
<fingerprints matches="ssh.banner" protocol="ssh" database_type="service">
  <!-- quays -->
  <fingerprint pattern="^QuaySSH_([\d.]+)(?: (\w+))?$" flags="REG_ICASE">
    <description>Quay</description>
    <example service.version="1.2" os.product="Bark">QuaySSH_1.2 Bark</example>
    <example _encoding="base64" service.version="3">UXVheVNTSF8z</example>
    <param pos="0" name="service.vendor" value="Harbour"/>
    <param pos="0" name="service.product" value="QuaySSH"/>
    <param pos="1" name="service.version"/>
    <param pos="2" name="os.product"/>
    <param pos="0" name="service.cpe23" value="cpe:/a:harbour:quayssh:{service.version}"/>
    <param pos="0" name="os.cpe23" value="cpe:/o:harbour:bark:{os.version}"/>
    <param pos="0" name="host.name" value="{nothing} here"/>
  </fingerprint>
  <fingerprint pattern="^Quay(?!SSH)">
    <description>Nothing that our engine can run</description>
    <param pos="0" name="service.product" value="Quay"/>
  </fingerprint>
</fingerprints>
"""


def as_tar(**documents: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, document in documents.items():
            member = tarfile.TarInfo(f"xml/{name}.xml")
            member.size, member.mtime = len(document), 1_790_000_000
            archive.addfile(member, io.BytesIO(document))
    return packed.getvalue()


def as_zip(document: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xml/ssh.xml", document)
    return packed.getvalue()


def test_a_document_is_read_with_its_examples() -> None:
    read = read_recog(DOCUMENT, "ssh_banners.xml")
    first, second = read.fingerprints
    assert (first.key, first.matches, first.flags) == ("ssh.banner#00000", "ssh.banner", "i")
    assert (second.key, second.description) == ("ssh.banner#00001", "Nothing that our engine can run")
    assert first.params[2] == Param("service.version", 1)
    assert [(e.text, e.encoding) for e in read.examples[0]] == [
        ("QuaySSH_1.2 Bark", ""),
        ("UXVheVNTSF8z", "base64"),
    ]
    unnamed = DOCUMENT.replace(b' matches="ssh.banner"', b"")
    assert read_recog(unnamed, "xml/telnet_banners.xml").matches == "telnet_banners"


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"<!DOCTYPE a [<!ENTITY e 'x'>]><fingerprints/>", "declares a document type"),
        (b"<html/>", "not with fingerprints"),
        (b"<fingerprints/>", "no fingerprint"),
        (b"<fingerprints>", "no element found"),
        (b"<fingerprints><fingerprint/></fingerprints>", "has no pattern"),
        (b"<fingerprints>" + b"<a>" * 20, "nested too deeply"),
        (b"<fingerprints><fingerprint pattern='" + b"a" * 20_000 + b"'/></fingerprints>", "longer than"),
        (b"<fingerprints><fingerprint pattern='a' flags='REG_NEW'/></fingerprints>", "flag 'REG_NEW'"),
        (b"<fingerprints><fingerprint pattern='a'><param pos='x' name='n'/></fingerprint></fingerprints>", "no number"),
        (b"<fingerprints matches='a#b'><fingerprint pattern='a'/></fingerprints>", "no proper name"),
        (b"<fingerprints>&e;</fingerprints>", "undefined entity"),
    ],
)  # fmt: skip
def test_what_is_no_such_document_is_refused_with_words(document: bytes, words: str) -> None:
    with pytest.raises(RecogError, match=words):
        read_recog(document, "document.xml")


def test_patterns_of_ruby_mean_the_same_to_our_engine() -> None:
    for pattern, flags, text, matches in (
        (r"^b$", "", b"a\nb\nc", True),
        (r"\Ab$", "", b"a\nb", False),
        (r"a.b", "", b"a\nb", False),
        (r"a.b", "s", b"a\nb", True),
        (r"(?m)a.b", "", b"a\nb", True),
        (r"(?i)QUAY", "", b"quay", True),
        (r"^\h{2}$", "", b"aF", True),
        (r"[\h:]+$", "", b"aF:09", True),
        (r"[[:alpha:]\-]+$", "", b"a-b", True),
        (r"end\Z", "", b"end\n", True),
        ("caf\u00e9", "", "caf\u00e9".encode(), True),
        (r"\"\/\<a", "", b'"/<a', True),
    ):
        assert (compiled(pattern, flags).search(text) is not None) is matches, pattern
    for pattern in (r"(?=a)", r"(?!a)b", r"(?<=a)b", r"(?<!a)b", r"(?>a)", r"(a)\1", r"(", r"a{5000}"):
        with pytest.raises(NotTranslatable):
            compiled(pattern, "")
    assert compiled(r"\\(?:=a)", "").search(b"\\=a") is not None


def test_values_are_constants_groups_and_constants_with_groups_in_them() -> None:
    first, second = read_recog(DOCUMENT, "").fingerprints
    assert values_of(first, b"quayssh_1.2 Bark") == {
        "service.vendor": "Harbour",
        "service.product": "QuaySSH",
        "service.version": "1.2",
        "os.product": "Bark",
        "service.cpe23": "cpe:/a:harbour:quayssh:1.2",
        "os.cpe23": "cpe:/o:harbour:bark:-",
    }
    assert values_of(first, b"other") is None
    assert values_of(second, b"Quay") is None
    strange = Fingerprint("a#0", "(a)", "", (Param("b", 7), Param("c", 0, "{c}"), Param("d", 0, "{open")))
    assert values_of(strange, b"a") == {"c": "c}", "d": "{open"}


def test_ours_win_and_the_imported_fill_what_we_do_not_know() -> None:
    lookup = ImportedFingerprints(read_recog(DOCUMENT, "").fingerprints).read
    unknown = Identity(protocol="ssh", confidence=90)
    better = improved(lookup, unknown, "ssh.banner", b"QuaySSH_1.2 Bark")
    assert (better.product, better.version, better.os) == ("Harbour QuaySSH", "1.2", "Bark")
    assert better.cpe == "cpe:2.3:a:harbour:quayssh:1.2:*:*:*:*:*:*:*"
    assert better.confidence <= 90
    own = Identity(protocol="ssh", product="OpenSSH", version="9.2p1", cpe="x", os="Debian", confidence=95)
    assert improved(lookup, own, "ssh.banner", b"QuaySSH_1.2 Bark") == own
    half = Identity(protocol="ssh", product="QuaySSH", confidence=90)
    assert improved(lookup, half, "ssh.banner", b"QuaySSH_1.2").version == "1.2"
    for matches, text in (
        ("ssh.banner", b"nothing known"),
        ("ftp.banner", b"QuaySSH_1.2"),
        ("ssh.banner", b""),
    ):
        assert improved(lookup, unknown, matches, text) == unknown


def test_every_kind_of_file_is_taken() -> None:
    tar = as_tar(ssh=DOCUMENT)
    for data, day in (
        (DOCUMENT, ""),
        (tar, "2026-09-21"),
        (lzma.compress(tar), "2026-09-21"),
        (gzip.compress(tar), "2026-09-21"),
        (as_zip(DOCUMENT), ""),
    ):
        assert is_recog(data)
        files, newest = read_documents(data)
        assert ([len(file.fingerprints) for file in files], newest) == ([2], day)
    for data in (b"{}", b"#model_version:v1", gzip.compress(b"{}"), b"", b"\x1f\x8bx"):
        assert not is_recog(data)


@pytest.mark.parametrize(
    "data",
    [
        lzma.compress(as_tar(ssh=DOCUMENT))[:-30],
        b"\xfd7zXZ\x00nothing of the kind",
        b"PK\x03\x04nothing of the kind",
        as_tar(),
        as_tar(ssh=b"<html/>"),
        as_zip(b""),
        lzma.compress(bytes(80 << 20), preset=0),
    ],
)
def test_broken_archives_are_refused_with_words(data: bytes) -> None:
    with pytest.raises(FeedError):
        read_documents(data)


def test_an_import_serves_scans_and_the_next_one_replaces_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            assert (await imported_fingerprints(app))("ssh.banner", b"QuaySSH_1.2") is None
            done = await import_feed(app, lzma.compress(as_tar(ssh=DOCUMENT)))
            assert (done.feed.name.value, done.feed.date, done.feed.entries) == ("recog", "2026-09-21", 2)
            assert done.left_out == ("ssh.banner#00001: looks ahead",)
            said = (await imported_fingerprints(app))("ssh.banner", b"QuaySSH_1.2")
            assert said is not None
            assert said["service.version"] == "1.2"
            with pytest.raises(InvalidRequest, match="declares a document type"):
                await import_feed(app, b"<!DOCTYPE a><fingerprints/>")
            again = await import_feed(app, DOCUMENT.replace(b"QuaySSH", b"PierSSH"))
            assert again.replaced == done.feed
            assert (await imported_fingerprints(app))("ssh.banner", b"QuaySSH_1.2") is None
            assert [feed.name.value for feed in await current_feeds(app)] == ["recog"]

    asyncio.run(story())
