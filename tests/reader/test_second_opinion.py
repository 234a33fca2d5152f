"""The second opinion on whether a page is a report: clear, seldom, and never against what a page
calls itself.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from nianbao.archive.records import Reading
from nianbao.pipelines.reader import read, reading, second_opinion
from nianbao.pipelines.reader.is_report import ReportVerdict
from tests.reader import pages

PAGES = Path(__file__).parents[1] / "accuracy" / "pages"
REPORT_WORDS = "".join((pages.PREAMBLE, pages.SECTIONS[0], *pages.PROSE[:2]))
OTHER_WORDS = (
    "本次招聘报名时间为三日，请应聘人员携带身份证件到现场登记，笔试地点另行通知。"
    "考试成绩在网站公布，咨询电话见附件。工作人员请于上午九时前到场，体检合格者签订合同，"
    "试用期三个月，工资按规定发放，食宿自理。"
)


def is_doubtful(reading_: Reading) -> bool:
    return any(finding.rule == "is_report.doubtful" for finding in reading_.findings)


def judge(text: str, *, is_report: bool, rule: str = "outline") -> str | None:
    page = reading.read_page(text.encode()).choices.judged_page
    finding = second_opinion.find_doubt(page, ReportVerdict(is_report, "a test", rule))
    return finding.message if finding else None


def test_words_speak_for_and_against() -> None:
    weights = second_opinion.load_weights()
    assert weights.score(REPORT_WORDS) > 1.5, weights.score(REPORT_WORDS)
    assert weights.score(OTHER_WORDS) < 0


def test_a_clear_opinion_against_the_rules_is_said() -> None:
    text = f"一、情况\n{REPORT_WORDS}"
    assert "its words are those of a report" in (judge(text, is_report=False) or "")
    assert judge(text, is_report=True) is None


@pytest.mark.parametrize("rule", ["other_title", "letter", "news", "specimen", "list"])
def test_what_a_page_calls_itself_is_not_doubted(rule: str) -> None:
    assert judge(f"一、情况\n{REPORT_WORDS}", is_report=False, rule=rule) is None


def test_tables_are_not_doubted() -> None:
    page = pages.trs(pages.body("g2021").replace("政府信息公开", "招聘"))
    assert not is_doubtful(read(page.encode()))


def test_a_few_words_are_no_opinion() -> None:
    assert judge("招聘公告\n请准时到场。", is_report=True) is None


def test_doubt_is_seldom() -> None:
    """Of pages of all kinds, whose verdicts are all right, no more than one in fifty is doubted."""
    paths = sorted(PAGES.iterdir())
    doubtful = [path.name for path in paths if is_doubtful(read(path.read_bytes()))]
    assert len(doubtful) <= len(paths) / 50, doubtful


def test_the_weights_are_small() -> None:
    assert second_opinion.WEIGHTS_FILE.stat().st_size < 40_000
