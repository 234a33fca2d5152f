"""Report pages made by hand and put into an archive, one crawl of one page after another."""

from __future__ import annotations

from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Agency, Figure, Finding
from tests.conftest import Crawl, make_reading

BUREAU = Agency(
    printed="西霞县财政局",
    name="样例省西霞县财政局",
    region="样例省西霞县",
    region_code="999901",
    level="department",
)
XIXIA = ArchivedSite("xixia", "西霞县人民政府", "trs", "样例省西霞县", "999901", 1, 1)
MIRROR = ArchivedSite("mirror", "年报汇编", "simple", None, None, 1, 1)


def publish(
    crawl: Crawl, url: str, text: str, *, site: ArchivedSite = XIXIA, **values: object
) -> None:
    """Crawl one page that reads as given."""
    archive = crawl.archive
    run_id = archive.begin_run("0.1.0", {"minute": crawl.minute})
    archive.begin_sites(run_id, [site])
    visit_id, unread = archive.store_capture(run_id, crawl.capture(site.id, url, text))
    assert unread, "the same page was published twice"
    archive.store_reading(visit_id, make_reading(text, **({"agency": BUREAU} | values)))
    archive.end_site(run_id, site.id, "finished", 1, lists_whole=True)
    archive.end_run(run_id, "finished", {})


def withdraw(crawl: Crawl, url: str, site: ArchivedSite = XIXIA) -> None:
    """Crawl a page that is no longer there."""
    crawl.run({url: None}, site=site.id)


def requests(form: str = "g2021", **totals: int | None) -> tuple[Figure, ...]:
    """Return cells of the table on requests: row → its total."""
    return tuple(
        Figure(
            f"{form}.requests", row, "total", value, "" if value is None else str(value)
        )
        for row, value in totals.items()
    )


def found(crawl: Crawl, rule: str = "") -> list[Finding]:
    """Return the findings about reports among others."""
    rows = crawl.archive.db.execute(
        'SELECT rule, severity, message, "table", "row", "column", expected, found FROM findings'
        " WHERE agency_id IS NOT NULL AND instr(rule, ?) ORDER BY report_year, message",
        [rule],
    ).fetchall()
    return [Finding(*row) for row in rows]
