"""Rendering reports and waking workers."""

from typing import Protocol

from cyberai.domain.report import RenderedReport, ReportModel


class Renderer(Protocol):
    """Makes a report's file from the model: pure, byte-stable, nothing target-controlled ever runs in it."""

    def __call__(self, model: ReportModel) -> RenderedReport:
        """Render; raise Unavailable when it takes more memory or time than it may, else nothing but MemoryError and
        bugs."""
        ...


class Wake(Protocol):
    """Tells idle workers that there may be work."""

    def __call__(self) -> None:
        """Never blocks, never fails."""
        ...
