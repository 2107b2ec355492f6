"""Mosquitto: an MQTT broker for everyone, and one with accounts over TLS."""

from support.debian_services.answering import accepts
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, made_by, version_of

_USER = "mosquitto"


def misconfigured(ground: Ground) -> Setup:
    """Anyone may read and write every topic, in clear text."""
    port = free_port()
    settings = ground.file("mosquitto.conf", f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    door = Door(port, "mqtt", "Mosquitto", version_of("mosquitto"), (Flaw("network.mqtt-unauthenticated"),))
    return Setup(("mosquitto", "-c", str(settings)), (door,), accepts(port), user=_USER)


def hardened(ground: Ground) -> Setup:
    """TLS only, and a file of accounts."""
    port = free_port()
    certificate, key, _ = ground.certificate(_USER)
    accounts = ground.file("accounts", "quay:tide-table-canary\n", owner=_USER, mode=0o600)
    made_by("mosquitto_passwd", "-U", str(accounts))
    ground.file("accounts", accounts.read_bytes(), owner=_USER, mode=0o600)
    settings = ground.file(
        "mosquitto.conf",
        f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {accounts}\n"
        f"certfile {certificate}\nkeyfile {key}\n",
    )
    return Setup(("mosquitto", "-c", str(settings)), (Door(port, "mqtt"),), accepts(port), user=_USER)


SERVICE = Service("mosquitto", "mosquitto", "mosquitto", misconfigured, hardened)
