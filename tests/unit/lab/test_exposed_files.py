"""Exposed files have their true structure on the vulnerable twin and are absent from the other."""

import hashlib
import struct

import apsw
import pytest

from cyberai.lab.site import Site

from .client import flaws_of, get

FLAWS = flaws_of("web.exposed-files")


@pytest.mark.parametrize("path", sorted(FLAWS))
def test_each_file_is_handed_out_by_the_vulnerable_twin_only(path: str) -> None:
    encoded = "".join(f"%{ord(c):02x}" if c == "." else c for c in path)
    vulnerable = [get(Site(), path), get(Site(), encoded), get(Site(), path + "?x=1")]
    assert {answer.status for answer in vulnerable} == {200}
    assert len({answer.body for answer in vulnerable}) == 1
    assert "html" not in (vulnerable[0].header("Content-Type") or "")
    for target in (path, encoded, path + "?x=1"):
        assert get(Site(fixed=True), target).status in (403, 404)


@pytest.mark.parametrize("folder", ["/.git/", "/blog/.git/"])
def test_the_git_repository_is_consistent(folder: str) -> None:
    site = Site()
    assert get(site, folder + "HEAD").text == "ref: refs/heads/main\n"
    assert len(get(site, folder + "refs/heads/main").text.strip()) == 40
    assert "[core]" in get(site, folder + "config").text
    index = get(site, folder + "index").body
    assert struct.unpack(">4sLL", index[:12]) == (b"DIRC", 2, 3)
    assert hashlib.sha1(index[:-20], usedforsecurity=False).digest() == index[-20:]
    assert get(site, folder + "nothing").status == 404
    assert get(site, folder).status == 404


def test_the_subversion_database_opens() -> None:
    database = apsw.Connection(":memory:")
    database.deserialize("main", get(Site(), "/manuals/.svn/wc.db").body)
    assert [row[0] for row in database.execute("SELECT local_relpath FROM NODES")] == [
        "index.html",
        "admin/backup.sh",
    ]
    database.close()


@pytest.mark.parametrize("fixed", [False, True])
def test_the_gallery_answers_every_path_with_its_start_page(fixed: bool) -> None:
    site = Site(fixed=fixed)
    for path in ("/gallery/", "/gallery/.git/HEAD", "/gallery/.env", "/gallery/wc.db"):
        answer = get(site, path)
        assert answer.status == 200
        assert "<h1>Gallery</h1>" in answer.text


@pytest.mark.parametrize("fixed", [False, True])
def test_the_documented_environment_file_holds_no_secret(fixed: bool) -> None:
    assert "text/html" in (get(Site(fixed=fixed), "/developers/.env").header("Content-Type") or "")
    example = get(Site(fixed=fixed), "/developers/.env.example").text
    assert all(line.endswith("=") for line in example.splitlines() if "=" in line)
