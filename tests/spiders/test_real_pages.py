"""Which platform real pages are of, as a person judged by their markup.

None are annual-report columns; some are of platforms that there is no list reader for.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from nianbao.spiders.discovery.platform_signs import find_signs, judge_signs
from nianbao.spiders.discovery.start_address import complete_address
from nianbao.spiders.lists.page import ListPage

# File (or its beginning) → platform and what showed it; `generic` where there is no list reader.
LABELS = {
    "html/001": ("generic", "Xi'an's own: 19 digits as the address of an article"),
    "html/003": ("hanweb", "/art/2024/10/14/art_60085_11394426.html"),
    "html/005": ("generic", "no sign of any software"),
    "html/007": ("generic", "/cms/pub, c_1583… as addresses"),
    "html/009": ("ucap", "/202202/ and 32 hexadecimal digits, .shtml"),
    "html/011": ("eportal", "/eportal/ui?pageId="),
    "html/013": ("generic", "index.php?m=content&a=lists"),
    "html/015": ("gkmlpt", "NFCMS_SITE_ID, post_3633668"),
    "html/017": ("generic", "index.php?m=home&c=Lists"),
    "html/019": ("trs", "t18993630.shtml, trs_editor_view"),
    "html/021": ("generic", "Shanghai's own: a day and 32 hexadecimal digits"),
    "html/023": ("trs", "t20210713_9468077"),
    "html/025": ("trs", "t20201017_350627"),
    "html/027": ("trs", "TRS_UEDITOR in the page's own script"),
    "html/029": ("ucap", "/2022/4/8/ and 32 hexadecimal digits, .shtml"),
    "html/031": ("jpaas", "/api-gateway/jpaas-"),
    "html/033": ("gkmlpt", "NFCMS_SITE_ID, /content/post_4100825"),
    "html/035": ("generic", "no sign of its software"),
    "html/037": ("trs", "list and page components of Fujian's TRS"),
    "html/039": ("generic", "融媒体分发系统"),
    "html/041": ("hanweb", "/art/2020/12/29/art_1229678763_4982889.html"),
    "html/043": ("trs", "t20131223_1501140"),
    "html/045": ("gkmlpt", "NFCMS_POST_ID; the t20160816 address is an older one"),
    "html/047": ("hanweb", "/art/2024/6/19/art_1861_4982441.html"),
    "html/049": ("generic", "no sign of any software"),
    "html/051": ("trs", "trs_editor_view of the page's own"),
    "html/053": ("sitefactory", "/Category_…/Index.aspx, /Template/Default/Skin/"),
    "html/055": ("trs", "t20230608_2213652"),
    "html/057": ("generic", "/2022/08-11/2559082.html"),
    "html/059": ("ucap", "ucapcontent"),
    "html/061": ("ucap", "ucapcontent"),
    "html/063": ("ucap", "/202310/ and 32 hexadecimal digits, .shtml"),
    "html/065": ("trs", "t20190918_693227, createPageHTML"),
    "html/067": ("trs", "t20220211_2004628"),
    "html/069": ("generic", "only what visitors see of it"),
    "html/071": ("generic", "no government's"),
    "html/073": ("trs", "t20170912_719157, was5"),
    "html/075": ("trs", "t20200731_1351817, was5"),
    "html/077": ("querylist", "Jiangxi's unified platform: addresses as Hanweb's"),
    "html/079": ("ucap", "meta channelId of 32 hexadecimal digits"),
    "html/081": ("generic", "the regulator's own"),
    "html/083": ("trs", "t20211011_1485252"),
    "lists/gansu": ("ucap", "meta channelId, createPageHTML('page_div', …)"),
    "lists/jiangsu_gxt_dataproxy_1": ("hanweb", "datastore"),
    "lists/jiangsu_gxt_dataproxy_2": ("hanweb", "datastore"),
    "lists/jiangxi": ("querylist", "Jiangxi's unified platform: addresses as Hanweb's"),
    "lists/jiujiang": ("trs", "results lead to t20251105_7049699"),
    "lists/shanghai": ("generic", "Shanghai's own"),
    "pages/pingtan_2019": ("trs", "t20200120_80576, list2.trsapi"),
    "pages/pingtan_2023": ("trs", "t20240308_87885"),
    "pages/pingtan_list": ("trs", "t20260313_105587, list2.trsapi"),
}
MOST_BLANKS = 3


@pytest.fixture(scope="module")
def addresses(shared: Path) -> dict[str, str]:
    """Return where the pages were served, as far as their manifest says."""
    addresses = {}
    with (shared / "data" / "html" / "manifest.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            domain, _, _ = row["site_domain"].partition(",")
            address = row["url"]
            if not address.startswith("http"):
                address = domain.removeprefix("http://").removeprefix("http://")
            if address:
                addresses[row["file"]] = complete_address(address)
    return addresses


def test_no_real_page_is_called_another_platform(
    shared: Path, addresses: dict[str, str]
) -> None:
    """A platform is right or blank: `generic`, which any list is read as."""
    wrong = []
    blanks = []
    for name, (platform, _) in LABELS.items():
        folder, _, start = name.partition("/")
        (path,) = (shared / "data" / folder).glob(f"{start}*")
        url = addresses.get(path.name, "http://unknown.invalid/")
        text = ListPage.from_bytes(url, path.read_bytes()).text
        judged, confidence = judge_signs(find_signs(url, text))
        if judged == platform:
            continue
        if judged == "generic":
            blanks.append(name)
        else:
            wrong.append(f"{name}: {judged} ({confidence:.0%}), not {platform}")
    print(f"{len(LABELS)} pages, {len(wrong)} wrong, blank: {', '.join(blanks)}")
    assert wrong == []
    assert len(blanks) <= MOST_BLANKS


def test_every_real_page_is_labelled(shared: Path) -> None:
    for folder in ("html", "lists", "pages"):
        for path in (shared / "data" / folder).iterdir():
            if path.suffix in (".html", ".xml", ".js"):
                name = f"{folder}/{path.name}"
                assert [start for start in LABELS if name.startswith(start)] != [], name
