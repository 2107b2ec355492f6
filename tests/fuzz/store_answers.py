"""Hostile bytes as answers of data stores, brokers and desktops: a check finds nothing, or what the bytes really say; it
raises nothing but the transport's own error."""

from contextlib import suppress

from cyberai.checkkit import Check, Scope, ServiceAsset, TransportError
from cyberai.engine.registry import all_checks
from support.direct_probe import DirectProbe, collect, run

PROTOCOLS = {
    "network.cassandra-unauthenticated": "cassandra",
    "network.kafka-unauthenticated": "kafka",
    "network.memcached-amplification": "memcached",
    "network.mqtt-unauthenticated": "mqtt",
    "network.mysql-unauthenticated": "mysql",
    "network.nats-unauthenticated": "nats",
    "network.nfs-exports": "mountd",
    "network.postgresql-unauthenticated": "postgresql",
    "network.rabbitmq-default-login": "amqp",
    "network.redis-default-password": "redis",
    "network.rsync-unauthenticated": "rsync",
    "network.vnc-unauthenticated": "vnc",
    "network.x11-unauthenticated": "x11",
    "network.zookeeper-unauthenticated": "zookeeper",
}


class HostileSession:
    """Says these answers, one after the other, whatever it hears, and hangs up after the last."""

    def __init__(self, answers: tuple[bytes, ...]) -> None:
        self.closed = False
        self._answers = list(answers)

    def feed(self, _data: bytes) -> bytes:
        said = self._answers.pop(0) if self._answers else b""
        self.closed = not self._answers
        return said


def checks() -> tuple[Check, ...]:
    """The checks that read such answers."""
    return tuple(c for c in all_checks() if c.meta.scope is Scope.SERVICE and c.meta.id in PROTOCOLS)


def judge(check: Check, answers: tuple[bytes, ...], *, greets: bool) -> None:
    """Run the check against a service that says these answers."""
    asset = ServiceAsset("10.0.0.5", 4000, PROTOCOLS[check.meta.id])
    probe = DirectProbe(budget=check.meta.max_requests)
    probe.greets = greets
    probe.sessions["10.0.0.5", 4000] = lambda: HostileSession(answers)
    with suppress(TransportError):
        run(collect(check, asset, probe))


def fuzz_one(data: bytes) -> None:
    """The bytes as one answer, and as three."""
    third = max(1, len(data) // 3)
    for check in checks():
        for answers in ((data,), (data[:third], data[third : 2 * third], data[2 * third :])):
            judge(check, answers, greets=False)
            judge(check, answers, greets=True)
