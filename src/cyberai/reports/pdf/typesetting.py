"""The child process: JSON on standard input, a PDF on standard output, no file and no socket in between.

Run as `python -m cyberai.reports.pdf.typesetting MEMORY SECONDS TIMESTAMP`. What it reads was made of a target's
answers; it may use so much memory (bytes of address space) and time, and once its fonts are read it can open nothing
any more: the kernel refuses every further descriptor.
"""

import json
import re
import resource
import sys
from importlib.resources import files
from pathlib import Path

import typst

from cyberai.reports.pdf.bounds import EXIT_REFUSED

FALLBACK_FONTS = Path("/usr/share/fonts/truetype/droid")
"""Where Debian's fonts-droid-fallback lies, which has Chinese and Japanese letters. Without it they are spelled out."""

_PROBE = b"""#set document(title: "probe")
#set text(lang: "en", font: json(bytes(sys.inputs.fonts)))
#for letter in json(bytes(sys.inputs.letters)) { par(letter) }
"""
_MISSING = re.compile(r"text `\"(.+?)\"` could not be displayed")
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_FIRST_UNSURE = 0x7F


def main() -> None:
    """Set one document."""
    memory, seconds, timestamp = (int(argument) for argument in sys.argv[1:4])
    _lower(resource.RLIMIT_AS, memory)
    _lower(resource.RLIMIT_CPU, seconds)
    _lower(resource.RLIMIT_CORE, 0)
    text = sys.stdin.buffer.read().decode("utf-8")
    template = (files("cyberai.reports.pdf") / "report.typ").read_bytes()
    fonts = typst.Fonts(
        include_system_fonts=False, font_paths=[FALLBACK_FONTS] if FALLBACK_FONTS.is_dir() else []
    )
    text = spelled(text, missing(text, fonts))
    _lower(resource.RLIMIT_NOFILE, 0)
    try:
        content = typeset(template, text, fonts, timestamp)
    except typst.TypstError as error:
        sys.stderr.write(error.message)
        raise SystemExit(EXIT_REFUSED) from error
    sys.stdout.buffer.write(content)


def _lower(what: int, most: int) -> None:
    """Lower a limit; where whoever started us has set a lower one, that stays."""
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


def typeset(template: bytes, text: str, fonts: typst.Fonts, timestamp: int) -> bytes:
    """The PDF of the template and its data, as PDF/UA-1 where that can be."""
    families = json.dumps(families_of(fonts))
    compiler = typst.Compiler(template, font_paths=fonts, ignore_system_fonts=True)
    inputs = {"report": text, "fonts": families}
    try:
        return _bytes(compiler, template, inputs, timestamp, ["ua-1"])
    except typst.TypstError as error:
        if not error.message.startswith("PDF/UA-1"):
            raise
        # What the standard refuses is still a readable file, tagged as well.
        return _bytes(compiler, template, inputs, timestamp, [])


def _bytes(
    compiler: typst.Compiler,
    template: bytes,
    inputs: dict[str, str],
    timestamp: int,
    standards: "list[typst.PDFStandard]",
) -> bytes:
    content = compiler.compile(
        template, format="pdf", sys_inputs=inputs, timestamp=timestamp, pdf_standards=standards
    )
    assert isinstance(content, bytes)
    return content


def families_of(fonts: typst.Fonts) -> list[str]:
    """The families in the order in which a letter is looked for."""
    known = fonts.families()
    wanted = ("Libertinus Serif", "DejaVu Sans Mono", "Droid Sans Fallback", "New Computer Modern")
    return [name for name in wanted if name in known]


def missing(text: str, fonts: typst.Fonts) -> frozenset[str]:
    """The letters that no font has: a probe is set with every letter of the text once, and refuses those."""
    letters = sorted({letter for letter in text if ord(letter) > _FIRST_UNSURE})
    if not letters:
        return frozenset()
    compiler = typst.Compiler(_PROBE, font_paths=fonts, ignore_system_fonts=True)
    inputs = {"letters": json.dumps(letters), "fonts": json.dumps(families_of(fonts))}
    try:
        _bytes(compiler, _PROBE, inputs, 0, ["ua-1"])
    except typst.TypstError as error:
        found = (_ESCAPE.sub(_letter, words) for words in _MISSING.findall(error.diagnostic))
        return frozenset(letter for words in found for letter in words)
    return frozenset()


def _letter(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))


def spelled(text: str, letters: frozenset[str]) -> str:
    """The text with these letters as `<U+65E5>`."""
    return text.translate({ord(letter): f"<U+{ord(letter):04X}>" for letter in letters})


if __name__ == "__main__":
    main()
