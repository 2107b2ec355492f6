"""Checks of what a page says by itself."""
