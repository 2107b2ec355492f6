"""The emulated shell, file systems, arithmetic and expressions follow the rules of what they emulate."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberai.lab.backend import arithmetic, windows_shell
from cyberai.lab.backend.expression import Dialect, ExpressionError, evaluate
from cyberai.lab.backend.filesystem import POSIX_FILES, WINDOWS_FILES, FileSystem
from cyberai.lab.backend.shell import Shell, matches


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("echo a; echo b", "a\nb\n"), ("false && echo a", ""), ("false || echo a", "a\n"), ("true || echo a; echo b", "b\n"),
        ("echo a & echo b", "a\nb\n"), ("echo a | rev", "a\n"), ("echo abc | rev | cat", "cba\n"), ("echo a\necho b", "a\nb\n"),
        ("! false && echo a", "a\n"), ("(echo a; echo b) | wc -l", "2\n"), ("{ echo a; }", "a\n"), ("echo 'a b'  c", "a b c\n"),
        ("echo 'a$HOME'", "a$HOME\n"), ('echo "a$HOME"', "a/var/www\n"), ("echo a\\ b", "a b\n"), ('echo "a\\"b"', 'a"b\n'),
        ("echo $(echo $(echo a))", "a\n"), ("echo `echo a`", "a\n"), ("echo \"`printf 'a  b'`\"", "a  b\n"), ("echo `printf 'a  b'`", "a b\n"),
        ("echo $((6*7))", "42\n"), ("echo $(((1+2)*(3+4)))", "21\n"), ("X=4; echo $((X+1))", "5\n"), ("echo a#b # c", "a#b\n"),
        ("echo${IFS}a", "a\n"), ("echo ${NONE:-d}", "d\n"), ("X='a b'; echo $X", "a b\n"), ("e''cho a", "a\n"), ("X=echo; $X a", "a\n"),
        ("expr 6 \\* 7", "42\n"), ("expr 10 - 3", "7\n"), ("expr length abcd", "4\n"), ("printf '%s-%d\\n' a 12", "a-12\n"),
        ("printf '\\101\\x42'", "AB"), ("echo '6*7' | bc", "42\n"), ("cat /etc/hostname", "harbour-shop\n"),
        ("cat < /etc/hostname", "harbour-shop\n"), ("cat /etc/hostnam?", "harbour-shop\n"), ("cat /e*/hostname", "harbour-shop\n"),
        ("cd /etc; cat hostname", "harbour-shop\n"), ("head -1 /etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"),
        ("nothing 2>/dev/null; echo $?", "127\n"), ("cat /nothing 2>&1", "cat: /nothing: No such file or directory\n"),
        ("echo a 1>&2 2>/dev/null", ""), ("bash -c 'echo a'", "a\n"), ("echo 'echo a' | sh", "a\n"), ("[ 3 -gt 2 ] && echo y", "y\n"),
        ("echo aGk= | base64 -d", "hi"), ("/bin/echo a", "a\n"), ("seq 3 | tail -n 1", "3\n"), ("whoami", "www-data\n"),
    ],
)  # fmt: skip
def test_the_posix_shell(line: str, expected: str) -> None:
    assert Shell(POSIX_FILES).run(line).stdout == expected


@pytest.mark.parametrize(
    "line",
    [
        "echo 'a",
        'echo "a',
        "echo `a",
        "echo $(a",
        "; a",
        "a | ",
        "a && ",
        "a ;; b",
        "(a",
        "echo ) a",
        "| a",
        "a > ",
    ],
)
def test_a_syntax_error_runs_nothing(line: str) -> None:
    outcome = Shell(POSIX_FILES).run("echo before; " + line if not line.startswith((";", "|")) else line)
    assert (outcome.stdout, outcome.status) == ("", 2)
    assert "Syntax error" in outcome.stderr


@given(st.text("ab;|&$(){}`'\"\\<> \n#*?!=0-9", max_size=30))
def test_no_line_makes_a_shell_fail(line: str) -> None:
    Shell(POSIX_FILES).run(line)
    windows_shell.run(line, WINDOWS_FILES)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("echo a & echo b", "a\r\nb\r\n"), ("echo a && echo b", "a\r\nb\r\n"), ("nothing || echo b", "b\r\n"), ("nothing && echo b", ""),
        ('echo "a & b"', '"a & b"\r\n'), ("echo a^&b", "a&b\r\n"), ("set /a 6*7", "42"), ("set /a x=6*7", "42"), ("echo %OS%", "Windows_NT\r\n"),
        ("echo %NOTHING%", "%NOTHING%\r\n"), ("echo a | set /a 1+1", "2"), ("cmd /c echo a", "a\r\n"), ("echo a > nul", ""),
        ("whoami", "harbour-web2\\svc_shop\r\n"), ("echo a\necho b", "a\r\n"), ("echo a; echo b", "a; echo b\r\n"),
    ],
)  # fmt: skip
def test_the_windows_shell(line: str, expected: str) -> None:
    assert windows_shell.run(line, WINDOWS_FILES).stdout == expected


def test_posix_names() -> None:
    files = FileSystem({"/a/b/c.txt": b"c", "/a/d": b"d"})
    assert files.read("/a/b/../d") == b"d"
    assert files.read("../../a/./b//c.txt", "/a/b") == b"c"
    assert files.read("/a/none/../d") is None
    assert files.read("/a/d/../d") is None
    assert files.read("/a/d/") is None
    assert files.read("/A/D") is None
    assert files.read("/a/d\0x") is None
    assert files.children("/a") == ["b", "d"]


def test_windows_names() -> None:
    for name in (
        "C:\\Windows\\win.ini",
        "/windows/WIN.INI",
        "..\\..\\windows\\win.ini",
        "none\\..\\..\\..\\windows\\win.ini",
        "c:/windows/win.ini.",
    ):
        assert WINDOWS_FILES.read(name, "/inetpub/wwwroot") is not None, name
    assert WINDOWS_FILES.read("win.ini", "/inetpub/wwwroot") is None


@given(st.integers(-(2**62), 2**62), st.integers(-(2**31), 2**31), st.sampled_from("+-*"))
def test_arithmetic_wraps_at_64_bits(left: int, right: int, operator: str) -> None:
    exact = {"+": left + right, "-": left - right, "*": left * right}[operator]
    assert arithmetic.evaluate(f"({left}){operator}({right})", {}) == (exact + 2**63) % 2**64 - 2**63


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("7/2", 3),
        ("-7/2", -3),
        ("-7%3", -1),
        ("1+2*3", 7),
        ("010", 8),
        ("0x1f", 31),
        ("2<3", 1),
        ("1<<4|1", 17),
        ("", 0),
        ("x*2", 8),
    ],
)
def test_arithmetic(source: str, value: int) -> None:
    assert arithmetic.evaluate(source, {"x": "4"}) == value


@pytest.mark.parametrize("source", ["1/0", "1+", "(1", "08", "1 2", "@", "1" * 600])
def test_wrong_arithmetic(source: str) -> None:
    with pytest.raises(arithmetic.ArithmeticSyntaxError):
        arithmetic.evaluate(source, {})


@pytest.mark.parametrize(
    ("source", "value"),
    [("1+2*3", 7), ("(1+2)*3", 9), ("7/2", 3.5), ("8/2", 4), ("2**3**2", 512), ("-2+5", 3), ("'a'+'b'", "ab"), ("'a'+1", "a1"), ("'a'.length()", 1),
     ("'ab'|upper", "AB"), ("1<2", True), ("1==2", False), ("1<2 ? 'y' : 'n'", "y"), ("!true", False), ("x", "seven"), ("1.5*2", 3.0),
     ("'a\\'b'", "a'b"), ("null", None), ("1>2 or 3", 3)],
)  # fmt: skip
def test_expressions(source: str, value: object) -> None:
    assert evaluate(source, Dialect("test", variables={"x": "seven"})) == value


@pytest.mark.parametrize(
    "source",
    [
        "0.0.0",
        "0**-1",
        "1/0",
        "1%0",
        "'a'-1",
        "1 2",
        "(1",
        "1+",
        "'a",
        "nothing",
        "'a'.nothing()",
        "null*2",
        "#",
    ],
)
def test_wrong_expressions(source: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(source, Dialect("test"))


def test_dialects_differ_where_engines_differ() -> None:
    assert evaluate("'7'*7", Dialect("a", times="repeat")) == "7777777"
    assert evaluate("'7'*7", Dialect("a", times="number")) == 49
    with pytest.raises(ExpressionError):
        evaluate("'7'*7", Dialect("a", times="error"))
    assert evaluate("7/2", Dialect("a", divide="floor")) == 3


@given(st.text("abx01'\"+-*/%~<>=!&|?:()[].,${}# ", max_size=25))
def test_no_expression_fails_in_another_way(source: str) -> None:
    with contextlib.suppress(ExpressionError):
        evaluate(source, Dialect("test", times="number"))


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_file_name_patterns(pattern: str, name: str) -> None:
    def naive(p: str, n: str) -> bool:
        if not p:
            return not n
        if p[0] == "*":
            return naive(p[1:], n) or (bool(n) and naive(p, n[1:]))
        return bool(n) and p[0] in ("?", n[0]) and naive(p[1:], n[1:])

    assert matches(pattern, name) is naive(pattern, name)
