"""Asking one DNS server that the operator names, instead of the system's resolver."""

import asyncio
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dns.resolver import Answer

PORT = 53
SECONDS = 5.0
"""For one question, all attempts together."""


def parse_resolver(text: str) -> tuple[str, int]:
    """(address, port) of `IP`, `IP:PORT` or `[IPv6]:PORT`; raise ValueError."""
    host, port = text.strip(), str(PORT)
    if host.startswith("["):
        host, closing, rest = host[1:].partition("]")
        port = rest.removeprefix(":") or port if closing else ""
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
    try:
        address = str(ip_address(host))
        number = int(port) if port.isascii() and port.isdigit() else 0
    except ValueError:
        number = 0
    if not 1 <= number <= 65535:
        raise ValueError(f"{text!r} is no address of a DNS server; write 192.0.2.53 or 127.0.0.1:5353")
    return address, number


class DnsLookup:
    """`net.resolver.Lookup` over one server: A and AAAA, UDP, then TCP for long answers. The server is the operator's
    choice and is not judged; what it answers is, like any other answer."""

    def __init__(self, address: str, port: int) -> None:
        self._where = f"{address} port {port}"
        self._server = (address, port)

    async def __call__(self, host: str) -> tuple[str, ...]:
        """Addresses of `host`; OSError when there are none or the server does not answer."""
        from dns.exception import DNSException

        answers = await asyncio.gather(
            *(self._ask(host, kind) for kind in ("A", "AAAA")), return_exceptions=True
        )
        found: list[str] = []
        trouble = ""
        for answer in answers:
            if isinstance(answer, BaseException):
                if not isinstance(answer, DNSException | OSError):
                    raise answer
                trouble = trouble or self._words(answer)
            elif answer is not None:
                found += [record.address for record in answer]
        if not found:
            raise OSError(trouble or f"the DNS server {self._where} knows no address of it")
        return tuple(found)

    async def _ask(self, host: str, kind: str) -> "Answer | None":
        from dns.asyncresolver import Resolver
        from dns.resolver import NXDOMAIN

        resolver = Resolver(configure=False)
        address, port = self._server
        resolver.nameservers, resolver.port, resolver.lifetime = [address], port, SECONDS
        try:
            return await resolver.resolve(host + ".", kind, raise_on_no_answer=False)
        except NXDOMAIN:
            return None

    def _words(self, error: BaseException) -> str:
        from dns.exception import Timeout

        if isinstance(error, Timeout):
            return f"the DNS server {self._where} does not answer"
        return f"the DNS server {self._where} could not answer ({type(error).__name__})"
