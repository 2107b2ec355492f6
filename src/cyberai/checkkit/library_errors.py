"""What the cryptography library raises, and warns of, for certificates that are not what they should be."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography import x509
from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm

UNREADABLE = (
    ValueError,
    TypeError,
    OverflowError,
    LookupError,
    InternalError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.AttributeNotFound,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""Of hostile bytes each of them means the same: this cannot be read."""


@contextmanager
def quiet() -> Iterator[None]:
    """Without the library's warnings, of serial numbers that are not positive for instance: whoever reads what a stranger's
    server shows expects worse."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
