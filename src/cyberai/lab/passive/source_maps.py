"""Scripts of the shop whose source maps are served, named in each of the ways there are; and harmless ones."""

import json
from base64 import b64encode
from functools import partial

from cyberai.lab.http import LabRequest, LabResponse, text_response
from cyberai.lab.layout import shop_page
from cyberai.lab.page import Flaw, Page, trap
from cyberai.lab.parsing import Pairs
from cyberai.lab.state import State

CHECK = "passive.source-maps"
_SECTION = "Applications"
_SCRIPT = "text/javascript; charset=utf-8"
_CODE = "(function(){var t=12;document.title=t+' o'+'clock'})();\n"
_BUNDLED = "(self.webpackChunkquay=self.webpackChunkquay||[]).push([[1],{7:function(e){e.exports=12}}]);\n"


def _map(*sources: str, text: bool = True) -> str:
    content = [f"// {source}\nexport const berth = 7; // see depot.internal\n" for source in sources]
    table = {"version": 3, "file": "app.js", "sources": sources, "names": ["t"], "mappings": "AAAA,IAAIA"}
    return json.dumps({**table, "sourcesContent": content} if text else table)


_OWN = _map("webpack://quay/./src/berths.ts", "webpack://quay/./node_modules/dayjs/index.js")
_NAMES = _map("../src/tariff.js", text=False)
_PUBLIC = _map("webpack://quay/./node_modules/dayjs/index.js", "webpack://quay/webpack/bootstrap")


def _file(body: str, headers: Pairs, _request: LabRequest, _state: State) -> LabResponse:
    return text_response(body, _SCRIPT).with_headers(*headers)


def _json(body: str, _request: LabRequest, _state: State) -> LabResponse:
    return text_response(body, "application/json")


def _absent(_request: LabRequest, _state: State) -> LabResponse | None:
    return None


def _script(name: str, flawed: str, sound: str, *, headers: Pairs = ()) -> Page:
    path = f"/app/{name}"
    return Page(
        path=path,
        title=f"Script {name}",
        section=_SECTION,
        vulnerable=partial(_file, flawed, headers),
        fixed=partial(_file, sound, ()),
    )


def _exposed(name: str, content: str, variant: str, summary: str) -> Page:
    path = f"/app/{name}"
    return Page(
        path=path,
        title=f"Map {name}",
        section=_SECTION,
        vulnerable=partial(_json, content),
        fixed=_absent,
        flaws=(Flaw(check=CHECK, path=path, variant=variant, summary=summary),),
    )


def _page(names: tuple[str, ...], _request: LabRequest, state: State) -> LabResponse:
    head = "".join(f'<script src="/app/{name}"></script>' for name in names)
    return shop_page(state, "Berth planner", "<p>Which boat lies where.</p>", head=head)


def _inline(_request: LabRequest, _state: State) -> LabResponse:
    data = b64encode(_OWN.encode()).decode()
    return text_response(f"{_CODE}//# sourceMappingURL=data:application/json;base64,{data}\n", _SCRIPT)


def _shell(_request: LabRequest, state: State) -> LabResponse:
    """The application's start page, which its server sends for every path it does not know."""
    return shop_page(
        state, "Ferry timetable", '<p id="app">Loading.</p>', head='<script src="/ferry/main.js"></script>'
    )


def _ferry(request: LabRequest, state: State) -> LabResponse:
    if request.path == "/ferry/main.js":
        return text_response(f"{_CODE}//# sourceMappingURL=main.js.map\n", _SCRIPT)
    return _shell(request, state)


_USED = ("berths.js", "tariff.js", "chunk.js", "inline.js", "dates.js", "gone.js", "banner.js", "quoted.js")
_BANNER = "/*! quayline.js v2.1 | MIT License | quayline.example */\n"

PAGES: tuple[Page, ...] = (
    trap("/planner", "Berth planner", _SECTION, partial(_page, _USED)),
    _script("berths.js", f"{_CODE}//# sourceMappingURL=berths.js.map\n", _CODE),
    _exposed("berths.js.map", _OWN, "named by a comment", "The source map of the planner is served, with its code."),
    _script("tariff.js", _CODE, _CODE, headers=(("SourceMap", "/app/maps/tariff.json"),)),
    _exposed("maps/tariff.json", _NAMES, "named by a header", "The source map of the tariffs is served, with names only."),
    _script("chunk.js", _BUNDLED, _BUNDLED),
    _exposed("chunk.js.map", _OWN, "named by nobody", "The source map of a bundle is served though nothing names it."),
    Page(
        path="/app/inline.js",
        title="Script inline.js",
        section=_SECTION,
        vulnerable=_inline,
        fixed=partial(_file, _CODE, ()),
        flaws=(Flaw(check=CHECK, path="/app/inline.js", variant="within the script",
                    summary="A script carries its own source map."),),
    ),
    trap("/app/dates.js", "Script dates.js", _SECTION, partial(_file, f"{_BUNDLED}//# sourceMappingURL=dates.map\n", ())),
    trap("/app/dates.map", "Map of a library", _SECTION, partial(_json, _PUBLIC)),
    trap("/app/gone.js", "Script gone.js", _SECTION, partial(_file, f"{_CODE}//# sourceMappingURL=gone.js.map\n", ())),
    trap("/app/banner.js", "Published script", _SECTION,
         partial(_file, f"{_BANNER}{_CODE}//# sourceMappingURL=banner.js.map\n", ())),
    trap("/app/banner.js.map", "Map of a published script", _SECTION, partial(_json, _map("quayline.js"))),
    trap("/app/quoted.js", "Script quoted.js", _SECTION,
         partial(_file, f"var help='//# sourceMappingURL=berths.js.map';\n{_CODE}", ())),
    trap("/ferry/", "Ferry timetable", _SECTION, _ferry, subtree=True),
)  # fmt: skip
