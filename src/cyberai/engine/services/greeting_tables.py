"""What greetings of servers say: patterns by protocol."""

from cyberai.engine.services.identity import LIKELY, PROTOCOL
from cyberai.engine.services.rules import Rule, Rules

SSH: Rules = (
    Rule(r"^OpenSSH_for_Windows_([\w.]+)", "OpenSSH for Windows", "openbsd:openssh", "Windows"),
    Rule(r"^OpenSSH[_-](\d[\w.]*)", "OpenSSH", "openbsd:openssh"),
    Rule(r"^dropbear(?:_([\w.]+))?", "Dropbear SSH", "dropbear_ssh_project:dropbear_ssh"),
    Rule(r"^libssh[_-]([\d.]+)", "libssh", "libssh:libssh"),
    Rule(r"^AsyncSSH_([\d.]+)", "AsyncSSH", "asyncssh_project:asyncssh"),
    Rule(r"^paramiko_([\d.]+)", "Paramiko", "paramiko:paramiko"),
    Rule(r"^Cisco-([\d.]+)", "Cisco SSH", "cisco:ios", "Cisco IOS"),
    Rule(r"^ROSSSH", "MikroTik RouterOS sshd", "", "RouterOS"),
    Rule(r"^Go$", "Go x/crypto/ssh"),
    Rule(r"^WeOnlyDo ([\d.]+)", "WeOnlyDo sshd"),
    Rule(
        r"^(?:[\d.]+ )?FlowSsh|Bitvise SSH Server \(WinSSHD\) ([\d.]+)", "Bitvise SSH Server", "", "Windows"
    ),
    Rule(r"^APACHE-SSHD-([\d.]+)|^SSHD-(?:CORE|UNKNOWN)-([\d.]+)", "Apache MINA SSHD", "apache:sshd"),
    Rule(r"^mod_sftp/?([\d.]+)?", "ProFTPD mod_sftp", "proftpd:proftpd"),
    Rule(r"^SSH-?Server-?Gerrit|^GerritCodeReview_([\w.\-]+)", "Gerrit Code Review"),
    Rule(r"^HUAWEI-([\d.]+)", "Huawei VRP sshd", "", "Huawei VRP"),
    Rule(r"^Comware-([\d.]+)", "HPE Comware sshd", "", "Comware"),
    Rule(r"^Erlang/([\d.]+)", "Erlang/OTP ssh", "erlang:erlang\\/otp"),
)
FTP: Rules = (
    Rule(r"\(vsFTPd ([\d.]+)\)", "vsftpd", "vsftpd_project:vsftpd"),
    Rule(r"ProFTPD (\d[\w.]*)", "ProFTPD", "proftpd:proftpd"),
    Rule(r"ProFTPD", "ProFTPD", "proftpd:proftpd"),
    Rule(r"Welcome to Pure-FTPd(?: ([\d.]+))?", "Pure-FTPd", "pureftpd:pure-ftpd"),
    Rule(r"FileZilla Server(?: version)? ?v?([\d.]+\w*)?", "FileZilla Server", "filezilla-project:filezilla_server", "Windows"),
    Rule(r"Microsoft FTP Service(?: \(Version ([\d.]+)\))?", "Microsoft FTP Service", "microsoft:ftp_service", "Windows"),
    Rule(r"pyftpdlib ([\d.]+)", "pyftpdlib", "pyftpdlib_project:pyftpdlib"),
    Rule(r"Serv-U FTP Server v([\d.]+)", "Serv-U", "solarwinds:serv-u"),
    Rule(r"Wing FTP Server ?([\d.]+)?", "Wing FTP Server", "wftpserver:wing_ftp_server"),
    Rule(r"CrushFTP", "CrushFTP", "crushftp:crushftp"),
    Rule(r"glFTPd ([\d.]+\w*)", "glFTPd"),
    Rule(r"FTP server \(Version (wu-[\d.]+)", "WU-FTPD", "washington_university:wu-ftpd"),
    Rule(r"\(bftpd ([\d.]+)\)", "bftpd", "bftpd_project:bftpd"),
    Rule(r"FTP server \(GNU inetutils ([\d.]+)\)", "GNU inetutils ftpd", "gnu:inetutils"),
    Rule(r"FTP server \(MikroTik ([\w.]+)\)", "MikroTik RouterOS ftpd", "o:mikrotik:routeros", "RouterOS"),
    Rule(r"FTP server \(Version ([\d.]+)/OpenBSD", "OpenBSD ftpd", "", "OpenBSD"),
    Rule(r"Titan FTP Server ([\d.]+)", "Titan FTP Server"),
    Rule(r"\bSFTPGo ?([\d.]+)?", "SFTPGo", "sftpgo_project:sftpgo"),
)  # fmt: skip
SMTP: Rules = (
    Rule(r"\bESMTP Postfix", "Postfix", "postfix:postfix"),
    Rule(r"\bESMTP Exim (\d[\w.]*)", "Exim", "exim:exim"),
    Rule(r"\bESMTP Exim\b", "Exim", "exim:exim"),
    Rule(r"\bESMTP Sendmail (\d[\w.]*?)(?:[/;]|\s)", "Sendmail", "sendmail:sendmail"),
    Rule(r"\bESMTP OpenSMTPD", "OpenSMTPD", "openbsd:opensmtpd"),
    Rule(r"Microsoft ESMTP MAIL Service(?:, Version: ([\d.]+))?", "Microsoft SMTP Service", "microsoft:exchange_server", "Windows"),
    Rule(r"\bESMTP (?:MDaemon|SMTP MDaemon) ([\d.]+)", "MDaemon", "altn:mdaemon", "Windows"),
    Rule(r"\bESMTP Haraka(?:/([\d.]+))?", "Haraka", "haraka_project:haraka"),
    Rule(r"\bESMTP (?:\S+ )?hMailServer|hMailServer", "hMailServer", "hmailserver:hmailserver", "Windows"),
    Rule(r"Kerio Connect ([\d.]+)", "Kerio Connect", "kerio:connect"),
    Rule(r"ESMTP server \(Lotus Domino.*?Release ([\d.]+)|\(IBM Domino Release ([\d.]+)", "HCL Domino", "ibm:domino"),
    Rule(r"\bZimbra", "Zimbra", "zimbra:collaboration"),
    Rule(r"\bESMTP MailEnable .*?Version: ([\d.\-]+)", "MailEnable", "mailenable:mailenable", "Windows"),
    Rule(r"Apache James|JAMES SMTP Server ([\d.]+)?", "Apache James", "apache:james"),
    Rule(r"Mailpit", "Mailpit", ""),
    Rule(r"MailHog", "MailHog", ""),
    Rule(r"Python SMTP (?:proxy )?(?:version )?([\d.]+)", "Python smtpd", ""),
    Rule(r"\baiosmtpd\b|Python SMTP ([\d.]+)", "aiosmtpd", "aio-libs_project:aiosmtpd"),
    Rule(r"\bESMTP qpsmtpd ([\d.]+)", "qpsmtpd"),
    Rule(r"\bESMTP$", "", "", "", PROTOCOL),
)  # fmt: skip
POP3: Rules = (
    Rule(r"^\+OK Dovecot(?: \([^)]{1,40}\))? ready|Dovecot.*ready", "Dovecot", "dovecot:dovecot"),
    Rule(r"Courier|^\+OK Hello there\.", "Courier POP3", "courier-mta:courier", "", LIKELY),
    Rule(r"Cyrus POP3 v?(\d[\w.]*)", "Cyrus IMAP", "cyrus:imap"),
    Rule(r"Microsoft Exchange(?: Server)? .*POP3|The Microsoft Exchange POP3 service", "Microsoft Exchange", "microsoft:exchange_server", "Windows"),
    Rule(r"Qpopper \(version ([\w.]+)\)", "Qpopper", "qualcomm:qpopper"),
    Rule(r"Zimbra", "Zimbra", "zimbra:collaboration"),
    Rule(r"MDaemon ([\d.]+)", "MDaemon", "altn:mdaemon", "Windows"),
    Rule(r"hMailServer", "hMailServer", "hmailserver:hmailserver", "Windows"),
    Rule(r"Teapop \[v?([\d.]+)", "Teapop"),
)  # fmt: skip
IMAP: Rules = (
    Rule(r"Dovecot.*ready", "Dovecot", "dovecot:dovecot"),
    Rule(r"Courier-IMAP ready", "Courier IMAP", "courier-mta:courier-imap"),
    Rule(r"Cyrus IMAP(?:4)? v?(\d[\w.]*)", "Cyrus IMAP", "cyrus:imap"),
    Rule(r"The Microsoft Exchange IMAP4 service", "Microsoft Exchange", "microsoft:exchange_server", "Windows"),
    Rule(r"Zimbra", "Zimbra", "zimbra:collaboration"),
    Rule(r"MDaemon ([\d.]+)", "MDaemon", "altn:mdaemon", "Windows"),
    Rule(r"Domino IMAP4 Server Release ([\d.]+)", "HCL Domino", "ibm:domino"),
    Rule(r"Gimap ready", "Gmail IMAP"),
    Rule(r"hMailServer|IMAPrev1$", "hMailServer", "hmailserver:hmailserver", "Windows", LIKELY),
)  # fmt: skip
NNTP: Rules = (
    Rule(r"InterNetNews NNRP server INN (\d[\w.]*)", "INN", "isc:inn"),
    Rule(r"Leafnode NNTP Daemon, version (\d[\w.]*)", "Leafnode", "leafnode:leafnode"),
    Rule(r"NNTP Service ([\d.]+) Version", "Microsoft NNTP Service", "", "Windows"),
)
SIEVE: Rules = (
    Rule(r"\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"", "Dovecot Pigeonhole", "dovecot:pigeonhole"),
    Rule(r"\"IMPLEMENTATION\" \"Cyrus timsieved v(\d[\w.]*)", "Cyrus IMAP", "cyrus:imap"),
    Rule(r"\"IMPLEMENTATION\" \"()([^\"]{1,80})\"", "=", "", "", LIKELY),
)
TELNET: Rules = (
    Rule(r"MikroTik v([\w.]+)", "MikroTik RouterOS telnetd", "o:mikrotik:routeros", "RouterOS"),
    Rule(r"User Access Verification", "Cisco IOS telnetd", "", "Cisco IOS", LIKELY),
    Rule(r"BusyBox v([\d.]+)", "BusyBox telnetd", "busybox:busybox", "Linux"),
    Rule(r"Microsoft Telnet Service", "Microsoft Telnet Service", "", "Windows"),
    Rule(r"HUAWEI|Huawei", "Huawei telnetd", "", "Huawei VRP", LIKELY),
)
OTHERS: tuple[tuple[str, str, Rules], ...] = (
    ("vnc", r"^RFB \d{3}\.\d{3}\n", ()),
    ("rsync", r"^@RSYNCD: \d{1,3}", ()),
    ("sieve", r"^\"IMPLEMENTATION\" |^\"SIEVE\" \"", SIEVE),
    ("nats", r"^INFO \{", ()),
    ("irc", r"^:\S{1,200} (?:NOTICE (?:AUTH|\*) :|020 )|^NOTICE AUTH :|^ERROR :Closing Link", (
        Rule(r"UnrealIRCd-?([\d.]+)", "UnrealIRCd", "unrealircd:unrealircd"),
        Rule(r"InspIRCd-?([\d.]+)", "InspIRCd", "inspircd:inspircd"),
        Rule(r"ngircd-?([\d.]+)", "ngIRCd", "barton:ngircd"),
    )),
    ("svn", r"^\( success \( \d \d \(", (Rule(r"^\( success", "Subversion svnserve", "apache:subversion"),)),
    ("cvs", r"^cvs \[pserver aborted\]|^cvs-pserver ", ()),
    ("teamspeak", r"^TS3\n", (Rule(r"^TS3", "TeamSpeak 3 ServerQuery", "teamspeak:teamspeak3"),)),
    ("dict", r"^220 \S+ dictd? ", (Rule(r"dictd ([\d.]+)", "dictd"),)),
    ("amanda", r"^Amanda ([\d.]+) ", ()),
    ("postgresql", r"^E\x00\x00[\x00-\x08][\x20-\xff]S(?:FATAL|ERROR)\x00", ()),
    ("asterisk-manager", r"^Asterisk Call Manager/", (
        Rule(r"^Asterisk Call Manager/([\d.]+)", "Asterisk Manager Interface", "", "", LIKELY),
    )),
    ("mpd", r"^OK MPD ([\d.]+)\n", (Rule(r"^OK MPD ([\d.]+)", "Music Player Daemon", "musicpd:music_player_daemon"),)),
    ("zabbix-agent", r"^ZBXD\x01", (Rule(r"^ZBXD", "Zabbix agent", "zabbix:zabbix"),)),
    ("munin", r"^# munin node at ", (Rule(r"^# munin node", "Munin node", "munin-monitoring:munin"),)),
    ("check-mk-agent", r"^<<<check_mk>>>", (Rule(r"Version: ([\w.]+)", "Checkmk agent", "checkmk:checkmk"),)),
    ("daytime", r"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? [A-Z\d][\w ,:]{10,50}\d{4}[\w \-]{0,12}\r?\n$", ()),
    ("gearman", r"^\x00RES\x00\x00", ()),
    ("elasticsearch-transport", r"^This is not an HTTP port\s*$", ()),
    ("distccd", r"^DONE\d{8}STAT", ()),
    ("adb", r"^CNXN[\s\S]{20}device::", ()),
    ("openvpn-management", r"^>INFO:OpenVPN Management Interface Version (\d+)", (
        Rule(r"^>INFO", "OpenVPN management interface", "openvpn:openvpn"),
    )),
    ("tarantool", r"^Tarantool \d", (Rule(r"^Tarantool (\d[\w.]*)", "Tarantool", "tarantool:tarantool"),)),
    ("lpd", r"^\S{1,64}: lpd: ", ()),
    ("jdwp", r"^JDWP-Handshake", ()),
    ("pop3", r"^\+OK[ \r]", POP3),
    ("imap", r"^\* (?:OK|PREAUTH|BYE)[ \r]", IMAP),
)  # fmt: skip
