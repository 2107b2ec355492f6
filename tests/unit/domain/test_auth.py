"""What of a login is secret."""

from cyberai.domain.auth import Auth, AuthType


def test_secrets_are_what_must_never_be_shown() -> None:
    auth = Auth(
        type=AuthType.FORM,
        username="ann",
        password="{tulip}",
        headers=(("Authorization", "Bearer abc.def"), ("X-Tenant", "north")),
        cookies=(("sid", "a1b2c3d4e5"), ("lang", "en")),
        fields=(("pin_code", "4711"), ("realm", "south"), ("pass2", "{password}")),
    )
    assert set(auth.secrets) == {"{tulip}", "Bearer abc.def", "abc.def", "north", "a1b2c3d4e5", "4711"}


def test_a_password_that_is_the_name_is_none() -> None:
    assert Auth(type=AuthType.BASIC, username="admin", password="admin").secrets == ()
