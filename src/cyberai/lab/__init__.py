"""The practice target: an honest, harmless, intentionally vulnerable site and protocol fakes, on loopback only.

Every page is written from the definition of its flaw, never from a check's payload, and has a fixed twin.
Nothing a visitor sends reaches the machine: databases live in memory, the shell and the file system are
emulated, template engines run in a sandbox.
"""
