"""Files that must not be served, and how each is recognised by its own structure.

The formats are the tools' documented ones (gitrepository-layout, Subversion's wc.db, Mercurial's requires,
crypt(5) and htpasswd, RFC 7468 keys, SQL dumps of the client tools, Compose). A status is never enough: a
structure must match, the bytes must not be an HTML page, and a missing neighbour must look different.
"""

from msgspec import Struct

from cyberai.checkkit.text import Match, Pattern
from cyberai.domain.http import HttpResponse

HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
MEDIUM = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"
LOW = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N"


class SensitiveFile(Struct, frozen=True):
    """One file: the paths it is found under (relative to a folder), the structure that proves it, a second
    file that must agree where one structure is too plain, and what it gives away. `in_folders` are the paths
    worth asking for in every folder of a site, where a request counts sixfold. Where `technology` is named and the
    site shows no sign of it, only those are asked for, and only in the entry's folder."""

    cause: str
    paths: tuple[str, ...]
    structure: Pattern
    gives: str
    cvss: str = HIGH
    companion: str = ""
    companion_structure: Pattern | None = None
    markup: bool = False
    in_folders: tuple[str, ...] = ()
    technology: str = ""

    def shown(self, body: bytes) -> Match | None:
        """The structure in this body; None when it is not there or the body is a page."""
        if not self.markup and is_page(body):
            return None
        return self.structure.search(body)


_PAGE = Pattern(
    r"(?i)^(?:\xef\xbb\xbf)?\s*(?:<!--[^>]{0,400}-->\s*)*<(?:!doctype\s+html|html|head|body|title|div|h1|script)[\s>]"
)
_ASSIGNMENT = r"(?m)^(?:export\s+)?[A-Z][A-Z0-9_]{2,40}\s?=[^\n]*\n(?:(?:\s*|#[^\n]*)\n)*(?:export\s+)?[A-Z][A-Z0-9_]{2,40}\s?="
_PHP_SETTING = (
    r"(?i)<\?php[\s\S]*?(?:define\s*\(\s*['\"](?:DB_|AUTH_KEY|SECRET)|"
    r"\$[\w\[\]'\">\-]{0,40}(?:pass|db|host|user|secret|key)[\w\]'\"]{0,20}\s*=|(?:['\"](?:password|host|database|username)['\"]\s*=>))"
)
_DUMP = (
    r"(?i)(?:^|\n)(?:--\s*(?:MySQL|MariaDB|PostgreSQL|phpMyAdmin|SQLite)[^\n]{0,80}dump|"
    r"(?:CREATE\s+TABLE|INSERT\s+INTO|DROP\s+TABLE\s+IF\s+EXISTS)\s+[`\"'\w.\[\]]{1,80}\s*[(;\w])"
)
_PHP_CONFIGS = (
    "wp-config.php",
    "config.php",
    "configuration.php",
    "settings.php",
    "config.inc.php",
    "db.php",
    "database.php",
)

SENSITIVE_FILES: tuple[SensitiveFile, ...] = (
    SensitiveFile(
        ".git",
        (".git/HEAD",),
        Pattern(r"^(?:ref: refs/[\w./\-]{1,200}|[0-9a-f]{40}|[0-9a-f]{64})\s*$"),
        "The Git repository can be fetched: the source code with its history.",
        companion=".git/config",
        companion_structure=Pattern(r"(?m)^\[core\]"),
        in_folders=(".git/HEAD",),
    ),
    SensitiveFile(
        ".svn",
        (".svn/wc.db", ".svn/entries"),
        Pattern(r"^(?:SQLite format 3\x00|(?:8|9|10|12)\r?\n\s*(?:dir)?)"),
        "The Subversion working copy can be fetched: file names and source code.",
        in_folders=(".svn/wc.db", ".svn/entries"),
    ),
    SensitiveFile(
        ".hg",
        (".hg/requires", ".hg/store/00manifest.i"),
        Pattern(
            r"(?m)(?:^(?:revlogv[12]|dotencode|fncache|generaldelta|store|share-safe|sparserevlog)$|^\x00[\x00-\x03]\x00\x01)"
        ),
        "The Mercurial repository can be fetched: the source code with its history.",
        in_folders=(".hg/requires",),
    ),
    SensitiveFile(
        ".bzr",
        (".bzr/README",),
        Pattern(r"This is a Bazaar control directory"),
        "The Bazaar repository can be fetched.",
    ),
    SensitiveFile(
        "CVS",
        ("CVS/Entries",),
        Pattern(r"(?m)^D?/[^/\n]{1,120}/[^/\n]{0,40}/"),
        "CVS administration files list the sources.",
        MEDIUM,
    ),
    SensitiveFile(
        ".env",
        (".env", ".env.local", ".env.production", ".env.bak", ".env.old"),
        Pattern(_ASSIGNMENT),
        "The environment file holds the application's settings, usually with passwords and keys.",
        in_folders=(".env",),
    ),
    SensitiveFile(
        "PHP configuration copy",
        tuple(
            name + end for name in _PHP_CONFIGS[:2] for end in (".bak", "~", ".old", ".save", ".txt", ".orig")
        )
        + tuple(name + end for name in _PHP_CONFIGS[2:] for end in (".bak", "~"))
        + (".wp-config.php.swp", ".config.php.swp"),
        Pattern(_PHP_SETTING + r"|^b0VIM "),
        "A copy of the configuration is served as text, with its passwords.",
        in_folders=("wp-config.php.bak", "wp-config.php~", "config.php.bak"),
        technology="php",
    ),
    SensitiveFile(
        ".htpasswd",
        (".htpasswd",),
        Pattern(r"(?m)^[^:\s<>]{1,64}:(?:\$apr1\$|\$2[aby]\$|\$[156]\$|\{SHA\}|[./0-9A-Za-z]{13}\s*$)"),
        "The password file of the web server can be fetched.",
        in_folders=(".htpasswd",),
    ),
    SensitiveFile(
        ".htaccess",
        (".htaccess",),
        Pattern(
            r"(?mi)^\s*(?:RewriteEngine|AuthType|AuthUserFile|Require|Options|Deny from|Order (?:allow|deny)|<IfModule)\b"
        ),
        "The web server's rules for this folder can be read.",
        LOW,
    ),
    SensitiveFile(
        "web.config",
        ("web.config", "web.config.bak", "web.config.old"),
        Pattern(r"<configuration[\s>]"),
        "The application's configuration can be read.",
        markup=True,
        in_folders=("web.config.bak",),
        technology="asp.net",
    ),
    SensitiveFile(
        ".DS_Store",
        (".DS_Store",),
        Pattern(r"^\x00\x00\x00\x01Bud1"),
        "The folder's list of files can be read, also those that no page links.",
        LOW,
    ),
    SensitiveFile(
        "docker-compose",
        ("docker-compose.yml", "docker-compose.yaml", "compose.yaml"),
        Pattern(r"(?m)^services:\s*(?:#[^\n]*)?\r?\n(?:[^\n]*\n){0,80}?\s+(?:image|build):"),
        "The description of the deployment can be read, often with passwords.",
        MEDIUM,
    ),
    SensitiveFile(
        "private key",
        ("id_rsa", ".ssh/id_rsa", "id_ed25519", "server.key", "private.key", "privatekey.pem", "key.pem"),
        Pattern(r"-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----"),
        "A private key can be fetched.",
    ),
    SensitiveFile(
        "database dump",
        (
            "backup.sql",
            "dump.sql",
            "database.sql",
            "db.sql",
            "data.sql",
            "backup/db.sql",
            "{host}.sql",
            "{name}.sql",
        ),
        Pattern(_DUMP),
        "A dump of the database can be fetched.",
        in_folders=("backup.sql",),
    ),
    SensitiveFile(
        "backup archive",
        ("backup.zip", "backup.tar.gz", "site.zip", "www.zip", "{host}.zip", "{name}.zip", "{name}.tar.gz"),
        Pattern(r"^(?:PK\x03\x04[\s\S]{26}[\w./\-]{2}|\x1f\x8b\x08)"),
        "An archive that looks like a copy of the site can be fetched.",
    ),
    SensitiveFile(
        "cloud credentials",
        (".aws/credentials", ".git-credentials", ".npmrc", ".netrc"),
        Pattern(
            r"(?m)(?:^\s*aws_secret_access_key\s*=|^https?://[^\s:/@]{1,100}:[^\s@]{1,200}@[\w.\-]+|"
            r"_authToken\s*=|^machine\s+\S+\s+login\s+\S+)"
        ),
        "Credentials of a developer or of the deployment can be fetched.",
    ),
    SensitiveFile(
        "application settings",
        (
            "appsettings.json",
            "application.properties",
            "application.yml",
            "config/database.yml",
            "sftp-config.json",
            ".vscode/sftp.json",
        ),
        Pattern(
            r"(?m)(?:\"ConnectionStrings\"\s*:|^spring\.datasource\.|^\s+datasource:\s*$|^\s+adapter:\s*\w|"
            r"\"(?:remote_path|remotePath)\"\s*:)"
        ),
        "The application's settings can be read, usually with passwords.",
    ),
)


_SIGNS = {
    "php": Pattern(
        r"(?i)\.(?:php\d?|phtml)\b|phpsessid|laravel_session|x-powered-by: php|wp-content|wp-includes|/sites/default/|"
        r"joomla|drupal|typo3|magento|prestashop|moodle|mediawiki|phpbb|symfony|codeigniter|ci_session"
    ),
    "asp.net": Pattern(
        r"(?i)\.(?:aspx?|ashx|asmx|axd)\b|asp\.net|aspnet|microsoft-iis|__viewstate|arraffinity"
    ),
}


def technologies(response: HttpResponse) -> frozenset[str]:
    """Which of the technologies named here an answer shows signs of, in its header fields or its body."""
    head = "\n".join(f"{name}: {value}" for name, value in response.headers).encode("utf-8", "replace")
    text = head + b"\n" + response.body[:500_000]
    return frozenset(name for name, sign in _SIGNS.items() if sign.search(text) is not None)


def is_page(body: bytes) -> bool:
    """True when the body begins as an HTML page does."""
    return _PAGE.search(body[:2048]) is not None
