"""TLS as data: no sockets, no keys."""
