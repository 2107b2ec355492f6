"""The protocols that begin in the clear and go over to TLS on demand."""

from enum import StrEnum


class StartTls(StrEnum):
    """What is spoken before TLS. The values are the names that identification gives to the protocols; XMPP has one
    stream for clients and one for servers."""

    SMTP = "smtp"
    IMAP = "imap"
    POP3 = "pop3"
    FTP = "ftp"
    XMPP = "xmpp"
    XMPP_SERVER = "xmpp-server"
    LDAP = "ldap"
    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    NNTP = "nntp"
    SIEVE = "sieve"

    @property
    def option(self) -> str:
        """The word of `openssl s_client -starttls`."""
        return "postgres" if self is StartTls.POSTGRESQL else self.value
