"""A service runs software in a version for which flaws have been published.

## Impact
Published flaws are what attackers try first: for many there are programs that anyone can run. Which of them count here
depends on how the software is built and configured.

## Remediation
Take a version in which they are repaired, from the maker or from the distribution that packs it. Where that is not
possible, close the port to those who do not need it.

## How it is proven
By the version alone: product and version that the service tells are looked up in the imported feeds (NVD, OSV), by their
names in CPE 2.3 and their ranges of versions. Nothing is sent. A match is strong where product and version are told in
full and nothing speaks against it, and never confirmed. It is a lead where a distribution packed the software, whose
packages carry repairs that the version does not show (unless its own data was imported and the package's revision is
told: then that decides), and where the flaw is there only on a platform or in an edition that is not known from here.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Grain,
    Hit,
    Oracle,
    Probe,
    ProductAsset,
    Proof,
    Scope,
    ServiceEvidence,
    Severity,
    Transport,
    check,
)
from cyberai.domain.finding import MAX_CVES
from cyberai.domain.known.found import KnownFlaw, KnownFlaws

_VECTORS = {
    Severity.LOW: "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:N/I:L/A:N",
    Severity.MEDIUM: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
    Severity.HIGH: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    Severity.CRITICAL: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
}
"""What stands for a flaw that has no vector of version 3 or 4: one of its severity."""
_GREETS = frozenset({"ssh", "smtp", "ftp", "pop3", "imap", "nntp", "mysql", "vnc", "rsync"})
_SHOWN = MAX_CVES


@check(
    id="network.known-vulnerabilities",
    title="Software with published flaws",
    severity=Severity.MEDIUM,
    cvss=_VECTORS[Severity.MEDIUM],
    cwe=("CWE-1395",),
    owasp=("A06:2021",),
    scope=Scope.PRODUCT,
    grain=Grain.PORT,
    max_requests=0,
    references=(
        "https://nvd.nist.gov/",
        "https://osv.dev/",
        "https://cwe.mitre.org/data/definitions/1395.html",
    ),
    tags=("components", "cve", "outdated"),
)
async def known_vulnerabilities(product: ProductAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One hit per product at a port."""
    known = await probe.known_flaws(product)
    if known.flaws:
        yield _hit(product, known)


def _hit(product: ProductAsset, known: KnownFlaws) -> Hit:
    sure = [flaw for flaw in known.flaws if flaw.match.doubt is None]
    counted = sure or list(known.flaws)
    worst = max(counted, key=lambda flaw: flaw.match.score)
    severity = Severity.of_score(worst.match.score)
    if severity is Severity.INFO:
        severity = Severity.LOW
    named = f"{product.product} {product.version}".strip()
    verb = "has" if sure else "may have"
    count = f"{len(counted):,} published flaw{'' if len(counted) == 1 else 's'}"
    return Hit(
        proof=Proof(Oracle.OBSERVATION if sure else Oracle.HEURISTIC, repeats=1),
        evidence=(_evidence(product, known),),
        host=product.host,
        port=product.port,
        cause=":".join(product.cpe.split(":")[2:5]) + ("/udp" if product.transport is Transport.UDP else ""),
        title=f"{named} {verb} {count}",
        detail=_detail(known, sure),
        severity=severity,
        cvss=worst.match.vector or _VECTORS[severity],
        cve=tuple(cve for flaw in counted for cve in flaw.match.cves)[:MAX_CVES],
    )


def _detail(known: KnownFlaws, sure: list[KnownFlaw]) -> str:
    doubted: dict[str, list[KnownFlaw]] = {}
    for flaw in known.flaws:
        if flaw.match.doubt is not None:
            doubted.setdefault(flaw.match.doubt.value, []).append(flaw)
    parts = [f"By its version: {_listed(sure)}."] if sure else []
    for why, flaws in doubted.items():
        on = dict.fromkeys(name for flaw in flaws for name in flaw.match.platforms)
        where = f" (such as {', '.join(list(on)[:3])})" if on else ""
        parts.append(f"Perhaps, for {why}{where}: {_listed(flaws)}.")
    parts.append(f"Looked up in {' and '.join(feed.words for feed in known.feeds)}.")
    return "\n\n".join(parts)


def _listed(flaws: list[KnownFlaw]) -> str:
    shown = ", ".join(_in_words(flaw) for flaw in flaws[:_SHOWN])
    more = len(flaws) - _SHOWN
    return shown + (f" and {more:,} more" if more > 0 else "")


def _in_words(flaw: KnownFlaw) -> str:
    threat = flaw.threat
    told = [f"CVSS {flaw.match.score:.1f}"] if flaw.match.score else []
    if threat is not None and threat.epss is not None:
        told.append(f"EPSS {threat.epss.score:.1%}")
    if threat is not None and threat.kev is not None:
        told.append("known to be exploited")
    return flaw.match.id + (f" ({', '.join(told)})" if told else "")


def _evidence(product: ProductAsset, known: KnownFlaws) -> ServiceEvidence:
    looked = " and ".join(feed.words for feed in known.feeds)
    return ServiceEvidence(
        product.host,
        product.port,
        b"",
        product.said.encode()[:2_048],
        _command(product),
        product.version if product.version in product.said else "",
        f"The service calls itself {product.product} {product.version} ({product.cpe}). Looked up in {looked}.",
        transport=product.transport,
    )


def _command(product: ProductAsset) -> str:
    """What shows the version again."""
    host, port = product.host, product.port
    if product.transport is Transport.UDP:
        return f"nmap -sU -sV -p {port} {host}"
    if product.said.startswith(("Server:", "X-Powered-By:")):
        name = f"[{host}]" if ":" in host else host
        return f"curl -skI {'https' if product.tls else 'http'}://{name}:{port}/"
    if product.protocol in _GREETS and not product.tls:
        return f"nc -w 3 {host} {port} < /dev/null"
    return f"nmap -sV -p {port} {host}"
