"""A scan's login at rest."""

from pathlib import Path

import msgspec
import pytest

from cyberai.app.sealing import opened_auth, sealed_auth
from cyberai.bootstrap.seal import KEY_NAME
from cyberai.domain.auth import Auth, AuthType
from cyberai.domain.errors import Unavailable
from cyberai.domain.ids import WorkspaceId
from netkit.sessions import run
from support.deployment import deployment

AUTH = Auth(type=AuthType.BASIC, username="ann", password="tulip-canary", fields=(("a", "b"),))
MINE, THEIRS = WorkspaceId("mine"), WorkspaceId("theirs")


def test_it_is_opened_by_its_own_workspace_only(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with deployment(tmp_path) as app:
            kept = sealed_auth(app, MINE, AUTH)
            assert b"tulip" not in msgspec.json.encode(kept)
            assert opened_auth(app, MINE, kept) == AUTH
            with pytest.raises(ValueError, match="not the key"):
                opened_auth(app, THEIRS, kept)

    run(scenario())


def test_without_a_usable_key_nothing_is_stored(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with deployment(tmp_path) as app:
            (tmp_path / KEY_NAME).write_bytes(b"too short")
            with pytest.raises(Unavailable) as refused:
                sealed_auth(app, MINE, AUTH)
            assert refused.value.field == "auth"
            assert "seal.key" in (refused.value.reason or "")

    run(scenario())
