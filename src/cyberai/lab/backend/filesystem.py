"""Emulated file systems: a dictionary of paths. No name that a visitor sends reaches the machine's files."""

import msgspec

MAX_PATH = 4_096


class FileSystem(msgspec.Struct, frozen=True):
    """A read-only tree of files with the look-up rules of its operating system.

    `windows` makes names case-insensitive, accepts both slashes, a drive letter, and resolves `..` by name
    alone; otherwise every component before a `..` must exist as a directory, as POSIX requires.
    """

    files: dict[str, bytes]
    windows: bool = False

    def read(self, path: str, directory: str = "/") -> bytes | None:
        """The file at `path`, relative to `directory`; None where there is no such file."""
        resolved = self.resolve(path, directory)
        return None if resolved is None else self.files.get(resolved)

    def is_directory(self, path: str, directory: str = "/") -> bool:
        resolved = self.resolve(path, directory)
        return resolved is not None and self._holds(resolved)

    def children(self, path: str, directory: str = "/") -> list[str]:
        """Names in a directory, sorted; empty where there is none."""
        resolved = self.resolve(path, directory)
        if resolved is None:
            return []
        base = resolved.rstrip("/") + "/"
        return sorted({name[len(base) :].partition("/")[0] for name in self.files if name.startswith(base)})

    def resolve(self, path: str, directory: str = "/") -> str | None:
        """The canonical path, or None where it is too long, holds a NUL, or passes through what is no
        directory."""
        if len(path) > MAX_PATH or "\0" in path:
            return None
        if self.windows:
            return self._resolve_windows(path, directory)
        parts: list[str] = []
        for component in (path if path.startswith("/") else f"{directory}/{path}").split("/"):
            if component in ("", "."):
                continue
            if parts and not self._holds("/" + "/".join(parts)):
                return None
            if component != "..":
                parts.append(component)
            elif parts:
                parts.pop()
        if path.endswith(("/", "/.")) and not self._holds("/" + "/".join(parts)):
            return None
        return "/" + "/".join(parts)

    def _resolve_windows(self, path: str, directory: str) -> str:
        folded = path.replace("\\", "/").lower()
        if folded[1:2] == ":":
            folded = "/" + folded[2:]
        parts: list[str] = []
        for component in (folded if folded.startswith("/") else f"{directory}/{folded}").split("/"):
            if component == "..":
                parts = parts[:-1]
            elif component.rstrip(". "):
                parts.append(component.rstrip(". "))
        return "/" + "/".join(parts)

    def _holds(self, directory: str) -> bool:
        base = directory.rstrip("/") + "/"
        return any(name.startswith(base) for name in self.files)


_ACCOUNTS = """root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
sync:x:4:65534:sync:/bin:/bin/sync
mail:x:8:8:mail:/var/mail:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
harbour:x:1000:1000:Harbour Supply,,,:/home/harbour:/bin/bash
"""
_GROUP = """root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:harbour
www-data:x:33:
nogroup:x:65534:
harbour:x:1000:
"""
_HOSTS = """127.0.0.1\tlocalhost
127.0.1.1\tharbour-shop

# The following lines are desirable for IPv6 capable hosts
::1     ip6-localhost ip6-loopback
ff02::1 ip6-allnodes
ff02::2 ip6-allrouters
"""
_OS_RELEASE = """PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
"""
_WIN_INI = """; for 16-bit app support\r
[fonts]\r
[extensions]\r
[mci extensions]\r
[files]\r
[Mail]\r
MAPI=1\r
"""
_WINDOWS_HOSTS = """# Copyright (c) 1993-2009 Microsoft Corp.\r
#\r
# This is a sample HOSTS file used by Microsoft TCP/IP for Windows.\r
#\r
#      102.54.94.97     rhino.acme.com          # source server\r
#       38.25.63.10     x.acme.com              # x client host\r
\r
# localhost name resolution is handled within DNS itself.\r
#\t127.0.0.1       localhost\r
#\t::1             localhost\r
"""
_GUIDE = "Care of ropes\n\nRinse salt water out, dry in the shade, coil loosely.\n"
_KNOTS = "Knots for the harbour\n\nBowline, cleat hitch, sheet bend: three knots moor nearly every boat.\n"
_ANCHORS = "Choosing an anchor\n\nOne size up is cheap insurance. Chain matters more than weight.\n"
_PAGE = "<h2>{0}</h2><p>Harbour Supply has served the quay since 1968.</p>"
_APPLICATION = """from shop import create_application

DATABASE = "sqlite:////srv/shop/data/shop.db"
SECRET_KEY = "not-a-real-secret-of-the-practice-lab"
application = create_application(DATABASE, SECRET_KEY)
"""

POSIX_FILES = FileSystem(
    {
        "/etc/passwd": _ACCOUNTS.encode(),
        "/etc/group": _GROUP.encode(),
        "/etc/hosts": _HOSTS.encode(),
        "/etc/hostname": b"harbour-shop\n",
        "/etc/os-release": _OS_RELEASE.encode(),
        "/etc/issue": b"Debian GNU/Linux 12 \\n \\l\n\n",
        "/proc/version": b"Linux version 6.1.0-18-amd64 (gcc-12) #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1\n",
        "/proc/cpuinfo": b"processor\t: 0\nmodel name\t: Quayside 8\ncpu MHz\t\t: 2400.000\n",
        "/proc/meminfo": b"MemTotal:        2048000 kB\nMemFree:          640000 kB\n",
        "/proc/uptime": b"86412.57 160312.20\n",
        "/proc/self/cmdline": b"python3\0/srv/shop/app.py\0",
        "/proc/self/environ": b"PATH=/usr/local/bin:/usr/bin:/bin\0HOME=/var/www\0LANG=C.UTF-8\0",
        "/bin/sh": b"\x7fELF",
        "/usr/bin/env": b"\x7fELF",
        "/var/www/.keep": b"",
        "/dev/null": b"",
        "/home/harbour/.profile": b"umask 022\n",
        "/srv/shop/app.py": _APPLICATION.encode(),
        "/srv/shop/guides/ropes.txt": _GUIDE.encode(),
        "/srv/shop/guides/knots.txt": _KNOTS.encode(),
        "/srv/shop/guides/anchors.txt": _ANCHORS.encode(),
        "/srv/shop/pages/about.html": _PAGE.format("About us").encode(),
        "/srv/shop/pages/delivery.html": _PAGE.format("Delivery").encode(),
        "/srv/shop/pages/returns.html": _PAGE.format("Returns").encode(),
        "/srv/shop/labels/rope.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="6"/></svg>',
        "/srv/shop/labels/rope.txt": b"Rope, 12 mm, 20 m\n",
        "/srv/shop/labels/anchor.txt": b"Anchor, 7.5 kg\n",
        "/srv/shop/skins/light.css": b"body{background:#fff}\n",
        "/srv/shop/skins/dark.css": b"body{background:#123}\n",
    }
)
WINDOWS_FILES = FileSystem(
    {
        "/windows/win.ini": _WIN_INI.encode(),
        "/windows/system.ini": b"; for 16-bit app support\r\n[386Enh]\r\nwoafont=dosapp.fon\r\n[drivers]\r\n"
        b"wave=mmdrv.dll\r\ntimer=timer.drv\r\n[mci]\r\n",
        "/windows/system32/drivers/etc/hosts": _WINDOWS_HOSTS.encode(),
        "/inetpub/wwwroot/web.config": b'<?xml version="1.0"?>\r\n<configuration></configuration>\r\n',
        "/inetpub/archive/invoice-2019.txt": b"Invoice 2019-118\r\nRope, 40 m\r\n",
        "/inetpub/archive/invoice-2020.txt": b"Invoice 2020-007\r\nFenders, 4 pieces\r\n",
    },
    windows=True,
)
