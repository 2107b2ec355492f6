"""All TLS servers that the tests know."""

from support.debian_services.service import Service
from support.tls_servers import gnutls, nginx, openssl, starttls, stunnel

SERVERS: tuple[Service, ...] = (
    nginx.SERVER,
    *openssl.SERVERS,
    *gnutls.SERVERS,
    stunnel.SERVER,
    *starttls.SERVERS,
)
