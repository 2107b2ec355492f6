"""Transport protocols, by which one port number means several ports."""

from enum import StrEnum


class Transport(StrEnum):
    """What carries a service's messages."""

    TCP = "tcp"
    UDP = "udp"
