"""What imported fingerprints know beyond our own readings."""

from msgspec import structs

from cyberai.engine.context import Lookup
from cyberai.engine.services.identity import (
    LIKELY,
    MAX_PRODUCT,
    MAX_VERSION,
    Identity,
    cpe23,
)


def improved(lookup: Lookup, own: Identity, matches: str, text: bytes) -> Identity:
    """Our own reading, and what the imported fingerprints know beyond it: ours wins where both tell."""
    said = lookup(matches, text) if text else None
    if said is None:
        return own
    os = own.os or said.get("os.product", "")[:MAX_PRODUCT]
    product, version = said.get("service.product", ""), said.get("service.version", "")[:MAX_VERSION]
    if own.product or not product:
        same = own.product.lower() in product.lower() or product.lower() in own.product.lower()
        if own.product and not own.version and version and product and same:
            return structs.replace(own, version=version, cpe=_cpe(said, version) or own.cpe, os=os)
        return structs.replace(own, os=os)
    vendor = said.get("service.vendor", "")
    name = product if not vendor or vendor.lower() in product.lower() else f"{vendor} {product}"
    sure = min(max(own.confidence, 1), LIKELY + 10, _percent(said.get("service.certainty", "")))
    return structs.replace(
        own,
        product=name[:MAX_PRODUCT],
        version=version,
        cpe=_cpe(said, version),
        os=os,
        confidence=sure,
    )


def _cpe(said: dict[str, str], version: str) -> str:
    """The CPE in our form; recog writes the older one."""
    name = said.get("service.cpe23", "")
    if name.startswith("cpe:2.3:"):
        return name[:200]
    parts = name.removeprefix("cpe:/").split(":")
    if not name.startswith("cpe:/") or len(parts) < len(("a", "vendor", "product")) or parts[0] not in "aoh":
        return ""
    return cpe23(":".join(parts[:3]), version)


def _percent(certainty: str) -> int:
    digits = certainty.replace(".", "", 1)
    if not digits.isascii() or not digits.isdigit() or len(digits) > 6:
        return 100
    return max(1, min(100, round(100 * float(certainty))))
