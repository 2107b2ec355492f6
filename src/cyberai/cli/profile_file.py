"""The file of profiles that `cyberai login` writes and that the SDKs read as well (decision 16): for each profile the
address of a server and a key."""

import os
import stat
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure

MAX_BYTES = 1 << 20
_OTHERS = 0o077
_MEND = "Mend it, or move it away and run `cyberai login` again"


class Profiles(Struct):
    """The file's content: `profiles` by name, each with `base_url`, `api_key` and perhaps `ca_file`; `default` is the
    one that the SDKs take when none is named. Members that we do not know stay as they are."""

    path: Path
    document: dict[str, Any]
    others_may_read: bool = False

    @property
    def profiles(self) -> dict[str, dict[str, str]]:
        """By name, in the order of the file."""
        found: dict[str, dict[str, str]] = self.document.setdefault("profiles", {})
        return found

    @property
    def default(self) -> str | None:
        """The name of the SDKs' profile."""
        name = self.document.get("default")
        return name if name in self.profiles else None

    def make_default(self, name: str) -> None:
        """From now on it is the SDKs' profile."""
        self.require(name)
        self.document["default"] = name

    def put(self, name: str, profile: dict[str, str]) -> None:
        """Add or replace; the first one becomes the default."""
        self.profiles[name] = profile
        if self.default is None:
            self.document["default"] = name

    def remove(self, name: str) -> None:
        """Forget it; no other takes its place as the default by itself."""
        self.require(name)
        del self.profiles[name]
        if self.document.get("default") == name:
            del self.document["default"]

    def require(self, name: str) -> dict[str, str]:
        """The profile; raise Failure."""
        if name in self.profiles:
            return self.profiles[name]
        known = ", ".join(self.profiles)
        raise Failure(
            f"There is no profile {name!r}" + ("" if known else f": {self.path} has none"),
            why=f"{self.path} has {known}" if known else "",
            next_step=f"cyberai login --profile {name} makes it; cyberai profiles lists those there are",
            code=ExitCode.USAGE,
        )

    def write(self) -> None:
        """Replace the file at once, readable by its owner only; raise Failure."""
        path = self.path.resolve()
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(self.document), indent=2) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError as error:
            raise Failure(
                f"The profiles cannot be written to {path}",
                why=error.strerror or str(error),
                next_step="Make room or give yourself the right to write there; XDG_CONFIG_HOME names another folder",
            ) from error


def read_profiles() -> Profiles:
    """What is there, nothing where there is no file; raise Failure where it cannot be used."""
    from cyberai.config import profiles_path

    path = profiles_path()
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return Profiles(path, {})
    except OSError as error:
        raise _unusable(path, error.strerror or str(error), "Give yourself the right to read it") from error
    if not stat.S_ISREG(mode) or len(content) > MAX_BYTES:
        raise _unusable(path, "it is no file of at most 1 MiB", _MEND)
    return Profiles(path, _decoded(path, content), bool(mode & _OTHERS))


def _decoded(path: Path, content: bytes) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # These messages name the place and repeat nothing of what stands there.
        raise _unusable(path, f"it is no JSON: {error}", _MEND) from error
    profiles = document.get("profiles", {}) if isinstance(document, dict) else None
    if not isinstance(profiles, dict):
        raise _unusable(path, 'it is not {"profiles": {NAME: {...}}}', _MEND)
    for name, profile in profiles.items():
        texts = isinstance(profile, dict) and all(isinstance(value, str) for value in profile.values())
        if not texts:
            raise _unusable(path, f"the profile {name!r} is not made of texts", _MEND)
    return document  # type: ignore[no-any-return]


def _unusable(path: Path, why: str, next_step: str) -> Failure:
    return Failure(f"{path} cannot be used", why=why, next_step=next_step, code=ExitCode.USAGE)
