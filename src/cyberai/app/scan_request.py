"""From what a client asked for to a ScanSpec: every semantic rule of POST /v1/scans, for API and CLI alike."""

from enum import StrEnum
from typing import Any, TypeVar

from msgspec import UNSET, structs

from cyberai.app.auth_request import read_auth
from cyberai.app.context import App
from cyberai.app.header_rules import judge_headers
from cyberai.app.requests import AuthRequest as AuthRequest
from cyberai.app.requests import OptionsRequest, PoliciesRequest, ScanRequest
from cyberai.app.sealing import sealed_auth
from cyberai.domain.auth import Auth
from cyberai.domain.errors import ErrorCode, Forbidden, InvalidRequest
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.scan import (
    CheckSelection,
    Criticality,
    Mode,
    ScanOptions,
    ScanPolicies,
    ScanSpec,
    ScanType,
    SynScan,
)
from cyberai.domain.scope import ScanScope
from cyberai.domain.severity import Severity
from cyberai.domain.target import (
    NOT_A_TARGET,
    HostTarget,
    PortTarget,
    RangeTarget,
    Target,
    TargetError,
    UrlTarget,
    literal_address,
    parse_target,
)
from cyberai.engine.plan import parse_ports
from cyberai.engine.registry import unknown_selectors

MESSAGE = "Invalid scan configuration"
NOT_AVAILABLE = "Not available in this version"
_READABLE = "Must have 1 to {} characters, none of them a control character"
MAX_TARGETS = 256
MAX_TAGS = 50
MAX_TEXT = 200
MAX_PATHS = 200

E = TypeVar("E", bound=StrEnum)
Problems = list[tuple[str, str]]


def judge_scan_request(
    app: App, workspace: WorkspaceId, request: ScanRequest
) -> tuple[ScanSpec, tuple[Target, ...]]:
    """The spec and its parsed targets; raise InvalidRequest with every problem, or Forbidden for a target
    that the operator's policy refuses."""
    spec, targets, auth = read_scan_request(request)
    _judge_literals(app, request, spec.targets, targets)
    if auth is not None:
        spec = structs.replace(spec, auth=sealed_auth(app, workspace, auth))
    return spec, targets


def read_scan_request(request: ScanRequest) -> tuple[ScanSpec, tuple[Target, ...], Auth | None]:
    """The spec, its parsed targets and the login, the operator's policy not asked and the login not yet in the spec; raise InvalidRequest with every problem."""
    problems: Problems = []
    texts, targets = _targets(request, problems)
    for field in ("webhook_url", "identities", "inputs"):
        if getattr(request, field) is not UNSET:
            problems.append((field, NOT_AVAILABLE))
    scan_type = _choice(ScanType, request.scan_type, "scan_type", problems)
    if scan_type is ScanType.CLOUD:
        problems.append(("scan_type", NOT_AVAILABLE))
    options = _options(request.options, problems)
    policies = _policies(request.policies, problems)
    scope = ScanScope(targets, policies.include_paths, policies.exclude_paths)
    auth = read_auth(request.auth, scope, problems)
    criticality = _choice(Criticality, request.criticality, "criticality", problems)
    _texts(request.tags, "tags", MAX_TAGS, problems)
    if request.name is not None and not _shown(request.name, MAX_TEXT):
        problems.append(("name", _READABLE.format(MAX_TEXT)))
    if problems:
        raise invalid_scan(problems)
    spec = ScanSpec(
        targets=texts,
        scan_type=scan_type,
        options=options,
        policies=policies,
        name=request.name,
        tags=tuple(request.tags),
        criticality=criticality,
    )
    _check_selectors(spec)
    return spec, targets, auth


def read_login(request: AuthRequest | None, scope: ScanScope) -> Auth | None:
    """A login given for requests of this scope; raise InvalidRequest with every problem."""
    problems: Problems = []
    auth = read_auth(request, scope, problems)
    if problems:
        raise invalid_scan(problems)
    return auth


def invalid_scan(problems: Problems) -> InvalidRequest:
    """The customer's error, with all problems in `details.errors`."""
    field, reason = problems[0]
    errors = [{"field": f, "reason": r} for f, r in problems]
    return InvalidRequest(MESSAGE, field=field, reason=reason, extra={"errors": errors})


def _targets(request: ScanRequest, problems: Problems) -> tuple[tuple[str, ...], tuple[Target, ...]]:
    if request.targets is UNSET:
        return _parse_all([("target", request.target)], problems)
    if request.target is not UNSET:
        problems.append(("targets", "Give either target or targets, not both"))
        return (), ()
    given: Any = request.targets
    if not isinstance(given, list) or not 1 <= len(given) <= MAX_TARGETS:
        problems.append(("targets", f"Must be a list of 1 to {MAX_TARGETS} targets"))
        return (), ()
    return _parse_all([(f"targets[{index}]", text) for index, text in enumerate(given)], problems)


def _parse_all(
    given: list[tuple[str, Any]], problems: Problems
) -> tuple[tuple[str, ...], tuple[Target, ...]]:
    texts: list[str] = []
    targets: list[Target] = []
    for field, text in given:
        if not isinstance(text, str):
            problems.append((field, NOT_A_TARGET))
            continue
        try:
            targets.append(parse_target(text))
            texts.append(text)
        except TargetError as error:
            problems.append((field, error.reason))
    return tuple(texts), tuple(targets)


def _choice(kind: type[E], value: str, field: str, problems: Problems) -> E:
    try:
        return kind(value)
    except ValueError:
        problems.append((field, "Must be one of: " + ", ".join(member.value for member in kind)))
        return next(iter(kind))


def _range(value: int, low: int, high: int, field: str, problems: Problems) -> None:
    if not low <= value <= high:
        problems.append((field, f"Must be a whole number from {low} to {high}"))


def _options(request: OptionsRequest, problems: Problems) -> ScanOptions:
    if request.templates is not UNSET:
        problems.append(("options.templates", NOT_AVAILABLE))
    _range(request.depth, 1, 10, "options.depth", problems)
    _range(request.concurrent, 1, 64, "options.concurrent", problems)
    _range(request.timeout, 1, 604_800, "options.timeout", problems)
    _range(request.request_timeout, 1, 300, "options.request_timeout", problems)
    ports = request.ports if request.ports is not None else "top-1000"
    try:
        parse_ports(ports)
    except ValueError as error:
        problems.append(("options.ports", str(error)))
    selection = CheckSelection()
    if request.checks is not None:
        for name in ("include", "exclude", "tags"):
            _texts(getattr(request.checks, name), f"options.checks.{name}", MAX_PATHS, problems)
        selection = CheckSelection(
            include=tuple(request.checks.include),
            exclude=tuple(request.checks.exclude),
            tags=tuple(request.checks.tags),
        )
    return ScanOptions(
        depth=request.depth,
        concurrent=request.concurrent,
        timeout=request.timeout,
        request_timeout=request.request_timeout,
        follow_redirects=request.follow_redirects,
        ignore_ssl=request.ignore_ssl,
        ports=ports,
        udp=request.udp,
        subdomain_words=request.subdomain_words,
        syn=_choice(SynScan, request.syn, "options.syn", problems),
        checks=selection,
    )


def _policies(request: PoliciesRequest, problems: Problems) -> ScanPolicies:
    for name in ("exclude_paths", "include_paths"):
        paths = getattr(request, name)
        _texts(paths, f"policies.{name}", MAX_PATHS, problems, longest=2048)
        problems += [
            (f"policies.{name}[{i}]", "Must start with /")
            for i, p in enumerate(paths)
            if not p.startswith("/")
        ]
    if request.max_requests_per_second is not None:
        _range(request.max_requests_per_second, 1, 1000, "policies.max_requests_per_second", problems)
    judge_headers(request.custom_headers, "policies.custom_headers", problems)
    mode = _choice(Mode, request.mode, "policies.mode", problems)
    fail_on = _choice(Severity, request.fail_on, "policies.fail_on", problems)
    return ScanPolicies(
        exclude_paths=tuple(request.exclude_paths),
        include_paths=tuple(request.include_paths),
        max_requests_per_second=request.max_requests_per_second,
        respect_robots_txt=request.respect_robots_txt,
        custom_headers=tuple(request.custom_headers.items()),
        mode=mode,
        fail_on=fail_on,
    )


def _texts(values: list[str], field: str, most: int, problems: Problems, longest: int = MAX_TEXT) -> None:
    if len(values) > most:
        problems.append((field, f"Must hold at most {most} entries"))
    problems += [
        (f"{field}[{i}]", _READABLE.format(longest))
        for i, value in enumerate(values)
        if not _shown(value, longest)
    ]


def _shown(text: str, longest: int) -> bool:
    """Whether a text can be stored and shown anywhere: PostgreSQL keeps no NUL, a terminal obeys the others."""
    return 1 <= len(text) <= longest and not any(c < " " or "\x7f" <= c <= "\x9f" for c in text)


def _check_selectors(spec: ScanSpec) -> None:
    unknown = unknown_selectors(spec)
    if unknown:
        raise invalid_scan(
            [
                ("options.checks", f"No check matches {entry!r}; `cyberai checks list` shows all")
                for entry in unknown
            ]
        )


def _judge_literals(
    app: App, request: ScanRequest, texts: tuple[str, ...], targets: tuple[Target, ...]
) -> None:
    for index, target in enumerate(targets):
        refusal = literal_refusal(app, target)
        if refusal is not None:
            field = "target" if request.targets is UNSET else f"targets[{index}]"
            raise refused_target(texts[index], field, refusal)


def refused_target(text: str, field: str, refusal: str) -> Forbidden:
    """403 of a target that the operator's policy refuses."""
    return Forbidden(
        f"The target {text} may not be scanned",
        code=ErrorCode.TARGET_NOT_ALLOWED,
        field=field,
        reason=refusal,
    )


def literal_refusal(app: App, target: Target) -> str | None:
    """Why a literal address may not be scanned; None for names, which are judged where the socket opens."""
    match target:
        case RangeTarget():
            hosts = target.hosts()
            return app.judge.refusal(hosts[0]) or app.judge.refusal(hosts[-1])
        case _ if literal_address(target.host) is None:
            return None
        case UrlTarget():
            return app.judge.connect_refusal(target.host, target.url.port)
        case PortTarget():
            return app.judge.connect_refusal(target.host, target.port)
        case HostTarget():
            return app.judge.refusal(target.host)


def judge_targets(app: App, spec: ScanSpec) -> None:
    """Ask the policy of this process before requests fail by it; raise Forbidden."""
    for text in spec.targets:
        refusal = literal_refusal(app, parse_target(text))
        if refusal is not None:
            raise Forbidden(
                f"The target {text} may not be scanned",
                code=ErrorCode.TARGET_NOT_ALLOWED,
                field="target",
                reason=refusal,
            )
