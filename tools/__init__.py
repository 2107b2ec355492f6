"""The project's own development tools; run from the top of the repository as `python -m tools.NAME`."""
