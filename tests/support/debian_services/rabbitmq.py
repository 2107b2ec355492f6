"""RabbitMQ: the account guest with the password guest and the management page; and an account over TLS only."""

from support.debian_services.answering import accepts
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, version_of

_USER = "rabbitmq"
_START = "epmd & until epmd -names >&2; do sleep 0.1; done; exec /usr/lib/rabbitmq/bin/rabbitmq-server"
"""The broker would start Erlang's name service as a daemon that stays behind; this one ends with the group."""


def misconfigured(ground: Ground) -> Setup:
    """What a fresh installation has, let out to all addresses."""
    port, management = free_port(), free_port()
    version = version_of("rabbitmq-server")
    settings = (
        f"listeners.tcp.1 = 127.0.0.1:{port}\nmanagement.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {management}\n"
        "loopback_users = none\n"
    )
    page = (Flaw("network.rabbitmq-management-default-login", ("guest",)),)
    doors = (
        Door(port, "amqp", "RabbitMQ", version, (Flaw("network.rabbitmq-default-login", ("guest",)),)),
        Door(management, "rabbitmq-management", "RabbitMQ", "", page, ("passive.security-headers",)),
    )
    return _setup(ground, settings, "[rabbitmq_management].\n", doors)


def hardened(ground: Ground) -> Setup:
    """TLS only, an account of its own in place of guest, no management page."""
    port = free_port()
    certificate, key, authority = ground.certificate(_USER)
    settings = (
        f"listeners.tcp = none\nlisteners.ssl.1 = 127.0.0.1:{port}\nssl_options.cacertfile = {authority}\n"
        f"ssl_options.certfile = {certificate}\nssl_options.keyfile = {key}\nssl_options.verify = verify_none\n"
        # With TLS 1.2 Erlang takes curves of 160 bits and whoever asks may renegotiate.
        "ssl_options.versions.1 = tlsv1.3\n"
        "default_user = quay\ndefault_pass = tide-table-canary\n"
    )
    door = Door(port, "amqp", "RabbitMQ", version_of("rabbitmq-server"))
    return _setup(ground, settings, "[].\n", (door,))


def _setup(ground: Ground, settings: str, plugins: str, doors: tuple[Door, ...]) -> Setup:
    base = ground.directory("base", owner=_USER)
    environment = {
        "HOME": str(base),
        "RABBITMQ_NODENAME": f"quay{doors[0].port}@localhost",
        "RABBITMQ_CONFIG_FILE": str(ground.file("rabbitmq.conf", settings, owner=_USER)),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(ground.file("plugins", plugins, owner=_USER)),
        "RABBITMQ_CONF_ENV_FILE": str(ground.file("environment", "")),
        "RABBITMQ_MNESIA_BASE": str(base),
        "RABBITMQ_LOG_BASE": str(base),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_SERVER_START_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(free_port()),
    }
    ports = tuple(door.port for door in doors)
    return Setup(("sh", "-c", _START), doors, accepts(*ports), _USER, environment)


SERVICE = Service("rabbitmq", "rabbitmq-server", "rabbitmq-server", misconfigured, hardened)
