"""`cyberai feeds` and `cyberai targets`, on a store that real scans filled."""

import gzip
import hashlib
import json
from pathlib import Path

from cyberai.cli.main import run
from support.known_feeds import feed, simple

EPSS = b"#model_version:v2025.03.14,score_date:2026-11-26T12:55:00Z\ncve,epss,percentile\nCVE-2020-11023,0.28303,0.96371\n"


def test_files_are_imported_whole_or_refused_with_words(recorded: Path, tmp_path: Path, capsys) -> None:
    good, bad, folder = tmp_path / "e.csv.gz", tmp_path / "b.csv", ("--data-dir", str(recorded))
    good.write_bytes(gzip.compress(EPSS))
    bad.write_bytes(EPSS + b"CVE-2020-11022,much,0.5\n")
    assert run(["feeds", "list", *folder]) == 0
    assert "No feeds" in capsys.readouterr().out
    assert run(["feeds", "import", str(good), *folder]) == 0
    assert "EPSS   of 2026-11-26, 1 CVE (v2025.03.14)" in capsys.readouterr().out
    assert run(["feeds", "import", str(bad), *folder]) == 2
    error = capsys.readouterr().err
    assert "was not imported" in error
    assert "line 4: epss 'much' is no number from 0 to 1" in error
    assert run(["feeds", "import", str(tmp_path / "none"), *folder]) == 2
    capsys.readouterr()
    assert run(["feeds", "list", "--json", *folder]) == 0
    (feed,) = json.loads(capsys.readouterr().out)
    assert (feed["name"], feed["date"], feed["entries"]) == ("epss", "2026-11-26", 1)


def test_flaws_are_imported_with_their_checksum_and_listed_with_their_age(
    recorded: Path, tmp_path: Path, capsys
) -> None:
    folder = ("--data-dir", str(recorded))
    year = feed(simple("CVE-2024-1001", "a:f5:nginx"), timestamp="2020-01-02T00:00:00.000")
    file, meta = tmp_path / "nvdcve-2.0-2024.json.gz", tmp_path / "nvdcve-2.0-2024.meta"
    file.write_bytes(gzip.compress(year))
    meta.write_text(f"sha256:{'0' * 64}\r\n")
    assert run(["feeds", "import", str(file), *folder]) == 2
    assert "not the one that its maker tells of" in capsys.readouterr().err
    meta.write_text("nothing")
    assert run(["feeds", "import", str(file), *folder]) == 2
    assert "There is no SHA-256" in capsys.readouterr().err
    for good in ([], ["--sha256", hashlib.sha256(year).hexdigest()]):
        meta.write_text(f"sha256:{hashlib.sha256(year).hexdigest().upper()}\r\n")
        assert run(["feeds", "import", str(file), *good, *folder]) == 0
        assert "NVD   2024     of 2020-01-02, 1 CVE" in capsys.readouterr().out
    assert run(["feeds", "import", str(file), "--sha256", "12", *folder]) == 2
    assert "64 digits" in capsys.readouterr().err
    assert run(["feeds", "list", *folder]) == 0
    told = capsys.readouterr()
    assert "days old, 1 CVE" in told.out
    assert "what became known since is missing" in told.err
    assert run(["feeds", "update", "nvd", "--year", "2024", "--dry-run", *folder]) == 0
    assert capsys.readouterr().out == "https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-2024.json.gz\n"
    assert run(["feeds", "update", "osv", "--ecosystem", "../x", *folder]) == 2
    capsys.readouterr()


def test_targets_are_listed_and_shown(recorded: Path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    folder = ("--data-dir", str(recorded))
    assert run(["targets", "--json", *folder]) == 0
    targets = json.loads(capsys.readouterr().out)
    assert targets
    assert [one["risk_score"] for one in targets] == sorted(
        (one["risk_score"] for one in targets), reverse=True
    )
    worst = targets[0]
    assert worst["risk_score"] > 0
    assert run(["targets", *folder]) == 0
    assert worst["target"] in capsys.readouterr().out
    assert run(["targets", worst["target"], *folder]) == 0
    shown = capsys.readouterr().out
    assert f"Risk now {worst['risk_score']} of 100" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert run(["targets", "http://never.example/", *folder]) == 0
    assert "no completed scan" in capsys.readouterr().out
