"""The composition root: the only place that names concrete adapters, one file per role."""
