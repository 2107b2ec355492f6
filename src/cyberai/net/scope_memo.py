"""When the scope's answer for one URL holds for its whole origin, so that it need not be asked each time."""

from cyberai.domain.scope import ScanScope
from cyberai.domain.target import UrlTarget


def covers_whole_origins(scope: ScanScope) -> bool:
    """True when no target, include or exclude looks at the path."""
    flat = all(not isinstance(t, UrlTarget) or t.url.path.rfind("/") == 0 for t in scope.targets)
    return flat and not scope.include and not scope.exclude
