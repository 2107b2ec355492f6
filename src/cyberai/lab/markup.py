"""Escaping for each place of an HTML page, and the few elements that pages share."""

from html import escape


def text(value: str) -> str:
    """Encoded for element content and for quoted attribute values alike."""
    return escape(value, quote=True)


def script_string(value: str) -> str:
    """Encoded for the inside of any JavaScript string within a script element.

    Everything but letters, digits and blanks becomes a \\u escape, which also keeps `</script` and
    template literals shut.
    """
    return "".join(c if (c.isalnum() and c.isascii()) or c == " " else _unit_escapes(c) for c in value)


def _unit_escapes(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def form(
    action: str,
    fields: tuple[tuple[str, str], ...],
    *,
    method: str = "get",
    label: str = "Go",
    enctype: str = "",
) -> str:
    """A form with one labelled text field per (name, value)."""
    kind = f' enctype="{enctype}"' if enctype else ""
    rows = "".join(
        f'<label>{text(name.replace("_", " ").capitalize())} <input name="{text(name)}" value="{text(value)}">'
        "</label>"
        for name, value in fields
    )
    return (
        f'<form action="{text(action)}" method="{method}"{kind}>{rows}<button>{text(label)}</button></form>'
    )


def link(href: str, label: str) -> str:
    return f'<a href="{text(href)}">{text(label)}</a>'


def listing(items: tuple[str, ...] | list[str]) -> str:
    """An unordered list; the items are markup already."""
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """A table of plain values."""
    top = "".join(f"<th>{text(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{text(str(c))}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
