"""Use cases: the only package that writes to the store. Interfaces call it; adapters are handed to it."""
