"""Checks of mail, name, file and management services beyond what the lab's services show through the engine."""

import asyncio

import pytest

from cyberai.checkkit import Hit, Scope, ServiceAsset, Transport
from cyberai.checkkit.line_dialogue import block_length, reply_length, tagged_length
from cyberai.checkkit.telnet import command_prompt_in, prompt_in, read
from cyberai.checks.network.default_login import default_login
from cyberai.checks.network.ftp_anonymous import ftp_anonymous
from cyberai.engine.registry import all_checks
from cyberai.lab.network.default_login import Switch
from cyberai.lab.network.ftp_anonymous import FtpServer
from cyberai.lab.service import Service
from support.direct_probe import DirectProbe, collect, run
from support.lab_network import LabNetwork, lab_network

PORT = 4711
ASK_ANYWHERE = {"network.redis-unauthenticated"}
"""Those that ask silent ports of unknown kind whatever their number."""

CHECKS = [check for check in all_checks() if check.meta.scope is Scope.SERVICE]


class LabProbe(DirectProbe):
    """A direct probe whose dialogues are those of one lab service."""

    def __init__(self, network: LabNetwork, budget: int) -> None:
        super().__init__(budget=budget)
        self.converse = network.converse


def hits(check, item: Service, asset: ServiceAsset) -> list[Hit]:
    network = lab_network(item, False, asset.port)
    return asyncio.run(collect(check, asset, LabProbe(network, check.meta.max_requests)))


@pytest.mark.parametrize("transport", list(Transport))
def test_services_of_another_kind_are_left_alone(transport: Transport) -> None:
    for check in CHECKS:
        probe = DirectProbe()
        named = ServiceAsset("127.0.0.1", PORT, "a-kind-nobody-knows", "hello", transport=transport)
        assert run(collect(check, named, probe)) == []
        if check.meta.id not in ASK_ANYWHERE:
            assert run(collect(check, ServiceAsset("127.0.0.1", PORT, transport=transport), probe)) == []
        assert probe.requests == 0, check.meta.id


@pytest.mark.parametrize("accounts", [{"admin": "b7f2-harbour-lamp"}, {"*": ""}, {}])
def test_a_terminal_without_a_default_login_is_silent(accounts: dict[str, str]) -> None:
    item = Service(name="switch", session=lambda _: Switch(accounts), checks=(), greets=True)
    assert hits(default_login, item, ServiceAsset("127.0.0.1", PORT, "telnet")) == []


def test_an_ftp_server_that_was_not_identified_is_asked_on_its_usual_port() -> None:
    item = Service(name="files", session=lambda _: FtpServer(("anonymous",)).session, checks=(), greets=True)
    (hit,) = hits(ftp_anonymous, item, ServiceAsset("127.0.0.1", 21))
    assert hit.detail == "anonymous is let in; the start folder shows: incoming, price list.csv"
    assert hits(ftp_anonymous, item, ServiceAsset("127.0.0.1", PORT)) == []
    assert len(hits(ftp_anonymous, item, ServiceAsset("127.0.0.1", PORT, "", "220 welcome"))) == 1


def test_prompts_are_told_from_text() -> None:
    for text in (b"crane login: ", b"\r\nUser Name:", b"Password: \0", b"a banner\r\n\r\nUsername:"):
        assert prompt_in(text), text
        assert not command_prompt_in(text), text
    for text in (b"", b"your last login: Monday", b"login: mara\r\nwelcome", b"see login:\r\n"):
        assert not prompt_in(text), text
    for text in (b"QS-8> ", b"\r\n# ", b"welcome\r\nroot@crane:~# ", b"router%"):
        assert command_prompt_in(text), text
    for text in (b"", b"Login incorrect\r\n> ", b"50 % of it", b"Access denied>"):
        assert not command_prompt_in(text), text
    assert read(b"\xff\xfd\x18a\xff\xffb\xff\xfa\x18\x01\xff\xf0c\xff") == (b"a\xffbc", b"\xff\xfc\x18")


def test_replies_end_where_their_last_line_ends() -> None:
    for held, length in (
        (b"220 ready\r\nmore", 11),
        (b"220-a\r\n220-b\r\n220 c\r\n", 21),
        (b"220-a\r\n221 no end\r\n", 0),
        (b"220-a\r\n 220 inside\r\n220 c\r\nx", 27),
        (b"hello\n", 6),
        (b"220", 0),
    ):
        assert reply_length(held) == length, held
    assert block_length(b"+OK\r\nUSER\r\n.\r\n+") == 14
    assert block_length(b"-ERR no\r\n") == 9
    assert tagged_length("a1")(b"* CAPABILITY IMAP4rev1\r\na1 OK done\r\nx") == 36
    assert tagged_length("a1")(b"* a1 OK\r\n") == 0
