"""The server does not know secure renegotiation (RFC 5746): a second handshake on a connection is not tied to the first.

## Impact
Current clients refuse to connect to such a server, others cannot tell whether they are safe. If the server renegotiates at
all, someone in between opens a connection, sends the beginning of a request, and lets the victim's handshake pass as
its continuation (CVE-2009-3555): whether it does is what the check of renegotiation itself tries.

## Remediation
Update the server's TLS library: OpenSSL has it since 0.9.8m (2010), and every supported library does. Behind a device that
ends TLS, update its firmware.

## How it is proven
A hello with the extension, or in SSLv3 the signal, is answered without the extension, in the assessment and once more. A
server that sends it is safe from this, whatever it does about renegotiation itself, which is not tried here.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, TlsAsset, TlsVersion, check, replace
from cyberai.checkkit.tls_offers import OPTIONS, answered, asking, observed, s_client, spoken
from cyberai.domain.tls.hello import RENEGOTIATION_INFO
from cyberai.domain.tls.suites import suite

_CHANGES_A_LITTLE = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:L/A:N"


@check(
    id="tls.insecure-renegotiation",
    title="No secure renegotiation",
    severity=Severity.LOW,
    cvss=_CHANGES_A_LITTLE,
    cwe=("CWE-300",),
    owasp=("A06:2021", "A02:2021"),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=1,
    judges_profile=True,
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2009-3555",
        "https://datatracker.ietf.org/doc/html/rfc5746",
    ),
    tags=("tls",),
)
async def insecure_renegotiation(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """TLS 1.3 has no renegotiation: asked is the newest version before."""
    profile = endpoint.profile
    if profile is None or profile.secure_renegotiation is not False:
        return
    offers = [offer for offer in spoken(profile) if offer.version is not TlsVersion.TLS1_3 and offer.suites]
    for offer in offers[:1]:
        asked = replace(asking(endpoint, offer.version, offer.suites), secure_renegotiation=True)
        flight = await answered(endpoint, probe, asked)
        if flight is None or flight.extension(RENEGOTIATION_INFO) is not None:
            return
        facts = (("protocol", offer.version.value), ("selected", suite(flight.suite).name))
        options = f"{OPTIONS[offer.version]} -legacy_server_connect -cipher ALL:@SECLEVEL=0"
        detail = f"{offer.version.value} is answered without the extension renegotiation_info"
        yield observed(endpoint, facts, s_client(endpoint, options), detail)
