"""Cyber AI: a self-hosted security-scanning platform whose every finding is proven."""

__version__ = "0.1.0"
