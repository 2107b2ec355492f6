"""What both clients are made of."""

from __future__ import annotations

import ssl
from typing import Any

from cyberai_sdk._calls import Calls
from cyberai_sdk._http import LIMITS
from cyberai_sdk._requests import Client
from cyberai_sdk._settings import Server, choose_server
from cyberai_sdk._wire import Surroundings
from cyberai_sdk.errors import ConfigurationError
from cyberai_sdk.options import Limits, RetryPolicy


def calls_for(
    base_url: str | None,
    api_key: str | None,
    profile: str | None,
    timeout: float,
    retry: RetryPolicy | None,
    limits: Limits | None,
    user_agent: str,
) -> Calls:
    """The core of a client; raise ConfigurationError."""
    if not user_agent.isprintable() or not user_agent.isascii():
        raise ConfigurationError("user_agent may hold printable ASCII only")
    server = choose_server(base_url, api_key, profile)
    client = Client(server, timeout, user_agent)
    return Calls(client, retry or RetryPolicy(), limits or Limits(), Surroundings())


def http_settings(server: Server, ca_file: str | None) -> dict[str, Any]:
    """Arguments for httpx2's clients. Redirects are followed by the core only, and nothing but the proxy comes from
    the environment: a password for a host in ~/.netrc would replace the key."""
    # Redirects never leave the scheme, so a client of http:// needs no certificates: reading them takes 30 ms.
    verify: ssl.SSLContext | bool = server.root.startswith("https:")
    ca_file = ca_file or server.ca_file
    if ca_file is not None:
        try:
            verify = ssl.create_default_context(cafile=ca_file)
        except OSError as error:
            raise ConfigurationError(f"The certificates in {ca_file} cannot be read: {error}") from error
    return {"verify": verify, "follow_redirects": False, "limits": LIMITS, "auth": _no_auth}


def _no_auth(request: Any) -> Any:
    return request
