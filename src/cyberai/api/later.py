"""Routes that the documentation names and this version does not carry: they answer 400, not 404."""

LATER: tuple[tuple[str, str], ...] = (("GET", "/v1/scans/{id}/manifest"),)
