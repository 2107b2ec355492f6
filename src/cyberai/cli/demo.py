"""`cyberai demo`: server, practice target, one scan over the real API, two reports. Nothing to configure."""

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from cyberai.cli.options import data_dir

HELP = """Scan a practice target on this machine, live, and write two reports. Nothing to configure, under a minute.

Starts the practice target (`cyberai lab --set demo`) and the server (`cyberai serve`) on free loopback ports,
creates one scan of everything through POST /v1/scans, follows it on the WebSocket, and downloads an HTML and a JSON
report. Both processes are ended afterwards.

\b
Examples:
  cyberai demo
  cyberai demo --output /tmp/demo
  cyberai demo --keep            # leaves the server running and prints its address and key
"""


@click.command("demo", help=HELP)
@click.option(
    "--output",
    metavar="DIR",
    default="cyberai-demo",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the reports; made when it is new.",
)
@click.option("--keep", is_flag=True, help="Leave server and practice target running until Ctrl-C.")
@data_dir
def command(output: Path, keep: bool, data_dir: Path | None) -> None:
    """Run it; whatever happens, the children are ended."""
    import tempfile

    from cyberai.cli.demo_run import Demo

    with contextlib.ExitStack() as stack:
        stack.enter_context(_interruptible())
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cyberai-demo-")))
        demo = Demo(folder=output, data_dir=data_dir or scratch / "data", logs=scratch)
        code = demo.run(stack)
        if keep:
            demo.keep()
    raise click.exceptions.Exit(code)


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM and SIGHUP unwind like Ctrl-C, so that the children are ended."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        # A second signal must not cut the unwinding short.
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
