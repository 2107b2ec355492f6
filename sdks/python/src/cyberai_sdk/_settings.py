"""Which server and which key: arguments, else the environment, else a profile, else loopback."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cyberai_sdk.errors import ConfigurationError

DEFAULT_BASE_URL = "http://127.0.0.1:8080/v1"
_OTHERS_MAY_READ = 0o077


@dataclass(frozen=True, slots=True)
class Server:
    """`root` is the address without `/v1`; the key stays out of every text."""

    root: str
    key: str | None = field(default=None, repr=False)

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

    A profile's key goes to that profile's address only: naming another address leaves it behind. A profile that is
    named as an argument comes before the environment.
    """
    environ = os.environ if environ is None else environ
    named = profile or environ.get("CYBERAI_PROFILE")
    stored = read_profile(profiles_path(environ), named)
    if profile:
        environ = {}
    url = base_url or environ.get("CYBERAI_BASE_URL") or stored.get("url") or DEFAULT_BASE_URL
    root = root_of(url)
    key = api_key or environ.get("CYBERAI_API_KEY")
    if not key and "url" in stored and root_of(stored["url"]) == root:
        key = stored.get("key")
    return Server(root, checked_key(key))


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


def checked_key(key: str | None) -> str | None:
    """The key without surrounding blanks; raise ConfigurationError where it cannot stand in a header."""
    key = (key or "").strip()
    if not all("!" <= character <= "~" for character in key):
        raise ConfigurationError("The API key holds characters that no key has; was it copied whole?")
    return key or None


def profiles_path(environ: Mapping[str, str]) -> Path:
    """Where `cyberai login` keeps profiles: `$XDG_CONFIG_HOME/cyberai/profiles.toml`."""
    base = environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path("~/.config").expanduser()) / "cyberai" / "profiles.toml"


def read_profile(path: Path, name: str | None) -> dict[str, str]:
    """`url` and `key` of a profile: the named one, else the file's `default`; empty where there is none at all."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            document = tomllib.load(file)
    except FileNotFoundError:
        if name:
            raise ConfigurationError(f"There is no profile {name!r}: {path} does not exist") from None
        return {}
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"The profiles in {path} cannot be read: {error}") from error
    if os.name == "posix" and mode & _OTHERS_MAY_READ:
        raise ConfigurationError(f"{path} holds keys and others may read it; run: chmod 600 {path}")
    return _chosen(document, name, path)


def _chosen(document: dict[str, Any], name: str | None, path: Path) -> dict[str, str]:
    profiles = document.get("profiles")
    name = name or document.get("default")
    if name is None:
        return {}
    chosen = profiles.get(name) if isinstance(profiles, dict) else None
    if not isinstance(chosen, dict):
        raise ConfigurationError(f"There is no profile {name!r} in {path}")
    return {member: value for member, value in chosen.items() if isinstance(value, str)}
