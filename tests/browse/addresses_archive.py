"""An archive of addresses that show several reports, reports unassigned, bodies of one name."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

from nianbao.archive import Archive
from nianbao.archive.raw.decisions import Decision
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Agency
from nianbao.pipelines.reader.tables.form_labels import load_cell_labels
from tests.archive.pages import BUREAU, XIXIA, publish, requests
from tests.conftest import Crawl, make_reading

HOST = "http://xixia.localhost"
FIXED = f"{HOST}/newest.html"  # 2020, then 2021, then 2021 corrected
COPIED = f"{HOST}/copied.html"  # 2021 as it was before that
NO_YEAR = f"{HOST}/no-year.html"
NO_AGENCY = f"{HOST}/no-agency.html"
TAKEN = f"{HOST}/taken.html"  # a report of nobody knows whom, then one of the bureau
DECIDED = f"{HOST}/decided.html"  # 2017, as a person says
REASON = "附件盖章"
MOVED = f"{HOST}/moved.html"  # 2018; at the next address since
MOVED_TO = f"{HOST}/2018.html"
REGION = BUREAU.region or ""
NAME = BUREAU.name or ""
TOWN = "城关镇人民政府"
LONE_TOWN = "北关镇人民政府"
EAST = ArchivedSite("east", "东县人民政府", "simple", None, None, 1, 1)
WEST = ArchivedSite("west", "西县人民政府", "simple", None, None, 1, 1)
NOBODY = Agency()


def build(path: Path) -> None:
    """Play crawls into a new archive."""
    with Archive.create(path) as archive:
        archive.store_cell_labels(astuple(label) for label in load_cell_labels())
        crawl = Crawl(archive, make_reading)
        bureau = {"figures": requests(new_received=5), "form": "g2021"}
        for year, text in (
            (2020, "二〇二〇年"),
            (2021, "二〇二一年"),
            (2021, "二〇二一年，更正"),
        ):
            title = f"财政局{year}年报告"
            publish(crawl, FIXED, text, report_year=year, title=title, **bureau)
        publish(
            crawl, COPIED, "二〇二一年，初稿", report_year=2021, title="初稿", **bureau
        )
        publish(
            crawl,
            NO_YEAR,
            "哪一年的，没有写",
            report_year=None,
            title="没有年度的报告",
            **bureau,
        )
        publish(
            crawl,
            NO_AGENCY,
            "哪个机关的，没有写",
            agency=NOBODY,
            report_year=2021,
            title="没有机关的报告",
            **bureau,
        )
        publish(
            crawl,
            TAKEN,
            "什么都没有写",
            agency=NOBODY,
            report_year=None,
            title="什么都没有的报告",
        )
        publish(crawl, TAKEN, "二〇一九年", report_year=2019, title="财政局2019年报告")
        publish(crawl, MOVED, "二〇一八年", report_year=2018, title="财政局2018年报告")
        crawl.make = lambda text: make_reading(
            text, agency=BUREAU, report_year=2018, title="财政局2018年报告"
        )
        crawl.run({MOVED: None, MOVED_TO: "二〇一八年|新址"}, site=XIXIA.id)
        for site in (EAST, WEST):
            publish(
                crawl,
                f"http://{site.id}.localhost/2022.html",
                f"{site.name}的报告",
                site=site,
                agency=Agency(printed=TOWN, name=TOWN, level="township"),
                report_year=2022,
                title=f"{site.name}2022年报告",
            )
        publish(
            crawl,
            "http://east.localhost/2023.html",
            "北关镇的报告",
            site=EAST,
            agency=Agency(printed=LONE_TOWN, name=LONE_TOWN, level="township"),
            report_year=2023,
            title="北关镇2023年报告",
        )
        archive.store_decision(
            Decision(
                "report", REASON, DECIDED, agency=NAME, region=REGION, report_year=2017
            )
        )
        publish(
            crawl,
            DECIDED,
            "没有署名",
            agency=NOBODY,
            report_year=None,
            title="没有署名的报告",
        )
