"""The egg that Scrapyd is given: `python -m nianbao.crawler.egg FILE`.

Scrapyd runs a project from a zip file, and this one has files to read (sites, tables of names).
So the egg says where the settings are, and the code is what is installed beside Scrapyd.
"""

from __future__ import annotations

import sys
from pathlib import Path
from zipfile import ZipFile

from nianbao.crawler.settings import VERSION

PKG_INFO = f"Metadata-Version: 2.1\nName: nianbao-scrapyd\nVersion: {VERSION}\n"
ENTRY_POINTS = "[scrapy]\nsettings = nianbao.crawler.settings\n"


def write_egg(path: Path) -> Path:
    """Write the egg; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(path, "w") as egg:
        egg.writestr("EGG-INFO/PKG-INFO", PKG_INFO)
        egg.writestr("EGG-INFO/entry_points.txt", ENTRY_POINTS)
        egg.writestr("EGG-INFO/top_level.txt", "\n")
    return path


if __name__ == "__main__":
    print(write_egg(Path(sys.argv[1])))
