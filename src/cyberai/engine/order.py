"""Taking turns: what was begun in order is finished in order, however long the parts between took.

Pages are fetched at the same time and read one after the other, so that what the crawler learns, and with it every
further request, does not depend on which answer came first.
"""

import asyncio

_Done = asyncio.Future[None]


class Place:
    """One place in the row."""

    def __init__(self, before: _Done | None, done: _Done) -> None:
        self._before = before
        self._done = done

    async def wait(self) -> None:
        """Return when all earlier ones are done."""
        if self._before is not None and not self._before.done():
            # Its cancellation is this waiter's alone: the earlier one still has its turn to end.
            await asyncio.shield(self._before)

    def done(self) -> None:
        """Let the next one go on, as soon as all earlier ones are done. Never waits: who is cancelled while it waits
        must not keep the rest of the row from ending."""
        if self._before is None or self._before.done():
            self._end()
        else:
            self._before.add_done_callback(lambda _: self._end())

    def _end(self) -> None:
        if not self._done.done():
            self._done.set_result(None)


class Order:
    """The row."""

    def __init__(self) -> None:
        self._last: _Done | None = None

    def take(self) -> Place:
        """The next place; whoever takes it must call done(), whatever happens."""
        place = Place(self._last, asyncio.get_running_loop().create_future())
        self._last = place._done
        return place
