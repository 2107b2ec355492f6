"""JavaScript libraries: recognised by text, hash, address and name; versions compared as people mean them."""

import hashlib

import pytest

from cyberai.checkkit import libraries
from cyberai.checkkit.libraries import Library, libraries_in, library_at, library_named


@pytest.mark.parametrize(
    ("script", "name", "version"),
    [
        (b"/*! jQuery v1.8.1 jquery.com | jquery.org/license */", "jquery", "1.8.1"),
        (b"/*!\n * jQuery JavaScript Library v3.4.1\n", "jquery", "3.4.1"),
        (b'!function(){var m="2.1.4",n=function(a){};n.fn={jquery:m,x:1}}()', "jquery", "2.1.4"),
        (b"/*\n AngularJS v1.5.0\n (c) 2010-2016 Google", "angularjs", "1.5.0"),
        (b"/*!\n * Bootstrap v3.3.6 (http://getbootstrap.com)", "bootstrap", "3.3.6"),
        (b"dojo.version={major:1,minor:4,patch:2,flag:", "dojo", "1.4.2"),
        (b"//! moment.js\n//! version : 2.10.6\n", "moment.js", "2.10.6"),
    ],
)
def test_by_text(script: bytes, name: str, version: str) -> None:
    found = {(library.name, library.version) for library in libraries_in(b"var a;\n" + script)}
    assert (name, version) in found


def test_a_bundle_holds_several_and_each_is_named_once() -> None:
    bundle = b"/*! jQuery v1.8.1 */ x() /*! jQuery v1.8.1 */\n/*!\n * Bootstrap v3.3.6 (http"
    found = [(library.name, library.version) for library in libraries_in(bundle)]
    assert sorted(found) == [("bootstrap", "3.3.6"), ("jquery", "1.8.1")]


def test_by_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    script = b"nothing that names itself"
    row = libraries._Row("quay", (), (), (), {hashlib.sha1(script).hexdigest(): "1.0"}, ())
    libraries._contents()
    monkeypatch.setattr(libraries, "_table", lambda: (row,))
    assert libraries_in(script) == (Library("quay", "1.0"),)
    assert libraries_in(script + b" ") == ()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://ajax.googleapis.com/ajax/libs/jquery/1.7.2/jquery.min.js", ("jquery", "1.7.2")),
        ("//cdn.example/ajax/libs/angularjs/1.4.0/angular.min.js", ("angularjs", "1.4.0")),
        ("https://unpkg.com/vue@2.5.0/dist/vue.js", ("vue", "2.5.0")),
        ("https://cdn.example/npm/app.js", None),
        ("https://cdn.example/jquery/latest/jquery.min.js", None),
    ],
)
def test_by_address(address: str, expected: tuple[str, str] | None) -> None:
    found = library_at(address)
    assert (found and (found.name, found.version)) == expected


@pytest.mark.parametrize(
    ("file", "version"),
    [
        ("jquery-1.8.1.min.js", "1.8.1"),
        ("jquery-1.8.1.js", "1.8.1"),
        ("jquery-3.0.0-rc1.js", "3.0.0-rc1"),
        ("my-jquery-1.8.1.js", None),
        ("jquery-plugin.js", None),
    ],
)
def test_by_name(file: str, version: str | None) -> None:
    found = library_named(file)
    assert (found.version if found else None) == version


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("1.9.0", "1.10.0"),
        ("3.0.0-rc1", "3.0.0"),
        ("1.8", "1.8.1"),
        ("1.9.0b1", "1.9.0"),
        ("2.0.0-alpha", "2.0.0-beta"),
    ],
)
def test_versions_in_order(lower: str, higher: str) -> None:
    assert libraries._order(lower) < libraries._order(higher)
    assert not libraries._order(higher) < libraries._order(lower)


def test_flaws_are_those_of_the_version() -> None:
    old = Library("jquery", "1.8.1").weaknesses
    assert any("CVE-2012-6708" in flaw.ids for flaw in old)
    assert not any("CVE-2011-4969" in flaw.ids for flaw in old)
    assert Library("jquery", "3.7.1").weaknesses == ()
    assert Library("unknown", "1.0").weaknesses == ()
    assert all(
        flaw.severity in ("low", "medium", "high", "critical")
        for row in libraries._table()
        for flaw in row.flaws
    )


def test_every_script_of_hostile_length_ends_soon() -> None:
    assert libraries_in(b"jquery" * 700_000 + b"/*! jQuery v1.0 */") == ()
