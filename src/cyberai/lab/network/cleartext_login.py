"""Services that take passwords in the clear, and twins that offer encryption first; those that take none."""

from cyberai.lab.network._lines import LineSession
from cyberai.lab.network.ftp_anonymous import FtpServer
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.cleartext-login"
_REFUSED = "554 5.7.1 Relay access denied\r\n"


class MailServer:
    """A submission server (RFC 5321, RFC 4954): `offers` are the lines of its greeting to EHLO. No mail is taken."""

    def __init__(self, offers: tuple[str, ...]) -> None:
        self.session = LineSession("220 mail.harbour.example ESMTP\r\n", self._answer)
        self._offers = ("mail.harbour.example", *offers, "8BITMIME")

    def _answer(self, line: str) -> str:
        verb = line.strip().partition(" ")[0].upper()
        match verb:
            case "EHLO":
                last = len(self._offers) - 1
                return "".join(f"250{' ' if i == last else '-'}{o}\r\n" for i, o in enumerate(self._offers))
            case "HELO":
                return "250 mail.harbour.example\r\n"
            case "MAIL":
                return "530 5.7.0 Authentication required\r\n"
            case "RCPT" | "DATA":
                return "503 5.5.1 Need MAIL command\r\n"
            case "RSET" | "NOOP":
                return "250 2.0.0 Ok\r\n"
            case "STARTTLS" if "STARTTLS" in self._offers:
                return "454 4.7.0 TLS not available due to local problem\r\n"
            case "AUTH":
                return "535 5.7.8 Authentication failed\r\n"
            case "VRFY" | "EXPN":
                return "502 5.5.1 Command disabled\r\n"
            case "QUIT":
                self.session.closed = True
                return "221 2.0.0 Bye\r\n"
        return "502 5.5.2 Command not recognized\r\n"


class MailboxServer:
    """POP3 (RFC 1939, RFC 2449) without a mailbox anyone can open."""

    def __init__(self, *, offers_tls: bool) -> None:
        self.session = LineSession("+OK Harbour mailboxes ready\r\n", self._answer)
        self._offers_tls = offers_tls

    def _answer(self, line: str) -> str:
        verb = line.strip().partition(" ")[0].upper()
        if verb == "CAPA":
            more = "STLS\r\n" if self._offers_tls else "USER\r\n"
            return f"+OK\r\nTOP\r\nUIDL\r\n{more}.\r\n"
        if verb == "USER":
            return "-ERR Use STLS first\r\n" if self._offers_tls else "+OK\r\n"
        if verb == "PASS":
            return "-ERR [AUTH] Authentication failed.\r\n"
        if verb == "QUIT":
            self.session.closed = True
            return "+OK Logging out\r\n"
        return "-ERR Unknown command.\r\n"


class ImapServer:
    """IMAP before the log-in (RFC 9051); nobody gets further."""

    def __init__(self, capabilities: str) -> None:
        self.session = LineSession("* OK Harbour IMAP ready\r\n", self._answer)
        self._capabilities = capabilities

    def _answer(self, line: str) -> str:
        tag, _, rest = line.strip().partition(" ")
        verb = rest.partition(" ")[0].upper()
        if not verb:
            return f"{tag or '*'} BAD Error in IMAP command\r\n"
        if verb == "CAPABILITY":
            return f"* CAPABILITY IMAP4rev1 {self._capabilities}\r\n{tag} OK Capability completed.\r\n"
        if verb == "LOGIN":
            return f"{tag} NO [AUTHENTICATIONFAILED] Authentication failed.\r\n"
        if verb == "LOGOUT":
            self.session.closed = True
            return f"* BYE Logging out\r\n{tag} OK Logout completed.\r\n"
        return f"{tag} BAD Error in IMAP command received by server.\r\n"


class Terminal:
    """Telnet: options first, the prompt when they are answered (RFC 854). On the fixed twin it sends people to SSH."""

    def __init__(self, *, asks: bool) -> None:
        self.closed = False
        self._asks = asks
        self._begun = False
        self._prompted = False

    def feed(self, data: bytes) -> bytes:
        if not self._begun:
            self._begun = True
            if not self._asks:
                self.closed = True
                return b"\xff\xfb\x01\r\nTelnet is switched off. Use SSH; your user name is the same.\r\n"
            return b"\xff\xfd\x18\xff\xfd\x20\xff\xfb\x01" + (b"" if not data else self._prompt())
        return self._prompt() if data and not self._prompted else b""

    def _prompt(self) -> bytes:
        self._prompted = True
        return b"Harbour crane control\r\n\r\ncrane-2 login: "


def _flaw(variant: str, summary: str) -> tuple[Flaw, ...]:
    return (Flaw(check=CHECK, path="", method="", variant=variant, summary=summary),)


def _ftp(fixed: bool) -> Session:
    return FtpServer((), offers_tls=fixed).session


def _smtp(fixed: bool) -> Session:
    return MailServer(("STARTTLS",) if fixed else ("AUTH PLAIN LOGIN",)).session


def _challenge(_fixed: bool) -> Session:
    """Log-ins that do not show the password (RFC 5802)."""
    return MailServer(("AUTH SCRAM-SHA-256 CRAM-MD5",)).session


def _pop3(fixed: bool) -> Session:
    return MailboxServer(offers_tls=fixed).session


def _imap(fixed: bool) -> Session:
    return ImapServer("STARTTLS LOGINDISABLED" if fixed else "AUTH=PLAIN").session


def _telnet(fixed: bool) -> Session:
    return Terminal(asks=not fixed)


SERVICES: tuple[Service, ...] = (
    Service(
        name="old ftp", session=_ftp, checks=(CHECK,), greets=True, flaws=_flaw("ftp", "FTP knows no TLS.")
    ),
    Service(
        name="submission",
        session=_smtp,
        checks=(CHECK,),
        greets=True,
        flaws=_flaw("smtp", "AUTH without TLS."),
    ),
    Service(name="submission by challenge", session=_challenge, checks=(CHECK,), greets=True),
    Service(
        name="mailboxes",
        session=_pop3,
        checks=(CHECK,),
        greets=True,
        flaws=_flaw("pop3", "POP3 knows no TLS."),
    ),
    Service(
        name="mail folders", session=_imap, checks=(CHECK,), greets=True, flaws=_flaw("imap", "No STARTTLS.")
    ),
    Service(
        name="crane",
        session=_telnet,
        checks=(CHECK,),
        greets=True,
        flaws=_flaw("telnet", "Telnet asks for names."),
    ),
)
