"""The peer of a new connection is the judged address, or there is no connection."""

import socket

import pytest

from cyberai.net.connect import Connector
from cyberai.ports.network import TransportError, TransportReason
from netkit.servers import answering, response, serving
from netkit.sessions import get, open_session, run


class Connected:
    """Stands for a socket whose two ends are given: no real one ends elsewhere than where it was sent."""

    def __init__(self, own: tuple[str, int], peer: tuple[str, int]) -> None:
        self._own, self._peer = own, peer

    def getsockname(self) -> tuple[str, int]:
        return self._own

    def getpeername(self) -> tuple[str, int]:
        return self._peer


@pytest.mark.parametrize(
    ("own", "peer", "reason"),
    [
        (("10.0.0.1", 5000), ("93.184.216.34", 80), None),
        (("10.0.0.1", 5000), ("::ffff:93.184.216.34", 80), None),
        (("10.0.0.1", 5000), ("127.0.0.1", 80), TransportReason.NOT_ALLOWED),
        (("10.0.0.1", 5000), ("93.184.216.34", 81), TransportReason.NOT_ALLOWED),
        (("93.184.216.34", 80), ("93.184.216.34", 80), TransportReason.REFUSED),
    ],
)
def test_peer(own: tuple[str, int], peer: tuple[str, int], reason: TransportReason | None) -> None:
    connected = Connected(own, peer)
    if reason is None:
        Connector._compare_peer(connected, "93.184.216.34", 80, "x")  # type: ignore[arg-type]
        return
    with pytest.raises(TransportError) as caught:
        Connector._compare_peer(connected, "93.184.216.34", 80, "x")  # type: ignore[arg-type]
    assert caught.value.reason is reason


def test_a_connection_that_joins_itself_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's self-connect, provoked by binding the very port that is connected to."""

    async def scenario() -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        plain = socket.socket

        class Bound(socket.socket):
            def connect(self, address: object) -> None:
                self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                self.bind(address)  # type: ignore[arg-type]
                super().connect(address)  # type: ignore[arg-type]

        monkeypatch.setattr(socket, "socket", Bound)
        session = open_session()
        with pytest.raises(TransportError) as caught:
            await session.dialer.talk("127.0.0.1", port, b"x")
        monkeypatch.setattr(socket, "socket", plain)
        assert caught.value.reason is TransportReason.REFUSED
        await session.aclose()

    run(scenario(), "asyncio")


def test_the_response_names_the_peer() -> None:
    async def scenario() -> None:
        async with serving(answering(response()), host="127.0.0.7") as port:
            session = open_session(("127.0.0.7",))
            assert (await session.http.send(get(port, host="127.0.0.7"))).address == "127.0.0.7"
            await session.aclose()

    run(scenario())
