"""Finds the page files: every public module of the six folders, in the order of their names."""

import importlib
import pkgutil
from functools import lru_cache
from types import ModuleType

from cyberai.lab.area import MembersArea
from cyberai.lab.page import Page
from cyberai.lab.service import Service, TlsListener, TlsService
from cyberai.lab.zone import Zone

_FOLDERS = ("web", "passive", "tls", "network", "dns", "members")


@lru_cache(maxsize=1)
def _modules() -> tuple[ModuleType, ...]:
    found: list[ModuleType] = []
    for folder in _FOLDERS:
        package = importlib.import_module(f"cyberai.lab.{folder}")
        names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
        found += [importlib.import_module(f"{package.__name__}.{n}") for n in names if not n.startswith("_")]
    return tuple(found)


def pages() -> tuple[Page, ...]:
    """Every page of the HTTP port: the `PAGES` of each page file."""
    return tuple(page for module in _modules() for page in getattr(module, "PAGES", ()))


def tls_listeners() -> tuple[TlsListener, ...]:
    """Every HTTPS listener: the `TLS_LISTENERS` of each page file."""
    # Those whose subject is TLS itself come first.
    modules = sorted(_modules(), key=lambda module: ".tls." not in module.__name__)
    return tuple(item for module in modules for item in getattr(module, "TLS_LISTENERS", ()))


def services() -> tuple[Service, ...]:
    """Every service that speaks another protocol: the `SERVICES` of each page file."""
    return tuple(item for module in _modules() for item in getattr(module, "SERVICES", ()))


def tls_services() -> tuple[TlsService, ...]:
    """Every TLS port with a handshake of its own: the `TLS_SERVICES` of each page file."""
    return tuple(item for module in _modules() for item in getattr(module, "TLS_SERVICES", ()))


def zones() -> tuple[Zone, ...]:
    """Every domain: the `ZONES` of each page file."""
    return tuple(item for module in _modules() for item in getattr(module, "ZONES", ()))


def members_areas() -> tuple[MembersArea, ...]:
    """Every area behind a login: the `MEMBERS_AREAS` of each page file."""
    return tuple(item for module in _modules() for item in getattr(module, "MEMBERS_AREAS", ()))
