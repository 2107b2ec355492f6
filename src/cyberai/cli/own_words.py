"""The API's words for people at a terminal, who have never seen its paths and fields."""

_WORDS = (
    ("Use an id that GET /v1/scans lists", "cyberai scans lists the ids"),
    ("Use an id that GET /v1/vulnerabilities lists", "cyberai findings list shows the ids"),
    ("Use an id that GET /v1/api-keys lists", "cyberai keys list shows the ids"),
    ("start the server with --allow", "give --allow"),
    ("(--allow NETWORK at the start)", "(--allow NETWORK)"),
    ("options.request_timeout", "--request-timeout"),
    ("options.timeout", "--timeout"),
    ("policies.max_requests_per_second", "--rate"),
)


def own_words(text: str) -> str:
    """The text with commands and flags instead of paths and fields."""
    for theirs, ours in _WORDS:
        text = text.replace(theirs, ours)
    return text
