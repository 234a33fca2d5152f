"""What the soaks of `sites add` and `sites check` begin with, and what a stop may leave."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nianbao.crawler.site_files.explorations import FILE_NAME
from nianbao.spiders.catalogue import load_sites, read_site

WORDS = (
    "sites add --sites ./target --from ./homes.txt --delay 0"
    " --allow-address 127.0.0.0/8"
)
CHECK_WORDS = "sites check --sites ./target --allow-address 127.0.0.0/8"
HOMES = ("xixia", "lanting")
ROOT = Path(__file__).parents[2]


def write_homes(path: Path) -> None:
    """Serve the sample province, and write the addresses of home pages."""
    port = _serve_sample()
    homes = [f"http://{name}.localhost:{port}/" for name in HOMES]
    path.write_text("\n".join(homes), "utf-8")


def write_sites(path: Path) -> None:
    """Serve the sample province, and write the files of some of its sites."""
    port = _serve_sample()
    path.mkdir()
    for name in HOMES:
        text = (ROOT / "sample" / "sites" / f"{name}.yml").read_text("utf-8")
        (path / f"{name}.yml").write_text(text.replace(":8620/", f":{port}/"), "utf-8")


def _serve_sample() -> int:
    """Serve the sample province until this process ends; return the port."""
    command = [sys.executable, "-m", "nianbao.sample", "--port", "0"]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a killed command hangs up
        text=True,
    )
    atexit.register(server.kill)
    assert server.stdout is not None
    address = server.stdout.readline().split(" on ")[1].split()[0]
    port = urlsplit(address).port
    assert port is not None
    return port


def read_sites(folder: Path) -> dict[str, Any]:
    """Return the site files by name, and the home pages that were looked at."""
    files: dict[str, Any] = {
        path.name: path.read_text("utf-8") for path in sorted(folder.rglob("*.yml"))
    }
    hosts = {host for site in load_sites(folder).values() for host in site.all_hosts}
    lines = folder / FILE_NAME
    if lines.exists():
        explorations = [json.loads(line) for line in _whole_lines(lines)]
        hosts |= {urlsplit(line["home"]).netloc for line in explorations}
    return files | {"homes": sorted(hosts)}


def _whole_lines(path: Path) -> list[str]:
    """Return the lines of a file without one that was cut off, which has no end."""
    return path.read_text("utf-8").split("\n")[:-1]


def check_sites(folder: Path, expected: dict[str, Any]) -> None:
    """Check what a stopped `sites add` left: whole site files, each for a home with a column."""
    sites = read_sites(folder)
    homes = sites.pop("homes")
    for name, text in sites.items():
        assert text == expected[name], f"{name} is not whole:\n{text}"
    assert set(homes) <= set(expected["homes"])


def read_checks(folder: Path) -> dict[str, Any]:
    """Return the site files by name."""
    files = sorted(folder.glob("*.yml"))
    return {path.name: path.read_text("utf-8") for path in files}


def check_checks(folder: Path, expected: dict[str, Any]) -> None:
    """Check what a stopped `sites check` left: each file as it was, or with what was seen."""
    for name, text in read_checks(folder).items():
        is_as_it_was = read_site(folder / name).seen is None
        assert is_as_it_was or text == expected[name], f"{name} is not whole:\n{text}"
