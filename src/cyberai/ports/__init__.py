"""Protocols between the core and the world: who implements them is decided in `bootstrap`."""
