"""Finding the form that logs in, and filling it in."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from msgspec import Struct, structs

from cyberai.domain.auth import Auth, Texts
from cyberai.domain.http import Exchange, HttpRequest, Url
from cyberai.engine.field_words import words
from cyberai.engine.fields import Field
from cyberai.engine.forms import Form, Submit
from cyberai.engine.links import extract
from cyberai.engine.login.signs import forms_of
from cyberai.engine.markup import decode, tags
from cyberai.engine.modes import names_log_out
from cyberai.engine.page import is_html
from cyberai.engine.submissions import submissions

USUAL_PATHS = (
    "login",
    "login.php",
    "signin",
    "user/login",
    "users/login",
    "accounts/login/",
    "auth/login",
    "admin/",
    "login.jsp",
    "login.html",
    "wp-login.php",
)
"""Where login forms stand that no page links to, below the place where the scan enters."""

MAX_LINKS = 6
_NAMED = frozenset(
    [
        "login",
        "logon",
        "signin",
        "anmelden",
        "einloggen",
        "connexion",
        "acceder",
        "entrar",
        "accedi",
        "inloggen",
        "logga",
        "zaloguj",
    ]
)
_PAIRS = frozenset({("log", "in"), ("log", "on"), ("sign", "in")})
_OTHER = frozenset(
    [
        "register",
        "registration",
        "signup",
        "forgot",
        "reset",
        "lost",
        "recover",
        "create",
        "join",
        "subscribe",
        "search",
    ]
)
_TYPED = frozenset({"", "text", "email", "tel", "search", "number"})
_USER_WORDS = frozenset(
    [
        "user",
        "username",
        "login",
        "name",
        "email",
        "mail",
        "account",
        "uid",
        "userid",
        "uname",
        "usr",
        "benutzer",
        "benutzername",
        "nick",
        "id",
        "identifier",
    ]
)


class LoginForm(Struct, frozen=True):
    """A form that takes a name, a password or both, with the page it stands on."""

    page: Url
    form: Form
    user: str = ""
    password: str = ""

    @property
    def complete(self) -> bool:
        """Whether it takes the password; else the page after it does."""
        return bool(self.password)


def login_form(exchange: Exchange, fields: Texts = (), *, first_step: bool = False) -> LoginForm | None:
    """The form of the page that logs in, or None. A form with one password field that registers nobody; with
    `first_step` also one that asks for a name only."""
    found = [
        _read(exchange.request.url, form, dict(fields)) for form in forms_of(exchange.response) if form.fields
    ]
    candidates = [one for one in found if one is not None and (one.complete or first_step)]
    return max(candidates, key=_fitness, default=None)


def filled_in(found: LoginForm, auth: Auth) -> HttpRequest | None:
    """The request that the form makes with the operator's name and password, and their further fields."""
    values = {found.user: auth.username, found.password: auth.password}
    values |= {name: with_credentials(value, auth) for name, value in auth.fields}
    values.pop("", None)
    known = {field.name for field in found.form.fields}
    fields = [
        structs.replace(field, value=values[field.name], untouched=values[field.name], choices=())
        if field.name in values
        else field
        for field in found.form.fields
    ]
    fields += [Field(name, "hidden", value) for name, value in values.items() if name not in known]
    form = structs.replace(found.form, fields=tuple(fields), submits=_submits(found.form))
    made = submissions(form, found.page)
    return made[0].request if made else None


def with_credentials(value: str, auth: Auth) -> str:
    """A field's value with the name and the password where they are meant."""
    return value.replace("{username}", auth.username).replace("{password}", auth.password)


def ways_to_it(exchange: Exchange) -> Iterator[Url]:
    """Addresses at which the login form may be: what the page's links to it say, then the usual ones."""
    url, response = exchange.request.url, exchange.response
    if is_html(response):
        text = decode(response)
        links = extract(url, response, text, tuple(tags(text)))
        named = [link for link in links if says_login(link.label) or says_login(link.url.path)]
        named = [link for link in named if not names_log_out(f"{link.label} {link.url.path}")]
        yield from dict.fromkeys(link.url for link in named[:MAX_LINKS])
    for path in USUAL_PATHS:
        yield url.join(path)


def _read(page: Url, form: Form, fields: dict[str, str]) -> LoginForm | None:
    secret = [field.name for field in form.fields if field.kind == "password"]
    named = [name for name, value in fields.items() if "{password}" in value]
    password = next(iter(named or secret), "")
    if len(secret) > 1 or form_words(form) & _OTHER:
        return None
    user = next((name for name, value in fields.items() if "{username}" in value), "") or _user_field(form)
    if not password and (not user or not _asks_who(form, user)):
        return None
    return LoginForm(page, form, user, password)


def _user_field(form: Form) -> str:
    """The field for the name: by its own name, else the last one typed before the password."""
    typed: list[Field] = []
    for field in form.fields:
        if field.kind == "password":
            break
        if field.kind in _TYPED:
            typed.append(field)
    named = [field for field in typed if _USER_WORDS & set(words(field.name))]
    best = named or [field for field in typed if field.kind == "email"] or typed[-1:]
    return best[0].name if best else ""


def _asks_who(form: Form, user: str) -> bool:
    """Whether a form without a password is the first step of a login: few fields, and words that say so."""
    typed = [field for field in form.fields if field.kind in _TYPED]
    told = bool(_USER_WORDS & set(words(user))) or any(f.kind == "email" for f in typed)
    return len(typed) == 1 and told and form.method == "POST"


def form_words(form: Form) -> frozenset[str]:
    """The words of a form's action, id and buttons."""
    texts = [form.action, form.id, *(way.label or way.value for way in form.submits)]
    return frozenset(word for text in texts for word in words(text))


def _fitness(found: LoginForm) -> tuple[bool, bool, bool, int]:
    form = found.form
    said = form_words(form)
    return found.complete, bool(found.user), bool(said & _NAMED or _paired(said)), -len(form.fields)


def _submits(form: Form) -> tuple[Submit, ...]:
    said = [way for way in form.submits if says_login(way.label) or says_login(way.value)]
    return tuple(said or form.submits)[:1]


def says_login(text: str) -> bool:
    """Whether an address or the label of a link or button says that it logs in."""
    spoken = list(words(text))
    return bool(_NAMED & set(spoken)) or any(pair in _PAIRS for pair in pairwise(spoken))


def _paired(said: Iterable[str]) -> bool:
    known = set(said)
    return any(first in known and second in known for first, second in _PAIRS)
