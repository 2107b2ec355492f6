"""CPU, time and memory of making large reports: PDF of 200 and 2,000 findings, HTML and SARIF of 5,000.

`python -m benchmarks.reports`. Each case is made in a process of its own, so that its memory is its own; that of the
PDF is the larger of the renderer's and its child's. The model is made before the clock starts.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.table import Row, show

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

CASES = (("pdf", 200), ("pdf", 2_000), ("html", 5_000), ("sarif", 5_000), ("json", 5_000))
PDF_SECONDS = 2.0
PDF_MEGABYTES = 200.0
"""Of 200 findings with four messages each."""


def measure(format: str, count: int) -> dict[str, float]:
    """CPU and wall seconds, the largest memory in MB and the size of the file in MB."""
    from cyberai.domain.report import ReportFormat
    from cyberai.reports.catalogue import renderer
    from unit.reports import sample

    model = sample.model(count, format=ReportFormat(format))
    render = renderer(ReportFormat(format))
    cpu, wall = _cpu(), time.perf_counter()
    content = render(model).content
    own, child = (
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "cpu": _cpu() - cpu,
        "wall": time.perf_counter() - wall,
        "memory": (child if format == "pdf" else own) / 1024,
        "size": len(content) / 1e6,
    }


def _cpu() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def rows() -> list[Row]:
    """All cases; those of the PDF of 200 findings have bounds."""
    found = []
    for format, count in CASES:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.reports", format, str(count)],
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        told = json.loads(done.stdout)
        name, bounded = f"{format} of {count:,}", (format, count) == CASES[0]
        found += [
            Row(
                f"{name}: CPU",
                f"{told['cpu']:.2f} s",
                told["cpu"] / PDF_SECONDS if bounded else None,
                1.0 if bounded else None,
            ),
            Row(f"{name}: wall", f"{told['wall']:.2f} s"),
            Row(
                f"{name}: memory",
                f"{told['memory']:.0f} MB",
                told["memory"] / PDF_MEGABYTES if bounded else None,
                1.0 if bounded else None,
            ),
            Row(f"{name}: file", f"{told['size']:.1f} MB"),
        ]
    return found


def main(arguments: list[str]) -> int:
    """One case as JSON, or the table of all."""
    if arguments:
        print(json.dumps(measure(arguments[0], int(arguments[1]))))
        return 0
    return show(f"a PDF of 200 findings in {PDF_SECONDS:g} s of CPU and {PDF_MEGABYTES:g} MB", rows())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
