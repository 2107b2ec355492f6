"""SPF records (RFC 7208): reading them, and following them to where they lead."""

from ipaddress import ip_network

from msgspec import Struct

from cyberai.checkkit.domains import ask
from cyberai.checkkit.probe import Probe
from cyberai.domain.dns import DnsReply

MAX_LOOK_UPS = 10
"""Terms that need a look-up; receivers give up at one more (section 4.6.4)."""
MAX_VOID = 2
"""Look-ups among them that may come back empty."""
MAX_TERMS = 200
MAX_QUESTIONS = 16
"""Questions that one walk asks at most."""

_LOOK_UP = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})
_MECHANISMS = frozenset({"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"})


class Term(Struct, frozen=True):
    """A term: mechanism or, with an empty qualifier, modifier."""

    qualifier: str
    name: str
    value: str

    @property
    def domain(self) -> str:
        """The name it leads to; empty for the record's own, or where macros make it depend on the mail."""
        name = self.value.partition("/")[0].rstrip(".").lower()
        return "" if "%" in name else name


class Spf(Struct, frozen=True):
    """A record: its terms in order, up to and with `all`, and what is no term."""

    terms: tuple[Term, ...]
    errors: tuple[str, ...]

    @property
    def all(self) -> str:
        """The qualifier of `all`; empty without."""
        return next((term.qualifier for term in self.terms if term.name == "all"), "")

    @property
    def redirect(self) -> Term | None:
        """Where the rest is said; it counts only without `all`."""
        return None if self.all else next((t for t in self.terms if t.name == "redirect"), None)


def is_spf(text: str) -> bool:
    """True for a TXT record of SPF (section 4.5)."""
    lowered = text.lower()
    return lowered == "v=spf1" or lowered.startswith("v=spf1 ")


def read_spf(text: str) -> Spf:
    """The terms of a record."""
    terms: list[Term] = []
    errors: list[str] = []
    for word in text.split(" ")[1 : MAX_TERMS + 1]:
        if not word:
            continue
        term = _term(word)
        if term is None:
            errors.append(word[:100])
        elif not any(known.name == "all" for known in terms) or term.name == "redirect":
            terms.append(term)
    return Spf(tuple(terms), tuple(errors))


def _term(word: str) -> Term | None:
    name = word.lstrip("+-~?")
    sign = word[: len(word) - len(name)]
    end = next((at for at, char in enumerate(name) if char in ":=/"), len(name))
    kind, rest = name[:end].lower(), name[end:]
    if rest.startswith("=") and not sign:
        # Unknown modifiers are passed over (section 6).
        return (
            Term("", kind, rest[1:]) if (kind and rest[1:]) or kind not in ("redirect", "exp", "") else None
        )
    if len(sign) > 1 or kind not in _MECHANISMS or rest.startswith("="):
        return None
    value = rest.removeprefix(":")
    return Term(sign or "+", kind, value) if _fits(kind, value, rest) else None


def _fits(kind: str, value: str, rest: str) -> bool:
    if kind == "all":
        return not rest
    if kind in ("ip4", "ip6"):
        try:
            return ip_network(value, strict=False).version == int(kind[2])
        except ValueError:
            return False
    if kind in ("include", "exists"):
        return bool(value) and rest.startswith(":")
    return bool(value) or not rest


class Walk(Struct):
    """What following a record has shown. `open_at` is a record that lets everybody pass, or the empty string;
    `neutral` that the end says nothing of other senders; `missing` are names without a record, `loops` names that lead
    back to themselves; `last` is the answer that showed it."""

    look_ups: int = 0
    questions: int = 0
    void: int = 0
    open_at: str = ""
    neutral: bool = False
    missing: list[str] = []
    loops: list[str] = []
    broken: list[str] = []
    whole: bool = True


async def walk(probe: Probe, name: str, record: Spf) -> Walk:
    """Follow the record of a name as a receiver would for a sender that nothing matches."""
    found = Walk()
    await _follow(probe, name, record, (name,), found)
    return found


async def _follow(probe: Probe, name: str, record: Spf, path: tuple[str, ...], found: Walk) -> str:
    """The qualifier with which the record ends for anybody."""
    for term in record.terms:
        if term.name not in _LOOK_UP or (term.name == "redirect" and record.all):
            continue
        found.look_ups += 1
        if found.look_ups > MAX_LOOK_UPS:
            return ""
        if term.name == "include":
            end = await _included(probe, term, path, found)
            if end == "+" and term.qualifier == "+":
                found.open_at = found.open_at or term.domain
        elif term.name in ("a", "mx"):
            await _address(probe, term, term.domain or name, found)
    end = record.all
    if record.redirect is not None:
        end = await _included(probe, record.redirect, path, found)
    elif not end and len(path) == 1:
        end = "?"
    if len(path) == 1:
        found.neutral = end == "?"
        found.open_at = found.open_at or (name if end == "+" else "")
    return end


async def _included(probe: Probe, term: Term, path: tuple[str, ...], found: Walk) -> str:
    if not term.domain or found.questions >= MAX_QUESTIONS:
        found.whole = False
        return ""
    if term.domain in path:
        found.loops.append(term.domain)
        return ""
    found.questions += 1
    reply = await ask(probe, term.domain, "TXT")
    texts = [text for text in reply.data() if is_spf(text)]
    if len(texts) != 1:
        (found.missing if not texts else found.broken).append(term.domain)
        return ""
    record = read_spf(texts[0])
    if record.errors:
        found.broken.append(term.domain)
    return await _follow(probe, term.domain, record, (*path, term.domain), found)


async def _address(probe: Probe, term: Term, name: str, found: Walk) -> None:
    if "%" in term.value or found.questions >= MAX_QUESTIONS:
        return
    found.questions += 1
    if term.name == "mx":
        found.void += not (await ask(probe, name, "MX")).data()
        return
    if not (await ask(probe, name, "A")).data():
        found.questions += 1
        # One of the two is asked for, by the sender's own family.
        found.void += not (await ask(probe, name, "AAAA")).data()


def records_of(reply: DnsReply) -> list[str]:
    """The SPF records of an answer."""
    return [text for text in reply.data() if is_spf(text)]
