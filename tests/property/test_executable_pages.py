"""No page and no policy makes the reader of executable places fail, and no other name than ours is ever found."""

from hypothesis import given
from hypothesis import strategies as st

from cyberai.checkkit import HttpResponse
from cyberai.checkkit.execution import execution
from fuzz import executable_page

PIECES = st.sampled_from(
    [
        "<svg ", "onload=", "tok()", "tok", "<script", ">", "</script>", "'", '"', "/", "<input ", "type=hidden ", "autofocus ",
        "onfocus=", "tabindex=1 ", "<iframe srcdoc=", "&lt;", "&#", "116;", "<a href=javascript:", "<template>", "<select>",
        "xmlns='http://www.w3.org/2000/svg' ", "xmlns='http://www.w3.org/1999/xhtml'", "<!DOCTYPE a [", "<!ENTITY b 'tok()'>", "]>",
        "<![CDATA[", "]]>", "<!--", "-->", "<?xml version='1.0' encoding='", "utf-16", "'?>", "\x00", "\ud800", "é", "hidden ", "style=",
    ]
)  # fmt: skip
PAGES = st.lists(PIECES | st.text(max_size=6), max_size=60).map("".join)


@given(st.binary(max_size=400))
def test_the_fuzz_entry(data: bytes) -> None:
    executable_page.fuzz_one(data)


@given(PAGES, st.sampled_from(["text/html", "image/svg+xml", "application/xhtml+xml", ""]))
def test_any_page_is_judged_and_a_name_that_is_not_there_is_not_found(page: str, kind: str) -> None:
    response = HttpResponse(200, (("Content-Type", kind),), page.encode("utf-8", "surrogatepass"))
    execution(response, "tok")
    assert execution(response, "qzxv") is None
