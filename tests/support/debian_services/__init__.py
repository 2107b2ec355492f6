"""Real network services of Debian packages on loopback, each once misconfigured and once hardened.

One file, one service: `SERVICE` says what it is called, what its package and program are, and how its two setups are
written into a folder. What is wrong with the misconfigured one stands with it, as data; so does what either lets the
world know of its product and version.
"""
