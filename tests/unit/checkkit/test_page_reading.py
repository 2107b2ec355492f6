"""Reading pages as a browser does: scripts, executable positions, navigations, database errors, patterns."""

import pytest

from cyberai.checkkit import Exchange, HttpRequest, HttpResponse, Url
from cyberai.checkkit.errors import database_errors, new_database_errors
from cyberai.checkkit.execution import executable, script_url
from cyberai.checkkit.markup import renders
from cyberai.checkkit.navigation import destination_host, navigations, refresh_target, unescaped
from cyberai.checkkit.script import calls, scan
from cyberai.checkkit.sensitive_files import SENSITIVE_FILES
from cyberai.checkkit.text import Pattern, PatternSet, escape

REQUEST = HttpRequest("GET", Url.parse("http://shop.test/"))


@pytest.mark.parametrize(
    ("source", "runs"),
    [
        ("var a = '' - tok() - '';", True),
        ("var a = 'tok()';", False),
        ('var a = "it\\"s tok()";', False),
        ("var a = `x ${tok()} y`;", True),
        ("var a = `x tok() y`;", False),
        ("var a = `x ${`y ${tok()}`}`;", True),
        ("// tok()\nvar a;", False),
        ("// a\ntok()", True),
        ("/* tok() */", False),
        ("/* a */ tok() /* b */", True),
        ("var r = /tok()/;", False),
        ("var r = a / tok() / b;", True),
        ("return /[/]tok()/;", False),
        ("go('' - tok();", False),
        ("var a = 'x\n' - tok();", False),
        ("tok`1`", True),
        ("tok", False),
    ],
)
def test_calls_in_code_of_a_whole_script(source: str, runs: bool) -> None:
    assert calls(source, "tok") is runs


def test_literals_carry_the_code_before_them() -> None:
    literals = scan("location.href = 'a'; go(\"b\")").literals
    assert next((item.text, item.before) for item in literals) == ("a", "location.href = ")
    assert literals[1].text == "b"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"<svg onload=tok()>", "onload of <svg>"),
        (b"<script>tok()</script>", "<script>"),
        (b"<script type=text/plain>tok()</script>", ""),
        (b"<script type=module>tok()</script>", "<script>"),
        (b"<script src=/a.js>tok()</script>", ""),
        (b"<script src=//tok.example/a.js></script>", "src of <script>"),
        (b"<script src=/tok.example/a.js></script>", ""),
        (b"<a href='java\tscript:tok()'>x</a>", "href of <a>"),
        (b"<a href='&#106;avascript:tok()'>x</a>", "href of <a>"),
        (b"<img src='javascript:tok()'>", ""),
        (b"<iframe srcdoc='&lt;svg onload=tok()&gt;'></iframe>", "srcdoc of <iframe>, onload of <svg>"),
        (b"<!-- <svg onload=tok()> -->", ""),
        (b"<textarea><svg onload=tok()></textarea>", ""),
        (b"<template><svg onload=tok()></template>", ""),
        (b"<noscript><svg onload=tok()></noscript>", ""),
        (b"<noscript><p title='</noscript><svg onload=tok()>'>", "onload of <svg>"),
        (b"&lt;svg onload=tok()&gt;", ""),
        (b"<p data-x='tok()'>", ""),
        (b"<button onclick=\"go('tok()')\">", ""),
    ],
)
def test_executable_positions(body: bytes, where: str) -> None:
    assert executable(body, "tok") == where


def test_script_urls_are_decoded() -> None:
    assert script_url(" \x01javaSCRIPT:alert%281%29") == "alert(1)"
    assert script_url("https://javascript:1") == ""


def test_missing_types_are_sniffed() -> None:
    assert renders(HttpResponse(200, (), b"  <html>"))
    assert not renders(HttpResponse(200, (), b"hello <html>"))
    assert not renders(HttpResponse(200, (("X-Content-Type-Options", "nosniff"),), b"<html>"))


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("https://evil.example/", "evil.example"),
        ("//evil.example", "evil.example"),
        ("/\\evil.example", "evil.example"),
        ("\\\\evil.example", "evil.example"),
        ("///evil.example/x", "evil.example"),
        ("/\t/evil.example", "evil.example"),
        (" \x01https://evil.example", "evil.example"),
        ("https:evil.example", "evil.example"),
        ("http:evil.example", ""),
        ("http://shop.test@evil.example/", "evil.example"),
        ("http://evil.example@shop.test/", ""),
        ("https://evil.example\\@shop.test", "evil.example"),
        ("https://EVIL.example:8080?x", "evil.example"),
        ("https://shop.test.evil.example#x", "shop.test.evil.example"),
        ("/evil.example", ""),
        ("evil.example", ""),
        ("javascript://evil.example", ""),
        ("?next=//evil.example", ""),
    ],
)
def test_destinations_as_browsers_resolve_them(target: str, host: str) -> None:
    assert destination_host(target, Exchange(REQUEST, HttpResponse(302))) == host


def test_navigations_of_every_kind() -> None:
    html = (("Content-Type", "text/html"),)
    assert [n.target for n in navigations(HttpResponse(302, (("Location", "/a"),)))] == ["/a"]
    assert [n.target for n in navigations(HttpResponse(200, (*html, ("Refresh", "3;URL=/b"))))] == ["/b"]
    body = b"<meta http-equiv=Refresh content=\"0; url='/c'\"><script>top.location='/d';var x='/e'</script>"
    assert [n.target for n in navigations(HttpResponse(200, html, body))] == ["/c", "/d"]
    assert not list(navigations(HttpResponse(200, (("Content-Type", "text/plain"),), body)))


@pytest.mark.parametrize(
    ("content", "url"), [("0;url=/a", "/a"), ("5; /a", "/a"), ('0, URL = "/a"x', "/a"), ("5", "")]
)
def test_refresh_values(content: str, url: str) -> None:
    assert refresh_target(content) == url


def test_script_escapes() -> None:
    assert unescaped(r"https:\/\/a\u002eb\x2fc\n") == "https://a.b/c\n"


@pytest.mark.parametrize(
    ("text", "system"),
    [
        (
            "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version",
            "MySQL",
        ),
        ('ERROR: syntax error at or near "x"', "PostgreSQL"),
        ('sqlite3.OperationalError: near "x": syntax error', "SQLite"),
        ("unrecognized token: &quot;&#x27;&quot;", "SQLite"),
        ("Unclosed quotation mark after the character string 'x'.", "SQL Server"),
        ("ORA-01756: quoted string not properly terminated", "Oracle"),
        ("java.sql.SQLSyntaxErrorException: unexpected token: X", "JDBC"),
        ("SQLSTATE[42000]: Syntax error", "ODBC"),
    ],
)
def test_database_errors_are_named(text: str, system: str) -> None:
    assert system in {error.system for error in database_errors(text.encode())}
    assert not new_database_errors(text.encode(), text.encode())


@pytest.mark.parametrize(
    "text", ["An error occurred.", "syntax error in template", "Please check the SQL manual", ""]
)
def test_other_complaints_are_none(text: str) -> None:
    assert not database_errors(text.encode())


GENUINE = {
    ".git": b"ref: refs/heads/main\n",
    ".svn": b"SQLite format 3\x00\x10\x00",
    ".hg": b"dotencode\nfncache\ngeneraldelta\nrevlogv1\nstore\n",
    ".bzr": b"This is a Bazaar control directory.\n",
    "CVS": b"/index.php/1.4/Tue Mar  4 10:00:00 2008//\nD/images////\n",
    ".env": b"APP_NAME=Shop\n# keys\nAPP_KEY=base64:abc\n",
    "PHP configuration copy": b"<?php\n/* settings */\ndefine( 'DB_PASSWORD', 'secret' );\n",
    ".htpasswd": b"robin:$apr1$abcdefgh$0123456789012345678901\n",
    ".htaccess": b"RewriteEngine On\nRewriteRule .* index.php\n",
    "web.config": b"<?xml version=\"1.0\"?>\n<configuration>\n",
    ".DS_Store": b"\x00\x00\x00\x01Bud1\x00",
    "docker-compose": b"version: '3'\nservices:\n  web:\n    image: shop\n",
    "private key": b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n",
    "database dump": b"-- MySQL dump 10.13\n\nDROP TABLE IF EXISTS `users`;\n",
    "backup archive": b"PK\x03\x04" + b"\x00" * 26 + b"index.php",
    "cloud credentials": b"[default]\naws_access_key_id = A\naws_secret_access_key = B\n",
    "application settings": b"{\"ConnectionStrings\": {}}",
}  # fmt: skip
ORDINARY = (
    b"<!doctype html><html><body>ref: refs/heads/main APP=1 services: image: CREATE TABLE x (</body></html>",
    b"User-agent: *\nDisallow: /admin\n",
    b'{"error": "not found"}',
    b"Not found\n",
    b"",
    b"\x89PNG\r\n\x1a\n\x00\x00",
)


@pytest.mark.parametrize("file", SENSITIVE_FILES, ids=lambda f: f.cause)
def test_sensitive_files_are_known_by_their_structure(file: object) -> None:
    assert file in SENSITIVE_FILES
    cause = file.cause  # type: ignore[attr-defined]
    assert file.shown(GENUINE[cause])  # type: ignore[attr-defined]
    for body in ORDINARY:
        assert not file.shown(body)  # type: ignore[attr-defined]


def test_patterns_are_linear_and_on_bytes() -> None:
    assert Pattern(r"(a+)+$").search(b"a" * 5_000 + b"!") is None
    found = Pattern(r"\xff(.)").search(b"\x00\xff\x80")
    assert found is not None
    assert found.groups == (b"\x80",)
    assert Pattern(escape("a.é<")).full("a.é<".encode()) is not None
    assert [(i, m.text) for i, m in PatternSet([r"b+", r"c", r"a"]).matches(b"aabb")] == [
        (0, b"bb"),
        (2, b"a"),
    ]
    assert PatternSet([r"x"], ignore_case=True).matches(b"aabb") == []
