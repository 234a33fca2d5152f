"""The catalogue: what is a site file, and what its mistakes are called."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from nianbao.crawler.site_files.yaml_file import PROVINCES
from nianbao.spiders import catalogue
from nianbao.spiders.catalogue import CatalogueError
from nianbao.spiders.register.governments import load_governments

GOOD = """\
id: xixia
name: 西霞县人民政府
region: {name: 样例省西霞县, code: null}
platform: trs
entries:
  - {url: "http://xixia.localhost/zwgk/zfxxgknb/", column: 政府信息公开年报}
expect: {links: 20}
"""

# Zones that are no division and have no code.
NO_DIVISION = {"pingtan", "xixianxinqu"}

MISTAKES = {
    "missing field": (
        GOOD.replace("name: 西霞县人民政府\n", ""),
        r"xixia\.yml:1: name: is missing",
    ),
    "unknown platform": (
        GOOD.replace("trs", "trss"),
        r"xixia\.yml:4: platform: .*'auto', 'trs', 'hanweb', .*'simple', 'generic', .* or 'declared'.*'trss'",
    ),
    "unknown field": (
        GOOD + "delays: 2\n",
        r"xixia\.yml:8: delays: is not a field of site files",
    ),
    "not a number": (
        GOOD.replace("links: 20", "links: many"),
        r"xixia\.yml:7: expect\.links: .*integer.*'many'",
    ),
    "no address": (
        GOOD.replace("http://", ""),
        r"xixia\.yml:6: entries\[0\]\.url: .*URL",
    ),
    "no entries": (
        GOOD.split("entries:")[0] + "entries: []\nexpect: {links: 2}\n",
        r"xixia\.yml:5: entries: .*at least 1",
    ),
    "not YAML": (GOOD.replace("entries:", "entries: ["), r"xixia\.yml:\d+: not YAML"),
    "not a mapping": ("- 1\n", r"xixia\.yml:1: a site file is a mapping"),
    "another name": (
        GOOD.replace("id: xixia", "id: lanting"),
        r"xixia\.yml:1: id: is lanting, the file is named xixia",
    ),
    "an option too many": (
        GOOD + "options: {row: //li}\n",
        r"xixia\.yml:8: options: .*trs has the options: tree",
    ),
    "no host and no region": (
        GOOD + 'formerly: ["http://old.localhost/"]\n',
        r"xixia\.yml:8: formerly: .*a host such as www\.example\.gov\.cn is wanted",
    ),
    "options missing": (
        GOOD.replace("trs", "simple"),
        r"xixia\.yml:1: options: .*row, title, date, next",
    ),
}


def write(folder: Path, text: str, name: str = "xixia") -> Path:
    path = folder / f"{name}.yml"
    path.write_text(text, "utf-8")
    return path


def test_a_site_file(tmp_path: Path) -> None:
    site = catalogue.read_site(write(tmp_path, GOOD))
    assert (site.id, site.platform, site.vanish_after, site.verified) == (
        "xixia",
        "trs",
        3,
        "never",
    )
    assert site.all_hosts == {"xixia.localhost"}


def test_what_a_healthy_run_finds_need_not_be_stated(tmp_path: Path) -> None:
    text = GOOD.replace("expect: {links: 20}\n", "")
    assert catalogue.read_site(write(tmp_path, text)).expect.links == 1
    text = GOOD.replace("links: 20", "since: 2027-03-01")
    assert catalogue.read_site(write(tmp_path, text)).expect.links == 1


def test_a_site_file_names_what_the_site_was(tmp_path: Path) -> None:
    text = GOOD + "formerly: [old.localhost, 样例省下河县, 'files.localhost:8620']\n"
    site = catalogue.read_site(write(tmp_path, text))
    assert site.former_hosts == ("old.localhost", "files.localhost:8620")
    assert site.former_regions == ("样例省下河县",)
    # nothing is fetched from where it was
    assert site.all_hosts == {"xixia.localhost"}


@pytest.mark.parametrize(("text", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_names_file_line_and_field(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(CatalogueError, match=said):
        catalogue.read_site(write(tmp_path, text))


@pytest.mark.parametrize(
    "fields",
    [
        "proxy: http://u:SECRET@h:1\nproxy: http://u:SECRET@h:1\n",
        "proxy: http://h:1\nproxy: http://u:SECRET@h:1\n",
        "proxy: [http://u:SECRET@h:1]\n",
        "proxy: {http: 'http://u:SECRET@h:1'}\n",
        "proxy: {url: 'http://u:SECRET@h:1', url: 'http://u:SECRET@h:1'}\n",
        "proxy: socks5://u:SECRET@h:1\n",
        "proxies: http://u:SECRET@h:1\n",
        "proxy:\n  http://u:SECRET@h:1: true\n",
        "proxy: http://u:SECRET@h:1\n x: y\n",
        "proxy: 'http://u:SECRET@h:1\n",
        "hosts:\n  proxy: http://u:SECRET@h:1\n",
        "hosts:\n  - proxy: http://u:SECRET@h:1\n",
        "delay: {proxy: 'http://u:SECRET@h:1'}\n",
        "options:\n  proxy: http://u:SECRET@h:1\n",
        "daily_requests: http://u:SECRET@h:1\n",
        "rest: http://u:x@SECRET/y@h:1\n",
        "browser: !http://u:SECRET@h:1 x\n",
        "verified: *http://u:SECRET@h:1\n",
        "hosts: ['u:SECRET@h:1', {proxy: 'u:SECRET@h:1'}]\n",
    ],
)
def test_no_mistake_shows_the_password_of_a_proxy(tmp_path: Path, fields: str) -> None:
    with pytest.raises(CatalogueError, match=r"xixia\.yml:\d+: ") as caught:
        catalogue.read_site(write(tmp_path, GOOD + fields))
    assert "SECRET" not in str(caught.value)
    name, _, _ = fields.partition(":")
    assert f": {name}" in str(caught.value) or "not YAML" in str(caught.value)


def test_a_key_that_is_given_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        CatalogueError, match=r':8: not YAML: found duplicate key "id"$'
    ):
        catalogue.read_site(write(tmp_path, GOOD + "id: xixia\n"))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, MISTAKES["missing field"][0])
    write(tmp_path, GOOD, "second")
    with pytest.raises(CatalogueError) as caught:
        catalogue.load_sites(tmp_path)
    assert str(caught.value).count("\n") == 1


def test_the_same_id_twice(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write(tmp_path / "a", GOOD)
    write(tmp_path / "b", GOOD)
    with pytest.raises(CatalogueError, match="the id of another file too"):
        catalogue.load_sites(tmp_path)


def test_the_catalogue_of_the_project_is_whole() -> None:
    sites = catalogue.load_sites()
    assert sites, "no site files in spiders/sites"
    assert all(site.delay >= 1 for site in sites.values()), (
        "government servers are small: a second or more"
    )


def test_every_address_of_the_catalogue_comes_from_somewhere() -> None:
    """An entry is on the host of a page that public material names; nothing is marked as seen
    that was not.
    """
    for site in catalogue.load_sites().values():
        hosts = {urlsplit(url).hostname for url in site.known_from}
        for entry in site.entries:
            assert urlsplit(entry.url).hostname in hosts, (
                f"{site.id}.yml: known_from names no page on the host of {entry.url}"
            )
        assert site.verified == "never" or date.fromisoformat(site.verified)


def test_the_catalogue_reaches_all_over_the_country() -> None:
    sites = catalogue.load_sites()
    provinces = {path.parent.name for path in catalogue.SITES.rglob("*.yml")}
    assert len(sites) >= 150
    assert len(provinces) >= 25
    assert provinces <= set(PROVINCES.values())
    for path in catalogue.SITES.rglob("*.yml"):
        region = sites[path.stem].region
        if region is None or region.code is None:
            continue
        folder = PROVINCES[region.code[:2]]
        assert folder == path.parent.name, f"{path.name} belongs into {folder}/"


# --- against the register of governments -------------------------------------------------------


def test_a_file_that_names_a_government_says_what_its_columns_cover() -> None:
    """It covers more than one body, or says that it does not, or that nobody knows."""
    for site in catalogue.load_sites().values():
        if not site.name.endswith("人民政府"):
            continue
        for entry in site.entries:
            assert "covers" in entry.model_fields_set, f"{site.id}.yml: {entry.url}"


def test_a_column_of_one_body_is_not_in_the_name_of_a_government_above_it() -> None:
    for site in catalogue.load_sites().values():
        covers = {entry.covers for entry in site.entries}
        region = site.region.name if site.region else ""
        if covers == {"one_body"} and f"{region}人民政府".endswith(site.name):
            assert site.former_regions, f"{site.id}.yml: {site.name}"


def test_regions_are_those_of_the_register() -> None:
    by_code = {
        code: government
        for government in load_governments()
        for code in government.codes
    }
    for site in catalogue.load_sites().values():
        if site.region is None or site.region.code is None:
            assert site.id in NO_DIVISION, site.id
            continue
        government = by_code[site.region.code]
        assert (site.region.code, site.region.name) == (
            government.code,
            government.name,
        )
        body = site.name.removesuffix("人民政府")
        if body != site.name and government.name.endswith(body):
            assert site.name.endswith(f"{government.path[-1]}人民政府")


def test_no_column_is_in_two_files() -> None:
    places = [
        (urlsplit(entry.url).hostname or "").removeprefix("www.")
        + urlsplit(entry.url).path
        + urlsplit(entry.url).query
        for site in catalogue.load_sites().values()
        for entry in site.entries
    ]
    assert len(set(places)) == len(places)
