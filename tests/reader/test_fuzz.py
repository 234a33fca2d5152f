"""Whatever bytes come: a reading, within two seconds and 500 MB; a page beyond any report is refused by name."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.reader import read
from tests.reader import pages

BODY = pages.body("g2021")
PAGE = pages.trs("@")
MARKS = "柳河镇2022年政府信息公开工作年度报告\n第二十条第（一）项\n本年制发件数\n本年废止件数\n现行有效件数\n"
LABELS = [
    "行政许可",
    "规章",
    "自然人",
    "结果维持",
    "总计",
    "一、本年新收政府信息公开申请数量",
    "2.重复申请",
    "（七）总计",
]
SECONDS = 2.0

CASES: dict[str, Callable[[], str]] = {
    "tags nested 10,000 deep": lambda: PAGE.replace("@", "<div>" * 10_000 + BODY),
    "tables nested 10,000 deep": lambda: PAGE.replace("@", "<table><tr><td>" * 10_000 + BODY),
    "spans never closed": lambda: PAGE.replace("@", "<span>" * 10_000 + BODY),
    "a table of 1,000 by 200": lambda: PAGE.replace("@", BODY + "<table>" + ("<tr>" + "<td>1" * 200) * 1000),
    "spans of a hundred million": lambda: PAGE.replace(
        "@", BODY + "<table>" + "<tr><td rowspan=100000000 colspan=100000000>规章<td>1" * 2000
    ),
    "spans as wide as allowed": lambda: PAGE.replace(
        "@", BODY + "<table>" + "<tr><td rowspan=999 colspan=200>规章<td rowspan=999>1" * 3000
    ),
    "a hidden cell": lambda: '<table><tr><td style="display:none">x</td><td>政府</td></tr></table>',
    "one line without spaces": lambda: MARKS + "政府信息公开工作年度报告" * 100_000,
    "one line of digits": lambda: MARKS + "1" * 3_000_000,
    "100,000 short lines": lambda: MARKS + "\n".join(LABELS * 12_500),
    "labels and figures in turn": lambda: MARKS + "\n".join(["规", "章", "0"] * 50_000),
    "labels and digits glued": lambda: MARKS + "".join(label + "12" * 20 for label in LABELS * 4000),
    "rows of digits": lambda: MARKS + "\n".join(f"属于国家秘密{n * 7919:020}1" for n in range(20_000)),
    "brackets": lambda: MARKS + "（区" * 300_000,
    "glosses": lambda: MARKS + "区(qū)" * 300_000,
    "bars": lambda: MARKS + "|\n" * 300_000 + "| " * 500_000,
    "tabs": lambda: MARKS + "\t" * 2_000_000 + "规章\t" + "0\t" * 100_000,
    "spaces": lambda: MARKS + " " * 3_000_000 + ("规章 " + " " * 100) * 10_000,
    "empty lines": lambda: MARKS + "\n" * 3_000_000,
    "dates": lambda: MARKS + "发布时间：2021年1月1日" * 100_000,
    "section titles": lambda: MARKS + " 一、总体情况 x" * 100_000,
    "half a tag": lambda: PAGE.replace("@", "<p " * 500_000),
    "line breaks": lambda: PAGE.replace("@", BODY + "<br>" * 400_000),
    "null bytes": lambda: MARKS.replace("年", "\0年\0") + "\0" * 1_000_000,
    "chrome": lambda: PAGE.replace("@", "".join("<p>" + "【打印】" * 12 + "x</p>" for _ in range(20_000))),
}


@pytest.mark.parametrize("name", CASES)
def test_a_case_takes_no_time(name: str) -> None:
    payload = CASES[name]().encode()
    read(b"<p>warm</p>")
    began = time.process_time()
    read(payload)
    assert time.process_time() - began < SECONDS


def test_memory_and_time_of_five_megabytes() -> None:
    """In a process of its own, whose address space is limited; time is the process's, not the clock's."""
    code = f"""
        import resource, time
        from pipelines.reader import read
        cells = ("<tr>" + "<td>1" * 200) * 4500
        word = "<p class=MsoNormal><span lang=EN-US style='mso'>政府信息公开第1条</span></p>" * 60000
        read(b"<p>warm</p>")
        for body in (f"<table>{{cells}}</table>", word):
            page = ("<html><body><div class='TRS_Editor'>" + {BODY!r} + body).encode()[:5_000_000]
            began = time.process_time()
            reading = read(page)
            print(len(reading.figures), time.process_time() - began)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    *lines, peak = done.stdout.split("\n")[:-1]
    assert float(peak) < 500
    for line in lines:
        figures, seconds = line.split()
        assert int(figures) >= 200
        assert float(seconds) < 2 * SECONDS  # machines differ


def test_a_page_too_large_is_refused() -> None:
    reading = read(PAGE.replace("@", BODY + "<p>长</p>" * 5_000_000).encode())
    assert not reading.is_report
    assert [finding.rule for finding in reading.findings] == ["page.too_large"]


def test_a_page_that_is_large_by_its_images_is_read() -> None:
    image = '<img src="data:image/png;base64,' + "iVBORw0KGgo" * 1_000_000 + '">'
    reading = read(PAGE.replace("@", BODY + image).encode())
    assert reading.is_report
    assert len(reading.figures) == 200


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "utf-16", "big5hkscs", "latin-1"])
def test_truncated_and_in_the_wrong_charset(charset: str) -> None:
    payload = PAGE.replace("@", BODY).encode("gb18030")
    for end in range(0, len(payload), 997):
        read(payload[:end])
    read(payload.decode(charset, "replace").encode(charset, "replace"))


MARKUP = ["<td>", "<tr>", "<table>", "</table>", "<p>", "<br>", "</div>", "<td rowspan=3 colspan=2>", "<!--", "-->"]
OTHERS = ["0", "12", "1,234", "\n", "\t", "|", " ", "（", "）", "2022年", "发布时间：", "复议后起诉", "\u00a0", "⺠"]
PIECES = st.sampled_from([*LABELS, *MARKUP, *OTHERS, "<td style='display:none'>"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=120), st.booleans())
def test_any_mixture_of_labels_figures_and_tags(parts: list[str], whole: bool) -> None:
    mixture = "".join(parts)
    reading = read((PAGE.replace("@", mixture) if whole else MARKS + mixture).encode())
    for figure in reading.figures:
        assert figure.value is None or figure.alignment != "ragged"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.binary(max_size=60))
def test_any_bytes(body: bytes, before: bytes) -> None:
    read(body)
    read(before + PAGE.encode().replace(b"@", body))
