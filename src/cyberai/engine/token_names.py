"""The usual names of anti-forgery fields."""

_WORDS = (
    "csrf",
    "xsrf",
    "requestverificationtoken",
    "authenticity_token",
    "anticsrf",
    "formtoken",
    "form_token",
    "requesttoken",
    "securitytoken",
    "edittoken",
    "logintoken",
    "antiforgery",
    "[_token]",
)
_EXACT = frozenset(
    {
        "_token",
        "token",
        "user_token",
        "nonce",
        "_wpnonce",
        "form_key",
        "form_build_id",
        "__token",
        "sectok",
        "sesskey",
        "formhash",
        "my_post_key",
        "crumb",
        "jenkins-crumb",
    }
)
_STATE = frozenset({"__viewstate", "__eventvalidation", "__viewstategenerator", "javax.faces.viewstate"})


def is_token_field(name: str) -> bool:
    """True for the usual names of anti-forgery fields."""
    lower = name.lower()
    return lower in _EXACT or lower in _STATE or any(word in lower for word in _WORDS)
