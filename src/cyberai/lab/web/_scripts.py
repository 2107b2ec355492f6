"""Inline scripts for pages on script contexts: allowed by hash on fixed twins, so that they really run."""

import base64
import hashlib

from cyberai.lab.http import LabResponse
from cyberai.lab.single_input import Visit

POLICY = ("content-security-policy",)


def open_script(visit: Visit, script: str, body: str = "") -> LabResponse:
    """A page with an inline script and no policy that would stop another one."""
    return visit.page(f"{body}<script>{script}</script>", omitted=POLICY)


def pinned_script(visit: Visit, script: str, body: str = "") -> LabResponse:
    """The same page, with a policy that allows this script only."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'self'; script-src 'sha256-{digest}'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
    return visit.page(f"{body}<script>{script}</script>", headers=(("Content-Security-Policy", policy),))
