"""Evidence that a page is a report of the kind: its title, preamble, outline or tables.

Interpretations, infographics, reports on the government website or on rule-of-law work, notices,
list pages and error pages stand in the same columns and are none.
"""

from __future__ import annotations

import re

from nianbao.pipelines.reader.fields import attachments, sections, titles
from nianbao.pipelines.reader.page.document import Document
from nianbao.pipelines.reader.payload.normal_form import squeeze
from nianbao.pipelines.reader.tables import forms
from nianbao.pipelines.reader.tables.figures import Figures

_OPENING = 1200
_PREAMBLE = re.compile(
    r"(?<!应)(?<!应当)(?:公布|(?<!信息)(?<!政务)公开(?!办|日期|时间)|编制|发布(?!机构|日期|时间)|现将|撰写|汇总|汇报)(?:(?!应当?(?:编制|公布|发布)|要求各)[^。]){0,60}?(?:信息公开|政务公开|政务信息)[^。《]{0,16}?(?:报告|年报|情况)"
    r"(?:(?!进行|分析|评[估价]|透露|披露|显示|指出|》?中称|》称|表示|提到|写道)[^。]){0,12}?(?:如下|[,，。]|予以|编制)"
    r"|本(?:年度|年)?(?:报告|年报)(?:是)?(?:根据|依据|由|按照|中?所列|的?电子版)"
    r"|(?:信息公开|政务公开)[^。]{0,14}报告如下"
    r"|(?:根据|依据|按照|依照)《(?:中华人民共和国)?政府信息公开条例》(?:(?!应当|各级行政机关|选出|评选|优秀)[^。]){0,60}?"
    r"(?:编制(?!本?(?:指南|目录|制度|办法|方案))|(?:制作|制定|撰写|形成)本(?:年度|年)?(?:报告|年报)|年度报告|年报)"
)
# What the law asks of all: 应当在每年3月31日前公布本机关的…年报.
_DUTY = re.compile(r"应当?[在于][^。,]{1,16}前[^。]{0,60}")
_THIS_REPORT = re.compile(
    r"本(?:年度|年)?(?:报告|年报)(?:是)?(?:根据|依据|由|按照|中?所列|的?电子版)"
)
# What the regulation of 2008 and the form of 2021 ask of every report.
_ITEMS = re.compile(
    r"主动公开政府信息的?情况|依申请公开政府信息|不予以?公开政府信息|收费及减免|申请行政复议、?(?:和|或)?提起行政诉讼"
)
_PARTS = re.compile(
    r"[(]?[一二三四五六1-6][)、.](?:(?:认真|扎实|依法|规范|积极|加强|做好|推进)*)(?:政府信息|政务|信息公开)?"
    r"(主动公开|依申请公开|政府信息管理|(?:公开|信息公开|政府信息公开|政务公开)?平台建设|监督保障)(?:政府信息|工作|方面|情况)*[。:]?"
)
_WHOLE_WORK = re.compile(
    r"(?:一、)?(?:政府信息|政务)公开(?:工作)?(?:总体|基本)(?:工作)?[情概]况"
)  # its first heading, when all else is cut
_LEAST_ITEMS, _LONGEST_HEADING = 3, 30
_NUMBERED = frozenset("(（一二三四五六123456")
_ARTICLE = re.compile(
    r"第[一二三四五六七八九十]+条(?!\s*第)"
)  # 第二十条第(一)项 is a caption of the form
# A work summary; a report only with the statutory tables, or with the outline when just its
# first sentence says so.
_SUMMARY = re.compile(r"总结(?:汇报|报告)?(?:如下|$)")
_SUMMARY_LINE = re.compile(
    r".{0,40}(?:工作总结|工作要点|工作计划|工作汇报)(?:(?:及|和|暨|与).{0,20})?(?:汇编|范文|模板)?(?:[(][^()]{1,8}[)])?"
)
# 新华网北京3月31日电(记者…), 本报讯 …
_NEWS = re.compile(
    r"[^。]{0,24}?(?:\d月\d{1,2}日电|(?:本报|新华社|新华网|中新社|中新网|人民网|央广网)[^。]{0,12}?(?:讯|电[(]|电[^。]{0,3}记者))"
)
# A book of other bodies' papers, or of specimens.
_COLLECTION = re.compile(
    r".{0,40}(?:总结|报告|汇报)(?:汇编|范文|模板|大全|集锦|锦集)(?:[(][^()]{1,8}[)])?"
)
_ORDER = re.compile(
    r"印发给你们|请(?:各单位)?(?:认真)?(?:遵照|贯彻|抓好|组织)(?:执行|落实|实施)|报送(?:时间|要求)|于\d+月\d+日前"
)
_ABOUT = re.compile(r"信息公开|政务公开|政府信息|依申请")
# A specimen for writing one, 20xx年度,xx镇在县委领导下…, or a page of a shop of documents.
_SPECIMEN = re.compile(
    r"(?<![a-z\d])20(?:xx|××|\*\*|__)年|(?:(?<![a-z])x{1,4}|×{1,4}|\*{2,4})(?:省|市|县|区|镇|乡|街道|局)(?!/)|〔x{2,4}〕"
    r"|文档页数|仅展示\d+字|由会员分享|下载后可任?意?编辑",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"(?:各(?!类|项|位)[^。:：]{1,80}|.{2,30}(?:办公室|人民政府)[,，]各[^。:：]{1,60})[:：]"
)  # 各县人民政府,市直各部门:
# Work of which a page may be the yearly report instead.
_OTHER_WORK = re.compile(
    r"法治政府建设|依法行政|普法|建议提案|建议和提案|信访工作|网站建设"
)
_OVERVIEW = re.compile(r"(?:一、)?(?:总体情况|概述|基本情况)")
_LAW, _REQUESTS = "政府信息公开条例", re.compile(r"依申请公开|政府信息公开申请")
_FIRST_LINES, _FIRST_PART = 6, 400
_GLUED = re.compile(
    r"[二三四]、(?:行政机关)?(?:主动公开政府信息|收到和处理政府信息公开申请|政府信息公开行政)"
)
_MIN_FIGURES = 8
_ENCLOSED = 20  # lines of a letter below which what it encloses begins
_MIN_TEXT = 20


def is_report(
    found: Document, squeezed: str, generation: str, figures: Figures
) -> bool:
    """Weigh the evidence; without any that speaks for it, a page is none."""
    title = found.title or ""
    if title and titles.is_other(title):
        return False
    tabled = (
        sum(figure.value is not None for figure in figures.cells.values())
        >= _MIN_FIGURES
    )
    if titles.is_paper(title) or _is_addressed(found):
        return (tabled or _encloses(found, title)) and not _ORDER.search(squeezed)
    if _NEWS.match(squeezed):
        return tabled
    if _is_list(found) or (
        not titles.year(title) and _SPECIMEN.search(squeezed[:_OPENING])
    ):
        return False
    if _first_line(found).startswith(
        "第一条"
    ):  # rules, whatever their first article speaks of
        return tabled
    if titles.is_specific(title):
        return len(squeezed) >= _MIN_TEXT or any(
            attachments.is_file(*link) for link in found.page.links
        )
    if not _ABOUT.search(squeezed):
        return False
    if tabled or _ORDER.search(squeezed):
        return tabled
    if any(_COLLECTION.fullmatch(squeeze(line)) for line in (title, *found.header)):
        return tabled
    if generation == forms.UNKNOWN and (
        _SUMMARY.search(title) or _SUMMARY_LINE.fullmatch(_first_line(found))
    ):
        return False
    if _is_of_articles(found):
        return tabled
    if generation == forms.UNKNOWN and _SUMMARY.search(squeezed[:_OPENING]):
        return _THIS_REPORT.search(squeezed[:_OPENING]) is not None or _has_outline(
            found, squeezed, tabled=False
        )
    outlined = _has_outline(found, squeezed, tabled=generation != forms.UNKNOWN)
    if (
        not outlined
        and generation == forms.UNKNOWN
        and _is_of_other_work(squeezed[:_OPENING])
    ):
        return False
    return outlined or _has_preamble(squeezed) or _opens_with_overview(squeezed)


def _is_addressed(found: Document) -> bool:
    """Tell a notice or letter by whom it is addressed to: 各县人民政府,市直各部门:."""
    first = (line for line in found.body[:_FIRST_LINES] if line[-1:] in ":：")
    return any(_ADDRESSED.fullmatch(squeeze(line)) for line in first)


def _encloses(found: Document, title: str) -> bool:
    """Tell a letter under which a report stands in full: below its own heading, which it then
    speaks of.
    """
    own = squeeze(title)
    for number, line in enumerate(found.body[:_ENCLOSED], start=1):
        plain = squeeze(line)
        match = (
            titles.REPORT.search(plain)
            if len(plain) <= _LONGEST_HEADING * 2 and plain != own
            else None
        )
        if match and match.end() == len(plain) and titles.is_specific(plain):
            return (
                _PREAMBLE.search(squeeze("".join(found.body[number:]))[:_OPENING])
                is not None
            )
    return False


def _is_of_other_work(opening: str) -> bool:
    """Tell the report on other work of the year, which speaks of that as often as of
    disclosure, or more.
    """
    return len(_OTHER_WORK.findall(opening)) >= max(1, len(_ABOUT.findall(opening)))


def _opens_with_overview(squeezed: str) -> bool:
    """Tell the beginning of a report that was cut off: 一、总体情况, and the law and requests
    under it.
    """
    first = squeezed[:_FIRST_PART]
    return bool(_OVERVIEW.match(first) and _LAW in first and _REQUESTS.search(squeezed))


def _first_line(found: Document) -> str:
    return "".join(found.body[0].split()) if found.body else ""


def _has_preamble(squeezed: str) -> bool:
    return bool(_PREAMBLE.search(_DUTY.sub("", squeezed[:_OPENING])))


def _has_outline(found: Document, squeezed: str, *, tabled: bool) -> bool:
    """Tell whether the body has the outline of a report: three of its sections, or two on
    disclosure.

    One is enough where the labels of the statutory tables are printed as well.
    """
    parts = [section for section in sections.read(found.body) if section.title]
    known = {section.key for section in parts if section.key}
    about = sum(bool(_ABOUT.search(section.title)) for section in parts)
    if tabled and _GLUED.search(squeezed):
        return True
    if any(_WHOLE_WORK.fullmatch(squeeze(section.title)) for section in parts[:2]):
        return True
    if (
        len(set(_ITEMS.findall(squeezed))) >= _LEAST_ITEMS
        or len(_parts(found)) >= _LEAST_ITEMS
    ):
        return True
    return (len(known) >= 3 and about >= 1) or about >= (1 if tabled else 2)


def _parts(found: Document) -> set[str]:
    """Return the fields of the overview that are headings of their own: 主动公开, 依申请公开,
    政府信息管理.
    """
    lines = (
        squeeze(line)
        for line in found.body
        if len(line) < _LONGEST_HEADING and line[:1] in _NUMBERED
    )
    return {match[1] for line in lines if (match := _PARTS.fullmatch(line))}


def _is_of_articles(found: Document) -> bool:
    """Tell rules by their articles."""
    return (
        sum(
            line[:1] == "第" and _ARTICLE.match(line) is not None for line in found.body
        )
        >= _LEAST_ITEMS
    )


def _is_list(found: Document) -> bool:
    """Tell list pages: several rows that are titles of reports and hardly any prose."""
    own = "".join((found.title or "").split())
    short = {"".join(line.split()) for line in found.body if len(line) < 90}
    rows = {line for line in short if titles.REPORT.search(line)}
    prose = [
        line for line in found.body if len(line) > 60 and re.search(r"[。；]", line)
    ]
    return len([row for row in rows if own not in row or not own]) >= 4 and len(
        rows
    ) > 2 * len(prose)
