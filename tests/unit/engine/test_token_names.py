"""Fields that applications fill with a token of their own."""

import pytest

from cyberai.engine.token_names import is_token_field


@pytest.mark.parametrize(
    "name",
    [
        "csrfmiddlewaretoken",
        "__RequestVerificationToken",
        "authenticity_token",
        "_csrf",
        "registration[_token]",
        "_wpnonce",
        "wpEditToken",
        "sectok",
        "sesskey",
        "Jenkins-Crumb",
        "javax.faces.ViewState",
    ],
)
def test_frameworks_fields(name: str) -> None:
    assert is_token_field(name)


@pytest.mark.parametrize(
    "name", ["q", "id", "tokens", "section", "session_name", "reset_token", "breadcrumb"]
)
def test_other_fields(name: str) -> None:
    assert not is_token_field(name)
