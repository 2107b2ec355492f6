"""A child process that tries to take the write lock of a store at once: prints `free` or `locked`."""

import sys

import apsw

connection = apsw.Connection(sys.argv[1], flags=apsw.SQLITE_OPEN_READWRITE)
connection.set_busy_timeout(0)
try:
    connection.execute("BEGIN IMMEDIATE")
except apsw.BusyError:
    print("locked")
else:
    print("free")
connection.close()
