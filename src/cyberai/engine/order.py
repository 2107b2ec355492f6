"""Taking turns: what was begun in order is finished in order, however long the parts between took.

Pages are fetched at the same time and read one after the other, so that what the crawler learns, and with it every
further request, does not depend on which answer came first.
"""

import asyncio


class Place:
    """One place in the row."""

    def __init__(self, before: asyncio.Event | None) -> None:
        self._before = before
        self._done = asyncio.Event()

    async def wait(self) -> None:
        """Return when all earlier ones are done."""
        if self._before is not None:
            await self._before.wait()

    def done(self) -> None:
        """Let the next one go on."""
        self._done.set()


class Order:
    """The row."""

    def __init__(self) -> None:
        self._last: asyncio.Event | None = None

    def take(self) -> Place:
        """The next place; whoever takes it must call done(), whatever happens."""
        place = Place(self._last)
        self._last = place._done
        return place
