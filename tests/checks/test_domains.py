"""The checks of domains: on the lab's domains through the engine, and on answers that mislead."""

import asyncio
import datetime
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from cyberai.checkkit import (
    DnsRecord,
    DnsReply,
    Handshake,
    Hit,
    HttpResponse,
    Scope,
    ServiceEvidence,
    TlsVersion,
    TransportError,
)
from cyberai.checkkit.spf import read_spf
from cyberai.domain.asset import DomainAsset, NameAsset
from cyberai.domain.finding import Tier
from cyberai.domain.scan import ScanOptions, ScanType
from cyberai.engine.registry import all_checks
from cyberai.lab import discovery
from cyberai.lab.zone import Zone
from support.direct_probe import DirectProbe, collect, run
from support.lab_names import lab_names
from support.scan_in_process import Finished, scan, spec_of
from support.simulated_network import NOW, Service, SimulatedNetwork

CHECKS = {check.meta.id: check for check in all_checks() if check.meta.scope in (Scope.DOMAIN, Scope.NAME)}


def scanned(zone: Zone, fixed: bool) -> Finished:
    network = SimulatedNetwork(replies=lab_names(fixed), names={zone.name: "192.0.2.10"})
    spec = spec_of(zone.name, scan_type=ScanType.NETWORK)
    return asyncio.run(scan(spec, network, CHECKS.values()))


@pytest.mark.parametrize("zone", discovery.zones(), ids=lambda zone: zone.name)
def test_each_flaw_is_found_and_nothing_else(zone: Zone) -> None:
    finished = scanned(zone, fixed=False)
    assert {(check.meta.id, hit.cause) for check, hit in finished.hits} == {
        (flaw.check, flaw.variant) for flaw in zone.flaws
    }
    assert not finished.errors
    assert {outcome.check_id for outcome in finished.outcomes} == set(CHECKS)
    assert all(o.requests <= CHECKS[o.check_id].meta.max_requests for o in finished.outcomes)
    for _, hit in finished.hits:
        (evidence,) = hit.evidence
        assert isinstance(evidence, ServiceEvidence)
        assert evidence.command.startswith("dig ")
        assert evidence.match.encode() in evidence.received
        assert hit.proof.tier in (Tier.CONFIRMED, Tier.STRONG)
    assert scanned(zone, fixed=True).hits == []


def test_the_lab_has_a_domain_for_every_check() -> None:
    assert {flaw.check for zone in discovery.zones() for flaw in zone.flaws} == set(CHECKS)


Replies = Callable[[str, str, bool], DnsReply]


def hits(check_id: str, replies: Replies, name: str = "pier.example") -> list[Hit]:
    check = CHECKS[check_id]
    probe = DirectProbe(budget=check.meta.max_requests)
    probe.replies = replies
    asset = DomainAsset(name) if check.meta.scope is Scope.DOMAIN else NameAsset(name, name)
    return run(collect(check, asset, probe))


def told(name: str, kind: str, code: str = "NOERROR", *data: str, zone: str | None = None) -> DnsReply:
    authority = (DnsRecord(zone, "SOA", "a. b. 1 1 1 1 1"),) if zone is not None else ()
    return DnsReply(name, kind, code, tuple(DnsRecord(name, kind, item) for item in data), authority)


@pytest.mark.parametrize("check_id", sorted(set(CHECKS) - {"dns.dnssec"}))
@pytest.mark.parametrize("code", ["SERVFAIL", "REFUSED"])
def test_a_resolver_that_cannot_answer_is_no_finding(check_id: str, code: str) -> None:
    with pytest.raises(TransportError):
        hits(check_id, lambda name, kind, _: told(name, kind, code))


@pytest.mark.parametrize("check_id", ["dns.spf", "dns.dmarc", "dns.caa"])
def test_that_there_is_nothing_must_be_vouched_for(check_id: str) -> None:
    def forgetful(name: str, kind: str, _: bool) -> DnsReply:
        known = {"A": ("192.0.2.1",), "MX": ("10 mx.pier.example.",)}
        return told(name, kind, "NOERROR", *known.get(kind, ()))

    with pytest.raises(TransportError, match="does not show"):
        hits(check_id, forgetful)


def inventive(name: str, kind: str, _: bool) -> DnsReply:
    """A resolver that has an address for every name."""
    return told(name, kind, "NOERROR", *(("192.0.2.1",) if kind == "A" else ()), zone="example")


@pytest.mark.parametrize("check_id", sorted(set(CHECKS) - {"dns.dangling-record"}))
def test_what_a_resolver_invents_is_no_flaw(check_id: str) -> None:
    # What it says of other types than addresses it does not invent.
    assert {hit.cause for hit in hits(check_id, inventive)} <= {"absent"}


def test_a_resolver_that_invents_addresses_is_no_witness_of_missing_names() -> None:
    with pytest.raises(TransportError, match="names that cannot exist"):
        hits("dns.dangling-record", inventive)


def dangling(target: str, zone: str | None, code: str = "NXDOMAIN") -> list[tuple[str, Tier]]:
    def replies(name: str, kind: str, _: bool) -> DnsReply:
        if not name.endswith("pier.example"):
            return told(name, kind, "NXDOMAIN", zone="")
        alias = (DnsRecord(name, "CNAME", f"{target}."),)
        return DnsReply(name, kind, code, alias, told(name, kind, zone=zone).authority)

    return [(hit.title or "", hit.proof.tier) for hit in hits("dns.dangling-record", replies)]


def test_who_denies_a_name_decides_what_it_means() -> None:
    free = ("Alias in a domain that can be registered", Tier.STRONG)
    assert dangling("app.gone-4711.com", "com") == [free]
    assert dangling("app.gone-4711.co.uk", "co.uk") == [free]
    assert dangling("old.azurewebsites.net", "azurewebsites.net") == [
        ("Alias to a free name of Azure App Service", Tier.STRONG)
    ]
    hint = [("Alias that does not exist", Tier.LEAD)]
    assert dangling("app.there.com", "there.com") == hint
    assert dangling("app.corp.internal", "") == hint
    assert dangling("other.pier.example", "pier.example") == hint
    # A filter of the resolver, or another's zone, denies nothing.
    assert dangling("app.gone-4711.com", None) == []
    assert dangling("app.gone-4711.com", "rpz.local") == []
    assert dangling("app.gone-4711.com", "com", "NOERROR") == []


def certificate(*names: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pier")])
    moment = datetime.datetime.fromtimestamp(NOW // 1_000_000, datetime.UTC)
    built = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    built = (
        built.serial_number(7).not_valid_before(moment).not_valid_after(moment + datetime.timedelta(days=9))
    )
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    return built.add_extension(alternatives, False).sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def names_seen(known: set[str], target: str = "pier.example", **options: object) -> set[str]:
    """The names that a scan looks at, whose HTTPS server presents a certificate with many names."""

    def replies(name: str, kind: str, _: bool) -> DnsReply:
        there = name in known or f"*.{name.partition('.')[2]}" in known
        return told(name, kind, "NOERROR" if there else "NXDOMAIN", zone="example")

    chain = (
        certificate(
            "www.pier.example", "*.pier.example", "gone.pier.example", "jetty.example", "a b.pier.example"
        ),
    )
    shown = Handshake("TLSv1.3", "AES", chain, True)
    https = Service(lambda _: HttpResponse(200), versions=frozenset({TlsVersion.TLS1_3}), handshake=shown)
    network = SimulatedNetwork({443: https}, replies=replies, names={"pier.example": "192.0.2.1"})
    spec = spec_of(target, ScanOptions(ports="443", udp=False, **options))
    finished = asyncio.run(scan(spec, network, all_checks()))
    assert not finished.failures
    return {o.host for o in finished.outcomes if o.check_id == "dns.dangling-record"}


def test_names_of_certificates_below_the_domain_are_looked_up() -> None:
    known = {"pier.example", "www.pier.example", "jetty.example", "vpn.pier.example"}
    assert names_seen(known) == {"pier.example", "www.pier.example"}
    assert names_seen(known, "https://pier.example/") == set()


def test_words_are_looked_up_where_asked_for_and_under_no_pattern() -> None:
    known = {"pier.example", "vpn.pier.example"}
    assert names_seen(known, subdomain_words=True) == known
    assert names_seen({"pier.example", "*.pier.example"}, subdomain_words=True) >= {"pier.example"}
    assert "vpn.pier.example" not in names_seen({"pier.example", "*.pier.example"}, subdomain_words=True)


@pytest.mark.parametrize(
    ("text", "errors", "end"),
    [
        ("v=spf1 -all", (), "-"),
        ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 a mx/24 a:x.example/24//64 exists:%{i}.x ~all", (), "~"),
        ("v=spf1 all", (), "+"),
        ("v=spf1 -all include:late.example ?nonsense", ("?nonsense",), "-"),
        ("v=spf1 redirect=x.example exp=y.example unknown=z", (), ""),
        ("v=spf1 ip4:1.2.3 include ip6:1.2.3.4 -all:x --all include:", ("ip4:1.2.3", "include", "ip6:1.2.3.4", "-all:x", "--all", "include:"), ""),
        ("v=spf1 redirect= mx=x =", ("redirect=", "="), ""),
    ],
)  # fmt: skip
def test_spf_is_read(text: str, errors: tuple[str, ...], end: str) -> None:
    record = read_spf(text)
    assert (record.errors, record.all) == (errors, end)
