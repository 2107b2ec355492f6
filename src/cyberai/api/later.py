"""Routes that the documentation names and this version does not carry: they answer 400, not 404."""

LATER: tuple[tuple[str, str], ...] = (
    ("GET", "/v1/scans/{id}/manifest"),
    ("GET", "/v1/scans/{id}/diff"),
    ("GET", "/v1/vulnerabilities/facets"),
    ("POST", "/v1/vulnerabilities/bulk"),
    ("POST", "/v1/vulnerabilities/{id}/retest"),
    ("GET", "/v1/vulnerabilities/{id}/evidence"),
    ("GET", "/v1/vulnerabilities/{id}/explain"),
    ("GET", "/asyncapi.json"),
    ("GET", "/docs"),
)
