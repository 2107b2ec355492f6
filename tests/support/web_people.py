"""What people do with the web page in a real browser, and what is looked at for them."""

import json
from typing import Any

from support.browser import Tab
from support.processes import KEY

_CONTRAST = """
(() => {
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const over = (top, under) => top.slice(0, 3).map((c, i) => c * top[3] + under[i] * (1 - top[3])).concat(1);
  const ground = (node) => {
    const layers = [];
    for (let one = node; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    const canvas = matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
    return layers.reverse().reduce((under, top) => over(top, under), canvas);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const holder = node.parentElement;
    if (!node.data.trim() || !holder.checkVisibility({ visibilityProperty: true })) continue;
    if (holder.closest('.unseen, .skip, noscript, option, progress')) continue;
    const style = getComputedStyle(holder), under = ground(holder);
    const a = light(over(parse(style.color), under)), b = light(under);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push(`${ratio.toFixed(2)} ${holder.tagName}.${holder.className} ${node.data.trim().slice(0, 40)}`);
  }
  return bad;
})()
"""
_OVERFLOW = """
(() => {
  const wide = document.documentElement.clientWidth;
  return [...document.querySelectorAll('main *, header *, footer *')]
    .filter((one) => one.checkVisibility() && !one.closest('.unseen, .skip, pre, nav.main'))
    .filter((one) => one.getBoundingClientRect().right > wide + 1 || one.getBoundingClientRect().left < -1)
    .map((one) => `${one.tagName}.${one.className}`).slice(0, 5);
})()
"""
_NAMED = {
    "textbox",
    "searchbox",
    "combobox",
    "spinbutton",
    "checkbox",
    "radio",
    "button",
    "link",
    "progressbar",
}


def sign_in(tab: Tab, base: str, key: str = KEY) -> None:
    """Through the form."""
    tab.open(base + "/sign-in")
    tab.fill("#key", key)
    tab.submit("main form button")


def tab_to(tab: Tab, selector: str, most: int = 120) -> None:
    """Press the tabulator until that element has the focus; whatever has it on the way must show it."""
    for _ in range(most):
        tab.press("Tab")
        state: dict[str, Any] = tab.run(
            "(() => { const one = document.activeElement, style = getComputedStyle(one);"
            f" return {{ there: one.matches({json.dumps(selector)}), body: one === document.body,"
            " shown: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1,"
            " what: one.outerHTML.slice(0, 200) }; })()"
        )
        assert state["shown"] or state["body"], f"the focus cannot be seen: {state['what']}"
        if state["there"]:
            return
    raise AssertionError(f"the tabulator does not come to {selector}")


def flaws(tab: Tab) -> list[str]:
    """What is hard to read, to reach or to understand on this page as it is shown now."""
    found = [f"contrast {text}" for text in tab.run(_CONTRAST)]
    found += [f"out of the window: {text}" for text in tab.run(_OVERFLOW)]
    if tab.run("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("the page is wider than the window")
    counts = tab.run("['h1', 'main', 'title'].map((one) => document.querySelectorAll(one).length)")
    if counts != [1, 1, 1]:
        found.append(f"h1, main, title: {counts}")
    for node in tab.call("Accessibility.getFullAXTree")["nodes"]:
        role, name = node.get("role", {}).get("value"), node.get("name", {}).get("value", "")
        if not node.get("ignored") and role in _NAMED and not name.strip():
            found.append(f"a {role} without a name")
    return found
