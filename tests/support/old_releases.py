"""Old releases from the registries: installed once by name and version, started in a small application each."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests/reality"
INSTALLED = ROOT / "build/reality"
"""Kept between runs; ignored by git."""
INSTALL_SECONDS = 300
START_SECONDS = 60
# Frameworks from before the module system of Java reach into its core.
OPENED = ("--add-opens=java.base/java.lang=ALL-UNNAMED", "--add-opens=java.base/java.util=ALL-UNNAMED")


class Unavailable(Exception):
    """The release cannot be had here: no such interpreter or program, or the registry does not answer."""


@dataclass(frozen=True)
class Case:
    """One row of tests/reality/cases.toml."""

    name: str
    registry: str
    package: str
    vulnerable: str
    fixed: str
    flaw: str
    kind: str
    check: str
    requires: tuple[str, ...]
    python: str
    first: bool | None
    now: bool | None
    note: str

    @property
    def versions(self) -> tuple[str, str]:
        """The vulnerable release and the fixed one."""
        return self.vulnerable, self.fixed


def cases() -> list[Case]:
    """All of them, in the file's order."""
    rows = tomllib.loads((FOLDER / "cases.toml").read_text())["case"]
    return [
        Case(
            name=row["name"],
            registry=row["registry"],
            package=row["package"],
            vulnerable=row["versions"][0],
            fixed=row["versions"][1],
            flaw=row["flaw"],
            kind=row["class"],
            check=row["check"],
            requires=tuple(row.get("requires", ())),
            python=row.get("python", ""),
            first=row.get("first"),
            now=row.get("now"),
            note=row.get("note", ""),
        )
        for row in rows
    ]


def _run(folder: Path, command: list[str], **variables: str) -> str:
    if shutil.which(command[0]) is None:
        raise Unavailable(f"{Path(command[0]).name} is not installed")
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{Path(command[0]).name} did not end in {INSTALL_SECONDS} s") from None
    if done.returncode:
        # The registry's address, which the programs print, is of no use in a report.
        raise Unavailable(f"{Path(command[0]).name} ended with {done.returncode}")
    return done.stdout


def interpreter(version: str) -> str:
    """An interpreter of that version, wherever the usual tools put it."""
    places = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for program in (*map(str, places), shutil.which(f"python{version}")):
        if program is None:
            continue
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run([program, "-c", "import venv"], check=True, capture_output=True, timeout=20)
            return program
    raise Unavailable(f"Python {version} is not installed")


def install(case: Case, version: str) -> Path:
    """A folder with the application and that release; from an earlier run where nothing has changed."""
    folder = INSTALLED / case.name / version
    stamp = folder / ".requires"
    wanted = f"{case.package} {version} {case.requires} {case.python}"
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(FOLDER / "apps" / case.name, folder)
        _INSTALLERS[case.registry](case, version, folder)
        stamp.write_text(wanted)
    else:
        shutil.copytree(FOLDER / "apps" / case.name, folder, dirs_exist_ok=True)
    return folder


def _install_pypi(case: Case, version: str, folder: Path) -> None:
    uv = str(ROOT / ".venv/bin/uv")
    _run(folder, [uv, "venv", "-q", "--no-python-downloads", "--python", interpreter(case.python), "venv"])
    packages = [f"{case.package}=={version}", *case.requires]
    _run(folder, [uv, "pip", "install", "-q", "--python", "venv/bin/python", *packages])


def _install_npm(case: Case, version: str, folder: Path) -> None:
    (folder / "package.json").write_text('{"private": true}')
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    _run(folder, ["npm", "install", *flags, f"{case.package}@{version}", *case.requires])


def _install_maven(case: Case, version: str, folder: Path) -> None:
    del case
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath"
    _run(folder, ["mvn", "-q", "-B", f"-Drelease={version}", "compile", goal, "-Dmdep.outputFile=classpath"])


_INSTALLERS = {"pypi": _install_pypi, "npm": _install_npm, "maven": _install_maven}


def _command(case: Case, folder: Path) -> list[str]:
    if case.registry == "pypi":
        return ["venv/bin/python", "app.py"]
    if case.registry == "npm":
        return ["node", "app.js"]
    return ["java", *OPENED, "-cp", "target/classes:" + (folder / "classpath").read_text().strip(), "App"]


@contextlib.contextmanager
def running(case: Case, version: str, state: Path) -> Iterator[str]:
    """The application with that release on a free loopback port, its URL; `state` is a folder it may write to."""
    folder = install(case, version)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    variables = {"PORT": str(port), "STATE": str(state), "PYTHONDONTWRITEBYTECODE": "1"}
    log = state / "application.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            _command(case, folder),
            cwd=folder,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
        )
    try:
        _await_port(process, port, log)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def _await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"the application did not start:\n{log.read_text(errors='replace')[-2000:]}")
