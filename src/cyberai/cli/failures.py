"""Errors as people need them: what happened, why, and what to do next."""

import os
import sys
from typing import TYPE_CHECKING

from cyberai.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    import click

    from cyberai.domain.errors import CyberAIError


class Failure(Exception):
    """Something a command cannot go on from. `next_step` is a sentence or a command line."""

    def __init__(
        self, what: str, *, why: str = "", next_step: str = "", code: ExitCode = ExitCode.SERVER
    ) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.next_step = next_step
        self.code = code


def outcome_of(error: BaseException) -> int:
    """Show the error on stderr; the exit code it stands for."""
    import click

    match error:
        case SystemExit():
            return error.code if isinstance(error.code, int) else int(error.code is not None)
        case KeyboardInterrupt() | click.Abort():
            show("Interrupted")
            return ExitCode.INTERRUPTED
        case click.exceptions.Exit():
            return error.exit_code
        case click.exceptions.NoArgsIsHelpError():
            click.echo(error.format_message(), err=True)
            return ExitCode.USAGE
        case BrokenPipeError():
            # The reader of our output is gone; Python would complain once more at its own end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return ExitCode.SERVER
        case click.ClickException():
            return _usage(error)
        case Failure():
            show(error.what, why=error.why, next_step=error.next_step)
            return error.code
    return _known(error)


def show(what: str, *, why: str = "", next_step: str = "") -> None:
    """Three lines at most, on stderr."""
    import click

    from cyberai.reports.plain_text import visible

    click.echo(click.style("Error: ", fg="red", bold=True) + visible(what), err=True)
    if why:
        click.echo(f"  Why:  {visible(why)}", err=True)
    if next_step:
        click.echo(f"  Next: {visible(next_step)}", err=True)


def _usage(error: BaseException) -> int:
    import click

    assert isinstance(error, click.ClickException)
    if isinstance(error, click.NoSuchOption) and error.option_name in ("--server", "--profile"):
        return _only_here(error)
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "cyberai"
    show(error.format_message(), next_step=f"{path} --help shows every option, with examples")
    return ExitCode.USAGE


_INSTEAD = {
    "replay": "cyberai findings retest ID --profile NAME has the server repeat the proof, and stores what it says",
    "targets": "cyberai scans --profile NAME --target TARGET lists the scans of one",
    "checks": "This machine's checks are those of a server of the same version",
}


def _only_here(error: "click.NoSuchOption") -> int:
    """A command of this machine that was asked of a server."""
    path = error.ctx.command_path if error.ctx else "cyberai"
    name = path.split()[-1]
    show(
        f"{path} works on this machine only and cannot be asked of a server",
        next_step=_INSTEAD.get(name, "Run it on the server's machine, without this option"),
    )
    return ExitCode.USAGE


def _known(error: BaseException) -> int:
    from cyberai.cli.client import ApiError
    from cyberai.cli.own_words import own_words
    from cyberai.config import SettingsError
    from cyberai.domain.errors import CyberAIError, StoreError

    match error:
        case CyberAIError():
            why = own_words(_reason(error))
            show(error.message, why=why, next_step=_advice(error.code, why))
            return code_of(error.code, error.status)
        case ApiError():
            place = f"{error.field}: " if error.field else ""
            show(str(error), why=f"{place}{error.reason}", next_step=_request(error.request_id))
            return code_of(error.code, error.status)
        case SettingsError():
            show(str(error), next_step="Correct the flag or the environment variable CYBERAI_...")
            return ExitCode.USAGE
        case StoreError():
            show(str(error), next_step="cyberai doctor looks at this machine")
            return ExitCode.SERVER
        case OSError():
            place = f" ({error.filename})" if error.filename else ""
            show(f"{error.strerror or error}{place}", next_step="cyberai doctor looks at this machine")
            return ExitCode.SERVER
    show(
        f"Cyber AI failed by its own fault: {type(error).__name__}: {error}",
        next_step="The same command with --debug shows where; please report it with `cyberai version`",
    )
    return ExitCode.SERVER


def code_of(code: str, status: int) -> ExitCode:
    """The exit code of an error code of the API."""
    if code in ("unauthorized", "key_expired", "forbidden", "target_not_verified"):
        return ExitCode.AUTHENTICATION
    return ExitCode.USAGE if status < 500 and code != "rate_limited" else ExitCode.SERVER


def _reason(error: "CyberAIError") -> str:
    problems = error.extra.get("errors") or [{"field": error.field, "reason": error.reason}]
    return "; ".join(
        f"{_flag(str(problem['field']))}: {problem['reason']}" if problem["field"] else str(problem["reason"])
        for problem in problems
    )


_FLAGS = {
    "target": "TARGET",
    "options.depth": "--depth",
    "options.concurrent": "--concurrent",
    "options.timeout": "--timeout",
    "options.request_timeout": "--request-timeout",
    "options.ports": "--ports",
    "options.udp": "--udp",
    "options.subdomain_words": "--subdomain-words",
    "options.syn": "--syn",
    "options.checks.include": "--checks",
    "options.checks.exclude": "--exclude-checks",
    "policies.max_requests_per_second": "--rate",
    "policies.exclude_paths": "--exclude-path",
    "policies.custom_headers": "--header",
    "expires_at": "--expires",
    "id": "ID",
    "status": "--status",
    "reason": "--reason",
    "accept_until": "--until",
    "due_at": "--due",
    "assignee": "--assignee",
    "comment": "--comment",
    "severity_override": "--severity",
    "tags": "--tag",
    "title": "--title",
}


def _flag(field: str) -> str:
    """The flag that sets a field of the API's body: the reader typed the one, never saw the other."""
    if field.startswith("targets"):
        return "TARGET"
    return _FLAGS.get(field.partition("[")[0], field)


_ADVICE = {
    "target_not_allowed": "If you may scan it, allow its network: --allow 127.0.0.0/8 for this machine, "
    "--allow 10.0.0.0/8 for such a network",
    "storage_full": "Make room on the disk, or choose another folder with --data-dir",
    "unauthorized": "cyberai keys create --name me --plan enterprise makes a key",
}


def _advice(code: str, why: str) -> str:
    if code == "target_not_allowed" and "never scan" in why:
        return ""  # what can never be scanned, such as our own server
    return _ADVICE.get(code, "")


def _request(request_id: str) -> str:
    return f"The server's log names this request {request_id}" if request_id else ""
