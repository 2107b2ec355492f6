"""What a page file declares beside pages: areas for members, each behind a login, on a port of its own."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from cyberai.lab.http import LabRequest, LabResponse
from cyberai.lab.page import Flaw


class Area(Protocol):
    """One area with its sessions."""

    def respond(self, request: LabRequest) -> LabResponse:
        """The answer to any request."""

    def close(self) -> None:
        """The lab ends."""


class MembersArea(msgspec.Struct, frozen=True, kw_only=True):
    """An area. `auth` is what POST /v1/scans takes to log in, `{origin}` in it stands for the area's own; `open(fixed)`
    makes one of its twins. Its flaws are seen by nobody who is not logged in."""

    name: str
    auth: dict[str, Any]
    open: Callable[[bool], Area]
    flaws: tuple[Flaw, ...]

    def auth_at(self, origin: str) -> dict[str, Any]:
        """The login for an area that listens at this origin."""
        return {k: v.replace("{origin}", origin) if isinstance(v, str) else v for k, v in self.auth.items()}
