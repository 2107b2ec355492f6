"""What the name of a form field, or the words beside it, say about the values it takes."""

from collections.abc import Iterator

TEXT = "cyberai"
"""What free text gets. It names us, so that whatever a scan leaves behind can be found and removed."""

MAIL = "cyberai@example.com"
PASSWORD = "Cyberai-2024"  # noqa: S105 - a value typed into forms, no secret
DATE = "2024-01-15"

_URL = "http://example.com/"
_ONE = "1"
_VALUES: tuple[tuple[str, str], ...] = (
    (MAIL, "mail email emailaddress"),
    (PASSWORD, "pass password passwd pwd pw passphrase"),
    ("5550100", "phone telephone tel mobile cell fax"),
    ("12345", "zip zipcode postal postcode plz"),
    (DATE, "date birthday birthdate birth born dob expires deadline when"),
    ("10:00", "time"),
    (_URL, "url uri website homepage site link webpage"),
    ("127.0.0.1", "ip ipaddress ipaddr"),
    ("9780306406157", "isbn ean barcode gtin"),
    ("DE89370400440532013000", "iban"),
    ("#336699", "color colour"),
    ("2024", "year yyyy"),
    ("en", "lang language locale"),
    ("US", "country"),
    ("USD", "currency"),
    (
        _ONE,
        "id ids no nr num number numbers qty quantity amount count total sum price cost age page pages limit "
        "offset size width height weight month day hour minute rating stars score level max min",
    ),
)
_BY_WORD = {word: value for value, words in _VALUES for word in words.split()}
_ENDINGS = (
    ("mail", MAIL),
    ("password", PASSWORD),
    ("phone", "5550100"),
    ("date", DATE),
    ("zip", "12345"),
    ("url", _URL),
)
_NO_DATES = frozenset({"update", "candidate", "validate", "mandate"})
_DATE_FORMS = (
    ("yyyy-mm-dd", DATE),
    ("yyyy/mm/dd", "2024/01/15"),
    ("dd/mm/yyyy", "15/01/2024"),
    ("mm/dd/yyyy", "01/15/2024"),
    ("dd.mm.yyyy", "15.01.2024"),
    ("dd-mm-yyyy", "15-01-2024"),
    ("hh:mm", "10:00"),
)


def by_name(name: str) -> str | None:
    """The value for a field of this name; None where any text will do. The last telling word decides:
    `order_date` is a date, `date_id` a number."""
    spoken = list(words(name))
    for word in reversed(spoken):
        if word in _BY_WORD:
            return _BY_WORD[word]
        ending = next((value for end, value in _ENDINGS if word.endswith(end)), None)
        if ending is not None and word not in _NO_DATES:
            return ending
    return None


def by_hint(hint: str) -> str | None:
    """The value that a placeholder or a title asks for: a date in the form it shows, a mail address, a URL."""
    text = hint[:200].lower()
    shown = next((value for form, value in _DATE_FORMS if form in text), None)
    if shown is not None:
        return shown
    if "@" in text and " @" not in text:
        return MAIL
    return _URL if "http://" in text or "https://" in text else None


def words(name: str) -> Iterator[str]:
    """Lower-case words of a name, split at punctuation, digits and camel case."""
    word, before = "", ""
    for char in name[:100]:
        if word and (not char.isalpha() or (char.isupper() and before.islower())):
            yield word
            word = ""
        if char.isalpha():
            word += char.lower()
        before = char
    if word:
        yield word
