"""Data stores and caches: questions that need no log-in and change nothing."""

import struct

from cyberai.checkkit.mongo import command, read_message
from cyberai.checkkit.text import Pattern
from cyberai.engine.services.ask import Ask, ports
from cyberai.engine.services.identity import (
    LIKELY,
    MAX_VERSION,
    PROTOCOL,
    SURE,
    Identity,
    clean,
    cpe23,
)

_REDIS = Pattern(
    r"^(?:\+PONG\r\n|-NOAUTH |-DENIED |-ERR (?:unknown command|wrong number of arguments|operation not permitted)|-LOADING |-MISCONF |-READONLY )"
)
_REDIS_VERSION = Pattern(r"\nredis_version:([\w.\-]{1,40})\r\n")
_VALKEY_VERSION = Pattern(r"\nvalkey_version:([\w.\-]{1,40})\r\n")
_REDIS_OS = Pattern(r"\nos:([\x20-\x7e]{1,60})\r\n")
_SERVER_NAME = Pattern(r"\nserver_name:(\w{1,20})\r\n")
_MEMCACHED = Pattern(r"^VERSION ([\w.\-+]{1,40})[ \r]")
_MEMCACHED_ERROR = Pattern(r"^(?:ERROR\r\n)+$|^CLIENT_ERROR unauthenticated\r\n")
_ZOOKEEPER = Pattern(r"^Zookeeper version: ([\d.]{1,20})")
_ZOOKEEPER_SHUT = Pattern(
    r"^(?:\w{4} is not executed because it is not in the whitelist\.|This ZooKeeper instance is not currently serving)"
)
_BEANSTALKD = Pattern(r"^OK \d{1,7}\r\n---\n[\s\S]*\nversion: \"?([\d.]{1,20})")


def _redis(data: bytes) -> Identity | None:
    """PING and INFO in one go: a server that wants a password refuses both, and does not say which product it is."""
    if _REDIS.search(data) is None:
        return None
    system = _REDIS_OS.search(data)
    os = clean(system.groups[0], 60) if system is not None else ""
    name = _SERVER_NAME.search(data)
    valkey = _VALKEY_VERSION.search(data)
    redis = _REDIS_VERSION.search(data)
    if valkey is not None or (name is not None and name.groups[0] == b"valkey"):
        version = clean(valkey.groups[0], MAX_VERSION) if valkey is not None else ""
        return _of("redis", "Valkey", version, "lfprojects:valkey", os)
    if redis is None:
        return Identity(protocol="redis", product="Redis", cpe=cpe23("redis:redis"), confidence=LIKELY - 5)
    version = clean(redis.groups[0], MAX_VERSION)
    if b"\nmvcc_depth:" in data or b"\nserver_threads:" in data:
        return _of("redis", "KeyDB", version, "snap:keydb", os)
    if b"dragonfly_version:" in data:
        return _of("redis", "Dragonfly", "", "dragonflydb:dragonfly", os)
    return _of("redis", "Redis", version, "redis:redis", os)


def _of(protocol: str, product: str, version: str, cpe: str, os: str = "", sure: int = SURE) -> Identity:
    name = cpe23(cpe, version) if cpe else ""
    return Identity(protocol=protocol, product=product, version=version, cpe=name, os=os, confidence=sure)


def _memcached(data: bytes) -> Identity | None:
    match = _MEMCACHED.search(data)
    if match is not None:
        return _of("memcached", "memcached", clean(match.groups[0], MAX_VERSION), "memcached:memcached")
    if data.startswith(b"CLIENT_ERROR unauthenticated\r\n"):
        return _of("memcached", "memcached", "", "memcached:memcached", "", PROTOCOL)
    return None


def might_be_memcached(data: bytes) -> bool:
    """True for the answer that memcached gives to what it does not know; others say ERROR too."""
    return _MEMCACHED_ERROR.search(data) is not None


def _memcached_udp(data: bytes) -> Identity | None:
    if len(data) < 9 or data[:2] != b"\x00\x01" or data[4:6] == b"\x00\x00":
        return None
    return _memcached(data[8:])


def _mongodb(data: bytes) -> Identity | None:
    document = read_message(data)[2]
    if document.get("maxWireVersion") is None and document.get("ok") is None:
        return None
    if "maxWireVersion" not in document and "errmsg" not in document:
        return None
    return _of("mongodb", "MongoDB", "", "mongodb:mongodb", "", PROTOCOL)


def _mongodb_version(data: bytes) -> Identity | None:
    document = read_message(data)[2]
    version = document.get("version")
    if document.get("ok") != 1 or not isinstance(version, str) or "gitVersion" not in document:
        return _mongodb(data)
    return _of("mongodb", "MongoDB", clean(version.encode(), MAX_VERSION), "mongodb:mongodb")


_PG_VERSION = Pattern(r"S\x00\x00\x00.server_version\x00(\d[\w.]{0,20})[^\x00]*\x00", dot_all=True)
_PG_ERROR = Pattern(r"^E\x00\x00[\x00-\x08].S[^\x00]{1,40}\x00", dot_all=True)
_COCKROACH = Pattern(r"\x00crdb_version\x00CockroachDB \w+ v([\w.\-]{1,30})")


def _startup(**parameters: str) -> bytes:
    text = b"".join(part.encode() + b"\x00" for pair in parameters.items() for part in pair) + b"\x00"
    return struct.pack(">II", 8 + len(text), 196_608) + text


def _postgresql(data: bytes) -> Identity | None:
    """A server that lets this user in without a password tells its version; the others ask, or refuse."""
    cockroach = _COCKROACH.search(data)
    if cockroach is not None:
        return _of(
            "postgresql", "CockroachDB", clean(cockroach.groups[0], MAX_VERSION), "cockroachlabs:cockroachdb"
        )
    asks = data[:1] == b"R" and len(data) >= 9 and struct.unpack(">I", data[1:5])[0] in range(8, 512)
    if not asks and (_PG_ERROR.search(data) is None or b"\x00C" not in data[:1_024]):
        return None
    match = _PG_VERSION.search(data)
    version = clean(match.groups[0], MAX_VERSION) if match is not None else ""
    return _of(
        "postgresql", "PostgreSQL", version, "postgresql:postgresql", "", SURE if version else PROTOCOL
    )


def _cassandra(data: bytes) -> Identity | None:
    """A frame of the native protocol: a response, its version, flags, stream 0, SUPPORTED or ERROR."""
    if len(data) < 9 or data[0] & 0x80 == 0 or data[0] & 0x7F not in range(1, 7) or data[2:4] != b"\x00\x00":
        return None
    size = struct.unpack(">I", data[5:9])[0]
    if data[4] == 0x06 and b"CQL_VERSION" in data[:2_048] and size < 65_536:
        scylla = b"SCYLLA_" in data
        product, cpe = (
            ("ScyllaDB", "scylladb:scylladb") if scylla else ("Apache Cassandra", "apache:cassandra")
        )
        return _of("cassandra", product, "", cpe, "", SURE - 5)
    if data[4] == 0x00 and b"rotocol version" in data[:512]:
        return _of("cassandra", "", "", "", "", PROTOCOL)
    return None


def _zookeeper(data: bytes) -> Identity | None:
    match = _ZOOKEEPER.search(data)
    if match is not None:
        return _of("zookeeper", "Apache ZooKeeper", clean(match.groups[0], MAX_VERSION), "apache:zookeeper")
    if _ZOOKEEPER_SHUT.search(data) is not None:
        return _of("zookeeper", "Apache ZooKeeper", "", "apache:zookeeper", "", PROTOCOL)
    return None


_KAFKA_ID = 0x43594149


def _kafka(data: bytes) -> Identity | None:
    """ApiVersions, version 0: our correlation id, no error or UNSUPPORTED_VERSION, a list of API keys."""
    if len(data) < 14:
        return None
    size, correlation, error, count = struct.unpack(">IIhI", data[:14])
    if (
        correlation != _KAFKA_ID
        or error not in (0, 35)
        or not 10 + 6 * min(count, 1) <= size <= 65_536
        or count > 512
    ):
        return None
    return _of("kafka", "Apache Kafka", "", "apache:kafka", "", LIKELY)


def _mssql(data: bytes) -> Identity | None:
    """The answer to PRELOGIN holds the version of the server as four bytes and a build."""
    if len(data) < 14 or data[0] != 4 or struct.unpack(">H", data[2:4])[0] > 4_096 or data[8] != 0:
        return None
    offset, size = struct.unpack(">HH", data[9:13])
    where = 8 + offset
    if size != 6 or where + 6 > len(data):
        return None
    major, minor, build = struct.unpack(">BBH", data[where : where + 4])
    if major not in range(7, 20):
        return None
    return _of("mssql", "Microsoft SQL Server", f"{major}.{minor}.{build}", "microsoft:sql_server", "", SURE)


_TNS_REFUSED = Pattern(r"\(DESCRIPTION=\(TMP=\)\(VSNNUM=(\d{6,12})\)")
_TNS_ERROR = Pattern(r"^\x00.\x00\x00[\x02\x04\x0b\x05]", dot_all=True)


def _prelogin() -> bytes:
    options = b"\x00" + struct.pack(">HH", 11, 6) + b"\x01" + struct.pack(">HH", 17, 1) + b"\xff"
    body = options + b"\x00" * 6 + b"\x02"
    return struct.pack(">BBHHBB", 0x12, 1, 8 + len(body), 0, 0, 0) + body


def _tns_connect() -> bytes:
    data = b"(DESCRIPTION=(CONNECT_DATA=(COMMAND=version)))"
    head = (
        struct.pack(">HHHHHHHHHHII", 314, 300, 0, 8_192, 32_767, 32_520, 0, 256, len(data), 58, 2_048, 0)
        + b"\x00" * 22
    )
    return struct.pack(">HHBBH", 8 + len(head) + len(data), 0, 1, 0, 0) + head + data


def _oracle(data: bytes) -> Identity | None:
    if _TNS_ERROR.search(data) is None or struct.unpack(">H", data[:2])[0] not in range(8, 8_193):
        return None
    match = _TNS_REFUSED.search(data)
    if match is None and b"(DESCRIPTION=" not in data and b"(ERR=" not in data:
        return None
    version = ""
    if match is not None:
        number = int(match.groups[0])
        version = f"{number >> 24}.{number >> 20 & 15}.{number >> 12 & 255}.{number >> 8 & 15}.{number & 255}"
    return _of(
        "oracle-tns", "Oracle Database TNS listener", version, "oracle:database_server", "", LIKELY + 10
    )


def _beanstalkd(data: bytes) -> Identity | None:
    match = _BEANSTALKD.search(data)
    if match is None:
        return None
    return _of(
        "beanstalkd", "beanstalkd", clean(match.groups[0], MAX_VERSION), "beanstalkd_project:beanstalkd"
    )


def _aerospike(data: bytes) -> Identity | None:
    if data[:2] != b"\x02\x01" or not data[8:].startswith(b"build\t"):
        return None
    version = clean(data[14:60].partition(b"\n")[0], MAX_VERSION)
    return _of("aerospike", "Aerospike", version, "aerospike:aerospike_server")


REDIS = Ask(
    name="redis",
    payload=b"PING\r\nINFO\r\n",
    read=_redis,
    ports=ports(6379, 6380, 16379, 26379, 7000, 7001),
    usual=3,
)
MEMCACHED = Ask(name="memcached", payload=b"version\r\n", read=_memcached, ports=ports(11211, 11212), usual=0)
ASKS = (
    REDIS,
    MEMCACHED,
    Ask(
        name="mongodb",
        payload=command(1, {"buildInfo": 1, "$db": "admin"}),
        read=_mongodb_version,
        ports=ports(27017, 27018, 27019),
        usual=6,
    ),
    Ask(
        name="postgresql",
        payload=_startup(user="postgres", database="postgres", application_name="cyberai"),
        read=_postgresql,
        ports=ports(5432, 5433, 5434, 6432, 26257),
        usual=4,
    ),
    Ask(
        name="cassandra",
        payload=bytes.fromhex("040000000500000000"),
        read=_cassandra,
        ports=ports(9042, 9142),
        usual=12,
    ),
    Ask(name="zookeeper", payload=b"srvr", read=_zookeeper, ports=ports(2181, 2182, 3888), usual=11),
    Ask(
        name="kafka",
        payload=struct.pack(">IhhIh", 17, 18, 0, _KAFKA_ID, 7) + b"cyberai",
        read=_kafka,
        ports=ports(9092, 9093, 9094),
        usual=13,
    ),
    Ask(name="mssql", payload=_prelogin(), read=_mssql, ports=ports(1433, 1434), usual=9),
    Ask(name="oracle", payload=_tns_connect(), read=_oracle, ports=ports(1521, 1522, 1526), usual=14),
    Ask(name="beanstalkd", payload=b"stats\r\n", read=_beanstalkd, ports=ports(11300), usual=0),
    Ask(
        name="aerospike",
        payload=b"\x02\x01" + (6).to_bytes(6, "big") + b"build\n",
        read=_aerospike,
        ports=ports(3000, 3003),
        usual=0,
    ),
    Ask(
        name="memcached-udp",
        payload=b"\x00\x01\x00\x00\x00\x01\x00\x00version\r\n",
        read=_memcached_udp,
        ports=ports(11211),
        transport="udp",
    ),
)
