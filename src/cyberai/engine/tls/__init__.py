"""The assessment of a TLS port: many ClientHellos, one profile."""
