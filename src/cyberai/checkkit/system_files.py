"""Files that every system of a kind has, and the structure by which each is recognised in an answer."""

from cyberai.checkkit.text import Pattern

ACCOUNTS = Pattern(r"root:[^:\s<]{0,120}:0:0:[^:\n<]{0,120}:/[^:\n<]{0,60}:[/\w.\-]{0,60}")
"""/etc/passwd"""
HOSTS = Pattern(r"127\.0\.0\.1[\x20\t]+(?:[\w.\-]+[\x20\t]+)*localhost")
"""/etc/hosts, of Windows too"""
GROUPS = Pattern(r"(?:^|[\s>])root:[^:\s<]{0,20}:0:[\w,\-]{0,200}(?:\s|<|$)")
"""/etc/group"""
