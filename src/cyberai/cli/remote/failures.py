"""What the SDK raises, for people: the API's refusals in the words of the local commands, the rest with what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cyberai import __version__
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure, code_of
from cyberai.cli.server_login import ServerLogin
from cyberai.domain import errors
from cyberai_sdk import errors as sdk

_OF_PEOPLE = {
    400: errors.InvalidRequest,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
}
"""Refusals that say the same as a local command's, so that they are shown by it."""
_KNOWN = {code.value for code in errors.ErrorCode}
_CERTIFICATE = ("CERTIFICATE_VERIFY_FAILED", "certificate verify failed")
_NO_TLS = ("WRONG_VERSION_NUMBER", "wrong version number", "record layer failure", "packet length too long")


@contextmanager
def told(login: ServerLogin) -> Iterator[None]:
    """Whatever the SDK raises in this block, as a Failure or the error that a local command would raise."""
    try:
        yield
    except sdk.CyberAIError as error:
        raise explained(error, login) from error


def explained(error: sdk.CyberAIError, login: ServerLogin) -> Exception:
    """The error for people."""
    match error:
        case sdk.ApiError():
            return _refusal(error, login)
        case sdk.ConnectionFailed():
            return _no_answer(str(error), login)
        case sdk.RedirectRefused():
            return Failure(
                f"{login.root} sends elsewhere",
                why=str(error),
                next_step="If you trust that address, name it with --server, or log in to it",
            )
        case sdk.InvalidResponse():
            return Failure(
                f"{login.root} does not answer as Cyber AI {__version__} does",
                why=str(error),
                next_step="See that the address is that of a Cyber AI server of the same version as `cyberai --version`",
            )
        case sdk.ReportFailed():
            return Failure(str(error), next_step="The server's log says more")
        case sdk.ConfigurationError():
            return Failure(str(error), next_step="Correct the option or the profile", code=ExitCode.USAGE)
    return Failure(str(error), next_step="The server's log may say more")


def _refusal(error: sdk.ApiError, login: ServerLogin) -> Exception:
    code = error.code or ""
    if error.status == 401:
        return _key_refused(error, login)
    if code == "forbidden":
        return Failure(
            f"The key may not do this on {login.root}",
            why=_with_request(error),
            next_step="Log in with a key that has the scope: cyberai keys create --name me --scope ... on the server's "
            "machine makes one",
            code=ExitCode.AUTHENTICATION,
        )
    if error.status == 429:
        wait = f"{error.retry_after:.0f} seconds" if error.retry_after else "a minute"
        return Failure(
            "The key's requests of this minute are spent",
            why=_with_request(error),
            next_step=f"Try again in {wait}; a key of the plan enterprise has ten times as many",
        )
    if not code or _lacks_operation(error):
        return _other_server(error, login)
    kind = _OF_PEOPLE.get(error.status)
    if kind is not None and code in _KNOWN and code != "target_not_allowed":
        return _as_local(kind, error)
    return Failure(
        error.message, why=_with_request(error), next_step=_advice(code), code=code_of(code, error.status)
    )


def _as_local(kind: type[errors.CyberAIError], error: sdk.ApiError) -> errors.CyberAIError:
    extra: dict[str, Any] = {
        name: value for name, value in error.details.items() if name not in ("field", "reason")
    }
    if not _are_problems(extra.get("errors")):
        extra["errors"] = [{"field": error.field or "", "reason": error.reason}]
    return kind(
        error.message,
        field=error.field,
        reason=error.reason,
        code=errors.ErrorCode(error.code or ""),
        extra=extra,
    )


def _are_problems(value: object) -> bool:
    """Whether it is a list of problems as the API writes them: the local commands rely on that."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and {"field", "reason"} <= item.keys() for item in value)
    )


def _key_refused(error: sdk.ApiError, login: ServerLogin) -> Failure:
    if error.code == "key_expired":
        what = f"The key for {login.root} has expired"
    else:
        what = f"{login.root} does not know the key"
    known_as = login.flag if login.flag.startswith("--profile") else f"--server {login.root}"
    return Failure(
        what,
        why=_with_request(error),
        next_step=f"cyberai login {known_as} asks for another; `cyberai keys create --name me` on the server's machine "
        "makes one",
        code=ExitCode.AUTHENTICATION,
    )


def _lacks_operation(error: sdk.ApiError) -> bool:
    """A path or method that the server does not have; a missing resource names the field that is wrong."""
    return error.status in (405, 501) or (error.status == 404 and error.field is None)


def _other_server(error: sdk.ApiError, login: ServerLogin) -> Failure:
    if _lacks_operation(error):
        return Failure(
            f"{login.root} cannot do this",
            why=f"it answers {error}: it is older than this command, or no Cyber AI server",
            next_step=f"Bring the server to the version of this command ({__version__}), or see that the address is right",
        )
    return Failure(
        f"{login.root} answers with an error that is not Cyber AI's",
        why=str(error),
        next_step="A proxy may stand between, or its server may be down: see that the address is right, try again later",
    )


def _no_answer(why: str, login: ServerLogin) -> Failure:
    if any(mark in why for mark in _CERTIFICATE):
        return Failure(
            f"The certificate of {login.root} cannot be trusted",
            why=why,
            next_step="If it is signed by a certificate of your own, name that: --ca-file FILE",
        )
    if any(mark in why for mark in _NO_TLS):
        return Failure(
            f"{login.root} does not speak TLS",
            why=why,
            next_step=f"Write {login.root.replace('https:', 'http:', 1)} if it is a server without TLS in a network you trust",
        )
    return Failure(
        f"{login.root} does not answer",
        why=why,
        next_step="See that the server runs there and that nothing stands between",
    )


def _advice(code: str) -> str:
    return {
        "target_not_allowed": "If you may scan it, the server's operator allows its network: cyberai serve --allow NETWORK",
        "storage_full": "The server's operator makes room on its disk",
        "unavailable": "Try again in a moment",
    }.get(code, "The server's log says more")


def _with_request(error: sdk.ApiError) -> str:
    reason = error.reason or error.message
    return f"{reason} (request {error.request_id})" if error.request_id else reason
