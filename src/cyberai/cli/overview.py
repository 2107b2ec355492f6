"""The first page of help. Plain text and no imports, so that `cyberai --help` answers at once."""

COMMANDS = {
    "demo": "Scan a practice target on this machine, live, and write two reports.",
    "scan": "Scan targets from here: no server, no account.",
    "watch": "Follow a running scan, of this machine or of a server.",
    "scans": "List scans and their ids.",
    "findings": "List, show, decide about and retest findings.",
    "assets": "Hosts, ports, services and certificates, and what changed.",
    "targets": "How the targets stand, and how that came about.",
    "diff": "What is new, fixed, back or moved from one scan to another.",
    "replay": "Repeat a finding's proof: is it still there?",
    "report": "Write a scan's result again: html, sarif, markdown, ...",
    "login": "Keep a server's address and key, for --profile and the SDKs.",
    "logout": "Forget a profile and its key.",
    "profiles": "List the profiles, or choose the SDKs' own.",
    "serve": "Run the API server and its workers.",
    "lab": "Run the practice target: a web site and services full of flaws.",
    "keys": "Create, list and revoke API keys.",
    "checks": "List the checks, or show one in full.",
    "feeds": "Import EPSS and KEV files: how known flaws are exploited.",
    "backup": "Write the whole store to one file, also while scans run.",
    "restore": "Make a backup the store of a data directory.",
    "gc": "Remove what is older than it is to be kept.",
    "completion": "Print the completion script of a shell.",
    "doctor": "Look at this machine: is everything there that Cyber AI needs?",
    "version": "Show versions for a bug report.",
}
"""Command -> one line. The module `cyberai.cli.NAME` holds each as `command`."""

INTRODUCTION = "A security scanner you host yourself, that proves every finding it reports."

_TEMPLATE = """\
Usage: cyberai COMMAND [OPTIONS] ...

  {introduction}

Commands:
{commands}

Options:
  --version  Show the version.
  --debug    Show a traceback when something goes wrong (any command).
  --help     Show this page; `cyberai COMMAND --help` shows a command with examples.

Start here:
  cyberai demo
  cyberai scan https://your-site.example
  cyberai scan http://127.0.0.1:8000 --allow 127.0.0.0/8 --fail-on high

Exit codes:
  0 done   1 findings at or above --fail-on   2 usage   3 incomplete or inconclusive
  4 authentication   5 server or network   130 interrupted

Scan only what you are allowed to scan.
"""


def text() -> str:
    """The page."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {line}" for name, line in COMMANDS.items())
    return _TEMPLATE.format(introduction=INTRODUCTION, commands=commands)
