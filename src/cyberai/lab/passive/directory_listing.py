"""Folders that the web server lists, as the common servers write such pages, and pages that only speak of it."""

from functools import partial
from urllib.parse import quote

import msgspec

from cyberai.lab.http import LabRequest, LabResponse, text_response
from cyberai.lab.layout import shop_page
from cyberai.lab.markup import text
from cyberai.lab.page import Flaw, Link, Page, trap
from cyberai.lab.state import State

CHECK = "passive.directory-listing"
_SECTION = "Store rooms"
_HTML = "text/html; charset=utf-8"


class _Style(msgspec.Struct, frozen=True):
    """How one server writes a listing: `@path` and `@parent` stand for the folder and the one above, `row` makes
    one entry of `@href` and `@name`."""

    server: str
    page: str
    row: str


_APACHE = _Style(
    "Apache",
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n  <title>Index of @path</title>\n </head>\n'
    ' <body>\n<h1>Index of @path</h1>\n  <table>\n   <tr><th valign="top"><img src="/icons/blank.gif" alt="[ICO]"></th>'
    '<th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th><th><a href="?C=S;O=A">Size</a></th></tr>\n'
    '<tr><td>&nbsp;</td><td><a href="@parent">Parent Directory</a></td><td>&nbsp;</td></tr>\n@rows</table>\n'
    "<address>Apache Server at quay</address>\n</body></html>\n",
    '<tr><td valign="top"><img src="/icons/unknown.gif" alt="[   ]"></td><td><a href="@href">@name</a></td>'
    '<td align="right">2024-03-01 09:00  </td><td align="right">4.0K</td></tr>\n',
)
_APACHE_PLAIN = _Style(
    "Apache with a heading of its own",
    "<html><head><title>Photographs</title></head><body><h1>Photographs</h1>\n"
    '<pre><a href="?C=N;O=D">Name</a> <a href="?C=M;O=A">Last modified</a><hr><a href="@parent">Parent Directory</a>\n@rows</pre></body></html>',
    '<a href="@href">@name</a>  2024-03-01 09:00  4.0K\n',
)
_NGINX = _Style(
    "nginx",
    '<html>\r\n<head><title>Index of @path</title></head>\r\n<body>\r\n<h1>Index of @path</h1><hr><pre><a href="../">../</a>\r\n'
    "@rows</pre><hr></body>\r\n</html>\r\n",
    '<a href="@href">@name</a>                  01-Mar-2024 09:00       4096\r\n',
)
_LIGHTTPD = _Style(
    "lighttpd",
    '<!DOCTYPE html>\n<html>\n<head>\n<title>Index of @path</title>\n</head>\n<body>\n<h2>Index of @path</h2>\n<div class="list">\n'
    '<table summary="Directory Listing" cellpadding="0" cellspacing="0">\n<tr class="d"><td class="n"><a href="../">..</a>/</td></tr>\n'
    "@rows</table>\n</div>\n</body>\n</html>\n",
    '<tr><td class="n"><a href="@href">@name</a></td><td class="m">2024-Mar-01 09:00:00</td><td class="s">4.0K</td></tr>\n',
)
_PYTHON = _Style(
    "Python",
    '<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Directory listing for @path</title>\n</head>\n'
    "<body>\n<h1>Directory listing for @path</h1>\n<hr>\n<ul>\n@rows</ul>\n<hr>\n</body>\n</html>\n",
    '<li><a href="@href">@name</a></li>\n',
)
_IIS = _Style(
    "IIS",
    "<html><head><title>quay.harbour-supply.example - @path</title></head><body><H1>quay.harbour-supply.example - @path</H1><hr>\n\n"
    '<pre><A HREF="@parent">[To Parent Directory]</A><br><br>@rows</pre><hr></body></html>',
    '  3/1/2024  9:00 AM         4096 <A HREF="@path@href">@name</A><br>',
)
_TOMCAT = _Style(
    "Tomcat",
    "<!doctype html><html><head><title>Directory Listing For [@path] - Up To [@parent]</title></head><body>"
    '<h1>Directory Listing For [@path] - <a href="@parent"><b>Up To [@parent]</b></a></h1><hr class="line">\n'
    '<table width="100%"><tr><td align="left"><strong>Filename</strong></td></tr>@rows</table></body></html>',
    '<tr><td align="left">&nbsp;&nbsp;<a href="@path@href"><tt>@name</tt></a></td><td align="right"><tt>4.0 kb</tt></td></tr>\n',
)
_NODE = _Style(
    "Node",
    '<!DOCTYPE html>\n<html>\n  <head>\n    <title>listing directory @path</title>\n  </head>\n  <body class="directory">\n'
    '    <h1><a href="/">~</a> / <a href="@path">room</a> /</h1>\n<ul id="files" class="view-tiles">'
    '<li><a href="@parent" class="icon" title=".."><span class="name">..</span></a></li>\n@rows</ul></body></html>',
    '<li><a href="@path@href" class="icon" title="@name"><span class="name">@name</span></a></li>\n',
)


def _listed(style: _Style, path: str, names: tuple[str, ...]) -> str:
    parent = path.rstrip("/").rpartition("/")[0] + "/"
    rows = "".join(style.row.replace("@href", quote(name)).replace("@name", text(name)) for name in names)
    return style.page.replace("@rows", rows).replace("@path", path).replace("@parent", parent)


def _folder(
    style: _Style | None, path: str, names: tuple[str, ...], request: LabRequest, state: State
) -> LabResponse | None:
    name = request.path.removeprefix(path)
    if name in names:
        return text_response(f"The contents of {name}.\n")
    if name:
        return None
    if style is None:
        return shop_page(state, "Forbidden", "<p>This store room is locked.</p>", status=403)
    return text_response(_listed(style, path, names), _HTML)


def _room(style: _Style, path: str, *names: str) -> Page:
    """A folder that only the vulnerable twin lists. The start page links the first file in it and no more."""
    return Page(
        path=path,
        title=f"Store room {path}",
        section=_SECTION,
        vulnerable=partial(_folder, style, path, names),
        fixed=partial(_folder, None, path, names),
        flaws=(
            Flaw(
                check=CHECK,
                path=path,
                variant=style.server,
                summary=f"{style.server} lists the folder {path}.",
            ),
        ),
        links=(Link(path + quote(names[0]), names[0]),),
        subtree=True,
    )


def _article(_request: LabRequest, state: State) -> LabResponse:
    """Tells how such a page looks, in its title, its heading and a listing that is only quoted."""
    quoted = text(_listed(_APACHE, "/drafts/", ("plan.odt",)))
    body = f"<h1>Index of /drafts/</h1><p>So looks a folder that a server lists:</p><pre>{quoted}</pre>"
    return shop_page(state, "Index of /drafts/", body)


def _downloads(_request: LabRequest, state: State) -> LabResponse:
    """A page of an application that offers files of its folder."""
    files = "".join(f'<li><a href="{name}.pdf">{name}</a></li>' for name in ("knots", "ropes", "anchors"))
    return shop_page(state, "Downloads", f"<p>Contents of our shelf:</p><ul>{files}</ul>")


def _glossary(_request: LabRequest, state: State) -> LabResponse:
    letters = "".join(f'<a href="/glossary/{letter}">{letter}</a> ' for letter in "abc")
    return shop_page(state, "Index of words", f"<h2>Index of words</h2><p>{letters}</p>")


PAGES: tuple[Page, ...] = (
    _room(_APACHE, "/uploads/", "invoice-118.pdf", "customers.csv"),
    _room(_APACHE_PLAIN, "/photographs/", "quay.txt", "storm 1968.txt"),
    _room(_NGINX, "/exports/2024/", "orders.csv", "orders.sql.txt"),
    _room(_LIGHTTPD, "/drawings/", "crane.dxf.txt", "anchor.txt"),
    _room(_PYTHON, "/scratch/", "notes.txt", "todo.txt"),
    _room(_IIS, "/scans/", "passport.txt", "licence.txt"),
    _room(_TOMCAT, "/reports/", "march.txt", "april.txt"),
    _room(_NODE, "/themes/", "dark.css", "light.css"),
    trap("/drafts/", "About listings", _SECTION, _article),
    trap("/shelf/", "Downloads", _SECTION, _downloads),
    trap("/glossary/", "Glossary", _SECTION, _glossary, subtree=True),
)  # fmt: skip
