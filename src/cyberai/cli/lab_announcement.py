"""What the practice target says when it is ready."""

import json
import sys
from collections import Counter
from typing import Any

import click


def announce(description: dict[str, Any], *, as_json: bool) -> None:
    """One line of JSON for programs, a listing for people."""
    click.echo(json.dumps(description) if as_json else listing(description))
    sys.stdout.flush()


_HEADINGS = {
    "http": "Website",
    "tls": "TLS",
    "service": "Services",
    "members": "Areas for members",
}
_ON_ONE_LINE = 12
"""Targets that a command line names; of more it reads the file."""


def listing(description: dict[str, Any]) -> str:
    """Each target with what is wrong there, and the commands that scan them."""
    flaws = Counter(flaw["target"] for flaw in description["flaws"])
    kind = "every flaw mended" if description["fixed"] else f"{sum(flaws.values())} flaws"
    lines = [f"The practice target is ready ({description['set']} set, {kind}). Ctrl-C ends it."]
    targets = description["targets"]
    width = max(len(target["target"]) for target in targets)
    named = max(len(target["name"]) for target in targets)
    for sort, heading in _HEADINGS.items():
        rows = [target for target in targets if target["kind"] == sort]
        lines += ["", heading] if rows else []
        for row in rows:
            count = flaws[row["target"]]
            wrong = f"{count} {'flaw' if count == 1 else 'flaws'}" if count else "nothing wrong here"
            lines.append(f"  {row['target']:<{width}}  {row['name']:<{named}}  {wrong}")
    lines += ["", "Scan it all:", f"  {scan_command(description)}"]
    if description["domains"]:
        names = " ".join(domain["target"] for domain in description["domains"])
        lines += ["", f"Domains, known to the resolver {description['resolver']} only:"]
        alone = "--checks dns. --ports 53 --no-udp --allow 127.0.0.0/8"
        lines += [f"  cyberai scan {names} --type network {alone} --resolver {description['resolver']}"]
    members = [target for target in targets if target["auth"]]
    if members:
        lines += ["", "Areas for members, each scanned by itself; save the login as login.json:"]
    for target in members:
        lines.append(f"  cyberai scan {target['target']} --allow 127.0.0.0/8 --auth login.json")
        lines.append(f"    {json.dumps(target['auth'])}")
    return "\n".join(lines)


def scan_command(description: dict[str, Any]) -> str:
    """The command line that scans every target."""
    targets = [target["target"] for target in description["targets"] if not target["auth"]]
    file = description.get("targets_file")
    which = f"$(cat {file})" if file and len(targets) > _ON_ONE_LINE else " ".join(targets)
    trusted = f" --ca-file {description['ca_file']}" if description.get("ca_file") else ""
    return f"cyberai scan {which} --allow 127.0.0.0/8{trusted}"
