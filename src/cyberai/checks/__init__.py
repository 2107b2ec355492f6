"""The checks: one file is one check, imported by nobody but the registry."""
