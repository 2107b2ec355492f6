"""Routes that the documentation names and this version does not carry: they answer 400, not 404."""

LATER: tuple[tuple[str, str], ...] = (
    ("GET", "/v1/scans/{id}/manifest"),
    ("GET", "/v1/vulnerabilities/{id}/history"),
    ("GET", "/v1/vulnerabilities/{id}/comments"),
    ("POST", "/v1/vulnerabilities/{id}/comments"),
    ("GET", "/asyncapi.json"),
    ("GET", "/docs"),
)
