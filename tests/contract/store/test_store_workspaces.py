"""Workspaces, settings, keys, workers."""

import msgspec
import pytest

from cyberai.domain.errors import Conflict, StoreError
from cyberai.domain.ids import SYSTEM, KeyId, WorkspaceId
from support.store import Stored
from support.store_samples import HERE, NOW, OTHER, key, scan

NEW = WorkspaceId("new")


def test_a_workspace_is_created_once(stored: Stored) -> None:
    assert not stored.read(lambda tx: tx.workspace_exists(), NEW)
    assert stored.write(lambda tx: tx.ensure_workspace(NOW), NEW)
    assert not stored.write(lambda tx: tx.ensure_workspace(NOW + 1), NEW)
    assert stored.read(lambda tx: tx.workspace_exists(), NEW)
    assert stored.read(lambda tx: tx.workspaces(), SYSTEM) == [HERE, OTHER, NEW]
    assert stored.read(lambda tx: tx.workspace, NEW) == NEW


def test_an_unknown_workspace_reads_as_empty_and_takes_no_rows(stored: Stored) -> None:
    assert stored.read(lambda tx: tx.keys.all(), NEW) == []
    with pytest.raises(StoreError, match="does not exist"):
        stored.write(lambda tx: tx.scans.insert(scan(workspace=NEW)), NEW)


def test_the_deployment_is_no_workspace(stored: Stored) -> None:
    with pytest.raises(StoreError):
        stored.write(lambda tx: tx.ensure_workspace(NOW), SYSTEM)


def test_a_row_of_another_workspace_is_refused(stored: Stored) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        stored.write(lambda tx: tx.scans.insert(scan(workspace=OTHER)), HERE)


def test_settings_belong_to_the_deployment(stored: Stored) -> None:
    assert stored.system(lambda tx: tx.setting("pepper")) is None
    stored.system(lambda tx: tx.set_setting("pepper", "one"))
    stored.system(lambda tx: tx.set_setting("pepper", "two"))
    assert stored.read(lambda tx: tx.setting("pepper"), SYSTEM) == "two"
    for refused in (lambda tx: tx.setting("pepper"), lambda tx: tx.set_setting("a", "b")):
        with pytest.raises(StoreError):
            stored.write(refused)
    with pytest.raises(StoreError):
        stored.read(lambda tx: tx.workspaces())


def test_keys_are_found_by_digest_everywhere_and_by_id_at_home(stored: Stored) -> None:
    stored.write(lambda tx: tx.keys.insert(key("a")))
    stored.write(lambda tx: tx.keys.insert(key("b")))
    stored.write(lambda tx: tx.keys.insert(key("c", workspace=OTHER)), OTHER)
    for where in (HERE, OTHER, SYSTEM):
        assert stored.read(lambda tx: tx.keys.by_digest("digest-a"), where) == key("a")
    assert stored.read(lambda tx: tx.keys.by_digest("digest-z")) is None
    assert stored.read(lambda tx: tx.keys.get(KeyId("key_a"))) == key("a")
    assert stored.read(lambda tx: tx.keys.get(KeyId("key_c"))) is None
    assert stored.read(lambda tx: tx.keys.all()) == [key("b"), key("a")]


def test_a_key_is_revoked_once_and_stays_visible(stored: Stored) -> None:
    stored.write(lambda tx: tx.keys.insert(key()))
    stored.write(lambda tx: tx.keys.touch(KeyId("key_a"), NOW + 5))
    assert not stored.write(lambda tx: tx.keys.revoke(KeyId("key_a"), NOW + 7), OTHER)
    assert stored.write(lambda tx: tx.keys.revoke(KeyId("key_a"), NOW + 7))
    assert not stored.write(lambda tx: tx.keys.revoke(KeyId("key_a"), NOW + 9))
    seen = stored.read(lambda tx: tx.keys.by_digest("digest-a"))
    assert seen == msgspec.structs.replace(key(), last_used_at=NOW + 5, revoked_at=NOW + 7)


def test_two_keys_of_one_digest_are_a_conflict(stored: Stored) -> None:
    stored.write(lambda tx: tx.keys.insert(key()))
    twin = msgspec.structs.replace(key("b"), digest="digest-a")
    with pytest.raises(Conflict):
        stored.write(lambda tx: tx.keys.insert(twin))


def test_slots_of_workers_that_live(stored: Stored) -> None:
    assert stored.read(lambda tx: tx.workers.live_slots(NOW), SYSTEM) == 0
    stored.system(lambda tx: tx.workers.beat("w1", 2, NOW + 10))
    stored.system(lambda tx: tx.workers.beat("w2", 3, NOW + 20))
    assert stored.read(lambda tx: tx.workers.live_slots(NOW), SYSTEM) == 5
    assert stored.read(lambda tx: tx.workers.live_slots(NOW + 10), SYSTEM) == 3
    stored.system(lambda tx: tx.workers.beat("w1", 4, NOW + 30))
    assert stored.read(lambda tx: tx.workers.live_slots(NOW + 10), SYSTEM) == 7
    stored.system(lambda tx: tx.workers.gone("w2"))
    assert stored.read(lambda tx: tx.workers.live_slots(NOW + 10), SYSTEM) == 4
