"""Redirects to the path that was asked for with a slash at its end, as servers of files do for folders."""

from cyberai.lab.http import LabRequest, LabResponse, redirect
from cyberai.lab.page import Flaw, Page
from cyberai.lab.state import State

CHECK = "web.redirect-by-path"


def _resolved(path: str) -> list[str]:
    """The names of the path once its dots are resolved and its parameters (`;v=1`) are cut off, as servlet
    containers do."""
    parts: list[str] = []
    for name in (part.partition(";")[0] for part in path.split("/")):
        if name == "..":
            parts = parts[:-1]
        elif name not in ("", "."):
            parts.append(name)
    return parts


def _moved(request: LabRequest) -> str:
    """Where the path leads: a folder reached by dots gets its slash, a page called like a folder loses it; empty
    for everything else."""
    names = _resolved(request.path)
    if ".." in request.path:
        return f"{request.raw_path}/" if len(names) <= 1 and not request.raw_path.endswith("/") else ""
    return request.raw_path.rstrip("/") if len(names) == 1 and request.raw_path.endswith("/") else ""


def _as_asked(request: LabRequest, _state: State) -> LabResponse | None:
    """The path goes back as it came, so that two slashes at its beginning make a host of what follows."""
    location = _moved(request)
    return redirect(location) if location else None


def _one_slash(request: LabRequest, _state: State) -> LabResponse | None:
    location = _moved(request)
    return redirect("/" + location.lstrip("/\\")) if location else None


PAGES = (
    Page(
        path="//",
        title="What is behind two slashes",
        section="Albums",
        vulnerable=_as_asked,
        fixed=_one_slash,
        subtree=True,
        flaws=(
            Flaw(
                check=CHECK,
                path="/",
                variant="slash added to a folder",
                summary="The redirect to a folder leads to another host when its path begins with two slashes.",
            ),
            Flaw(
                check=CHECK,
                path="/",
                variant="slash taken from a page",
                summary="The redirect to a page leads to another host when its path begins with two slashes.",
            ),
        ),
    ),
)
