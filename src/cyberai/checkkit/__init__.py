"""The public API for check authors. A check is one file under `cyberai/checks` that imports only this
package and `cyberai.domain`; see docs/how-to/add-a-check.md."""

from msgspec import Struct
from msgspec.structs import replace

from cyberai.checkkit.check import Check, check
from cyberai.checkkit.probe import BudgetExceeded, Credentials, NotInstalled, PolicyRefused, Postponed, Probe
from cyberai.domain.asset import (
    DomainAsset,
    NameAsset,
    OriginAsset,
    PageAsset,
    ProductAsset,
    ServiceAsset,
    StoredAsset,
    TlsAsset,
)
from cyberai.domain.check import Grain, Scope
from cyberai.domain.dns import DnsRecord, DnsReply
from cyberai.domain.finding import Hit, HttpEvidence, Oracle, Proof, ServiceEvidence, TlsEvidence
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.domain.insertion import InsertionKind, InsertionPoint
from cyberai.domain.severity import Severity
from cyberai.domain.transport import Transport
from cyberai.ports.network import Conversation, Handshake, TlsVersion, TransportError, TransportReason

__all__ = [
    "BudgetExceeded",
    "Check",
    "Conversation",
    "Credentials",
    "DnsRecord",
    "DnsReply",
    "DomainAsset",
    "Exchange",
    "Grain",
    "Handshake",
    "Hit",
    "HttpEvidence",
    "HttpRequest",
    "HttpResponse",
    "InsertionKind",
    "InsertionPoint",
    "NameAsset",
    "NotInstalled",
    "Oracle",
    "OriginAsset",
    "PageAsset",
    "PolicyRefused",
    "Postponed",
    "Probe",
    "ProductAsset",
    "Proof",
    "Scope",
    "ServiceAsset",
    "ServiceEvidence",
    "Severity",
    "StoredAsset",
    "Struct",
    "TlsAsset",
    "TlsEvidence",
    "TlsVersion",
    "Transport",
    "TransportError",
    "TransportReason",
    "Url",
    "check",
    "replace",
]
