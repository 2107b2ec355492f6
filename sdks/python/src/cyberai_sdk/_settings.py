"""Which server and which key: arguments, else the environment, else a profile, else loopback."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from cyberai_sdk.errors import ConfigurationError

DEFAULT_BASE_URL = "http://127.0.0.1:8080/v1"
_OTHERS_MAY_READ = 0o077
_MOST_BYTES = 1024 * 1024
log = logging.getLogger("cyberai_sdk")


@dataclass(frozen=True, slots=True)
class Server:
    """`root` is the address without `/v1`; the key stays out of every text."""

    root: str
    key: str = field(repr=False)
    ca_file: str | None = None
    """Of the profile that the address is of."""

    @property
    def base_url(self) -> str:
        """The address as users write it."""
        return self.root + "/v1"


def choose_server(
    base_url: str | None,
    api_key: str | None,
    profile: str | None,
    environ: Mapping[str, str] | None = None,
) -> Server:
    """The server to talk to; raise ConfigurationError.

    A profile is read only where something is missing. Its key goes to its own address only: naming another address
    leaves it behind. A profile that is named as an argument comes before the environment.
    """
    environ = os.environ if environ is None else environ
    given = {} if profile else environ
    url = base_url or given.get("CYBERAI_BASE_URL")
    key = api_key or given.get("CYBERAI_API_KEY")
    ca_file = None
    if not (url and key):
        stored = read_profile(profiles_path(environ), profile or environ.get("CYBERAI_PROFILE"))
        home = stored.get("base_url") or DEFAULT_BASE_URL
        url = url or home
        if root_of(url) == root_of(home):
            key = key or stored.get("api_key")
            ca_file = stored.get("ca_file")
    return Server(root_of(url), checked_key(key), ca_file)


def root_of(url: str) -> str:
    """The address without a final `/v1`; raise ConfigurationError where it is none."""
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or "@" in parts.netloc or parts.query or parts.fragment:
        message = f"The base URL is not usable; write it as {DEFAULT_BASE_URL}"
        raise ConfigurationError(message)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/v1')}"


def checked_key(key: str | None) -> str:
    """The key without surrounding blanks; raise ConfigurationError where there is none, or one that cannot stand in
    a header."""
    key = (key or "").strip()
    if not key:
        raise ConfigurationError("There is no API key: set CYBERAI_API_KEY, or pass api_key")
    if not all("!" <= character <= "~" for character in key):
        raise ConfigurationError("The API key holds characters that no key has; was it copied whole?")
    return key


def profiles_path(environ: Mapping[str, str]) -> Path:
    """Where profiles are kept: `$XDG_CONFIG_HOME/cyberai/profiles.json`."""
    base = environ.get("XDG_CONFIG_HOME")
    home = environ.get("HOME")
    folder = Path(base) if base else (Path(home) if home else Path.home()) / ".config"
    return folder / "cyberai" / "profiles.json"


def read_profile(path: Path, name: str | None) -> dict[str, str]:
    """`base_url` and `api_key` of a profile: the named one, else the file's `default`; empty where there is none at
    all. Raise ConfigurationError."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            document = msgspec.json.decode(file.read(_MOST_BYTES), type=_Profiles)
    except FileNotFoundError:
        if name:
            raise ConfigurationError(f"There is no profile {name!r}: {path} does not exist") from None
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"The profiles in {path} cannot be read: {error}") from error
    if os.name == "posix" and mode & _OTHERS_MAY_READ:
        log.warning("%s holds keys and others may read it; run: chmod 600 %s", path, path)
    name = name or document.default
    if name is None:
        return {}
    if name not in document.profiles:
        raise ConfigurationError(f"There is no profile {name!r} in {path}")
    return document.profiles[name]


class _Profiles(msgspec.Struct):
    profiles: dict[str, dict[str, str]] = {}
    default: str | None = None
