"""A report that stands in a file to which its page only links: the crawl fetches and reads the
file too.
"""

from __future__ import annotations

from pathlib import Path

from nianbao.archive import Archive
from nianbao.archive.read_model.agencies import find_agencies
from nianbao.archive.read_model.reports import find_report
from tests.crawl.small_site import Page, small

FILE = Path(__file__).parents[1] / "reader" / "files" / "report.pdf"
TITLE = "西霞县自然资源局2024年政府信息公开工作年度报告"
BODY = """<html><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>
<p>发布时间:2025-01-20</p><div class="TRS_Editor"><p>西霞县自然资源局2024年政府信息公开工作年度报告见附件。</p>
<p><a href="./P020250120.pdf">附件：{title}.pdf</a></p><p><a href="/about.pdf">办事指南</a></p></div></body></html>"""


class Bare(Page):
    """A page that says where the report is and nothing else."""

    @property
    def title(self) -> str:
        return TITLE

    def body(self) -> bytes:
        return BODY.format(title=TITLE).encode()


def test_the_file_of_a_page_is_fetched_and_stands_for_the_report(
    tmp_path: Path,
) -> None:
    path = "/nb/202501/P020250120.pdf"
    with small(tmp_path, [Bare(2024, "2025-01-20")]) as site:
        site.files = {path: FILE.read_bytes(), "/about.pdf": b"%PDF-1.4"}
        found = site.crawl()
        assert (found["ok"], found["holdings"]["reports"]) == (True, 1)
        assert site.paths() == ["/nb/", "/nb/202501/t20250120_1.html", path], (
            "what is no report is left alone"
        )
        again = site.crawl()
        assert (again["changes"], again["holdings"]["versions"]) == (
            {},
            found["holdings"]["versions"],
        )
        assert site.paths().count(path) == 2, (
            "a file is a page like others: it is looked at again"
        )
    with Archive(site.archive) as archive:
        (agency,) = find_agencies(archive.db, "西霞县自然资源局")
        report = find_report(archive.db, agency, 2024)
        assert report is not None
        version = report.preferred.versions[-1]
        assert report.preferred.url.endswith(path)
        assert (len(version.figures), version.published_on) == (200, "2025-01-20"), (
            "the list's day holds for the file"
        )
