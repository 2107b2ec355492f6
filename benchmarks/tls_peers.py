"""What other programs say of a TLS server, in the words of tests/support/tls_servers/weaknesses.py."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

SECONDS = 420
SSLYZE = "sslyze==6.3.1"

_SUITE_KINDS = {
    "null": ("NULL",),
    "anonymous": ("ADH", "AECDH", "DH_anon", "ECDH_anon"),
    "export": ("EXP",),
    "rc4": ("RC4",),
    "3des": ("3DES", "DES-CBC3", "IDEA"),
}
"""Parts of the names of suites, in OpenSSL's spelling and in IANA's."""


@dataclass(frozen=True)
class Peer:
    """A program: how it is called for a port and a way into TLS (None where it knows none), and how its answer is
    read."""

    name: str
    command: Callable[[str, int, str, Path, Path], list[str] | None]
    read: Callable[[Path, bytes], set[str]]


def suite_kinds(names: list[str]) -> set[str]:
    """The weaknesses that names of suites tell of."""
    return {
        kind for kind, parts in _SUITE_KINDS.items() if any(part in name for name in names for part in parts)
    }


def _testssl(host: str, port: int, starttls: str, out: Path, authority: Path) -> list[str] | None:
    ways = {"": (), "postgres": ("-t", "postgres")}
    if starttls in ("sieve", "xmpp-server", "nntp"):
        return None
    way = ways.get(starttls, ("-t", starttls))
    quiet = ("--quiet", "--color", "0", "--warnings", "off", "--add-ca", str(authority))
    return ["testssl", *quiet, "--jsonfile", str(out), *way, f"{host}:{port}"]


_TESTSSL = {
    "SSLv2": "ssl2",
    "SSLv3": "ssl3",
    "TLS1": "tls1.0",
    "TLS1_1": "tls1.1",
    "cipherlist_NULL": "null",
    "cipherlist_aNULL": "anonymous",
    "cipherlist_EXPORT": "export",
    "RC4": "rc4",
    "SWEET32": "3des",
    "LOGJAM": "weak-dh",
    "LOGJAM-common_primes": "weak-dh",
    "DH_groups": "weak-dh",
    "PFS": "no-forward-secrecy",
    "BEAST": "beast",
    "secure_renego": "insecure-renegotiation",
    "secure_client_renego": "client-renegotiation",
    "fallback_SCSV": "no-fallback-scsv",
    "CRIME_TLS": "compression",
    "heartbleed": "heartbleed",
    "CCS": "ccs-injection",
    "ROBOT": "robot",
    "ticketbleed": "ticketbleed",
    "POODLE_SSL": "ssl3",
    "DROWN": "ssl2",
    "FREAK": "export",
    "cert_trust": "wrong-name",
    "cert_keySize": "weak-key",
    "cert_signatureAlgorithm": "sha1-signature",
}
_HARMLESS = frozenset({"OK", "INFO", "WARN", "DEBUG"})


def _read_testssl(out: Path, _printed: bytes) -> set[str]:
    rows = json.loads(out.read_text())
    said = {}
    for row in rows:
        # Of several certificates each has a number of its own behind the id.
        said.setdefault(row["id"].partition(" ")[0], row)
    bad = {name: row["finding"].lower() for name, row in said.items() if row["severity"] not in _HARMLESS}
    found = {_TESTSSL[name] for name in bad if name in _TESTSSL}
    if "expired" in bad.get("cert_expirationStatus", ""):
        found.add("expired")
    trust = bad.get("cert_chain_of_trust", "")
    if "self signed" in trust and "chain" not in trust:
        found.add("self-signed")
    elif "incomplete" in trust:
        found.add("incomplete-chain")
    modern = [said[name]["finding"] for name in ("TLS1_2", "TLS1_3") if name in said]
    if modern and all(text.startswith("not offered") for text in modern):
        found.add("no-modern-version")
    # An order of the client's matters where something weak is there to be chosen.
    if "cipher_order" in bad and found & set(_SUITE_KINDS):
        found.add("no-order")
    return found


def _sslscan(host: str, port: int, starttls: str, out: Path, _authority: Path) -> list[str] | None:
    if starttls in ("sieve", "nntp"):
        return None
    words = {"postgres": "psql", "xmpp-server": "xmpp"}
    way = [f"--starttls-{words.get(starttls, starttls)}"] if starttls else []
    return ["sslscan", f"--xml={out}", "--show-certificate", *way, f"{host}:{port}"]


_SSLSCAN_VERSIONS = {
    ("ssl", "2"): "ssl2",
    ("ssl", "3"): "ssl3",
    ("tls", "1.0"): "tls1.0",
    ("tls", "1.1"): "tls1.1",
}


def _read_sslscan(out: Path, _printed: bytes) -> set[str]:
    tree = ElementTree.parse(out)
    on = {
        (one.get("type", ""), one.get("version", ""))
        for one in tree.iter("protocol")
        if one.get("enabled") == "1"
    }
    found = {key for version, key in _SSLSCAN_VERSIONS.items() if version in on}
    if on and not on & {("tls", "1.2"), ("tls", "1.3")}:
        found.add("no-modern-version")
    suites = list(tree.iter("cipher"))
    names = [one.get("cipher", "") for one in suites]
    found |= suite_kinds(names)
    if any(0 < int(one.get("dhebits", "0")) <= 1024 for one in suites if "ADH" not in one.get("cipher", "")):
        found.add("weak-dh")
    if names and not any("DHE" in name or name.startswith("TLS_AES") or "ECDH" in name for name in names):
        found.add("no-forward-secrecy")
    for one in tree.iter("renegotiation"):
        if one.get("supported") == "1" and one.get("secure") == "0":
            found.add("insecure-renegotiation")
    if any(one.get("supported") == "0" for one in tree.iter("fallback")):
        found.add("no-fallback-scsv")
    if any(one.get("supported") == "1" for one in tree.iter("compression")):
        found.add("compression")
    if any(one.get("vulnerable") == "1" for one in tree.iter("heartbleed")):
        found.add("heartbleed")
    return found | set(_sslscan_certificate(tree.getroot()))


def _sslscan_certificate(root: ElementTree.Element) -> Iterator[str]:
    for one in root.iter("certificate"):
        if one.findtext("expired") == "true":
            yield "expired"
        if one.findtext("self-signed") == "true":
            yield "self-signed"
        key = one.find("pk")
        if key is not None and key.get("type") == "RSA" and int(key.get("bits", "2048")) < 2048:
            yield "weak-key"
        if "sha1" in one.findtext("signature-algorithm", "").lower():
            yield "sha1-signature"


def sslyze(program: Path) -> Peer:
    """sslyze, from an environment of its own."""

    def command(host: str, port: int, starttls: str, out: Path, authority: Path) -> list[str] | None:
        if starttls in ("sieve", "mysql", "nntp"):
            return None
        words = {"xmpp-server": "xmpp_server"}
        way = ["--starttls", words.get(starttls, starttls)] if starttls else []
        way += ["--xmpp_to", host] if starttls.startswith("xmpp") else []
        return [
            str(program),
            "--certinfo_ca_file",
            str(authority),
            "--json_out",
            str(out),
            *way,
            f"{host}:{port}",
        ]

    return Peer("sslyze", command, _read_sslyze)


_SSLYZE_VERSIONS = {"ssl_2_0": "ssl2", "ssl_3_0": "ssl3", "tls_1_0": "tls1.0", "tls_1_1": "tls1.1"}


def _read_sslyze(out: Path, _printed: bytes) -> set[str]:
    (server,) = json.loads(out.read_text())["server_scan_results"]
    scans = server["scan_result"] or {}
    done = {name: part["result"] for name, part in scans.items() if part["status"] == "COMPLETED"}
    suites = {
        name.removesuffix("_cipher_suites"): part
        for name, part in done.items()
        if name.endswith("_cipher_suites")
    }
    on = {name for name, part in suites.items() if part["accepted_cipher_suites"]}
    found = {key for name, key in _SSLYZE_VERSIONS.items() if name in on}
    if on and not on & {"tls_1_2", "tls_1_3"}:
        found.add("no-modern-version")
    accepted = [one for part in suites.values() for one in part["accepted_cipher_suites"]]
    names = [one["cipher_suite"]["name"] for one in accepted]
    found |= suite_kinds(names)
    keys = [one["ephemeral_key"] for one in accepted if "anon" not in one["cipher_suite"]["name"]]
    if any(key and key["type_name"] == "DH" and key["size"] <= 1024 for key in keys):
        found.add("weak-dh")
    if names and not any("DHE" in name or "_WITH_" not in name for name in names):
        found.add("no-forward-secrecy")
    return found | set(_sslyze_attacks(done)) | set(_sslyze_certificate(done))


def _sslyze_attacks(done: dict[str, Any]) -> Iterator[str]:
    renegotiation = done.get("session_renegotiation", {})
    if renegotiation.get("supports_secure_renegotiation") is False:
        yield "insecure-renegotiation"
    if renegotiation.get("is_vulnerable_to_client_renegotiation_dos"):
        yield "client-renegotiation"
    if done.get("tls_fallback_scsv", {}).get("supports_fallback_scsv") is False:
        yield "no-fallback-scsv"
    if done.get("tls_compression", {}).get("supports_compression"):
        yield "compression"
    if done.get("heartbleed", {}).get("is_vulnerable_to_heartbleed"):
        yield "heartbleed"
    if done.get("openssl_ccs_injection", {}).get("is_vulnerable_to_ccs_injection"):
        yield "ccs-injection"
    if done.get("robot", {}).get("robot_result", "").startswith("VULNERABLE"):
        yield "robot"


def _sslyze_certificate(done: dict[str, Any]) -> Iterator[str]:
    for deployment in done.get("certificate_info", {}).get("certificate_deployments", ()):
        chain = deployment["received_certificate_chain"]
        leaf = chain[0]
        if "RSA" in leaf["public_key"]["algorithm"] and leaf["public_key"]["key_size"] < 2048:
            yield "weak-key"
        if (leaf["signature_hash_algorithm"] or {}).get("name") == "sha1":
            yield "sha1-signature"
        own = [
            one
            for one in deployment["path_validation_results"]
            if "Supplied CA" in one["trust_store"]["name"]
        ]
        words = " ".join(one["validation_error"] or "" for one in own).lower()
        if "not valid at validation time" in words or "expired" in words:
            yield "expired"
        if "no matching subjectaltname" in words:
            yield "wrong-name"
        if leaf["issuer"] == leaf["subject"]:
            yield "self-signed"
        elif "candidates exhausted" in words and "sha1" not in str(leaf["signature_hash_algorithm"]):
            yield "incomplete-chain"


TESTSSL = Peer("testssl.sh", _testssl, _read_testssl)
SSLSCAN = Peer("sslscan", _sslscan, _read_sslscan)


def prepared(folder: Path) -> Path:
    """sslyze in a fresh environment; it is a tool of this comparison and no dependency of ours."""
    subprocess.run(["python3", "-m", "venv", str(folder)], check=True, capture_output=True)
    subprocess.run(
        [str(folder / "bin" / "pip"), "install", "--quiet", SSLYZE], check=True, capture_output=True
    )
    return folder / "bin" / "sslyze"
