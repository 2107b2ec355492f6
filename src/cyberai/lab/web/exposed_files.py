"""Version control metadata, secrets and configuration backups that the web server hands out."""

from functools import partial

from cyberai.lab.http import LabRequest, LabResponse, text_response
from cyberai.lab.layout import SHOP, document, shop_page
from cyberai.lab.page import Flaw, Page, trap
from cyberai.lab.state import State
from cyberai.lab.web import _repository

CHECK = "web.exposed-files"
_BINARY = "application/octet-stream"
_TEXT = "text/plain; charset=utf-8"

_ENVIRONMENT = b"""APP_ENV=production
APP_DEBUG=false
APP_KEY=base64:cHJhY3RpY2UtbGFiLW5vdC1hLXJlYWwta2V5LTAwMDA=
DB_HOST=db.harbour-supply.example
DB_USERNAME=shop
DB_PASSWORD=tide-and-time-4711
MAIL_PASSWORD=fair-winds-0815
"""
_CONFIGURATION = b"""<?php
/* settings of the price list */
$db_host = 'localhost';
$db_name = 'pricelist';
$db_user = 'pricelist';
$db_password = 'bollard-1968';
define('SECRET_KEY', 'not-a-real-key-of-the-practice-lab');
"""
_BLOG = b"""<?php
define( 'DB_NAME', 'blog' );
define( 'DB_USER', 'blog' );
define( 'DB_PASSWORD', 'lighthouse-77' );
define( 'DB_HOST', 'localhost' );
define( 'AUTH_KEY', 'practice lab, no real key' );
$table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';
"""
_PASSWORDS = b"robin:$apr1$q4y2rope$0Vv1nQxgq1T1c8v9s1y7T/\nsam:$apr1$anch0r77$X3cQzq3u9Zb1y8Kp2m5nE.\n"
_DUMP = b"""-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
--
-- Host: localhost    Database: newsletter
-- ------------------------------------------------------
DROP TABLE IF EXISTS `readers`;
CREATE TABLE `readers` (
  `id` int NOT NULL AUTO_INCREMENT,
  `email` varchar(190) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
INSERT INTO `readers` VALUES (1,'robin@harbour-supply.example'),(2,'sam@harbour-supply.example');
"""
_WEB_CONFIG = b"""<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <connectionStrings>
    <add name="Depot" connectionString="Server=depot;Database=depot;User Id=depot;Password=crane-12;" />
  </connectionStrings>
</configuration>
"""


def _files(prefix: str, files: dict[str, bytes], request: LabRequest, _state: State) -> LabResponse | None:
    content = files.get(request.path.removeprefix(prefix))
    if content is None:
        return None
    textual = content.isascii() and b"\0" not in content
    return LabResponse(200, (("Content-Type", _TEXT if textual else _BINARY),), content)


def _nothing(_request: LabRequest, _state: State) -> LabResponse | None:
    return None


def _forbidden(_request: LabRequest, state: State) -> LabResponse:
    return shop_page(state, "Forbidden", "<p>This shelf is for staff.</p>", status=403)


def _folder(title: str, text: str, _request: LabRequest, state: State) -> LabResponse:
    return shop_page(state, title, f"<p>{text}</p>")


def _exposed(
    prefix: str, files: dict[str, bytes], first: str, variant: str, summary: str, *, demo: bool = False
) -> Page:
    """Files below a prefix that only the vulnerable twin hands out; `first` is the telling one."""
    flaw = Flaw(check=CHECK, path=prefix + first, variant=variant, summary=summary, demo=demo)
    return Page(
        path=prefix,
        title=f"File {prefix}{first}",
        section="Departments",
        vulnerable=partial(_files, prefix, files),
        fixed=_forbidden if prefix == "/tides/.hg/" else _nothing,
        flaws=(flaw,),
        subtree=True,
        demo=demo,
    )


def _single(path: str, content: bytes, variant: str, summary: str, *, demo: bool = False) -> Page:
    return _exposed(path, {"": content}, "", variant, summary, demo=demo)


def _department(path: str, title: str, text: str) -> Page:
    return trap(path, title, "Departments", partial(_folder, title, text))


def _gallery(_request: LabRequest, state: State) -> LabResponse:
    """A section in which every path answers 200 with its start page, as single-page applications do."""
    body = f"<h1>Gallery</h1><p>Boats, ropes, sunsets. {state.offer()}.</p><a href='/gallery/boats'>Boats</a>"
    html = document(state, f"Gallery | {SHOP}", body)
    return text_response(html, "text/html; charset=utf-8")


def _environment_guide(_request: LabRequest, state: State) -> LabResponse:
    return shop_page(
        state,
        "The .env file",
        "<p>Settings live in a file of that name. Ask Robin for the values.</p>"
        "<pre>DB_HOST=...\nDB_PASSWORD=... (from the safe)</pre>",
    )


def _environment_example(_request: LabRequest, _state: State) -> LabResponse:
    return text_response("# Copy to .env and fill in.\nDB_HOST=\nDB_PASSWORD=\nMAIL_PASSWORD=\n")


PAGES: tuple[Page, ...] = (
    _department("/blog/", "Blog", "Notes from the quay, most of them about the weather."),
    _department("/manuals/", "Manuals", "How to splice, how to moor, how to brew tea in a swell."),
    _department("/catalogues/", "Old catalogues", "Paper catalogues since 1968, at the counter."),
    _department("/tides/", "Tide tables", "High water at the quay: twice a day, as ever."),
    _department("/depot/", "Depot", "Heavy goods are handed out at the crane."),
    _department("/newsletter/", "Newsletter archive", "One letter a month, never more."),
    _exposed("/.git/", _repository.git_files(), "HEAD", "Git repository",
             "The Git repository of the site is handed out.", demo=True),
    _single("/.env", _ENVIRONMENT, "environment file", "Secrets in an environment file are handed out.", demo=True),
    _exposed("/blog/.git/", _repository.git_files(), "HEAD", "Git repository of a folder",
             "The Git repository of a folder is handed out."),
    _single("/manuals/.svn/wc.db", _repository.subversion_database(), "Subversion database",
            "The database of a Subversion working copy is handed out."),
    _single("/catalogues/.svn/entries", _repository.SUBVERSION_ENTRIES, "Subversion entries",
            "The entries file of an old Subversion working copy is handed out."),
    _exposed("/tides/.hg/", _repository.MERCURIAL_FILES, "requires", "Mercurial repository",
             "The Mercurial repository of a folder is handed out."),
    _single("/config.php.bak", _CONFIGURATION, "configuration backup",
            "A backup of the configuration is handed out as text."),
    _single("/blog/wp-config.php~", _BLOG, "editor backup of the configuration",
            "An editor's backup of the blog's configuration is handed out."),
    _single("/depot/web.config.bak", _WEB_CONFIG, "web.config backup",
            "A backup of the depot's configuration with its password is handed out."),
    _single("/manuals/.htpasswd", _PASSWORDS, "password file", "A file of password hashes is handed out."),
    _single("/newsletter/backup.sql", _DUMP, "database dump", "A database dump is handed out."),
    trap("/gallery/", "Gallery", "Departments", _gallery, subtree=True),
    trap("/developers/.env", "The .env file", "For programs", _environment_guide),
    trap("/developers/.env.example", "Example settings", "For programs", _environment_example),
)  # fmt: skip
