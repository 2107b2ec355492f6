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


def listing(description: dict[str, Any]) -> str:
    """Each target with what is wrong there, and the commands that scan them."""
    flaws = Counter(flaw["target"] for flaw in description["flaws"])
    kind = "every flaw mended" if description["fixed"] else f"{sum(flaws.values())} flaws"
    lines = [f"The practice target is ready ({description['set']} set, {kind}). Ctrl-C ends it.", ""]
    targets = description["targets"]
    width = max(len(target["target"]) for target in targets)
    for target in targets:
        name = target["target"]
        count = flaws[name]
        wrong = f"{count:>3} {'flaw' if count == 1 else 'flaws'}" if count else "nothing wrong here"
        lines.append(f"  {name:<{width}}  {wrong}")
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
    targets = " ".join(target["target"] for target in description["targets"] if not target["auth"])
    trusted = f" --ca-file {description['ca_file']}" if description.get("ca_file") else ""
    return f"cyberai scan {targets} --allow 127.0.0.0/8{trusted}"
