"""The version of the SDK; it follows the server's."""

__version__ = "0.1.0"
