"""What the pages of one site share: its database, files, chance and the frame around each page."""

import random
from collections import defaultdict, deque

from cyberai.lab.backend.database import Database
from cyberai.lab.backend.filesystem import POSIX_FILES, WINDOWS_FILES, FileSystem
from cyberai.lab.backend.shell import Shell

MAX_UPLOADS = 32
MAX_UPLOAD = 65_536
MAX_KEPT = 20
MAX_SESSIONS = 500

_SHOP = """
CREATE TABLE products (
    id INTEGER PRIMARY KEY, name TEXT, category TEXT, brand TEXT, price INTEGER, stock INTEGER, sku TEXT
);
INSERT INTO products VALUES
    (1, 'Mooring rope 12 mm', 'rope', 'quayline', 38, 40, 'RP-12'),
    (2, 'Anchor 7.5 kg', 'anchor', 'holdfast', 89, 12, 'AN-75'),
    (3, 'Fender, white', 'fender', 'softside', 24, 65, 'FN-01'),
    (4, 'Brass cleat', 'fitting', 'quayline', 17, 120, 'CL-20'),
    (5, 'Signal horn', 'safety', 'northlight', 12, 33, 'SH-05'),
    (6, 'Life vest, adult', 'safety', 'northlight', 64, 27, 'LV-80'),
    (7, 'Deck brush', 'care', 'softside', 9, 88, 'DB-02'),
    (8, 'Mooring rope 16 mm', 'rope', 'quayline', 52, 18, 'RP-16');
CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, password_hash TEXT, name TEXT);
INSERT INTO customers VALUES
    (1, 'robin@harbour-supply.example', '9f2c1d', 'Robin'),
    (2, 'sam@harbour-supply.example', '77ab03', 'Sam');
CREATE TABLE suppliers (id INTEGER PRIMARY KEY, name TEXT, region TEXT, postcode TEXT, town TEXT);
INSERT INTO suppliers VALUES
    (1, 'Quayline Ropes', 'north', '2100', 'Seaham'),
    (2, 'Holdfast Forge', 'west', '4410', 'Kelby'),
    (3, 'Northlight Safety', 'north', '2105', 'Marsk');
CREATE TABLE notes (id INTEGER PRIMARY KEY, author TEXT, body TEXT);
INSERT INTO notes VALUES (1, 'Robin', 'Ropes arrived in two days.');
CREATE TABLE visits (id INTEGER PRIMARY KEY, agent TEXT, page TEXT);
INSERT INTO visits VALUES (1, 'Mozilla/5.0', '/'), (2, 'Mozilla/5.0', '/search');
CREATE TABLE prices (id INTEGER PRIMARY KEY, currency TEXT, rate TEXT);
INSERT INTO prices VALUES (1, 'EUR', '1.00'), (2, 'GBP', '0.86'), (3, 'NOK', '11.40');
"""
_OFFERS = (
    "Ropes by the metre: 10 % off this week",
    "New: fenders made from old sails",
    "Free knots course on Saturday",
    "Spare cleats always in stock",
    "Ask for the harbour master's discount",
)


class State:
    """The shared state of one site; used by one thread."""

    def __init__(self, fixed: bool, seed: int = 1968) -> None:
        self.fixed = fixed
        self.database = Database(_SHOP)
        self.files: FileSystem = POSIX_FILES
        self.windows_files: FileSystem = WINDOWS_FILES
        # Chance only makes pages differ between requests; nothing secret hangs on it.
        self.random = random.Random(seed)  # noqa: S311
        self.uploads: dict[str, bytes] = {}
        self.kept: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=MAX_KEPT))
        """What visitors wrote, per page; the oldest makes room."""
        self._own: dict[str, str] = {}
        self._requests = 0

    def shell(self) -> Shell:
        """A fresh emulated shell."""
        return Shell(self.files)

    def upload(self, path: str, content: bytes) -> bool:
        """Keep what a visitor sent, in memory; False when it is too much."""
        if len(content) > MAX_UPLOAD or (path not in self.uploads and len(self.uploads) >= MAX_UPLOADS):
            return False
        self.uploads[path] = content
        return True

    def remember(self, place: str, value: str) -> None:
        """Keep one value of one session; the oldest session makes room."""
        self._own.pop(place, None)
        self._own[place] = value[:MAX_UPLOAD]
        while len(self._own) > MAX_SESSIONS:
            del self._own[next(iter(self._own))]

    def remembered(self, place: str) -> str:
        """What was kept there, or nothing."""
        return self._own.get(place, "")

    def served_at(self) -> str:
        """The shop's own time of day. It moves on with each request and owes nothing to the real clock."""
        self._requests += 1
        seconds = 9 * 3600 + self._requests * 7
        return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"

    def offer(self) -> str:
        """A banner text that changes at random."""
        return self.random.choice(_OFFERS)

    def token(self) -> str:
        """Thirty-two random hexadecimal digits."""
        return f"{self.random.getrandbits(128):032x}"

    def close(self) -> None:
        self.database.close()
