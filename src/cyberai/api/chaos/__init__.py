"""Faults on request, so that clients can be tested against a server that fails: `cyberai serve --chaos`.

Never part of an ordinary server: the composition root puts it around the interface, on loopback only."""
