"""What a scan may do in its mode: which requests are refused because of what they would change.

Scanners have changed administrators' passwords and bought goods. A request is judged by its method, by the words
of its path, by parameter names, by values that are nothing but an action's name, and, where the crawler knows it,
by the label of the link or button. Injected payloads are never read as actions.
"""

from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from cyberai.domain.http import HttpRequest
from cyberai.domain.scan import Mode
from cyberai.engine.body import Pairs, named_values, query_pairs

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_READING = _SAFE | {"TRACE"}
_WRITING = _READING | {"POST", "PUT", "PATCH"}


class Action(StrEnum):
    """Recognised actions that only the intrusive mode performs; the value is what the ledger says."""

    LOG_OUT = "log-out"
    DELETE = "delete"
    RESET = "reset"
    PASSWORD = "password change"  # noqa: S105 - the name of an action
    MAIL = "mail"
    PAYMENT = "payment"
    CHANGE = "change"
    """Any other change by a link; refused in safe mode only."""


_LOG_OUT = frozenset(
    [
        "logout",
        "logoff",
        "signout",
        "signoff",
        "logmeout",
        "endsession",
        "abmelden",
        "ausloggen",
        "deconnexion",
        "déconnexion",
        "salir",
        "desconectar",
        "uitloggen",
        "afmelden",
        "logud",
        "utloggen",
        "wyloguj",
        "sair",
        "esci",
        "выход",
        "выйти",
    ]
)
_DELETE = frozenset(
    [
        "delete",
        "del",
        "remove",
        "destroy",
        "erase",
        "purge",
        "truncate",
        "wipe",
        "uninstall",
        "rm",
        "unpublish",
        "revoke",
        "suspend",
        "terminate",
        "ban",
    ]
)
_RESET = frozenset({"reset", "reinstall", "factory", "shutdown", "reboot", "restart", "restore"})
_MAIL = frozenset({"mail", "sendmail", "newsletter", "invite", "invitation", "sms", "forgot", "contact"})
_MESSAGE_PARTS = ("mail", "recipient", "address", "phone", "message", "subject", "friend", "body")
_HARMLESS = frozenset({"preview", "search", "find", "check", "validate"})
_PAYMENT = frozenset(
    {"pay", "payment", "checkout", "purchase", "buy", "donate", "refund", "transfer", "withdraw"}
)
_CHANGE = frozenset(
    [
        "add",
        "create",
        "update",
        "edit",
        "save",
        "insert",
        "approve",
        "reject",
        "vote",
        "like",
        "subscribe",
        "enable",
        "disable",
        "activate",
        "deactivate",
        "submit",
        "publish",
        "install",
        "upload",
        "import",
        "run",
        "execute",
    ]
)
_OLD_OR_NEW = ("new", "old", "cur")
_ACCOUNT = ("user", "mail", "login", "account")
_SEPARATORS = str.maketrans(dict.fromkeys("/-_. +%=:;,~!()[]{}", " "))


_ENDS_LOGIN = frozenset({Action.LOG_OUT, Action.PASSWORD})


class Seen(Struct, frozen=True):
    """What the page says of a request that it makes. `label` is what a person would press, `secrets` counts the form's
    password fields, `accounts` are the names and addresses of accounts that the page has filled in."""

    label: str = ""
    secrets: int = 0
    accounts: tuple[str, ...] = ()

    def is_about(self, account: str) -> bool:
        """Whether the form is about this account."""
        return bool(account) and account.casefold() in (known.casefold() for known in self.accounts)


NOTHING = Seen()


def seen_in_call(request: HttpRequest) -> Seen:
    """What the names of a script's request say."""
    return Seen(secrets=sum("pass" in name.lower() for name, _ in named_values(request)))


def names_account(name: str) -> bool:
    """Whether a field of this name says whose account something is about."""
    return any(word in name.lower() for word in _ACCOUNT)


def refusal(
    request: HttpRequest, mode: Mode, seen: Seen = NOTHING, *, logged_in: bool = False, user: str = ""
) -> str | None:
    """Why this request may not be sent in this mode, or None when it may. A scan that is logged in neither logs out nor
    changes its own password, nor its own account (`user`), whatever the mode."""
    if request.method not in _READING and seen.is_about(user):
        return f"a form about {user}, the account that the scan is logged in with"
    if mode is Mode.INTRUSIVE:
        action = recognise(request, seen) if logged_in else None
        if action not in _ENDS_LOGIN:
            return None
        return f"recognised as a {action.value} action, not performed while logged in"
    if request.method not in (_SAFE if mode is Mode.SAFE else _WRITING):
        return f"{request.method} is not sent in {mode.value} mode"
    action = recognise(request, seen)
    if action is None or (action is Action.CHANGE and mode is not Mode.SAFE):
        return None
    return f"recognised as a {action.value} action, not performed in {mode.value} mode"


def recognise(request: HttpRequest, seen: Seen = NOTHING) -> Action | None:
    """The action this request would most likely perform, or None."""
    pairs = named_values(request)
    # A long segment is a headline (`/how-to-delete-an-account`), a short one may be a command.
    path = [word for words in map(_words, request.url.path.split("/")) if len(words) <= 3 for word in words]
    named = [word for name, value in pairs if _is_verb(value) for word in _words(value)]
    # `?delete=5`, `?logout`: the parameter's own name is the verb; a field `mail` or `contact` holds an address.
    own = [word for name, _ in pairs if "_" not in name for word in _words(name)]
    named += [word for word in own if word not in _MAIL]
    spoken = _words(seen.label)
    spoken = spoken if len(spoken) <= 3 else []
    reads = request.method in _READING
    if _names_log_out([*path, *named]) or _names_log_out(spoken):
        return Action.LOG_OUT
    # Whose account it is may stand in the address; what is asked for is what is submitted.
    submitted = pairs if reads else tuple(pair for pair in pairs if pair not in query_pairs(request))
    if _changes_password(path, submitted, seen, reads):
        return Action.PASSWORD
    if _DELETE & {*path, *named, *spoken}:
        return Action.DELETE
    if _RESET & {*path, *named, *spoken} and not (reads and not pairs and "password" in path):
        return Action.RESET
    if reads:
        return Action.CHANGE if _CHANGE & {*path, *named} else None
    return _sent(set(path) | set(named) | set(spoken), pairs)


def _sent(words: set[str], pairs: Pairs) -> Action | None:
    if (
        _MAIL & words
        and not _HARMLESS & words
        and any(part in name.lower() for name, _ in pairs for part in _MESSAGE_PARTS)
    ):
        return Action.MAIL
    if _PAYMENT & words or any("card" in name.lower() and "number" in name.lower() for name, _ in pairs):
        return Action.PAYMENT
    return None


def _is_verb(value: str) -> bool:
    return 0 < len(value) <= 20 and value.isascii() and all(c.isalpha() or c in "-_ " for c in value)


def _words(text: str) -> list[str]:
    """Lower-case words, split at punctuation and at camel case."""
    spaced = "".join(
        f" {c}" if c.isupper() and i and text[i - 1].islower() else c for i, c in enumerate(text[:500])
    )
    return spaced.translate(_SEPARATORS).lower().split()


def names_log_out(text: str) -> bool:
    """Whether an address or the label of a link says that it logs out."""
    return _names_log_out(_words(text))


def _names_log_out(words: list[str]) -> bool:
    if _LOG_OUT & set(words):
        return True
    return any(first in ("log", "sign") and second in ("out", "off") for first, second in pairwise(words))


def _changes_password(path: list[str], pairs: Pairs, seen: Seen, reads: bool) -> bool:
    """Two password fields without an account name, with one that the page has filled in, or with an old or new one; or
    the path says so and something is sent."""
    fields = [name.lower() for name, _ in pairs]
    secrets = [
        name for name in fields if "pass" in name or "pwd" in name or name.rstrip("0123456789").endswith("pw")
    ]
    account = any(map(names_account, fields))
    if max(len(secrets), seen.secrets) >= 2 and (seen.accounts or not account):
        return True
    if any(mark in name for name in secrets for mark in _OLD_OR_NEW):
        return True
    words = set(path)
    told = bool({"password", "passwd", "pwd"} & words and {"change", "update", "set", "edit", "new"} & words)
    told = told or bool({"changepassword", "passwordchange", "chpasswd"} & words)
    return told and (bool(secrets) or not reads)
