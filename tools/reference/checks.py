"""The checks, from their declarations and their modules' docstrings."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from cyberai.checkkit.check import Check, docstring_sections
from tools.reference.page import Page, code, module_if_there, paragraph, table

PROOF = "How it is proven"


def found_checks() -> Iterator[tuple[Check, str]]:
    """Every check below cyberai.checks with its module's docstring, by id."""
    package = module_if_there("cyberai.checks")
    if package is None:
        return
    found: dict[str, tuple[Check, str]] = {}
    for info in pkgutil.walk_packages(package.__path__, "cyberai.checks."):
        module = importlib.import_module(info.name)
        for value in vars(module).values():
            if isinstance(value, Check):
                found[value.meta.id] = (value, module.__doc__ or "")
    yield from (found[name] for name in sorted(found))


def checks() -> Page | None:
    present = list(found_checks())
    if not present:
        return None
    page = Page(
        "checks",
        "Checks",
        "What is tested, how it is proven and what it costs. `Budget` is the most requests that the check may send "
        "per asset; the engine enforces it.",
    )
    rows = [
        (
            f"[`{check.meta.id}`](#{anchor(check.meta.id)})",
            check.meta.title,
            check.meta.severity,
            " ".join(check.meta.cwe),
        )
        for check, _ in present
    ]
    page.body.append(table(("Check", "Finds", "Severity", "CWE"), rows))
    page.body += [section(page, check, docstring) for check, docstring in present]
    return page


def anchor(title: str) -> str:
    """The fragment that Markdown viewers make of a heading."""
    kept = (char for char in title.lower() if char.isalnum() or char in " -_")
    return "".join(kept).replace(" ", "-")


def section(page: Page, check: Check, docstring: str) -> str:
    meta = check.meta
    facts = [
        ("Severity", f"{meta.severity} ({code(meta.cvss)})"),
        ("Classes", ", ".join((*meta.cwe, *meta.owasp))),
        ("Runs once per", meta.scope.value),
        ("One finding per", meta.grain.value),
        ("Budget", f"{meta.max_requests} requests"),
        ("Mode", "intrusive only" if meta.intrusive else "any that allows its requests"),
        ("Tags", ", ".join(meta.tags)),
        ("Since", meta.since),
    ]
    parts = [
        f"## {meta.id}",
        f"**{meta.title}.** {page.explain(meta.id, paragraph(meta.description))}",
        table(("", ""), [fact for fact in facts if fact[1]]),
        f"**Impact.** {page.explain(f'{meta.id} impact', paragraph(meta.impact))}",
        f"**Remediation.** {page.explain(f'{meta.id} remediation', paragraph(meta.remediation))}",
    ]
    proof = docstring_sections(docstring).get(PROOF, "")
    if proof:
        parts.append(f"**{PROOF}.** {paragraph(proof)}")
    if meta.references:
        parts.append("References: " + ", ".join(f"<{link}>" for link in meta.references))
    return "\n\n".join(parts)
