"""What the SQL pages share: running a statement and showing what a shop shows of it."""

from collections.abc import Callable, Sequence

from msgspec import structs

from cyberai.lab.backend.database import Row, SqlValue, StatementError
from cyberai.lab.backend.sql_errors import Wording
from cyberai.lab.http import LabResponse
from cyberai.lab.markup import table, text
from cyberai.lab.single_input import Visit

Show = Callable[[list[Row], Visit], LabResponse | str]


def listed(rows: list[Row], _visit: Visit) -> str:
    """The rows as a table, or a sentence that there are none."""
    if not rows:
        return "<p>Nothing on the shelf matches.</p>"
    return table(
        ("Article", "Price"), [tuple("" if cell is None else cell for cell in row[:2]) for row in rows]
    )


def counted(rows: list[Row], _visit: Visit) -> str:
    """Only whether there is something."""
    return "<p>In stock, ready to collect.</p>" if rows else "<p>Sold out at the moment.</p>"


def or_missing(rows: list[Row], visit: Visit) -> LabResponse | str:
    """A page about the first row, or a real 404."""
    if not rows:
        return visit.page("<p>There is no such article.</p>", status=404)
    return f"<p>{text(str(rows[0][0]))} for {text(str(rows[0][1]))} crowns.</p>"


def run(
    visit: Visit,
    statement: str,
    show: Show,
    *,
    wording: Wording | None = None,
    parameters: Sequence[SqlValue] = (),
) -> LabResponse | str:
    """The page for a statement. With `wording` an error is shown; without, it looks like no result."""
    try:
        rows = visit.state.database.query(statement, parameters)
    except StatementError as error:
        if wording is None:
            return show([], visit)
        message = text(wording(statement, str(error)))
        return visit.page(f"<p>The shop could not answer.</p><pre>{message}</pre>", status=500)
    answer = show(rows, visit)
    slept = visit.state.database.slept
    if not slept:
        return answer
    page = visit.page(answer) if isinstance(answer, str) else answer
    return structs.replace(page, delay=slept)
