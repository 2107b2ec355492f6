"""Answers of the name system as values: what a resolver says of a name."""

from msgspec import Struct

MAX_CHAIN = 16
"""Aliases in a row that are followed; resolvers give up at about as many."""


class DnsRecord(Struct, frozen=True):
    """One record. `name` is its owner, in lower case and without the last dot; `data` as in a zone file, of a TXT
    record its strings joined (RFC 7208, section 3.3), what is no ASCII as escapes."""

    name: str
    kind: str
    data: str

    @property
    def host(self) -> str:
        """The name that stands last in the data, in lower case and without the last dot: of MX, NS, CNAME."""
        return self.data.rpartition(" ")[2].rstrip(".").lower()


class DnsReply(Struct, frozen=True):
    """What a resolver answered to a question. `code` is the response code (NOERROR, NXDOMAIN, SERVFAIL...); `validated`
    tells that the resolver says it checked the signatures (AD). `checked` is False where it was asked not to, and to
    show signatures (CD, DO). `server` names the resolver where the operator did: `192.0.2.53` or `127.0.0.1 -p 5353`."""

    name: str
    kind: str
    code: str
    records: tuple[DnsRecord, ...] = ()
    authority: tuple[DnsRecord, ...] = ()
    validated: bool = False
    checked: bool = True
    server: str = ""

    @property
    def aliases(self) -> tuple[str, ...]:
        """The names to which aliases lead from the name asked for, in order; a loop ends it."""
        links = {record.name: record.host for record in self.records if record.kind == "CNAME"}
        chain: list[str] = []
        name = self.name
        while name in links and len(chain) < MAX_CHAIN:
            name = links[name]
            if name in (self.name, *chain):
                break
            chain.append(name)
        return tuple(chain)

    @property
    def final(self) -> str:
        """The name that the answer is about: the end of the aliases."""
        return (self.name, *self.aliases)[-1]

    def data(self, kind: str = "") -> tuple[str, ...]:
        """The data of the records of a type (default: the one asked for) of the final name."""
        wanted, name = kind or self.kind, self.final
        return tuple(record.data for record in self.records if record.kind == wanted and record.name == name)

    @property
    def zone(self) -> str | None:
        """The zone that vouches for a negative answer: the owner of the SOA in the authority section; None without."""
        return next((record.name for record in self.authority if record.kind == "SOA"), None)

    @property
    def text(self) -> str:
        """The answer for people, a line for each record, as `dig` shows it."""
        lines = [f";; {self.name} {self.kind}: {self.code}"]
        for title, records in (("answer", self.records), ("authority", self.authority)):
            lines += [f";; {title}", *(f"{r.name}. {r.kind} {r.data}" for r in records)] if records else []
        return "\n".join(lines)

    @property
    def command(self) -> str:
        """What shows it again."""
        server = f" @{self.server}" if self.server else ""
        flags = "" if self.checked else " +cd +dnssec"
        return f"dig{server} {self.name} {self.kind}{flags}"
