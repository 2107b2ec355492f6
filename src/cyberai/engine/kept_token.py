"""What is known of the anti-forgery token of one form."""

from msgspec import Struct

from cyberai.domain.http import HttpResponse
from cyberai.engine.cookies import Cookies

Values = tuple[tuple[str, str], ...]
"""Names of token fields with their values."""


class Kept(Struct):
    """The token's values and the cookies they go with while it is kept; `refused` is the answer to a wrong one, None
    where that is not known; `healed` counts the times it was replaced because it seemed to be refused."""

    sendings: int = 0
    values: Values = ()
    cookies: Cookies = ()
    refused: HttpResponse | None = None
    healed: int = 0
    tried: bool = False
