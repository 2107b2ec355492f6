"""A file server that speaks version 1 on the vulnerable twin; version 2 and later it speaks on both."""

from cyberai.lab.network._smb import FileServer, FileSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.smb-version-1"


def _files(fixed: bool) -> Session:
    return FileSession(FileServer(version_1=not fixed))


SERVICES: tuple[Service, ...] = (
    Service(
        name="old files",
        session=_files,
        checks=(CHECK,),
        flaws=(Flaw(check=CHECK, path="", method="", variant="NT LM 0.12", summary="Version 1 is spoken."),),
    ),
)
