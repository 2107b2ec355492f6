"""Checks of web applications' insertion points and origins."""
