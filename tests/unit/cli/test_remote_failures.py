"""What a server answers, in words that say what to do next."""

import pytest

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import outcome_of
from cyberai.cli.remote.failures import explained
from cyberai.cli.server_login import ServerLogin
from cyberai_sdk import errors as sdk

LOGIN = ServerLogin(root="https://s.example", key="the-key", flag="--profile work")
PLACE = {"field": "id", "reason": "Use an id that GET /v1/scans lists"}


def api(status: int, code: str | None, **members: object) -> sdk.ApiError:
    kind = sdk.error_type(status)
    return kind("It is so", status=status, code=code, request_id="req_1", **members)  # type: ignore[arg-type]


CASES = [
    (
        api(401, "unauthorized"),
        ExitCode.AUTHENTICATION,
        "does not know the key",
        "cyberai login --profile work",
    ),
    (api(401, "key_expired"), ExitCode.AUTHENTICATION, "has expired", "cyberai login --profile work"),
    (
        api(403, "forbidden", details={"reason": "scope scans:write"}),
        ExitCode.AUTHENTICATION,
        "scans:write",
        "scope",
    ),
    (api(403, "target_not_allowed"), ExitCode.USAGE, "It is so", "cyberai serve --allow NETWORK"),
    (api(404, "not_found", details=PLACE), ExitCode.USAGE, "It is so", "cyberai scans lists the ids"),
    (api(404, "not_found"), ExitCode.SERVER, "cannot do this", "Bring the server to the version"),
    (api(405, "method_not_allowed"), ExitCode.SERVER, "cannot do this", "Bring the server to the version"),
    (api(404, None), ExitCode.SERVER, "cannot do this", "no Cyber AI server"),
    (api(409, "conflict", details={"reason": "It has ended"}), ExitCode.USAGE, "It is so", "It has ended"),
    (
        api(400, "invalid_request", details={"field": "options.depth", "reason": "r"}),
        ExitCode.USAGE,
        "",
        "--depth: r",
    ),
    (api(400, "invalid_request", details={"errors": [1], "reason": "r"}), ExitCode.USAGE, "It is so", "r"),
    (api(429, "rate_limited", retry_after=17.0), ExitCode.SERVER, "are spent", "Try again in 17 seconds"),
    (api(503, "storage_full"), ExitCode.SERVER, "It is so", "makes room"),
    (api(500, "internal_error"), ExitCode.SERVER, "req_1", "The server's log"),
    (api(502, None), ExitCode.SERVER, "not Cyber AI's", "A proxy"),
    (api(418, "code_of_the_future"), ExitCode.USAGE, "It is so", "The server's log"),
    (sdk.ConnectionFailed("refused"), ExitCode.SERVER, "does not answer", "See that the server runs"),
    (sdk.TimedOut("no answer in time"), ExitCode.SERVER, "no answer in time", "See that"),
    (
        sdk.ConnectionFailed("[SSL: CERTIFICATE_VERIFY_FAILED] x"),
        ExitCode.SERVER,
        "cannot be trusted",
        "--ca-file",
    ),
    (
        sdk.ConnectionFailed("[SSL: WRONG_VERSION_NUMBER] x"),
        ExitCode.SERVER,
        "not speak TLS",
        "http://s.example",
    ),
    (sdk.RedirectRefused("to evil.example"), ExitCode.SERVER, "evil.example", "If you trust"),
    (sdk.InvalidResponse("sent text/html instead of JSON"), ExitCode.SERVER, "text/html", "same version"),
    (sdk.ConfigurationError("no such file"), ExitCode.USAGE, "no such file", "Correct"),
]


@pytest.mark.parametrize(("error", "code", "what", "step"), CASES)
def test_each_error_says_what_happened_and_what_to_do(
    error: sdk.CyberAIError, code: ExitCode, what: str, step: str, capsys
) -> None:
    assert outcome_of(explained(error, LOGIN)) == code
    said = capsys.readouterr().err
    assert what in said
    assert step in said
    assert "the-key" not in said
