"""Version control metadata with its true structure: a Git index, a Subversion database, a Mercurial store."""

import hashlib
import struct

import apsw

_FILES = ("app.py", "shop/database.py", "templates/base.html")
_COMMIT = hashlib.sha1(b"commit of the practice shop", usedforsecurity=False).hexdigest()


def git_index() -> bytes:
    """A version 2 index: header, entries padded to eight bytes, SHA-1 of it all."""
    body = struct.pack(">4sLL", b"DIRC", 2, len(_FILES))
    for number, name in enumerate(_FILES, start=1):
        blob = hashlib.sha1(f"blob {number}".encode(), usedforsecurity=False).digest()
        times_and_mode = struct.pack(
            ">10L", 1709283600, 0, 1709283600, 0, 2049, number, 0o100644, 33, 33, 214
        )
        entry = times_and_mode + blob + struct.pack(">H", len(name)) + name.encode()
        body += entry + b"\0" * (8 - len(entry) % 8)
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def git_files() -> dict[str, bytes]:
    config = (
        "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n"
        '[remote "origin"]\n\turl = ssh://git@git.harbour-supply.example/shop.git\n'
        "\tfetch = +refs/heads/*:refs/remotes/origin/*\n"
        '[branch "main"]\n\tremote = origin\n\tmerge = refs/heads/main\n'
    )
    log = f"{'0' * 40} {_COMMIT} Robin <robin@harbour-supply.example> 1709283600 +0000\tcommit (initial): shop\n"
    return {
        "HEAD": b"ref: refs/heads/main\n",
        "config": config.encode(),
        "description": b"Unnamed repository; edit this file 'description' to name the repository.\n",
        "index": git_index(),
        "refs/heads/main": f"{_COMMIT}\n".encode(),
        "logs/HEAD": log.encode(),
        "COMMIT_EDITMSG": b"Open the shop\n",
    }


def subversion_database() -> bytes:
    """The wc.db of a working copy: a true SQLite database with the tables that tell its files."""
    database = apsw.Connection(":memory:")
    database.execute(
        "CREATE TABLE REPOSITORY (id INTEGER PRIMARY KEY, root TEXT UNIQUE NOT NULL, uuid TEXT NOT NULL);"
        "CREATE TABLE NODES (wc_id INTEGER, local_relpath TEXT, op_depth INTEGER, repos_path TEXT,"
        " revision INTEGER, presence TEXT, kind TEXT, checksum TEXT);"
        "INSERT INTO REPOSITORY VALUES (1, 'https://svn.harbour-supply.example/manuals',"
        " '5f0c1a52-8a1e-4a53-9b8e-0f7b6f0a4c11');"
        "INSERT INTO NODES VALUES (1, 'index.html', 0, 'trunk/index.html', 118, 'normal', 'file', NULL);"
        "INSERT INTO NODES VALUES (1, 'admin/backup.sh', 0, 'trunk/admin/backup.sh', 118, 'normal', 'file', NULL);"
    )
    image = database.serialize("main")
    database.close()
    return image


SUBVERSION_ENTRIES = b"""10

dir
118
https://svn.harbour-supply.example/catalogues/trunk
https://svn.harbour-supply.example/catalogues



2012-03-01T09:00:00.000000Z
118
robin

\x0c
index.html
file




2012-03-01T09:00:00.000000Z
9e107d9d372bb6826bd81d3542a419d6
2012-03-01T09:00:00.000000Z
118
robin
\x0c
"""

MERCURIAL_FILES = {
    "requires": b"dotencode\nfncache\ngeneraldelta\nrevlogv1\nsparserevlog\nstore\n",
    "hgrc": b"[paths]\ndefault = https://hg.harbour-supply.example/tides\n",
    "branch": b"default\n",
    "00changelog.i": b"\0\0\xff\xffdummy changelog to prevent using the old repo layout",
}
