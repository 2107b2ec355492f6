"""Small harmless files for upload fields, of the kind the field asks for."""

import base64

from cyberai.engine.body import Part, field_part

_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
_TEXT = b"cyberai.txt"
_FILES: tuple[tuple[tuple[str, ...], str, str, bytes], ...] = (
    (("image", "png", "jpg", "jpeg", "gif"), "png", "image/png", _PIXEL),
    (("pdf",), "pdf", "application/pdf", _PDF),
    (("csv", "spreadsheet", "excel", "xls"), "csv", "text/csv", b"name,value\ncyberai,1\n"),
    (("json",), "json", "application/json", b'{"name":"cyberai"}'),
    (("svg",), "svg", "image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
    (("xml",), "xml", "application/xml", b"<?xml version='1.0'?><name>cyberai</name>"),
    (("zip",), "zip", "application/zip", _EMPTY_ZIP),
)
_NAMED = ("image", "photo", "picture", "avatar", "logo", "img", "pic")


def sample_file(name: str, accept: str) -> Part:
    """A part for the file field `name`: by its `accept` list, else a picture where the name speaks of one."""
    wanted = accept or ("image" if any(word in name.lower() for word in _NAMED) else "")
    for words, ending, media_type, content in _FILES:
        if any(word in wanted for word in words):
            return field_part(name, content, f"cyberai.{ending}", media_type)
    return field_part(name, _TEXT, "cyberai.txt")
