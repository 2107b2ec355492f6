"""All services of Debian packages that the tests know."""

from support.debian_services import (
    bind9,
    exim,
    mariadb,
    memcached,
    mosquitto,
    nats,
    nginx,
    openssh,
    postgresql,
    rabbitmq,
    redis,
    rsync,
    samba,
    snmpd,
    vsftpd,
)

SERVICES = (
    nginx.SERVICE,
    redis.SERVICE,
    memcached.SERVICE,
    vsftpd.SERVICE,
    mariadb.SERVICE,
    postgresql.SERVICE,
    mosquitto.SERVICE,
    rabbitmq.SERVICE,
    openssh.SERVICE,
    bind9.SERVICE,
    exim.SERVICE,
    samba.SERVICE,
    snmpd.SERVICE,
    rsync.SERVICE,
    nats.SERVICE,
)
