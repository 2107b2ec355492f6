"""An MQTT broker accepts clients without a user name and lets them subscribe.

## Impact
Whoever reaches the port can listen to what devices report and, where no access list says otherwise, send them commands:
doors, meters, machines and cars have been steered that way.

## Remediation
Refuse strangers (`allow_anonymous false` in Mosquitto, with `password_file` or a plug-in), give each client a name and
password or a certificate, limit topics by an access list (`acl_file`), and use TLS.

## How it is proven
`CONNECT` without user name and password is accepted (CONNACK 0), and a subscription to the broker's own version topic is
granted on that connection. Nothing is published, and no topic of an application is read.
"""

import struct
from collections.abc import AsyncIterator

from cyberai.checkkit import Conversation, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import ask, observed
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_TOPIC = "$SYS/broker/version"
_ACCEPTED = b"\x20\x02"
_GRANTED = Pattern(r"\x90\x03\x00\x01[\x00-\x02]")
_VERSION = Pattern(r"\x00\x13\$SYS/broker/version([\x20-\x7e]{1,80})")


@check(
    id="network.mqtt-unauthenticated",
    title="MQTT broker without authentication",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:L",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://mosquitto.org/documentation/authentication-methods/",),
    tags=("mqtt", "broker", "iot", "exposure"),
)
async def mqtt_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One connection: the first packet of every client, then one subscription."""
    if not speaks(service, {"mqtt"}, {1883, 8883}):
        return
    hello = _packet(0x10, _text("MQTT") + b"\x04\x02\x00\x1e" + _text("cyberai" + probe.token(12)))
    subscription = _packet(0x82, b"\x00\x01" + _text(_TOPIC) + b"\x00")

    async def dialogue(conversation: Conversation) -> bytes:
        await conversation.send(hello)
        accepted = await conversation.receive_exactly(4)
        if not accepted.startswith(_ACCEPTED) or accepted[3:] != b"\x00":
            return b""
        await conversation.send(subscription)
        return accepted + await conversation.receive(4_096, quiet=0.5)

    answer = await ask(service, probe, dialogue)
    if not answer or _GRANTED.search(answer[4:]) is None:
        return
    version = _VERSION.search(answer)
    told = excerpt(version.groups[0]) if version is not None else "broker of unknown version"
    tls = " --tls-use-os-certs --insecure" if service.tls else ""
    yield observed(
        service,
        hello + subscription,
        answer,
        f"mosquitto_sub -h {service.host} -p {service.port}{tls} -d -W 3 -t '{_TOPIC}'",
        match=told if version is not None else "",
        note="CONNECT without a user name is accepted (CONNACK 0), and the subscription is granted (SUBACK).",
        detail=f"Clients without a name are let in: {told}",
    )


def _text(value: str) -> bytes:
    return struct.pack(">H", len(value)) + value.encode()


def _packet(kind: int, body: bytes) -> bytes:
    return bytes([kind, len(body)]) + body
