"""The address cases of the SSRF matrix: as hosts, and as URLs that hide one.

`{port}` stands for the canaries' port and `{own}` for the authority of the site under scan.
"""

from socket_watch import PUBLIC

from netkit.spellings import SPELLINGS

NAMES = (
    "localhost", "localhost.", "LOCALHOST", "localhost.localdomain", "ip6-localhost", "metadata.google.internal",
    "inside.example", "rebinding.example", "mixed.example", "127.0.0.1.nip.example", "xn--lcalhost-54a.example",
)  # fmt: skip
"""Names that resolve to what no scan may reach: see `answers`."""

WRITTEN = (
    "127。0。0。1", "１２７.０.０.１", "①②⑦.⓪.⓪.①", "127．0．0．1", "ⅼocalhost", "ｌｏｃａｌｈｏｓｔ", "127.0.0.1%00", "127.0.0.1%2e",
    "%31%32%37.0.0.1", "[fe80::1%25lo]", "[::1%25lo]", "[::1%lo]", "[::ffff:127.0.0.1%25lo]", "127.0.0.1\u3002",
    "0x7f。1", "[::\u200b1]", "[0:0:0:0:0:0:0:1]", "[::ffff:0x7f.1]",
)  # fmt: skip
"""Hosts with other dots, digits, zone ids and escapes."""

TRICKS = (
    "http://{own}@127.0.0.1:{port}/", "http://{own}:80@127.0.0.1:{port}/", "http://user:pass@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@{own}/", "http://{own}\\@127.0.0.1:{port}/", "http://127.0.0.1:{port}#@{own}/",
    "http://127.0.0.1:{port}?@{own}/", "http://127.0.0.1:{port};@{own}/", "http://{own}#@127.0.0.1:{port}/",
    "http:\\\\127.0.0.1:{port}/", "http:/127.0.0.1:{port}/", "http:127.0.0.1:{port}/", "http:///127.0.0.1:{port}/",
    "//127.0.0.1:{port}/", "///127.0.0.1:{port}/", "/\\127.0.0.1:{port}/", "\\\\127.0.0.1:{port}/", "\\/127.0.0.1:{port}/",
    "/\t/127.0.0.1:{port}/", "ht\ntp://127.0.0.1:{port}/", "http://127.0.0\t.1:{port}/", " http://127.0.0.1:{port}/ ",
    "HTTP://127.0.0.1:{port}/", "hTtPs://127.0.0.1:{port}/", "http://127.0.0.1:{port}%2f@{own}/",
    "http://{own}%2f@127.0.0.1:{port}/", "http://{own}%09@127.0.0.1:{port}/", "http://[::1]:{port}@{own}@[::1]:{port}/",
    "gopher://127.0.0.1:{port}/_x", "dict://127.0.0.1:{port}/x", "ftp://127.0.0.1:{port}/", "ldap://127.0.0.1:{port}/",
    "ws://127.0.0.1:{port}/", "file://127.0.0.1/etc/passwd", "jar:http://127.0.0.1:{port}!/", "url:http://127.0.0.1:{port}/",
    "view-source:http://127.0.0.1:{port}/", "http://127.0.0.1:{port}:80/", "http://127.0.0.1:0{port}/",
)  # fmt: skip
"""Whole references whose authority is easily taken for another."""

HOSTS = (*SPELLINGS, *NAMES, *WRITTEN)
INTERNAL = "10.9.8.7"


def url_of(host: str, port: int) -> str:
    """A URL of this host."""
    literal = ":" in host and not host.startswith("[")
    return f"http://[{host}]:{port}/inside" if literal else f"http://{host}:{port}/inside"


def references(port: int, own: str) -> list[str]:
    """Every case as something that can stand in a page or a header."""
    urls = [url_of(host, port) for host in HOSTS]
    return [*urls, *(trick.replace("{port}", str(port)).replace("{own}", own) for trick in TRICKS)]


class Answers:
    """A name server: what each name resolves to, and which were asked for. A rebinding name is public at first."""

    def __init__(self, **known: str) -> None:
        self.asked: list[str] = []
        self._known = known

    async def __call__(self, host: str) -> tuple[str, ...]:
        self.asked.append(host)
        if host in self._known:
            return (self._known[host],)
        if host == "rebinding.example":
            return (PUBLIC,) if self.asked.count(host) == 1 else (INTERNAL,)
        if host == "mixed.example":
            return (PUBLIC, "127.0.0.1")
        return ("127.0.0.1",) if "local" in host else (INTERNAL,)
