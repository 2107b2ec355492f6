"""What answers of services are taken for: tables of answers, and what only looks like one."""

import struct

import pytest

from cyberai.checkkit import ber
from cyberai.domain.http import HttpResponse
from cyberai.domain.transport import Transport
from cyberai.engine.services import catalogue
from cyberai.engine.services.greetings import from_greeting
from cyberai.engine.services.identity import UNKNOWN, cpe23
from cyberai.engine.services.web import from_response, from_second, second_looks

GREETINGS: tuple[tuple[bytes, tuple[str, str, str, str]], ...] = (
    (b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", ("ssh", "OpenSSH", "9.2p1", "Debian Linux")),
    (b"SSH-2.0-OpenSSH_8.9p1 Ubuntu-3ubuntu0.10\r\n", ("ssh", "OpenSSH", "8.9p1", "Ubuntu Linux")),
    (b"SSH-2.0-dropbear_2022.83\r\n", ("ssh", "Dropbear SSH", "2022.83", "")),
    (b"SSH-2.0-OpenSSH_for_Windows_8.1\r\n", ("ssh", "OpenSSH for Windows", "8.1", "Windows")),
    (b"SSH-2.0-Something_of_ours\r\n", ("ssh", "", "", "")),
    (b"220 (vsFTPd 3.0.3)\r\n", ("ftp", "vsftpd", "3.0.3", "")),
    (b"220 ProFTPD 1.3.8 Server (Debian) [::ffff:10.0.0.1]\r\n", ("ftp", "ProFTPD", "1.3.8", "Debian Linux")),
    (b"220---------- Welcome to Pure-FTPd [privsep] ----------\r\n", ("ftp", "Pure-FTPd", "", "")),
    (b"220 mail.x.test ESMTP Postfix (Debian/GNU)\r\n", ("smtp", "Postfix", "", "Debian Linux")),
    (b"220 x.test ESMTP Exim 4.96 Thu, 26 Nov 2026 22:00:00 +0000\r\n", ("smtp", "Exim", "4.96", "")),
    (b"220 x.test ESMTP Sendmail 8.17.1/8.17.1/Debian-2; Thu\r\n", ("smtp", "Sendmail", "8.17.1", "Debian Linux")),
    (b"220 x.test ESMTP OpenSMTPD\r\n", ("smtp", "OpenSMTPD", "", "")),
    (b"220 x.test ESMTP\r\n", ("smtp", "", "", "")),
    (b"+OK Dovecot (Debian) ready.\r\n", ("pop3", "Dovecot", "", "Debian Linux")),
    (b"* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n", ("imap", "Dovecot", "", "")),
    (b"* OK [CAPABILITY IMAP4rev1] x Cyrus IMAP 3.6.1 server ready\r\n", ("imap", "Cyrus IMAP", "3.6.1", "")),
    (b"200 x InterNetNews NNRP server INN 2.7.1 ready (posting ok)\r\n", ("nntp", "INN", "2.7.1", "")),
    (b"RFB 003.008\n", ("vnc", "", "", "")),
    (b"@RSYNCD: 31.0 sha512 sha256\n", ("rsync", "rsync", "", "")),
    (b'INFO {"server_id":"N","version":"2.9.10","proto":1}\r\n', ("nats", "NATS Server", "2.9.10", "")),
    (b"\xff\xfd\x18\xff\xfd\x20", ("telnet", "", "", "")),
    (b"( success ( 2 2 ( ) ( edit-pipeline svndiff1 ) ) ) ", ("svn", "Subversion svnserve", "", "")),
    (b":irc.x.test NOTICE * :*** Looking up your hostname...\r\n", ("irc", "", "", "")),
    (b"J\x00\x00\x00\x0a8.0.36\x00\x08\x00\x00\x00abcdefgh\x00", ("mysql", "MySQL", "8.0.36", "")),
    (
        b"\x6a\x00\x00\x00\x0a5.5.5-10.11.6-MariaDB-0+deb12u1\x00\x08\x00\x00\x00",
        ("mysql", "MariaDB", "10.11.6", "Debian Linux"),
    ),
    (
        b"H\x00\x00\x00\xffj\x04Host '10.0.0.9' is not allowed to connect to this MariaDB server",
        ("mysql", "MariaDB", "", ""),
    ),
    (b"This is not an HTTP port", ("elasticsearch-transport", "", "", "")),
)  # fmt: skip


def test_greetings_name_protocol_product_version_and_system() -> None:
    for said, expected in GREETINGS:
        found = from_greeting(said)
        assert found is not None, said
        assert (found.protocol, found.product, found.version, found.os) == expected, said
        assert 50 <= found.confidence <= 100
        assert not found.cpe or found.cpe.count(":") >= 12


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\n\r\nSSH-2.0-OpenSSH_9.2p1\r\n",
        b"<p>SSH-2.0-OpenSSH_9.2p1</p>",
        b"hello SSH-2.0-x\r\n",
        b"220 welcome to our service\r\n",
        b"S",
        b"\x00" * 200,
        b"\xff" * 200,
        bytes(range(256)) * 8,
        b"ready\r\n",
        b"\x05\x00\x00\x00\x0a\x00\x00",
    ],
)
def test_what_only_looks_like_a_greeting_is_not_taken_for_one(said: bytes) -> None:
    found = from_greeting(said)
    assert found is None or not found.protocol


def test_a_service_that_says_everything_at_once_is_unknown() -> None:
    said = b"SSH-2.0-OpenSSH_9.2p1\r\n220 (vsFTPd 3.0.3)\r\n+OK Dovecot ready.\r\n* OK IMAP4rev1 ready\r\n"
    assert from_greeting(said) is UNKNOWN
    for ask in catalogue.everything():
        assert ask.judge(said) is None, ask.name


def _amqp_start() -> bytes:
    def pair(key: bytes, value: bytes) -> bytes:
        return bytes([len(key)]) + key + b"S" + struct.pack(">I", len(value)) + value

    table = pair(b"product", b"RabbitMQ") + pair(b"version", b"3.10.8")
    body = b"\x00\x0a\x00\x0a\x00\x09" + struct.pack(">I", len(table)) + table
    return b"\x01\x00\x00" + struct.pack(">I", len(body)) + body + b"\xce"


def _version_bind(text: bytes) -> bytes:
    head = b"\x43\x59\x84\x00\x00\x01\x00\x01\x00\x00\x00\x00\x07version\x04bind\x00\x00\x10\x00\x03"
    return (
        head
        + b"\xc0\x0c\x00\x10\x00\x03\x00\x00\x00\x00"
        + struct.pack(">HB", len(text) + 1, len(text))
        + text
    )


def _root_dse() -> bytes:
    attribute = ber.item(0x30, ber.item(4, b"objectClass"), ber.item(0x31, ber.item(4, b"OpenLDAProotDSE")))
    entry = ber.item(0x64, ber.item(4), ber.item(0x30, attribute))
    return ber.item(0x30, ber.number(1), entry)


ANSWERS: tuple[tuple[str, bytes, tuple[str, str, str]], ...] = (
    ("redis", b"+PONG\r\n$80\r\n# Server\r\nredis_version:7.0.15\r\nos:Linux 6.1 x86_64\r\n", ("redis", "Redis", "7.0.15")),
    ("redis", b"+PONG\r\n$80\r\n# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\n", ("redis", "Valkey", "8.0.1")),
    ("redis", b"-NOAUTH Authentication required.\r\n-NOAUTH Authentication required.\r\n", ("redis", "Redis", "")),
    ("memcached", b"VERSION 1.6.18\r\n", ("memcached", "memcached", "1.6.18")),
    ("memcached", b"CLIENT_ERROR unauthenticated\r\n", ("memcached", "memcached", "")),
    ("postgresql", b"R\x00\x00\x00\x08\x00\x00\x00\x00S\x00\x00\x00\x16server_version\x0015.10 (Debian 15.10-0+deb12u1)\x00", ("postgresql", "PostgreSQL", "15.10")),
    ("postgresql", b"R\x00\x00\x00\x17\x00\x00\x00\x0aSCRAM-SHA-256\x00\x00", ("postgresql", "PostgreSQL", "")),
    ("postgresql", b"E\x00\x00\x00\x5fSFATAL\x00VFATAL\x00C28000\x00Mno pg_hba.conf entry\x00\x00", ("postgresql", "PostgreSQL", "")),
    ("zookeeper", b"Zookeeper version: 3.8.0-5a02a05, built on 2022\nLatency\n", ("zookeeper", "Apache ZooKeeper", "3.8.0")),
    ("cassandra", b"\x84\x00\x00\x00\x06\x00\x00\x00\x20\x00\x01\x00\x0bCQL_VERSION\x00\x01\x00\x053.4.6", ("cassandra", "Apache Cassandra", "")),
    ("amqp", _amqp_start(), ("amqp", "RabbitMQ", "3.10.8")),
    ("amqp", b"AMQP\x00\x01\x00\x00", ("amqp", "", "")),
    ("mqtt", b"\x20\x02\x00\x00\x90\x03\x00\x01\x00\x31\x00\x00\x13$SYS/broker/versionmosquitto version 2.0.11", ("mqtt", "Mosquitto", "2.0.11")),
    ("mqtt", b"\x20\x02\x00\x05", ("mqtt", "", "")),
    ("dns-udp", _version_bind(b"9.18.28-1~deb12u2-Debian"), ("dns", "ISC BIND", "9.18.28")),
    ("dns-udp", _version_bind(b"dnsmasq-2.89"), ("dns", "dnsmasq", "2.89")),
    ("dns-udp", b"\x43\x59\x84\x05" + bytes(8), ("dns", "", "")),
    ("ldap", _root_dse(), ("ldap", "OpenLDAP", "")),
    ("socks5", b"\x05\x00", ("socks", "", "")),
    ("ajp", b"AB\x00\x01\x09", ("ajp", "Apache JServ Protocol 1.3", "")),
    ("git", b"0030ERR access denied or repository not exported\n", ("git", "git daemon", "")),
    ("tftp", b"\x00\x05\x00\x01File not found\x00", ("tftp", "", "")),
    ("ntp-variables", b"\x16\x82\x43\x59\x00\x00\x00\x00\x00\x00\x00\x60" + b'version="ntpd ntpsec-1.2.2"', ("ntp", "NTPsec", "1.2.2")),
    ("ntp-variables", b"\x16\x82\x43\x59\x00\x00\x00\x00\x00\x00\x00\x60" + b'version="ntpd 4.2.8p15@1.3728-o", processor="x86_64", system="Linux/5.10"', ("ntp", "ntpd", "4.2.8p15")),
    ("rtsp", b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: GStreamer RTSP server\r\n\r\n", ("rtsp", "GStreamer RTSP server", "")),
    ("modbus", b"\x43\x59\x00\x00\x00\x03\x01\xab\x01", ("modbus", "", "")),
)  # fmt: skip


def test_answers_to_questions_name_protocol_product_and_version() -> None:
    asks = {ask.name: ask for ask in catalogue.everything()}
    for name, said, expected in ANSWERS:
        found = asks[name].judge(said)
        assert found is not None, (name, said)
        assert (found.protocol, found.product, found.version) == expected, (name, said)


def test_no_question_takes_its_own_words_or_the_answer_to_another_for_an_answer() -> None:
    asks = catalogue.everything()
    traps = (b"S", b"N", b"OK\r\n", b"ERROR\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x46",
             bytes(300), b"\xff" * 300, b"a" * 300, bytes(range(256)))  # fmt: skip
    for ask in asks:
        for words in (*(other.payload for other in asks), *traps):
            assert ask.judge(words) is None, (ask.name, words)
        # A server that gives back all it gets, also of a dialogue of two messages.
        assert ask.judge(ask.payload + (ask.then(ask.payload) if ask.then else b"")) is None, ask.name


def test_every_question_is_asked_somewhere_and_the_usual_ones_everywhere() -> None:
    for ask in catalogue.everything():
        assert ask.ports, ask.name
        for port in ask.ports:
            assert ask in catalogue.at_home(port, Transport(ask.transport)), ask.name
    anywhere = {ask.name for ask in catalogue.elsewhere(54_321, silent=False)}
    assert {
        "redis",
        "postgresql",
        "smb",
        "mongodb",
        "amqp",
        "mqtt",
        "ldap",
        "rdp",
        "dns",
        "zookeeper",
    } <= anywhere


def _page(body: bytes = b"", status: int = 200, **headers: str) -> HttpResponse:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return HttpResponse(status, named, body, elapsed=0.01)


PAGES: tuple[tuple[HttpResponse, tuple[str, str, str]], ...] = (
    (_page(Server="nginx/1.22.1"), ("http", "nginx", "1.22.1")),
    (_page(Server="nginx"), ("http", "nginx", "")),
    (_page(Server="Apache/2.4.57 (Debian)"), ("http", "Apache httpd", "2.4.57")),
    (_page(Server="Apache"), ("http", "Apache httpd", "")),
    (_page(Server="lighttpd/1.4.69"), ("http", "lighttpd", "1.4.69")),
    (_page(Server="Microsoft-IIS/10.0"), ("http", "Microsoft IIS", "10.0")),
    (_page(Server="gunicorn"), ("http", "Gunicorn", "")),
    (_page(Server="Jetty(9.4.53.v20231009)"), ("http", "Eclipse Jetty", "9.4.53.v20231009")),
    (_page(Server="Quayside/1.2"), ("http", "Quayside", "1.2")),
    (_page(), ("http", "", "")),
    (_page(X_Powered_By="Express"), ("http", "Node.js Express", "")),
    (_page(b"<h3>Apache Tomcat/9.0.70</h3>", 404), ("http", "Apache Tomcat", "9.0.70")),
    (_page(b'{"couchdb":"Welcome","version":"3.3.2","git_sha":"1"}', Server="CouchDB/3.3.2"), ("couchdb", "Apache CouchDB", "3.3.2")),
    (_page(b'{"name":"n","cluster_name":"c","version":{"number":"8.11.1","lucene_version":"9.8.0"}}'), ("elasticsearch", "Elasticsearch", "8.11.1")),
    (_page(b'{"cluster_name":"c","version":{"distribution":"opensearch","number":"2.11.0","lucene_version":"9.7.0"}}'), ("elasticsearch", "OpenSearch", "2.11.0")),
    (_page(b"<pre>{&quot;cluster_name&quot;</pre> \"cluster_name\" \"number\": \"8.1.0\" \"lucene_version\""), ("http", "", "")),
    (_page(b"SSH-2.0-OpenSSH_9.2p1\r\n"), ("http", "", "")),
    (_page(b"<title>RabbitMQ Management</title>", Server="Cowboy"), ("rabbitmq-management", "RabbitMQ Management", "")),
    (_page(b'{"kind":"Status","apiVersion":"v1","message":"forbidden: User \\"system:anonymous\\""}', 403), ("kubernetes", "Kubernetes API server", "")),
    (_page(Server="squid/5.7"), ("http-proxy", "Squid", "5.7")),
    (_page(Server="Docker/24.0.7 (linux)"), ("docker", "Docker", "24.0.7")),
    (_page(status=302, Location="/graph"), ("prometheus", "Prometheus", "")),
    (_page(status=302, Location="/graphs"), ("http", "", "")),
    (_page(X_Influxdb_Version="1.6.7~rc0"), ("influxdb", "InfluxDB", "1.6.7~rc0")),
    (_page(b"Ok.\n"), ("http", "", "")),
    (_page(b"Port 9000 is for clickhouse-client program.\r\n", 400), ("clickhouse-native", "ClickHouse", "")),
    (_page(Server="Debian DLNADOC/1.50 UPnP/1.0 MiniDLNA/1.3.0"), ("http", "MiniDLNA", "1.3.0")),
    (_page(Server="Linux/5.10, UPnP/1.0, QuayMedia/4.2"), ("http", "QuayMedia", "4.2")),
    (_page(Server="CUPS/2.4 IPP/2.1"), ("ipp", "CUPS", "2.4")),
    (_page(b'<title>Spark Master at spark://q:7077</title><h3><span class="version" style="a: b;">3.5.9</span>'), ("spark", "Apache Spark", "3.5.9")),
    (_page(b"<title>Spark Master at spark://q:7077</title>"), ("spark", "Apache Spark", "")),
    (_page(b'{\n  "action" : "ErrorResponse",\n  "message" : "M",\n  "serverSparkVersion" : "3.5.9"\n}', 400), ("spark", "Apache Spark", "3.5.9")),
    (_page(b"It looks like you are making an HTTP request to a Hadoop IPC port. This is", 404), ("hadoop-ipc", "Apache Hadoop", "")),
    (_page(status=401, Set_Cookie="hadoop.auth=; Path=/; HttpOnly"), ("http", "Apache Hadoop", "")),
)  # fmt: skip


def test_pages_name_the_server_or_the_service_behind_it() -> None:
    for page, expected in PAGES:
        found = from_response(page)
        assert (found.protocol, found.product, found.version) == expected, page


HADOOP_AND_SOLR: tuple[tuple[HttpResponse, str, bytes, tuple[str, str, str]], ...] = (
    (
        _page(status=302, X_XSS_Protection="1; mode=block", Location="http://127.0.0.1:9870/index.html"),
        "/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo",
        b'{"beans" : [ {"name" : "Hadoop:service=NameNode,name=NameNodeInfo",\n"SoftwareVersion" : "3.3.6",',
        ("hdfs", "Apache Hadoop HDFS NameNode", "3.3.6"),
    ),
    (
        _page(status=302, Location="http://127.0.0.1:8088/cluster"),
        "/ws/v1/cluster/info",
        b'{"startedOn":1795747861963,"state":"STARTED","hadoopVersion":"3.3.6","hadoopBuildVersion":"3.3.6 from 1"}',
        ("yarn", "Apache Hadoop YARN", "3.3.6"),
    ),
    (
        _page(status=302, Location="/solr/"),
        "/solr/admin/info/system?wt=json",
        b'{\n "solr_home":"/h",\n "lucene":{\n "solr-spec-version":"9.10.1",',
        ("solr", "Apache Solr", "9.10.1"),
    ),
)
"""The start page, what is asked then, and what the answer tells."""


def test_a_second_request_tells_the_version_of_hadoop_and_solr() -> None:
    for page, path, answer, expected in HADOOP_AND_SOLR:
        assert second_looks(page) == (path,)
        found = from_second(_page(answer))
        assert found is not None
        assert (found.protocol, found.product, found.version) == expected


def test_a_second_request_tells_what_the_first_leaves_open() -> None:
    docker = _page(b'{"message":"page not found"}', 404)
    assert (from_response(docker).protocol, second_looks(docker)) == ("http", ("/version",))
    more = _page(b'{"Platform":{"Name":"Docker Engine"},"Version":"24.0.7","ApiVersion":"1.43"}')
    found = from_second(more)
    assert found is not None
    assert (found.protocol, found.version) == ("docker", "24.0.7")
    assert second_looks(_page(b"Ok.\n")) == ("/cyberai",)
    house = from_second(_page(b"There is no handle /cyberai\n\nUse / or /ping for health checks.\nOr", 404))
    assert house is not None
    assert house.product == "ClickHouse"
    assert second_looks(_page(b'<a href="/classic/graph">Found</a>.\n', 302)) == ("/api/v1/status/buildinfo",)
    etcd = from_second(_page(b'{"etcdserver":"3.5.9","etcdcluster":"3.5.0"}'))
    assert etcd is not None
    assert (etcd.protocol, etcd.version) == ("etcd", "3.5.9")
    kubelet = from_second(_page(b"Forbidden (user=system:anonymous, verb=get)", 403))
    assert kubelet is not None
    assert kubelet.protocol == "kubelet"
    assert second_looks(_page(b"404 page not found\n", 404)) == ("/version", "/pods")
    assert second_looks(_page(b"<h1>Hello</h1>", Server="nginx")) == ()
    assert from_second(_page(b"404 page not found", 404)) is None


def test_names_of_products_are_written_as_cpe_2_3_wants_them() -> None:
    assert cpe23("openbsd:openssh", "9.2p1") == "cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*"
    assert cpe23("f5:nginx") == "cpe:2.3:a:f5:nginx:*:*:*:*:*:*:*:*"
    assert cpe23("x:y", "1.0+b:2") == "cpe:2.3:a:x:y:1.0\\+b\\:2:*:*:*:*:*:*:*"
    assert cpe23("o:mikrotik:routeros", "6.49").startswith("cpe:2.3:o:mikrotik:routeros:6.49:")


def test_what_companies_put_behind_tls_is_asked_for_there_on_any_port() -> None:
    asked = {ask.name for ask in catalogue.through_tls(4711)}
    assert {"kafka", "cassandra", "redis", "mongodb", "amqp"} <= asked
