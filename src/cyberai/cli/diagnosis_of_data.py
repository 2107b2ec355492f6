"""What the doctor looks at in the data directory: permissions, disk, file system, store, server, clock."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cyberai.cli.finding_level import Finding, Level

LOW_SPACE = 1024**3
NO_SPACE = 64 * 1024**2
EARLIEST = 1_735_689_600_000_000
"""2025-01-01 in microseconds: a clock before that is wrong for certain."""
BACKWARDS = 300_000_000
"""Microseconds by which the newest event may lie in the future before the clock is suspect."""
NETWORK_FILE_SYSTEMS = (
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "fuse.sshfs",
    "afs",
    "ceph",
    "glusterfs",
)


def data_folder(path: Path) -> Finding:
    """The data folder can be written and has room. Nothing is left behind."""
    existing = nearest(path)
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        return Finding(
            "data",
            Level.FAIL,
            f"{path}: {error.strerror}",
            "Choose another folder with --data-dir, or change its owner or its mount",
        )
    free = shutil.disk_usage(existing).free
    text = f"{path}, {free / 1024**3:.1f} GiB free" + ("" if path.exists() else " (made at the first start)")
    if free < NO_SPACE:
        return Finding("data", Level.FAIL, text, "Make room on the disk: nothing can be stored")
    if free < LOW_SPACE:
        return Finding("data", Level.WARN, text, "Make room soon: evidence of large scans takes some 100 MiB")
    return Finding("data", Level.OK, text)


def nearest(path: Path) -> Path:
    """The folder itself, or the nearest above it that exists."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def permissions(path: Path) -> Finding:
    """The store holds evidence and digests of keys: nobody else may read it."""
    if not path.exists():
        return Finding("access", Level.OK, "the folder will be its owner's alone")
    foreign = [item for item in (path, *path.glob("cyberai.db*")) if item.lstat().st_uid != os.geteuid()]
    if foreign:
        return Finding(
            "access",
            Level.WARN,
            f"{foreign[0]} belongs to another user (id {foreign[0].lstat().st_uid})",
            "Run Cyber AI as that user, or change the owner of the folder and all in it",
        )
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding(
            "access",
            Level.WARN,
            f"others may look into {path}",
            f"chmod go= {path}",
        )
    return Finding("access", Level.OK, "its owner's alone")


def file_system(path: Path) -> Finding:
    """SQLite's log needs shared memory and true locks, which network file systems do not give."""
    kind = _file_system_of(nearest(path))
    if kind in NETWORK_FILE_SYSTEMS:
        return Finding(
            "filesystem",
            Level.FAIL,
            f"{kind} is a network file system: a store on it can be damaged",
            "Keep the data directory on a disk of this machine",
        )
    return Finding("filesystem", Level.OK, kind or "unknown")


def _file_system_of(path: Path) -> str:
    """The type of the mount with the longest matching place."""
    try:
        lines = Path("/proc/self/mounts").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    resolved = path.resolve()
    best, kind = -1, ""
    for line in lines:
        _, place, name, *_ = line.split(" ")
        mount = Path(place.replace("\\040", " "))
        if resolved.is_relative_to(mount) and len(mount.parts) >= best:
            best, kind = len(mount.parts), name
    return kind


def store(path: Path) -> Iterator[Finding]:
    """The store's schema and integrity."""
    from cyberai.storage.doctor import store as examine_store
    from cyberai.storage.migrations import HEAD

    file = path / "cyberai.db"
    if not file.exists():
        yield Finding("store", Level.OK, "none yet: made at the first start")
        return
    if not os.access(file, os.R_OK):
        yield Finding("store", Level.FAIL, f"{file} cannot be read", "Run Cyber AI as the owner of the file")
        return
    for look in examine_store(file):
        subject = look.subject.removeprefix("store ")
        if not look.problem:
            yield Finding(subject, Level.OK, look.detail)
        elif subject == "schema":
            newer = look.detail.isdigit() and int(look.detail) > int(HEAD)
            advice = "Install that version again, or restore an older backup" if newer else look.problem
            yield Finding(subject, Level.FAIL if newer else Level.WARN, look.detail, advice)
        else:
            words = " ".join(look.detail.split())
            yield Finding(
                subject, Level.FAIL, words, "Damaged: cyberai restore FILE --force brings a backup back"
            )


def server(path: Path) -> Finding:
    """Whether a server uses the directory now."""
    from cyberai.bootstrap.server_lock import server_of

    holder = server_of(path)
    if holder is None:
        return Finding("server", Level.OK, "none runs on this data directory")
    return Finding("server", Level.OK, f"process {holder.pid} runs on it at {holder.url}")


def clock(path: Path) -> Finding:
    """The wall clock is not absurd: certificates and key expiry are judged by it, and leases compared."""
    from cyberai.app.times import rfc3339
    from cyberai.bootstrap.clock import SystemClock
    from cyberai.storage.doctor import newest_event

    now = SystemClock().now()
    advice = "Set the machine's clock: certificates, keys and leases are judged by it"
    if now < EARLIEST:
        return Finding("clock", Level.FAIL, rfc3339(now), advice)
    newest = newest_event(path / "cyberai.db")
    if newest > now + BACKWARDS:
        text = f"{rfc3339(now)}, but the store's newest event is of {rfc3339(newest)}"
        return Finding("clock", Level.FAIL, text, advice)
    return Finding("clock", Level.OK, rfc3339(now))
