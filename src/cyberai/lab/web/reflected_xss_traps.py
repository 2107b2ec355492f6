"""Reflections that are not cross-site scripting, on both twins."""

from functools import partial

from cyberai.lab.http import LabResponse, json_response, text_response
from cyberai.lab.markup import script_string, text
from cyberai.lab.page import Page
from cyberai.lab.single_input import Visit, cookie, header, input_trap, posted, query, segment
from cyberai.lab.web._scripts import pinned_script

_trap = partial(input_trap, section="Service")


def _suggestions(value: str, _visit: Visit) -> LabResponse:
    return json_response({"query": value, "suggestions": ["rope", "anchor"]})


def _plain_text(value: str, _visit: Visit) -> LabResponse:
    return text_response(f"Harbour Supply receipt\nfor: {value}\n")


def _download(value: str, _visit: Visit) -> LabResponse:
    answer = text_response(f"<note>{value}</note>", "application/octet-stream")
    return answer.with_headers(("Content-Disposition", 'attachment; filename="note.txt"'))


def _comment(value: str, _visit: Visit) -> str:
    # Without `>` and `--` nothing can end the comment.
    return f"<p>Tide table</p><!-- harbour: {value.replace('>', '').replace('--', '')}_ -->"


def _without_tags(value: str, _visit: Visit) -> str:
    return f"<p>Boat: {value.replace('<', '').replace('>', '').replace('&', '')}</p>"


def _twice(value: str, _visit: Visit) -> str:
    return f"<p>Berth {text(text(value))}</p>"


def _script(value: str, visit: Visit) -> LabResponse:
    return pinned_script(visit, f'const town = "{script_string(value)}"; document.title = town;')


def _dropped_quotes(value: str, _visit: Visit) -> str:
    kept = "".join(c for c in value if c not in "\"'`<>&= \t\r\n\f/")
    return f'<p><input name="chosen" value="{kept}"></p>'


PAGES: tuple[Page, ...] = (
    _trap("/service/echo", "Spell a name", query("name", "Robin"), lambda v, _: f"<p>You said {text(v)}.</p>"),
    _trap("/service/attribute", "Sail number", query("number", "GBR 12"),
          lambda v, _: f'<input name="sail" value="{text(v)}">'),
    _trap("/api/suggest", "Suggestions", query("q", "ro"), _suggestions),
    _trap("/service/receipt.txt", "Receipt as text", query("customer", "Robin"), _plain_text),
    _trap("/service/note", "Save a note", query("note", "ahoy"), _download),
    _trap("/service/tides", "Tides", query("harbour", "Seaham"), _comment),
    _trap("/service/boat", "Boat name", query("boat", "Gull"), _without_tags),
    _trap("/service/berth", "Berth", query("berth", "12"), _twice),
    _trap("/service/town", "Town", query("town", "Kelby"), _script),
    _trap("/service/flag", "Flag", query("flag", "blue"), _dropped_quotes),
    _trap("/service/shout", "Shout", query("words", "ahoy"), lambda v, _: f"<p>{text(v).upper()}</p>"),
    _trap("/service/message", "Leave a message", posted("message", "Ahoy"),
          lambda v, _: f"<textarea>{text(v)}</textarea>"),
    _trap("/service/agent", "Your browser's name", header("User-Agent"), lambda v, _: f"<p>{text(v)}</p>"),
    _trap("/service/units", "Units", cookie("units", "metric"), lambda v, _: f"<p>Units: {text(v)}</p>"),
    _trap("/service/pier/", "Pier", segment("north"), lambda v, _: f"<p>Pier {text(v)}</p>"),
)  # fmt: skip
