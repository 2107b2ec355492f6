"""Domains for one BIND that holds them all and one that resolves and checks signatures: each fault, and clean ones."""

import base64
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from support.debian_services.service import made_by

STRONG = base64.b64encode(
    rsa.generate_private_key(65537, 2048)
    .public_key()
    .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()
WEAK = (
    "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhAKXbPvsgUBLSIq8rK9lQ8A00FglwG3haJL6PJHRZpQ/ofc52/mvCtGl2wt1SYSnC6s8ppbZxqmGf"
    "PWqQR8r2xJY/jIIdd3N8p/N+78wFBDmm+KyXtVNSfDuE6ZFoK5SFtQIDAQAB"
)
"""A public key of 768 bits whose private half nobody has."""
SHORT = base64.b64encode(bytes((1, 3)) + b"\xc1" * 64).decode()
"""The key of a DNSKEY record with 512 bits."""
HEAD = """$TTL 300
@ IN SOA ns.harbour.com. keeper.harbour.com. 4711 3600 600 86400 300
@ IN NS ns.harbour.com.
"""
MAIL = "@ IN A 127.0.0.1\n@ IN MX 10 mail\nmail IN A 127.0.0.1\n"
DMARC = '_dmarc IN TXT "v=DMARC1; p=reject; rua=mailto:a@harbour.com"\n'
SPF = '@ IN TXT "v=spf1 mx -all"\n'
CAA = '@ IN CAA 0 issue "ca.example.net"\n'
GOOD = MAIL + SPF + DMARC + CAA
OVER = ("-s", "20200101000000", "-e", "20200201000000")
SOON = ("-s", "now-1728000", "-e", "now+43200")
FREE = "quay-4711-retired.com"
"""A domain that this world's registry does not know."""


@dataclass(frozen=True)
class Domain:
    """A zone. `faults` are (check, cause); `signed` are further arguments of dnssec-signzone, None for a zone without
    signatures; `ds` how the parent delegates it: right, sha1, wrong, or empty for not at all; `torn` is whether a record is
    changed after it was signed. `names` are further names of it that are scanned, with their faults."""

    name: str
    zone: str
    faults: frozenset[tuple[str, str]] = frozenset()
    signed: tuple[str, ...] | None = None
    ds: str = ""
    torn: bool = False
    algorithm: tuple[str, ...] = ("ECDSAP256SHA256",)
    names: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)


def faults(**causes: str) -> frozenset[tuple[str, str]]:
    """`spf="absent"`: the causes of each check, separated by |."""
    return frozenset(
        (f"dns.{check.replace('_', '-')}", cause) for check, all in causes.items() for cause in all.split("|")
    )


CLEAN = (
    Domain(
        "clean.com",
        GOOD
        + f"""www IN A 127.0.0.1
sel IN CNAME mail
selector1._domainkey IN TXT "v=DKIM1; k=rsa; p={STRONG[:200]}" "{STRONG[200:]}"
_mta-sts IN TXT "v=STSv1; id=20240101"
mta-sts IN A 127.0.0.1
_smtp._tls IN TXT "v=TLSRPTv1; rua=mailto:a@harbour.com"
""",
        signed=(),
        ds="right",
        names={"www.clean.com": frozenset(), "sel.clean.com": frozenset()},
    ),
    Domain("parked.com", '@ IN A 127.0.0.1\n@ IN MX 0 .\n@ IN TXT "v=spf1 -all"\n' + CAA),
    Domain(
        "wild.com",
        GOOD + '* IN TXT "anything"\n* IN A 127.0.0.1\n* IN MX 10 mail\n',
        signed=("-3", "-"),
        ds="right",
    ),
    Domain(
        "never.com",
        '@ IN A 127.0.0.1\n@ IN TXT "v=spf1 redirect=_spf.never.com"\n_spf IN TXT "v=spf1 -all"\n'
        + DMARC
        + CAA,
    ),
    Domain("quiet.com", "mail-only IN A 127.0.0.1\n@ IN MX 10 mail-only\n" + SPF + DMARC + CAA),
)
"""Nothing is wrong with them, whatever it looks like. The last has no address of its own."""

FAULTY = (
    Domain("bare.com", MAIL, faults(spf="absent", dmarc="absent", caa="absent")),
    Domain(
        "loose.com",
        MAIL
        + f"""@ IN TXT "v=spf1 +all"
_dmarc IN TXT "v=DMARC1; p=none"
selector1._domainkey IN TXT "v=DKIM1; t=y; p={WEAK}"
_mta-sts IN TXT "v=STSv1; id=1"
_smtp._tls IN TXT "v=TLSRPTv1; rua=nobody"
@ IN CAA 128 tbs "unknown"
@ IN DNSKEY 256 3 8 {SHORT}
""",
        faults(
            spf="pass-all",
            dmarc="none",
            dkim="weak-key selector1|test-mode selector1",
            mta_sts="no-policy|tls-report-syntax",
            caa="unknown-critical",
            dnssec="weak-key|digest|iterations",
        ),
        signed=("-3", "abcd", "-H", "10"),
        ds="sha1",
    ),
    Domain(
        "several.com",
        GOOD.replace(CAA, "")
        + """@ IN TXT "v=spf1 -all"
_dmarc IN TXT "v=DMARC1; p=none"
_mta-sts IN TXT "v=STSv1; id=1"
_mta-sts IN TXT "v=STSv1; id=2"
@ IN CAA 0 issue "https://ca.example.net"
""",
        faults(spf="several", dmarc="several", mta_sts="several", caa="malformed"),
    ),
    Domain(
        "heavy.com",
        MAIL
        + CAA
        + f"""h IN A 127.0.0.1
@ IN TXT "v=spf1 {" ".join(["a:h.heavy.com"] * 11)} -all"
_dmarc IN TXT "v=DMARC1; p=reject; sp=none; pct=20"
""",
        faults(spf="too-many-look-ups", dmarc="subdomains|part"),
    ),
    Domain(
        "neutral.com",
        MAIL + CAA + '@ IN TXT "v=spf1 mx ?all"\n_dmarc IN TXT "v=DMARC1; p=rejct"\n',
        faults(spf="neutral", dmarc="syntax"),
    ),
    Domain(
        "loop.com",
        MAIL
        + CAA
        + DMARC
        + '@ IN TXT "v=spf1 include:a.loop.com -all"\na IN TXT "v=spf1 include:loop.com -all"\n',
        faults(spf="loop"),
    ),
    Domain(
        "typo.com",
        MAIL + CAA + DMARC + '@ IN TXT "v=spf1 ip4:300.1.2.3 -all"\n_mta-sts IN TXT "v=STSv1"\n',
        faults(spf="syntax", mta_sts="syntax"),
    ),
    Domain(
        "void.com",
        MAIL
        + CAA
        + DMARC
        + '@ IN TXT "v=spf1 a:x.void.com a:y.void.com a:z.void.com include:gone.void.com -all"\n',
        faults(spf="void-look-ups|missing-include"),
    ),
    Domain("nokey.com", GOOD, faults(dnssec="ds-without-key"), ds="wrong"),
    Domain("badds.com", GOOD, faults(dnssec="ds-of-no-key"), signed=(), ds="wrong"),
    Domain("past.com", GOOD, faults(dnssec="expired"), signed=OVER, ds="right"),
    Domain("torn.com", GOOD, faults(dnssec="refused"), signed=(), ds="right", torn=True),
    Domain("soon.com", GOOD, faults(dnssec="ends-soon"), signed=SOON, ds="right"),
    Domain("island.com", GOOD, faults(dnssec="no-delegation"), signed=()),
    Domain(
        "sha1.com",
        GOOD,
        faults(dnssec="algorithm"),
        signed=(),
        ds="right",
        algorithm=("RSASHA1", "-b", "2048"),
    ),
    Domain(
        "old.com",
        GOOD
        + f"""@ IN MX 20 mail.{FREE}.
@ IN NS ns.{FREE}.
www IN CNAME app.{FREE}.
shop IN CNAME old-shop.azurewebsites.net.
hint IN CNAME nothing.clean.com.
""",
        faults(dangling_record=f"MX mail.{FREE}|NS ns.{FREE}"),
        names={
            "www.old.com": faults(dangling_record=f"CNAME app.{FREE}"),
            "shop.old.com": faults(dangling_record="CNAME old-shop.azurewebsites.net"),
            "hint.old.com": faults(dangling_record="CNAME nothing.clean.com"),
        },
    ),
)
BESIDE = (
    Domain("harbour.com", "ns IN A 127.0.0.1\n"),
    Domain("azurewebsites.net", "taken IN A 127.0.0.1\n"),
)
"""What the others lead to."""


def write(folder: Path, port: int, resolver_port: int) -> tuple[Path, Path]:
    """The settings of the BIND that holds all zones and of the one that resolves by it, written into the folder."""
    own = (*CLEAN, *FAULTY, *BESIDE)
    parent = HEAD
    for domain in own:
        ds = _made(folder, domain)
        if domain.name.endswith(".com"):
            parent += f"{domain.name}. IN NS ns.harbour.com.\n{ds}"
    _made(folder, Domain("com", parent.removeprefix(HEAD), signed=()))
    (anchor,) = (folder / "com.keys").read_text().splitlines()
    (folder / "root.zone").write_text(HEAD + "com. IN NS ns.harbour.com.\nnet. IN NS ns.harbour.com.\n")
    zones = "".join(
        f'zone "{name}" {{ type primary; file "{folder}/{name or "root"}.zone"; }};\n'
        for name in ("com", *(domain.name for domain in own))
    )
    zones += f'zone "." {{ type primary; file "{folder}/root.zone"; }};\n'
    holder, resolver = folder / "holder.conf", folder / "resolver.conf"
    closed = "allow-transfer { none; }; version none; hostname none; server-id none; notify no;"
    holder.write_text(_settings(folder, port, f"recursion no; dnssec-validation no; {closed}") + zones)
    resolver.write_text(
        _settings(
            folder,
            resolver_port,
            f"recursion yes; dnssec-validation yes; forward only; forwarders {{ 127.0.0.1 port {port}; }}; {closed}",
        )
        + f"trust-anchors {{ {anchor} }};\n"
    )
    return holder, resolver


def _settings(folder: Path, port: int, more: str) -> str:
    cache = folder / f"cache-{port}"
    cache.mkdir()
    shutil.chown(cache, "bind")
    return (
        f'options {{ directory "{cache}"; pid-file none; session-keyfile none; listen-on-v6 {{ none; }}; '
        f"listen-on port {port} {{ 127.0.0.1; }}; {more} }};\ncontrols {{ }};\n"
    )


def _made(folder: Path, domain: Domain) -> str:
    """Write the zone's file, and say what its parent has to hold of it."""
    path = folder / f"{domain.name}.zone"
    path.write_text(HEAD + domain.zone)
    made = ""
    if domain.signed is not None:
        made = _signed(folder, domain, path)
    digests = {"right": "-2", "sha1": "-1"}
    if domain.ds == "wrong":
        return f"{domain.name}. IN DS 4711 13 2 {'ab' * 32}\n"
    if domain.ds not in digests:
        return ""
    asked = subprocess.run(
        ["dnssec-dsfromkey", digests[domain.ds], made], cwd=folder, capture_output=True, text=True, check=True
    )
    return asked.stdout


def _signed(folder: Path, domain: Domain, path: Path) -> str:
    """Sign the zone in place, by one new key; the key's name."""
    keygen = ["dnssec-keygen", "-q", "-a", *domain.algorithm, "-f", "KSK", domain.name]
    key = subprocess.run(keygen, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()
    record = next(
        line for line in (folder / f"{key}.key").read_text().splitlines() if not line.startswith(";")
    )
    with path.open("a") as zone:
        zone.write(f"{record}\n")
    # -P: one key signs everything, which the checks of the tool would call an oversight.
    made_by(
        "dnssec-signzone",
        "-P",
        "-z",
        "-o",
        domain.name,
        *domain.signed,
        "-f",
        str(path),
        str(path),
        key,
        folder=folder,
    )
    if domain.torn:
        path.write_text(re.sub(r"\b4711\b", "4712", path.read_text(), count=1))
    words = record.split()
    start = words.index("DNSKEY") + 1
    (folder / f"{domain.name}.keys").write_text(
        f'{domain.name}. static-key {" ".join(words[start : start + 3])} "{"".join(words[start + 3 :])}";\n'
    )
    return key
