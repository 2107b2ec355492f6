"""Real TLS servers of Debian packages on loopback, each with what is weak about it as data.

One file, one program. What no current program speaks any more is spoken by the practice target instead.
"""
