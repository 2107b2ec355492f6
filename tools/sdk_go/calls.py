"""The calls of the conformance driver: each operation through its typed method, so that one without does not compile."""

from __future__ import annotations

from typing import Any

from tools.sdk_go.methods import Shape, shapes
from tools.sdk_go.naming import BY_HAND
from tools.sdk_go.schemas import NOTICE, Types


def calls_text(document: dict[str, Any], types: Types) -> str:
    """calls.go of the conformance driver."""
    every = shapes(document, types)
    lines = [
        NOTICE,
        "",
        "package main",
        "",
        "import (",
        '\t"context"',
        "",
        '\tcyberai "github.com/cyberai/go-sdk"',
        ")",
        "",
        "// calls are the operations that answer at once.",
        "var calls = map[string]func(ctx context.Context, c *cyberai.Client, a *arguments) (any, error){",
    ]
    for shape in every:
        if not shape.item:
            lines += _entry(shape, _key(shape))
    lines += ["}", "", "// lists are the operations with pages."]
    lines += [
        "var lists = map[string]func(ctx context.Context, c *cyberai.Client, a *arguments) (pages, error){"
    ]
    for shape in every:
        if shape.item:
            lines += _entry(shape, shape.operation.id)
    hand = ", ".join(f'"{name}": true' for name in sorted(BY_HAND))
    lines += ["}", "", "// byHand are streams, which have actions of their own."]
    lines += [f"var byHand = map[string]bool{{{hand}}}"]
    return "\n".join(lines) + "\n"


def _key(shape: Shape) -> str:
    return shape.operation.id + (f"?{shape.method.query}" if shape.method.query else "")


def _entry(shape: Shape, key: str) -> list[str]:
    given = ["ctx"] + (["a.id"] if shape.has_id else [])
    lines = [
        f'\t"{key}": func(ctx context.Context, c *cyberai.Client, a *arguments) ({_returned(shape)}, error) {{'
    ]
    for name, kind, there in (
        ("body", shape.body, bool(shape.body)),
        ("query", shape.method.params, shape.has_query),
    ):
        if there:
            lines += [
                f"\t\t{name} := new(cyberai.{kind})",
                f"\t\tif err := a.{name}Into({name}); err != nil {{",
                "\t\t\treturn nil, err",
                "\t\t}",
            ]
            given.append(name)
    unused = [
        f"a.no{name.title()}()"
        for name, there in (("body", shape.body), ("query", shape.has_query))
        if not there
    ]
    for check in unused:
        lines += [f"\t\tif err := {check}; err != nil {{", "\t\t\treturn nil, err", "\t\t}"]
    call = f"c.{shape.method.service}.{shape.method.name}({', '.join([*given, 'a.options...'])})"
    lines.append(
        f"\t\treturn listed[cyberai.{shape.item}]{{{call}}}, nil" if shape.item else f"\t\treturn {call}"
    )
    return [*lines, "\t},"]


def _returned(shape: Shape) -> str:
    return "pages" if shape.item else "any"
