"""Checks of TLS endpoints."""
