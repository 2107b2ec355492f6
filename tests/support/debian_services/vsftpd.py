"""vsftpd: anonymous, writable and in clear text; and accounts over TLS."""

from support.debian_services.answering import greets
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, version_of

_COMMON = (
    "listen=YES\nlisten_address=127.0.0.1\nbackground=NO\nseccomp_sandbox=NO\nxferlog_enable=NO\n"
    "pam_service_name=vsftpd\n"
)


def misconfigured(ground: Ground) -> Setup:
    """Anyone may read and store files."""
    port = free_port()
    root = ground.directory("files")
    ground.directory("files/incoming", owner="ftp")
    settings = ground.file(
        "vsftpd.conf",
        f"{_COMMON}listen_port={port}\nsecure_chroot_dir={ground.directory('empty')}\nanonymous_enable=YES\n"
        f"anon_root={root}\nwrite_enable=YES\nanon_upload_enable=YES\nanon_mkdir_write_enable=YES\n"
        "local_enable=YES\n",
    )
    flaws = (Flaw("network.ftp-anonymous"), Flaw("network.cleartext-login", ("FTP",)))
    door = Door(port, "ftp", "vsFTPd", version_of("vsftpd"), flaws)
    return Setup(("vsftpd", str(settings)), (door,), greets(port))


def hardened(ground: Ground) -> Setup:
    """Local accounts only, and nothing of them before TLS."""
    port = free_port()
    certificate, key, _ = ground.certificate()
    settings = ground.file(
        "vsftpd.conf",
        f"{_COMMON}listen_port={port}\nsecure_chroot_dir={ground.directory('empty')}\nanonymous_enable=NO\n"
        f"local_enable=YES\nwrite_enable=NO\nssl_enable=YES\nforce_local_logins_ssl=YES\n"
        f"force_local_data_ssl=YES\nssl_tlsv1=YES\nssl_sslv2=NO\nssl_sslv3=NO\nrequire_ssl_reuse=NO\n"
        f"rsa_cert_file={certificate}\nrsa_private_key_file={key}\n",
    )
    return Setup(
        ("vsftpd", str(settings)), (Door(port, "ftp", "vsFTPd", version_of("vsftpd")),), greets(port)
    )


SERVICE = Service("vsftpd", "vsftpd", "vsftpd", misconfigured, hardened)
