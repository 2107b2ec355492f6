"""Reads the requests of the Redis serialization protocol: arrays of bulk strings, and inline commands."""

MAX_BUFFER = 65_536
MAX_ARGUMENTS = 64
MAX_INLINE = 4_096


class RespError(Exception):
    """What came is no request; the connection ends."""


def read_commands(buffer: bytes) -> tuple[list[list[bytes]], bytes]:
    """Every complete command in the buffer, and what is left of it; raises RespError."""
    commands: list[list[bytes]] = []
    while buffer:
        if len(buffer) > MAX_BUFFER:
            raise RespError("too big request")
        found = _array(buffer) if buffer[:1] == b"*" else _inline(buffer)
        if found is None:
            break
        command, buffer = found
        if command:
            commands.append(command)
    return commands, buffer


def _inline(buffer: bytes) -> tuple[list[bytes], bytes] | None:
    line, found, rest = buffer.partition(b"\n")
    if not found:
        if len(buffer) > MAX_INLINE:
            raise RespError("too big inline request")
        return None
    return line.split()[:MAX_ARGUMENTS], rest


def _array(buffer: bytes) -> tuple[list[bytes], bytes] | None:
    head, found, rest = buffer.partition(b"\r\n")
    if not found:
        return None
    count = _length(head[1:], "invalid multibulk length", MAX_ARGUMENTS)
    command: list[bytes] = []
    for _ in range(count):
        head, found, rest = rest.partition(b"\r\n")
        if not found:
            return None
        if head[:1] != b"$":
            raise RespError(f"expected '$', got '{head[:1].decode('latin-1') or ' '}'")
        length = _length(head[1:], "invalid bulk length", MAX_BUFFER)
        if len(rest) < length + 2:
            return None
        command.append(rest[:length])
        rest = rest[length + 2 :]
    return command, rest


def _length(digits: bytes, message: str, most: int) -> int:
    if not digits.isdigit() or int(digits[:9]) > most:
        raise RespError(message)
    return int(digits)
