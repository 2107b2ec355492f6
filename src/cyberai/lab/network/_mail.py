"""A mail server up to the point where a message would begin (RFC 5321, section 4.1). It takes no mail."""

from collections.abc import Callable

from cyberai.lab.network._lines import LineSession

OWN_DOMAIN = "harbour.example"
_RELAY_DENIED = "554 5.7.1 Relay access denied"


class Transfer:
    """One SMTP connection. `accepts(recipient)` says whether a well-formed recipient is taken; `reads_all` that
    recipients are not looked at, well-formed or not. `names(name)` answers VRFY and EXPN, None for not at all."""

    def __init__(
        self,
        accepts: Callable[[str], bool],
        *,
        reads_all: bool = False,
        names: Callable[[str], str] | None = None,
    ) -> None:
        self.session = LineSession("220 mx.harbour.example ESMTP ready\r\n", self._answer)
        self._accepts = accepts
        self._reads_all = reads_all
        self._names = names
        self._sender: str | None = None

    def _answer(self, line: str) -> str:
        verb, _, rest = line.strip().partition(" ")
        match verb.upper():
            case "EHLO":
                return "250-mx.harbour.example\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 8BITMIME\r\n"
            case "MAIL":
                return self._mail(rest) + "\r\n"
            case "RCPT":
                return self._recipient(rest) + "\r\n"
            case "RSET" | "NOOP":
                self._sender = self._sender if verb.upper() == "NOOP" else None
                return "250 2.0.0 Ok\r\n"
            case "VRFY" | "EXPN" if self._names is not None:
                return self._names(rest.strip().strip("<>").lower()) + "\r\n"
            case "STARTTLS":
                return "454 4.7.0 TLS not available due to local problem\r\n"
            case "DATA":
                self.session.closed = True
                return "421 4.3.2 This server takes no mail\r\n"
            case "QUIT":
                self.session.closed = True
                return "221 2.0.0 Bye\r\n"
        return "502 5.5.2 Error: command not recognized\r\n"

    def _mail(self, rest: str) -> str:
        address = _path(rest, "FROM:")
        if address is None:
            return "501 5.1.7 Bad sender address syntax"
        self._sender = address
        return "250 2.1.0 Ok"

    def _recipient(self, rest: str) -> str:
        if self._sender is None:
            return "503 5.5.1 Error: need MAIL command"
        address = _path(rest, "TO:")
        if self._reads_all:
            return "250 2.1.5 Ok"
        if not address:
            return "501 5.1.3 Bad recipient address syntax"
        if not self._accepts(address.lower()):
            return _RELAY_DENIED
        return "250 2.1.5 Ok"


def domain_of(address: str) -> str:
    """What stands behind the last `@`."""
    return address.rpartition("@")[2]


def _path(text: str, word: str) -> str | None:
    """The address of a path, empty for the null one; None when it is none. Local parts are simple or quoted, domains are
    names or address literals."""
    if not text.upper().startswith(word):
        return None
    path, bracket, _ = text[len(word) :].strip().partition(">")
    if not path.startswith("<") or not bracket:
        return None
    address = path[1:].rpartition(":")[2] if path.startswith("<@") else path[1:]
    if not address:
        return ""
    local, at, domain = address.rpartition("@")
    quoted = len(local) > 2 and local[0] == local[-1] == '"'
    plain = domain.strip("[]").replace(":", "")
    if not at or not local or (not quoted and any(c in local for c in ' @"<>,')):
        return None
    return address if plain and all(c.isalnum() or c in ".-" for c in plain) else None
