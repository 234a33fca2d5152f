"""Labels of the page's header and metadata table: 发布时间：…, 来源：…, 发布机构 | …

A label counts when it begins a line or a cell or follows something that is not a Chinese
character, so 开始时间, 留言时间 and 展会时间 are never taken for 时间.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from nianbao.pipelines.reader.fields import dates
from nianbao.pipelines.reader.payload.normal_form import HAN


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PUBLISHED = _words(
    "信息发布时间 信息发布日期 文章发布时间 发布时间 发布日期 发表时间 发表日期 公开时间 公开日期"
    " 公布时间 公布日期 刊登时间 刊登日期 上网时间 上网日期 登载日期 登载时间 发稿时间 发稿日期 发布于 发表于"
    " 添加时间 添加日期 录入时间 录入日期 上传时间 上传日期 信息时间 信息日期 文章日期 新闻日期"
    " 信息提供日期 信息提供时间 首次发布时间 首次发布日期 网站发布时间 网站发布日期 网上发布时间 网上发布日期"
    " 公开发布时间 公开发布日期 信息公开时间 信息公开日期 公告时间 公告日期 上线时间 上线日期 稿件时间"
    " 发布日 上载日期 上载时间"
)
PLAIN = ("时间", "日期")  # only with a colon
OTHER_DATES = _words(
    "成文日期 成文时间 生成日期 生成时间 页面生成时间 发文日期 发文时间 印发日期 印发时间 签发日期"
    " 签发时间 采集时间 打印时间 打印日期 更新时间 更新日期 修改时间 修改日期 最后更新 实施日期 施行日期"
    " 生效日期 生效时间 失效日期 废止日期 截止时间 截止日期 制作时间 制作日期 创建时间 访问时间 有效期"
    " 开始时间 结束时间 落款日期 编辑时间 编辑日期"
)
PUBLISHERS = _words(
    "发布机构 发布单位 发布部门 公开机构 公开单位 公开主体 发文机关 发文机构 发文单位 制发机关"
    " 信息发布机构 信息发布单位 发布主体 发文部门 编制单位 信息公开单位 信息公开机构 责任单位 责任部门 公开责任部门"
)
SOURCES = _words(
    "信息来源 文章来源 稿件来源 新闻来源 来源单位 来源 稿源 出处 文章出处 信息提供 信息提供单位 提供单位 供稿单位"
    " 发布来源 资料来源 作者/来源 来源/作者 来源(作者) 供稿部门 供稿 报送单位 发布者 发布人 发布"
)
PERSONS = _words("发布者 发布人")  # of the sources: a body, or who pressed the button
NAMES = _words("标题 名称 信息名称 文件名称 文件标题 公文名称 信息标题")
CHROME = _words(
    "索引号 信息索引号 索取号 文号 发文字号 文件编号 主题词 主题分类 主题 分类 组配分类 体裁分类 信息分类"
    " 服务对象 公开方式 公开形式 公开范围 公开程度 公开时限 有效性 时效性 效力状态 关键词 内容概述 概述"
    " 备注 作者 编辑 责任编辑 责编 审核 审核人 校对 字体 字号 字体大小 文字大小 视力保护色 保护视力色"
    " 浏览次数 浏览量 阅读次数 阅读量 点击次数 点击数 点击量 点击 访问次数 访问量 累计次数 浏览 阅读 打印"
    " 分享 分享到 分享至 语音播报 所属栏目 栏目 信息类别 类别 载体类型 信息格式 语种 记录形式 撰稿"
    " 摄影 记者 通讯员"
)

_ALL = PUBLISHED + PLAIN + OTHER_DATES + PUBLISHERS + SOURCES + NAMES + CHROME
_KNOWN = frozenset(_ALL)
# 时间 and 日期 beside one of these are those of an event: 时间：5月8日14:00 地点：体育馆.
_EVENT = re.compile(
    r"(?:地\s*点|地\s*址|会\s*场|主\s*讲人?|主持人?|参加人员?|参会人员?|出席人员?|对\s*象|议\s*题|内\s*容|嘉宾|集合地点?)\s*[:：]"
)
_HOUR = re.compile(
    r"\s*[(（]?(?:星期|周)[一二三四五六日天]|\s*[(（]?(?:上午|下午|晚上?|中午|凌晨)|\s*起|\s*开始"
)
_SPELT = sorted(_ALL, key=len, reverse=True)
_WORD = "|".join(r"\s{0,6}".join(re.escape(c) for c in name) for name in _SPELT)
_FIRST = "".join(sorted({name[0] for name in _ALL}))
_LABEL = re.compile(
    rf"(?<![{HAN}])(?=[{_FIRST}])(?P<label>{_WORD})\s*[\]】]?\s*(?P<colon>[:：])?\s*"
)
_NEEDS_COLON = frozenset(
    PLAIN + SOURCES + CHROME + ("标题", "名称")
)  # 信息名称 and the like are no words of prose
_LONGEST_LINE = 600
_BESIDE = 120  # characters of a line in which an event names its place
_NEAR = 60  # characters of a value in which its date stands
_GLUED = re.compile(
    rf"(?<=[{HAN}\d])(?:{'|'.join(re.escape(name) for name in _SPELT if len(name) > 1)})\s*[:：].*$"
)
_OF_SOMETHING = re.compile(
    r"(?:留言|活动|举办|展会|会议|报名|公示|受理|办理|答复|咨询|提交|考试|施行|执行|起止|办公|工作|开放|营业|服务|播出)$"
)
_EDGE = " \t|　·•,，;；【】[]〖〗()（）-—>》"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label of the header and what is printed behind it; `line` is the number of its line."""

    label: str
    value: str
    line: int


def find(lines: Iterable[str]) -> Iterator[Labelled]:
    """Yield the labels of header lines with their values, in the order in which they stand.

    The value may stand behind the label, in the next cell, in the next line, or in the same column
    of the next row when a whole row is labels.
    """
    rows = [line[:_LONGEST_LINE] for line in lines]
    for number, line in enumerate(rows):
        following = rows[number + 1] if number + 1 < len(rows) else ""
        columns = list(_in_columns(line, following, number))
        if columns:
            yield from columns
            continue
        matches = [m for m in _LABEL.finditer(line) if _is_label(line, m)]
        for match, after in pairwise([*matches, None]):
            if match is None:
                continue
            printed = line[match.end() : after.start() if after else len(line)]
            value = _trimmed(printed)
            yield from _glued(printed, number)
            if not value and after is None and not _has_label(following):
                value = _trimmed(following)
            yield Labelled(_name(match), value, number)


def _glued(value: str, number: int) -> Iterator[Labelled]:
    """Yield the labels that stand right behind a value: 来源:本网时间:2022-01-20."""
    found = _GLUED.search(value) if ":" in value or "：" in value else None
    if found and not _OF_SOMETHING.search(value, 0, found.start()):
        yield from (Labelled(hit.label, hit.value, number) for hit in find([found[0]]))


def has_label(line: str) -> bool:
    """Tell whether a line holds a label."""
    return any(
        _is_label(line, match) for match in _LABEL.finditer(line[:_LONGEST_LINE])
    )


def is_imprint(line: str) -> bool:
    """Tell whether a line prints a source and an editor: those of an article, wherever it
    stands below.
    """
    if "编" not in line or "源" not in line:
        return False
    found = {hit.label for hit in find([line])}
    return bool(found & {*SOURCES}) and bool(found & {"责任编辑", "编辑", "责编"})


def is_event(line: str, following: str) -> bool:
    """Tell whether a line prints when something takes place: its label is plain, and a place
    stands beside it.
    """
    hits = [hit for hit in find([line]) if hit.label in PLAIN]
    beside = _EVENT.search(line[:_BESIDE]) or _EVENT.match(following.lstrip(_EDGE))
    return bool(hits) and (beside is not None or any(map(_names_hour, hits)))


def _names_hour(hit: Labelled) -> bool:
    stamp = dates.find_first_date(hit.value[:_NEAR])
    return stamp is not None and _HOUR.match(hit.value, stamp.end) is not None


def is_row(line: str) -> bool:
    """Tell whether a row is labels only: its values stand in the next one."""
    names = line.split("\t")
    return len(names) > 2 and all(
        "".join(name.split()) in _KNOWN for name in names if name
    )


def _in_columns(line: str, following: str, number: int) -> Iterator[Labelled]:
    names, values = line.split("\t"), following.split("\t")
    if not is_row(line):
        return
    for name, value in zip(names, values, strict=False):
        if name and value:
            yield Labelled("".join(name.split()), _trimmed(value), number)


def _is_label(line: str, match: re.Match[str]) -> bool:
    if match["colon"]:
        return True
    name = _name(match)
    before, after = line[: match.start()], line[match.end("label") :]
    if after[:1] in ("\t", "|") or (
        not after.strip() and (not before or before[-1] in "\t|")
    ):
        return name not in (*PLAIN, *SOURCES) or "\t" in line
    return (
        name not in _NEEDS_COLON
        and (not before or before[-1] in " \t|")
        and after[:1] in (" ", "")
    )


def _has_label(line: str) -> bool:
    match = _LABEL.match(line)
    return bool(match and _is_label(line, match))


def _trimmed(value: str) -> str:
    """Return a value without what stands around it; a bracket that belongs to it stays:
    市场监管局(知识产权局).
    """
    bare = _GLUED.sub("", value).strip(_EDGE)
    for opened, closed in ("()", "（）"):
        if bare.count(opened) > bare.count(closed) and bare + closed in value:
            return bare + closed
    return bare


def _name(match: re.Match[str]) -> str:
    return "".join(match["label"].split())
