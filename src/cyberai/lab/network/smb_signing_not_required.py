"""A file server that takes messages without signatures on the vulnerable twin."""

from cyberai.lab.network._smb import FileServer, FileSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.smb-signing-not-required"


def _files(fixed: bool) -> Session:
    return FileSession(FileServer(signs=fixed))


SERVICES: tuple[Service, ...] = (
    Service(
        name="unsigned files",
        session=_files,
        checks=(CHECK,),
        flaws=(
            Flaw(check=CHECK, path="", method="", variant="smb2", summary="Signatures are not required."),
        ),
    ),
)
