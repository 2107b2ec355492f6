"""Renderers: from the report model to the bytes of a file. Pure; nothing target-controlled ever runs in one."""
