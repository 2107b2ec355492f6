"""The form of a new scan and the request of the API are the same thing."""

import msgspec
import pytest

from cyberai.app.requests import AuthRequest, OptionsRequest, PoliciesRequest, ScanRequest
from cyberai.domain.errors import InvalidRequest
from cyberai.web.scan_fields import (
    FIELDS,
    FLAGS,
    LISTS,
    NUMBERS,
    PAIRS,
    SECRETS,
    TEXTS,
    default_values,
    scan_request,
    shown_again,
)

LEFT_OUT = {
    "targets",
    "webhook_url",
    "auth.fields",
    "auth.success",
    "auth.logout",
    "auth.token_path",
    "identities",
    "inputs",
    "options.templates",
    "options.checks",
    "options.checks.tags",
    "policies.custom_headers",
}
"""What the form does not ask for: not carried by this version, or a matter for the API."""


def members() -> set[str]:
    def names(kind: type, prefix: str) -> set[str]:
        return {prefix + field.encode_name for field in msgspec.structs.fields(kind)}

    top = names(ScanRequest, "") - {"options", "policies", "auth"}
    return (
        top
        | names(AuthRequest, "auth.")
        | names(OptionsRequest, "options.")
        | names(PoliciesRequest, "policies.")
    )


def test_every_member_of_the_request_has_a_field_or_a_reason() -> None:
    asked = set(FIELDS) | LEFT_OUT
    assert members() - asked == set(), "a new member: give it a field, or name it above"
    assert {name for name in FIELDS if not name.startswith("options.checks.")} <= members()


def test_the_fields_have_the_types_of_their_members() -> None:
    kinds = {
        "options": OptionsRequest(),
        "policies": PoliciesRequest(),
        "auth": AuthRequest(type="form"),
        "": ScanRequest(),
    }
    for name in FIELDS:
        outer, _, last = name.rpartition(".")
        if outer == "options.checks" or name == "policies.max_requests_per_second":
            continue
        value = getattr(kinds[outer], last)
        if name in NUMBERS:
            assert isinstance(value, int)
        elif name in FLAGS:
            assert isinstance(value, bool)
        elif name in LISTS:
            assert isinstance(value, list)
        else:
            assert name in (*TEXTS, *SECRETS, *PAIRS)


def test_the_default_values_make_the_default_request() -> None:
    form = {name: value for name, value in default_values().items() if value} | {"target": "example.com"}
    assert scan_request(form) == ScanRequest(target="example.com")


def test_a_login_is_put_together_from_its_fields() -> None:
    form = {
        "target": "http://example.com/",
        "auth.type": "form",
        "auth.username": " ann ",
        "auth.password": " with blanks ",
        "auth.cookies": "lang=en\n a = b=c ",
        "auth.headers": "X-Tenant: north",
    }
    assert scan_request(form).auth == AuthRequest(
        type="form",
        username="ann",
        password=" with blanks ",
        cookies={"lang": "en", "a": "b=c"},
        headers={"X-Tenant": "north"},
    )
    again = shown_again(form)
    assert again["auth.username"] == " ann "
    assert not any(again[name] for name in (*SECRETS, *PAIRS))


def test_lines_that_are_no_pairs_are_refused_at_their_field() -> None:
    for text in ("nonsense", "=x", "a=b\nc"):
        with pytest.raises(InvalidRequest) as refused:
            scan_request({"target": "example.com", "auth.type": "headers", "auth.cookies": text})
        assert refused.value.field == "auth.cookies"
