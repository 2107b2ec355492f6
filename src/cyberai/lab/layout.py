"""The frame of every page of the practice shop: head, navigation, footer, one stylesheet."""

from cyberai.lab.http import LabResponse
from cyberai.lab.markup import text
from cyberai.lab.parsing import Pairs
from cyberai.lab.state import State

SHOP = "Harbour Supply"

STYLESHEET = """:root{--ink:#17324d;--sea:#1f6f8b;--sand:#f6f1e7;--line:#d9d2c3}
*{box-sizing:border-box}
body{margin:0;font:17px/1.55 Georgia,"Times New Roman",serif;color:var(--ink);background:var(--sand)}
header{background:var(--ink);color:#fff;padding:1.1rem 1.6rem}
header a{color:#fff;text-decoration:none;font-size:1.35rem;letter-spacing:.03em}
nav{display:flex;flex-wrap:wrap;gap:1.2rem;padding:.6rem 1.6rem;background:var(--sea)}
nav a{color:#fff}
main{max-width:52rem;margin:1.6rem auto;padding:1.4rem 1.8rem;background:#fff;border:1px solid var(--line);border-radius:6px}
h1{margin:.1rem 0 1rem;font-size:1.7rem;font-weight:normal}
h2{margin:1.4rem 0 .4rem;font-size:1.2rem}
a{color:var(--sea)}
table{border-collapse:collapse;width:100%}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:left}
form{display:flex;flex-wrap:wrap;gap:.7rem;align-items:end;margin:.9rem 0}
label{display:flex;flex-direction:column;font-size:.9rem}
input,textarea,select{font:inherit;padding:.35rem .5rem;border:1px solid var(--line);border-radius:4px}
button{font:inherit;padding:.4rem 1rem;border:0;border-radius:4px;background:var(--sea);color:#fff}
pre{overflow:auto;padding:.8rem;background:var(--sand);border:1px solid var(--line)}
.offer{font-style:italic;color:var(--sea)}
footer{max-width:52rem;margin:0 auto 2rem;padding:0 1.8rem;font-size:.85rem}
"""

# Sends forms that declare JSON as JSON, which browsers do not do by themselves.
FORM_SCRIPT = """document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.getAttribute("enctype") !== "application/json") return;
  event.preventDefault();
  const reply = await fetch(form.action, {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify(Object.fromEntries(new FormData(form))),
  });
  form.parentNode.querySelector("output").textContent = await reply.text();
});
"""

NAVIGATION = (("/", "Shop"), ("/contact", "Contact"), ("/about-this-lab", "About this lab"))


def document(state: State, title: str, main: str, *, head: str = "") -> str:
    """The whole HTML text; `title`, `main` and `head` are markup already."""
    links = "".join(f'<a href="{href}">{label}</a>' for href, label in NAVIGATION)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="/style.css">{head}</head>\n'
        f'<body><header><a href="/">{SHOP}</a></header><nav>{links}</nav>\n<main>{main}</main>\n'
        f"<footer>{SHOP}, everything for the quay since 1968. Served at {state.served_at()}.</footer>"
        "</body></html>\n"
    )


def shop_page(
    state: State,
    title: str,
    body: str,
    *,
    status: int = 200,
    head: str = "",
    headers: Pairs = (),
    omitted: tuple[str, ...] = (),
    delay: float = 0.0,
) -> LabResponse:
    """A page of the shop. `title` is plain text, `body` and `head` are markup."""
    main = f"<h1>{text(title)}</h1>{body}"
    html = document(state, f"{text(title)} | {SHOP}", main, head=head)
    return LabResponse(
        status,
        (("Content-Type", "text/html; charset=utf-8"), *headers),
        html.encode("utf-8", "replace"),
        delay,
        omitted,
    )
