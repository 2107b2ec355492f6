"""Stored cross-site scripting: what visitors write is kept, and another page shows it."""

import html
import re
from collections.abc import Callable
from functools import partial

import msgspec

from cyberai.lab.http import LabRequest, LabResponse, first, json_response, redirect, text_response
from cyberai.lab.layout import shop_page
from cyberai.lab.markup import form, script_string, text
from cyberai.lab.page import Flaw, Insertion, Link, Page, trap
from cyberai.lab.state import State

CHECK = "web.stored-xss"
SECTION = "Voices from the quay"
_NO_POLICY = ("content-security-policy",)
_JSON_SCRIPT = '<output></output><script src="/forms.js"></script>'

Shown = Callable[[str], str]
"""One entry as the page shows it."""


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """A form at `path`, and the page `shown` on which its field `name` stands later."""

    path: str
    shown: str
    title: str
    name: str
    sample: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    enctype: str = ""

    @property
    def insertion(self) -> Insertion:
        return Insertion.JSON if self.enctype else Insertion.FORM


def _write(board: Board, request: LabRequest, state: State) -> LabResponse:
    """The form, and what becomes of what it sends."""
    if request.method != "POST":
        entry = form(
            board.path,
            ((board.name, board.sample), *board.extra),
            method="post",
            label="Send",
            enctype=board.enctype,
        )
        return shop_page(state, board.title, entry + (_JSON_SCRIPT if board.enctype else ""))
    if board.enctype:
        value = request.json.get(board.name) if isinstance(request.json, dict) else None
        if not isinstance(value, str):
            return json_response({"error": "send a JSON object"}, 415)
        state.kept[board.path].append(value)
        return json_response({"kept": len(state.kept[board.path])}, 201)
    value = first(request.form, board.name)
    if value is None:
        return shop_page(state, board.title, "<p>Something is missing.</p>", status=400)
    state.kept[board.path].append(value)
    return redirect(board.shown, 303)


def _read(board: Board, one: Shown, _request: LabRequest, state: State) -> LabResponse:
    entries = "".join(one(value) for value in reversed(state.kept[board.path]))
    return shop_page(
        state,
        f"{board.title}: read",
        entries or "<p>Nobody has written yet.</p>",
        omitted=_unless_fixed(state),
    )


def _unless_fixed(state: State) -> tuple[str, ...]:
    return () if state.fixed else _NO_POLICY


def _between(before: str, after: str) -> Shown:
    return lambda value: before + value + after


def _encoded(before: str, after: str) -> Shown:
    return lambda value: before + text(value) + after


def _without_script_tag(value: str) -> str:
    return f"<p>{re.sub('(?i)</?script[^>]*>', '', value)}</p>"


def _in_script(value: str) -> str:
    quoted = value.replace("<", "&lt;").replace(">", "&gt;")
    return f'<p class="wish">A wish</p><script>var wish = "{quoted}";</script>'


def _in_script_fixed(value: str) -> str:
    return f'<p class="wish">A wish</p><script>var wish = "{script_string(value)}";</script>'


def _pages(board: Board, vulnerable: Shown, fixed: Shown, *, variant: str, summary: str) -> tuple[Page, Page]:
    write = partial(_write, board)
    flaw = Flaw(
        check=CHECK,
        path=board.path,
        method="POST",
        parameter=board.name,
        insertion=board.insertion,
        variant=variant,
        summary=summary,
    )
    return (
        Page(
            path=board.path,
            title=board.title,
            section=SECTION,
            vulnerable=write,
            fixed=write,
            flaws=(flaw,),
            links=(Link(board.path, board.title),),
        ),
        Page(
            path=board.shown,
            title=f"{board.title}: read",
            section=SECTION,
            vulnerable=partial(_read, board, vulnerable),
            fixed=partial(_read, board, fixed),
            links=(Link(board.shown, f"{board.title}: read"),),
        ),
    )


def _trap(board: Board, read: Callable[[LabRequest, State], LabResponse]) -> tuple[Page, Page]:
    """What is kept and shown in a way that harms nobody, on both twins."""
    return (
        trap(board.path, board.title, SECTION, partial(_write, board)),
        trap(board.shown, f"{board.title}: read", SECTION, read),
    )


def _as_text(board: Board, _request: LabRequest, state: State) -> LabResponse:
    return text_response("\n".join(state.kept[board.path]))


def _as_json(board: Board, _request: LabRequest, state: State) -> LabResponse:
    return json_response({"entries": list(state.kept[board.path])})


def _visit(request: LabRequest, state: State) -> LabResponse:
    state.kept["/crew/door"].append((request.header("User-Agent") or "unknown")[:300])
    return shop_page(
        state, "Crew door", form("/crew/door", (("knock", "twice"),)) + "<p>Your knock was heard.</p>"
    )


def _door_log(one: Shown, _request: LabRequest, state: State) -> LabResponse:
    rows = "".join(one(value) for value in reversed(state.kept["/crew/door"]))
    return shop_page(state, "Who knocked", f"<ul>{rows}</ul>", omitted=_unless_fixed(state))


def _question(one: Shown, request: LabRequest, state: State) -> LabResponse | None:
    """Each question has a page of its own, to which the form leads."""
    asked = state.kept["/questions"]
    if request.path == "/questions/":
        if request.method != "POST":
            return shop_page(
                state, "Ask us", form("/questions/", (("question", ""),), method="post", label="Ask")
            )
        asked.append(f"{state.token()[:6]} {first(request.form, 'question') or ''}")
        return redirect(f"/questions/{asked[-1][:6]}", 303)
    wanted = request.path.removeprefix("/questions/")
    found = next((entry[7:] for entry in asked if entry[:6] == wanted), None)
    if found is None:
        return None
    return shop_page(state, "Your question", f"<p>You asked:</p>{one(found)}", omitted=_unless_fixed(state))


REVIEWS = Board(
    path="/reviews/write", shown="/reviews", title="Write a review", name="review", extra=(("author", ""),)
)
BADGE = Board(path="/crew/badge", shown="/crew/list", title="Your badge", name="badge", sample="Robin")
WISHES = Board(
    path="/api/wishes", shown="/wishes", title="Make a wish", name="wish", enctype="application/json"
)
RUMOURS = Board(path="/rumours/tell", shown="/rumours", title="Tell a rumour", name="rumour")

PAGES: tuple[Page, ...] = (
    *_pages(REVIEWS, _between("<blockquote>", "</blockquote>"), _encoded("<blockquote>", "</blockquote>"),
            variant="element text", summary="Reviews are written unencoded into the page that lists them."),
    *_pages(BADGE, _between('<p><input name="badge" value="', '"></p>'),
            _encoded('<p><input name="badge" value="', '"></p>'),
            variant="double-quoted attribute", summary="Badges land unencoded in an attribute of the crew list."),
    *_pages(WISHES, _in_script, _in_script_fixed,
            variant="script string, JSON body", summary="Wishes sent as JSON land in a string of a script."),
    *_pages(RUMOURS, _without_script_tag, lambda value: f"<p>{text(value)}</p>",
            variant="script tags removed", summary="Only script tags are removed from the rumours."),
    Page(path="/crew/door", title="Crew door", section=SECTION, vulnerable=_visit, fixed=_visit,
         flaws=(Flaw(check=CHECK, path="/crew/door", parameter="User-Agent", insertion=Insertion.HEADER,
                     variant="User-Agent header, log page",
                     summary="The browser's name is written unencoded into the log page."),),
         links=(Link("/crew/door?knock=once", "Crew door"),)),
    Page(path="/crew/knocks", title="Who knocked", section=SECTION,
         vulnerable=partial(_door_log, _between("<li>", "</li>")),
         fixed=partial(_door_log, _encoded("<li>", "</li>")),
         links=(Link("/crew/knocks", "Who knocked"),)),
    Page(path="/questions/", title="Ask us", section=SECTION, subtree=True,
         vulnerable=partial(_question, _between("<p>", "</p>")),
         fixed=partial(_question, _encoded("<p>", "</p>")),
         flaws=(Flaw(check=CHECK, path="/questions/", method="POST", parameter="question", insertion=Insertion.FORM,
                     variant="page of its own", summary="A question is shown unencoded on its own new page."),),
         links=(Link("/questions/", "Ask us"),)),
    *_trap(Board(path="/log/write", shown="/log.txt", title="Harbour log", name="line"),
           partial(_as_text, Board(path="/log/write", shown="/log.txt", title="", name="line"))),
    *_trap(Board(path="/poll/answer", shown="/api/poll", title="Poll", name="answer"),
           partial(_as_json, Board(path="/poll/answer", shown="/api/poll", title="", name="answer"))),
    *_trap(Board(path="/lost/report", shown="/lost", title="Lost property", name="item"),
           partial(_read, Board(path="/lost/report", shown="/lost", title="Lost property", name="item"),
                   lambda value: f"<p>{html.escape(value)}</p><!-- {value.replace('-', '').replace('>', '')} -->")),
    *_trap(Board(path="/song/suggest", shown="/songs", title="Suggest a song", name="song"),
           partial(_read, Board(path="/song/suggest", shown="/songs", title="Suggest a song", name="song"),
                   lambda value: f"<p>{re.sub('<[^>]*>?', '', value)}</p>")),
)  # fmt: skip
