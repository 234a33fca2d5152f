"""`nianbao sites --region`: the governments of a region, as a person and a program see them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nianbao.archive import Archive
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.crawler.commands.cli import main
from nianbao.spiders.register.governments import COLUMNS, load_governments

SITE = """\
id: {id}
name: {name}
region: {{name: {region}, code: "{code}"}}
platform: auto
entries:
  - {{url: "http://{id}.localhost/zfxxgknb/", column: 政府信息公开年报}}
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["sites", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a site of a county, and one of a county under the code that it had."""
    folder = tmp_path / "sites"
    folder.mkdir()
    for site_id, region, code in (
        ("tonglu", "浙江省杭州市桐庐县", "330122"),
        ("sha", "福建省三明市沙县", "350427"),
    ):
        text = SITE.format(
            id=site_id, name=f"{region}人民政府", region=region, code=code
        )
        (folder / f"{site_id}.yml").write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    "province", [one.name for one in load_governments() if one.level == "province"]
)
def test_each_province_lists_its_governments(province: str, folder: Path) -> None:
    printed = run("--sites", folder, "--region", province, "--json")
    assert printed.exit_code == 0, printed.output
    listed = json.loads(printed.stdout)
    expected = [one for one in load_governments() if one.path[0] == province]
    assert [one["name"] for one in listed] == [one.name for one in expected]
    assert [one["home"] for one in listed] == [one.home for one in expected]


def test_a_site_stands_beside_its_government_also_by_a_former_code(
    folder: Path,
) -> None:
    (sha,) = json.loads(run("--sites", folder, "--region", "沙县", "--json").stdout)
    assert (sha["code"], [site["id"] for site in sha["sites"]]) == ("350405", ["sha"])
    assert sha["sites"][0]["last_run"] is None


def test_how_the_last_crawl_ended_is_said(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    name = "浙江省杭州市桐庐县"
    site = ArchivedSite("tonglu", f"{name}人民政府", "auto", name, "330122", 1, 1)
    with Archive.create(path) as archive:
        run_id = archive.begin_run("0.1.0", {})
        archive.begin_sites(run_id, [site])
        archive.end_site(run_id, "tonglu", "finished", 3, lists_whole=True)
        archive.end_run(run_id, "finished", {})
    options = ("--sites", folder, "--region", "桐庐", "--archive", path)
    (tonglu,) = json.loads(run(*options, "--json").stdout)
    assert tonglu["sites"][0]["last_reason"] == "finished"
    printed = run(*options)
    assert printed.exit_code == 0
    assert "Governments: 1 (1 site file)" in printed.output


def test_a_region_without_governments_is_a_mistake() -> None:
    printed = run("--region", "月球")
    assert printed.exit_code == 2
    assert "no government in 月球" in printed.output


def test_own_rows_are_the_governments_of_a_folder(folder: Path) -> None:
    row = "样例省/北原市/芦岔县\tcounty\t990102\t\thttp://lucha.localhost:8620/\tnone\t"
    path = folder / "governments.tsv"
    path.write_text("\t".join(COLUMNS) + f"\n{row}\n", "utf-8")
    printed = run("--sites", folder, "--region", "样例", "--json")
    assert [one["code"] for one in json.loads(printed.stdout)] == ["990102"]
    assert run("--sites", folder, "--region", "桐庐").exit_code == 2
    path.write_text("path\n", "utf-8")
    printed = run("--sites", folder, "--region", "样例")
    assert printed.exit_code == 2
    assert f"{path}:1: the columns" in printed.output
