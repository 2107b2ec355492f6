"""Checks of services that do not speak HTTP."""
