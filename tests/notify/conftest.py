"""An archive to tell of, and a receiver."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from nianbao.archive import Archive
from tests.conftest import Crawl
from tests.notify.calls import SITE, make_page
from tests.notify.receivers import Inbox, serve_web


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with three reports, one of which has a finding."""
    path = tmp_path_factory.mktemp("built") / "archive.db"
    with Archive.create(path) as archive:
        texts = ["甲：基　本　生活费，行政复议； 诉讼 2021", "低保 2022", "乙 2023"]
        pages: dict[str, str | None] = {
            f"{SITE}/{number}.html": text for number, text in enumerate(texts)
        }
        Crawl(archive, make_page).run(pages)
    return path


@pytest.fixture
def path(built: Path, tmp_path: Path) -> Path:
    """A copy of it, for one test."""
    return Path(shutil.copy(built, tmp_path))


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def hook(inbox: Inbox) -> Iterator[int]:
    with serve_web(inbox) as port:
        yield port
