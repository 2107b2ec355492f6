"""The engine: turns units of work into outcomes and further units; it writes nothing and opens no socket."""
