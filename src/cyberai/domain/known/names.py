"""Facts about names: under which other names of CPE the same software was published, and what distributions call it."""

_SAME = (
    "f5:nginx nginx:nginx igor_sysoev:nginx",
    "oracle:mysql mysql:mysql sun:mysql",
    "openbsd:openssh openssh:openssh",
    "proftpd:proftpd proftpd_project:proftpd",
    "vsftpd_project:vsftpd beasts:vsftpd",
    "exim:exim university_of_cambridge:exim",
    "postfix:postfix wietse_venema:postfix",
    "dovecot:dovecot open-xchange:dovecot",
    "redis:redis redislabs:redis pivotal_software:redis",
    "elastic:elasticsearch elasticsearch:elasticsearch",
    "elastic:kibana elasticsearch:kibana",
    "vmware:rabbitmq pivotal_software:rabbitmq broadcom:rabbitmq_server",
    "eclipse:jetty mortbay:jetty jetty:jetty",
    "memcached:memcached memcachedb:memcached",
    "squid-cache:squid squid:squid",
    "microsoft:internet_information_services microsoft:internet_information_server microsoft:iis",
    "docker:docker mobyproject:moby",
    "jenkins:jenkins cloudbees:jenkins",
    "openprinting:cups apple:cups cups:cups",
    "varnish-software:varnish_cache varnish_cache_project:varnish_cache varnish-cache:varnish",
    "dropbear_ssh_project:dropbear_ssh matt_johnston:dropbear_ssh_server",
    "oracle:weblogic_server bea:weblogic_server",
    "eclipse:glassfish oracle:glassfish_server sun:glassfish_enterprise_server",
    "embedthis:goahead goahead:goahead_webserver",
    "cyrus:imap cmu:cyrus_imap_server",
    "palletsprojects:werkzeug pocoo:werkzeug",
    "postgresql:postgresql postgresql:postgres",
    "isc:bind isc:bind_9",
    "lighttpd:lighttpd jan_kneschke:lighttpd",
    "openjsf:express expressjs:express",
    "ibm:domino hcltech:domino ibm:lotus_domino",
)
"""One line, one software under its names; what only descends from another (MariaDB from MySQL) is no line of it."""

_PACKAGES = {
    "openbsd:openssh": "openssh", "f5:nginx": "nginx", "apache:http_server": "apache2", "exim:exim": "exim4",
    "postfix:postfix": "postfix", "dovecot:dovecot": "dovecot", "isc:bind": "bind9", "vsftpd_project:vsftpd": "vsftpd",
    "proftpd:proftpd": "proftpd-dfsg", "pureftpd:pure-ftpd": "pure-ftpd", "lighttpd:lighttpd": "lighttpd",
    "samba:samba": "samba", "redis:redis": "redis", "memcached:memcached": "memcached", "squid-cache:squid": "squid",
    "openldap:openldap": "openldap", "openprinting:cups": "cups", "haproxy:haproxy": "haproxy", "ntp:ntp": "ntp",
    "thekelleys:dnsmasq": "dnsmasq", "dropbear_ssh_project:dropbear_ssh": "dropbear", "mongodb:mongodb": "mongodb",
    "varnish-software:varnish_cache": "varnish", "samba:rsync": "rsync", "net-snmp:net-snmp": "net-snmp",
    "mariadb:mariadb": "mariadb mariadb-10.6 mariadb-10.3", "oracle:mysql": "mysql-8.0 mysql-8.4 mysql-5.7",
    "postgresql:postgresql": "postgresql-17 postgresql-16 postgresql-15 postgresql-14 postgresql-13 postgresql-12",
    "apache:tomcat": "tomcat9 tomcat10 tomcat11", "inspircd:inspircd": "inspircd", "nlnetlabs:unbound": "unbound",
}  # fmt: skip
"""Software -> source packages of Debian and Ubuntu."""

_LIBRARIES = {
    "gunicorn:gunicorn": "PyPI gunicorn", "palletsprojects:werkzeug": "PyPI werkzeug", "tornadoweb:tornado": "PyPI tornado",
    "aiohttp:aiohttp": "PyPI aiohttp", "cherrypy:cherrypy": "PyPI cherrypy", "twisted:twisted": "PyPI twisted",
    "agendaless:waitress": "PyPI waitress", "encode:uvicorn": "PyPI uvicorn", "zope:zope": "PyPI zope",
    "jupyter:jupyter_server": "PyPI jupyter-server", "puma:puma": "RubyGems puma", "ruby-lang:webrick": "RubyGems webrick",
    "phusion:passenger": "RubyGems passenger", "vercel:next.js": "npm next", "openjsf:express": "npm express",
    "caddyserver:caddy": "Go github.com/caddyserver/caddy/v2", "etcd:etcd": "Go go.etcd.io/etcd",
}  # fmt: skip
"""Software -> ecosystem and package of its own."""


def _groups() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in _SAME:
        names = tuple(line.split())
        found.update(dict.fromkeys(names, names))
    return found


_GROUPS = _groups()


def same(name: str) -> tuple[str, ...]:
    """All names of the software that has this one (`part:vendor:product`), this one first."""
    part, _, rest = name.partition(":")
    group = _GROUPS.get(rest, ()) if part == "a" else ()
    return tuple(dict.fromkeys((name, *(f"{part}:{other}" for other in group))))


def source_packages(name: str) -> tuple[str, ...]:
    """What Debian and Ubuntu call the source packages of the software."""
    found = (_PACKAGES.get(other.partition(":")[2], "") for other in same(name))
    return tuple(package for packages in found for package in packages.split())


def library(name: str) -> tuple[str, str]:
    """Ecosystem and package of the software in OSV's terms; empty where it has none."""
    for other in same(name):
        ecosystem, _, package = _LIBRARIES.get(other.partition(":")[2], "").partition(" ")
        if package:
            return ecosystem, package
    return "", ""
