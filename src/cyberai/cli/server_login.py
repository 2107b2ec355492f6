"""Which server, and with which key: never a built-in address, and a profile's key for the profile's server only."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import click

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.profile_file import Profiles, read_profiles

HERE = "http://127.0.0.1:8080"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLogin:
    """A server's address without `/v1`, and the key, which stays out of every text. `flag` is how a person names it."""

    root: str
    key: str = field(repr=False)
    ca_file: str | None = None
    flag: str = ""

    @property
    def base_url(self) -> str:
        """The address as the SDKs know it."""
        return self.root + "/v1"


def login_of_server(url: str, ca_file: str | None) -> ServerLogin:
    """The key of CYBERAI_API_KEY, else of the profile with this very address; raise Failure."""
    from cyberai.config import client_key

    root = root_of(url)
    key, profile = client_key(), {}
    if not key:
        profiles = _read()
        named = profiles.default
        at_root = [name for name, one in profiles.profiles.items() if root_in(one) == root]
        if at_root:
            profile = profiles.profiles[named if named in at_root else at_root[0]]
            key = profile.get("api_key")
    if not key:
        raise Failure(
            f"No API key for {root}",
            next_step=f"cyberai login --server {root} asks for it; programs set CYBERAI_API_KEY",
            code=ExitCode.AUTHENTICATION,
        )
    trusted = ca_file or profile.get("ca_file")
    return ServerLogin(root=root, key=checked_key(key), ca_file=trusted, flag=f"--server {root}")


def login_of_profile(name: str, ca_file: str | None) -> ServerLogin:
    """A profile as a whole: the environment changes nothing of it. Raise Failure."""
    profile = _read().require(name)
    key = profile.get("api_key", "")
    if not key.strip():
        raise Failure(
            f"The profile {name!r} has no key",
            next_step=f"cyberai login --profile {name} asks for it",
            code=ExitCode.AUTHENTICATION,
        )
    root = root_of(profile.get("base_url") or HERE)
    trusted = ca_file or profile.get("ca_file")
    return ServerLogin(root=root, key=checked_key(key), ca_file=trusted, flag=f"--profile {name}")


def root_of(url: str) -> str:
    """The address without a final `/v1`; raise Failure where it is none."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or any(mark in url for mark in "@?# \t\r\n\\"):
        raise Failure(
            f"{url.rpartition('@')[2][:200]!r} is no address of a server",
            next_step=f"Write https://scanner.example:8080 or {HERE}",
            code=ExitCode.USAGE,
        )
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/').removesuffix('/v1')}"


def checked_key(key: str) -> str:
    """The key without surrounding blanks; raise Failure where it cannot stand in a header."""
    key = key.strip()
    if not key or not all("!" <= character <= "~" for character in key):
        raise Failure(
            "That is no API key" if key else "The API key is empty",
            why="it holds characters that no key has" if key else "",
            next_step="Copy it whole; `cyberai keys create --name me` on the server's machine makes one",
            code=ExitCode.USAGE,
        )
    return key


def root_in(profile: dict[str, str]) -> str | None:
    """The address of a profile, None where it is none."""
    try:
        return root_of(profile.get("base_url") or HERE)
    except Failure:
        return None


def _read() -> Profiles:
    """The profiles, with a word about keys that others may read."""
    profiles = read_profiles()
    if profiles.others_may_read:
        click.echo(
            f"{profiles.path} holds keys and others may read it; run: chmod 600 {profiles.path}", err=True
        )
    return profiles
