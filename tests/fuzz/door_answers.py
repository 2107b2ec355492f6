"""Hostile bytes as answers of mail, name, file and management services: read, or ValueError; nothing else."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cyberai.checkkit import (
    ber,
    dns_message,
    ipmi,
    ldap,
    line_dialogue,
    smb,
    smb_session,
    snmp,
    srvsvc,
    ssh,
    telnet,
)

READERS: tuple[Callable[[bytes], Any], ...] = (
    ber.children,
    dns_message.read_answer,
    ipmi.read_capabilities,
    lambda data: ipmi.opened(data, 7, 0),
    lambda data: ldap.read_entry(ber.children(data)),
    smb.read_negotiated_1,
    smb.read_negotiated_2,
    lambda data: smb_session.buffer_of(smb.read_answer(data), 2, wide=False),
    smb_session.names_in,
    lambda data: snmp.read_response(data, 7),
    srvsvc.read_shares,
    ssh.read_kexinit,
    ssh.read_host_key,
    telnet.prompt_in,
    telnet.command_prompt_in,
)


def fuzz_one(data: bytes) -> None:
    """Every reader ends; what takes a part of the bytes takes no more than there are."""
    for read in READERS:
        with suppress(ValueError):
            read(data)
    for length in (
        line_dialogue.reply_length,
        line_dialogue.line_length,
        line_dialogue.block_length,
        line_dialogue.tagged_length("a1"),
    ):
        assert 0 <= length(data) <= len(data)
    text, refusal = telnet.read(data)
    assert len(text) + len(refusal) <= len(data)
    with suppress(ValueError):
        found = ssh.read_packet(data)
        assert found is None or len(found[0]) + len(found[1]) < len(data)
