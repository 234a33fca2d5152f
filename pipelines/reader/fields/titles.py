"""Titles: which line is the title, whether it names a report of the kind, and of which year.

Canonical: <agency><year>年政府信息公开工作年度报告; 政务公开年度报告, 信息公开年报,
政府信息公开工作情况 报告 and titles broken over two or three lines were all seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from nianbao.pipelines.reader.fields import labels
from nianbao.pipelines.reader.payload.normal_form import squeeze

_ONE_TOPIC = r"(?:政府信息与政务公开|政府信息政务公开|政务信息公开|政府信息(?:主动|工作)?公开|信息公开|政务公开)"
_TOPIC = rf"(?:{_ONE_TOPIC}(?:工作)?(?:和|与|及|暨|、){_ONE_TOPIC}|{_ONE_TOPIC})"
_MIDDLE = (
    r"(?:工作(?=20\d\d年))?(?:(?:20\d\d|二[〇○零0][〇○零0一二][〇○零0一二三四五六七八九])年?度?|年度|全年|年)?的?(?:工作)?的?(?:年度|全年)?(?:工作)?"
    r"(?:实施情况|进展情况|开展情况|完成情况|情况|总结)?的?(?:年度)?(?:工作)?(?:总结)?"
)
YEAR_WORD = r"(?:20[0-4]\d|二[〇○零0][〇○零0一二三四][〇○零0一二三四五六七八九])"
REPORT = re.compile(
    rf"{_TOPIC}{_MIDDLE}(?:报告|年报)(?:[(]{YEAR_WORD}年?度?[)])?(?!有关|相关|格式|编制|解读|编写|发布|撰写|制度|工作的)"
)
_YEAR = re.compile(rf"(?<!\d)({YEAR_WORD})(?=年|度|—|-|[^\d〕\]）号])")
_YEAR_TOKEN = re.compile(rf"{YEAR_WORD}年?度?")
_NOT_BEFORE = re.compile(
    r"[,，。;；:：《“]|应当|要求|必须|召开|举办|认真做好|做好20|向社会|编制[本的]|以下简称|日电|本报讯|记者|日前|昨日|\d日(?:发布|公布)"
)
_NOT_FIRST = re.compile(
    r"第[一二三四五六七八九十]+[条章]|会议|会上|据|根据|依据|按照|为[了做进贯认深推切全]|现[将予]|特[此向编公现]|本(?:报告|年|机关|单位|[镇乡局街市县区办委厅院])|我|由|[一二三]、|[(]"
)
_AGENCY_LINE = re.compile(
    r"(?:20\d\d年?度?|[县区市镇乡局委道府处室会厅院州旗关]|苏木)(?:[(][^()]{2,14}[)])?$"
)
_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")

# A title of another kind, whatever the body holds.
_OTHER = re.compile(
    r"解读|图解|评价报告|评估报告|测评报告|评价结果|评估结果|考[核评]结果|透明度|蓝皮书|一图|图说|看懂|读懂|划重点|政府网站(?:工作|监管|建设|管理)?(?:20\d\d年?)?年?度?(?:工作)?(?:报表|报告|年报)|网站监管"
    r"|上半年|下半年|半年度?(?:工作)?报告|(?:第?[一二三四1-4]|[本上]一?)季度|月报$"
    r"|(?:信访|企业|公司|社会责任|行政执法|执法|普法|审计|质量|绩效|财务|内部控制|安全生产)(?:工作|情况|统计)*(?:年度)?(?:工作)?报告$"
    r"|(?:社会评议|满意度(?:调查)?|保密审查|自查|自评|整改|督查|检查|调研|述职)(?:情况|工作)?的?报告$"
    r"|法治政府|依法行政|(?:财政|预决?算|决算|环境|信用|党务|厂务|村务|校务|院务)(?:信息)?公开|发布会|培训[会班]|成绩单|部门(?:决|预)算|工作报告格式|年度报告格式|范文|模板|征求意见|申请表|统计报表|发展公报|政府工作报告(?!.*信息公开)"
)
# A title of a paper about reports, or of a page that is none.
_PAPER = re.compile(
    r"(?:通知|[的之]函|函|要点|方案|办法|制度|指南|目录|通报|意见|公告|公示|规定|批复|答复|条例|规范|标准|计划|名单|清单|汇总表|统计表|情况表|一览表|说明)"
    r"(?:[)）]|[(（](?:试行|暂行|修订|修正|草案|征求意见稿|送审稿)[^()（）]{0,6}[)）])?$"
    r"|(?:召开|举行|举办|组织召开|开展).{0,60}(?:会|会议|培训|培训班|督查|检查|调研|活动)$"
    r"|^.{0,4}(?:40[345]|50\d)|页面不存在|找不到|出错|系统提示|无权访问|错误提示"
)
_PLACE = re.compile(r"首页|当前位置|所在位置|您的位置|[>»›→]")
_TRAIL = re.compile(r"\s*[>»›→]\s*")
_TITLE_SPLIT = re.compile(
    r"\s*[_|｜]+\s*|\s+[-–—]+\s*|\s*[-–—]+\s+|-{2,}|[-–—](?=[^-–—_|]{0,24}(?:政府|网站|网|局|委|厅|办|年报|年度报告|首页)$)"
)
_HOST = r"(?:https?://)?(?:[a-z0-9-]+\.)+(?:com|cn|net|org|cc|top|vip)(?=[^a-z0-9]|$)"
_ADDRESS = re.compile(_HOST, re.IGNORECASE)
# What hijacked copies put in place of a region's name: addresses, betting sites and their slogans.
SPAM = re.compile(
    rf"{_HOST}|^.*(?:官网|官方网站?入口|下载|博彩|投注|赌[场城]|棋牌|[葡浦]京|威尼斯人|太阳城|美高梅|娱乐城|真人娱乐|体育平台|app|\b[a-z]{{2,}}\d{{2,}})",
    re.IGNORECASE,
)
_DAY_BEHIND = re.compile(
    r"\s*[(（\[【]\s*20\d\d\s*[-/.年]\s*\d\d?\s*[-/.月]\s*\d\d?\s*日?\s*[)）\]】]\s*$"
)
_ANNOUNCED = re.compile(
    r"(?:向社会公[布开]|[现特]予?以?[公发]布|现公开|特?编制(?:并向?社会公[布开])?|现将|兹公[布开])(?:了|的)?"
    rf"《?((?:(?!向社会|现公[布开]|编制)[^\s,，。;；:：、《》“”()（）]){{2,40}}?{_TOPIC}{_MIDDLE}(?:报告|年报))(?=[,，。;；（(》]|予以|如下|公[布开]|向社会|$)"
)
_ENCLOSED = re.compile(r"[(](?:含|附|内附)[^()]*[)]$")
_DOCUMENT = re.compile(r"(?:报告|报表|年报|总结|解读|图解)(?:[(][^()]{1,10}[)])?$")
_NO_NAME = re.compile(
    r"[,，。;；:：!！?？]|^(?:根据|按照|依据|为|现|由|本|一、|第[一二三]条)"
)
# What stands before a title in its line: 附件1, 1., 【年报】.
_BEFORE_TITLE = re.compile(
    r"^(?:[标標](?:[(（][^()（）]{1,8}[)）])?\s*[题題](?:[(（][^()（）]{1,8}[)）])?\s+(?![:：])|附件?\s*\d{0,2}\s*[:：.、]?\s*(?=[^\s下])|\d{1,2}[.、]\s*(?=\D)|[【\[](?P<within>[^】\]]{1,14})[】\]]\s*)"
)
# What stands behind the words where they are no title but the beginning of a sentence.
_SENTENCE = re.compile(r"[(]以下简称[^()]{1,12}[)][,、]?是|应|须|必须|要求|包括")
_COLUMN = re.compile(rf"{_ONE_TOPIC}(?:工作)?(?:专栏|平台|目录|指南|年报)?")
_SHOWN = re.compile(
    r"(?<=报告|年报)的?(?:公示|公告|公开|公布)$"
)  # the report itself, not a notice about it
_CAPTION = re.compile(
    r"展示|专栏|专题|汇总|汇编|平台|栏目|下载|公布[情时]|发布[会情时]|工作(?!年)"
)
_LONGEST_CAPTION = 30
_LONGEST_LINE = 90
_LONGEST_REST = 12  # characters of a title behind the words 年度报告
_NO_TITLE = re.compile(r"[,，。;；:：_|\-—《》\d.]|^(?:根据|按照|依据|为|现|由|本)")
_MOST_TITLES = 3  # in breadcrumb, header and body the title can be spelt differently
_PLACE_NAME = (
    3  # characters; a line that begins with the same as the title names its site
)
_TITLED = 20  # lines at whose beginning the title stands


def is_report(title: str) -> bool:
    """Tell whether a title names a report of the kind."""
    plain = squeeze(title)
    return bool(REPORT.search(plain)) and not is_other(title)


def is_specific(title: str) -> bool:
    """Tell whether a title names a report and its year or agency; without both it may be a
    column's name.
    """
    return is_report(title) and _fullness(title) > 0


def is_other(title: str) -> bool:
    """Tell whether a title names another kind of document that no table can make a report."""
    return _OTHER.search(squeeze(title)) is not None


def is_paper(title: str) -> bool:
    """Tell whether a title names a notice, letter or error page rather than a report."""
    return _PAPER.search(_SHOWN.sub("", _ENCLOSED.sub("", squeeze(title)))) is not None


def is_named(line: str) -> bool:
    """Tell whether a line is the name of a document by its last word: …报告, …通报, …制度(试行)."""
    plain = squeeze(line)
    return not _NO_NAME.search(plain) and bool(
        _DOCUMENT.search(plain) or _PAPER.search(plain)
    )


def year(title: str) -> int | None:
    """Return the year a title names; document numbers such as 〔2019〕60号 are none."""
    found = [read_year(match[1]) for match in _YEAR.finditer(squeeze(title))]
    return found[0] if found else None


def read_year(word: str) -> int:
    """Read 2021 or 二〇二一."""
    return int(word.translate(_NUMERALS))


def document_title(title: str) -> str:
    """Return what a <title> says of the document, without the names of column and site behind
    it.
    """
    parts = [part for part in _TITLE_SPLIT.split(title) if part.strip()]
    reports = [part for part in parts if is_report(part)]
    return (reports or parts or [title])[0].strip()


def cleaned(title: str) -> str:
    """Return a title without the day in brackets behind it and without addresses that copies
    put into it.
    """
    return (
        _ADDRESS.sub("", _DAY_BEHIND.sub("", title)).strip(" \t\u3000•·▪◆★■●") or title
    )


def announced(opening: str) -> str | None:
    """Return the title by which a text without heading announces itself:
    现公布…2024年政府信息公开工作年度报告。
    """
    return next(
        (match[1] for match in _ANNOUNCED.finditer(opening) if is_specific(match[1])),
        None,
    )


def heading(lines: Sequence[str]) -> str | None:
    """Return the report's title among the first lines of a text, the fullest that is printed."""
    if not any("报" in line or "報" in line for line in lines[:_TITLED]):
        return None
    cells = [
        next((cell for cell in line.split("\t") if is_report(cell)), line)
        for line in lines[:_TITLED]
    ]
    about = [line for line in lines[:_TITLED] if "公" in line]
    named = [
        hit.value
        for hit in labels.find(about)
        if hit.label in labels.NAMES and is_report(hit.value)
    ]
    found = [*_headings(cells), *named] or list(_crumbs(cells))
    if len({squeeze(title) for title in found}) > _MOST_TITLES:
        return None  # the rows of a list
    return (
        max(found, key=lambda title: (_fullness(title), -found.index(title)))
        if found
        else None
    )


def _crumbs(lines: Sequence[str]) -> Iterator[str]:
    """Yield the last step of a trail when it is a title in full: 首页 > 年报 >
    柳河镇2020年…报告.
    """
    for line in lines:
        last = _TRAIL.split(line)[-1].strip()
        if last != line and is_specific(last):
            yield last


def _headings(lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if _PLACE.search(line):
            continue
        for joined in (1, 2, 3):
            part = [
                _without_slogan(piece.strip(" \t|#*"))
                for piece in lines[number : number + joined]
            ]
            if joined > 1 and (
                max(map(len, part)) > 50 or any(map(_PLACE.search, part))
            ):
                break
            if title := _title_in(part):
                yield _with_agency_line(title, lines[number - 1] if number else "")
                break


def _title_in(part: list[str]) -> str | None:
    """Return the title that lines make together; None when they make none, or fewer of them do."""
    plain = squeeze("".join(part))
    match = REPORT.search(plain)
    if (
        not match
        or match.start() > 50
        or _NOT_BEFORE.search(plain[: match.start()])
        or _NOT_FIRST.match(plain)
    ):
        return None
    if any(map(labels.has_label, part)):
        return None
    later = squeeze("".join(part[1:]))
    if REPORT.search(later) and (
        not _names_agency(part[0]) or later.startswith(squeeze(part[0]))
    ):
        # the lines behind the first are a title without it: it is a caption, or the agency
        # doubled
        return None
    full = next(
        (squeeze(line) for line in part[1:] if is_report(line) and _fullness(line) > 2),
        "",
    )
    column = any(_COLUMN.fullmatch(squeeze(line)) for line in part[1:-1])
    if full and (column or full.startswith(squeeze(part[0])[:_PLACE_NAME] or " ")):
        return None  # a site, and perhaps a column, above a title in full
    rest = plain[match.end() :]
    if _SENTENCE.match(rest):
        return None
    if len(part) == 1 and (not rest or _goes_on(rest)):
        return part[0]
    return None if _is_caption(rest) else plain[: match.end()]


@lru_cache(maxsize=1024)
def _without_slogan(line: str) -> str:
    """Return a line that could be a title without what stands before it, and without the
    slogans of a betting site.
    """
    if (
        len(line) > _LONGEST_LINE
        or "公" not in line
        or not REPORT.search(squeeze(line))
    ):
        return line
    bare = bare_title(line)
    return SPAM.sub("", bare) if "," in bare or "，" in bare else bare


def bare_title(title: str) -> str:
    """Return a title without the number, the word 附件 or the brackets before it; brackets can
    hold its agency.
    """
    before = _BEFORE_TITLE.match(title)
    if before is None or _names_agency(before["within"] or ""):
        return title
    bare = title[before.end() :]
    return bare if REPORT.search(squeeze(bare)) else title


def _is_caption(rest: str) -> bool:
    """Tell a line that only names reports, …年度报告展示平台 来源:…, from a title with the text
    right behind it.
    """
    return 0 < len(rest) <= _LONGEST_CAPTION and _CAPTION.match(rest) is not None


def _goes_on(rest: str) -> bool:
    """Tell whether what stands behind a title's name of a report belongs to it: …报告的说明,
    …报告公示.
    """
    return len(rest) <= _LONGEST_REST and not _NO_TITLE.search(rest)


def _names_agency(line: str) -> bool:
    return bool(_AGENCY_LINE.search(squeeze(line)))


def _with_agency_line(title: str, before: str) -> str:
    """Put the line above in front when the title has no agency of its own and that line is one."""
    plain, above = squeeze(title), squeeze(before)
    match = REPORT.search(plain)
    bare = match is not None and _YEAR_TOKEN.sub("", plain[: match.start()]) in (
        "",
        "关于",
    )
    names = 2 <= len(above) <= 30 and _names_agency(above) and not REPORT.search(above)
    return above + plain if bare and names else title


def _fullness(title: str) -> int:
    plain = squeeze(title)
    match = REPORT.search(plain)
    before = (
        _YEAR_TOKEN.sub("", plain[: match.start()]).removeprefix("关于")
        if match
        else ""
    )
    return 2 * bool(year(title)) + (len(before) > 1)
