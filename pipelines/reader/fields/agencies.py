"""The issuing agency as the page prints it, chosen among all places that name one.

Title, preamble (由…编制), metadata table (发布机构), signature, first sentence, header 来源,
meta ContentSource and Author. The source field is often 本站原创, empty, or the same wrong body
on the whole site, so it names the agency only when nothing else does; but whatever prints the
fuller form of the chosen name gives the name (高桥镇 in the title, 沙县高桥镇人民政府 in the
signature). Only the report itself can say that its issuer is the body's office: 来源 is the
office that put it online, unless the report speaks of itself as one (我办). What stands behind
来源 or 发布机构 is a candidate as it is printed, a newspaper too; the issuer is a body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from nianbao.archive.records import Agency
from nianbao.pipelines.reader.fields import dates, labels, titles
from nianbao.pipelines.reader.fields.labels import Labelled
from nianbao.pipelines.reader.payload.normal_form import (
    fold_forms,
    remove_glosses,
    remove_space,
    squeeze,
)

_END = re.compile(
    r"(?:[省市县区旗州盟镇乡街局厅委院站部署社处所组馆场办]|苏木|街道|政府|办公室|中心|机关|支队|总队|大队|中队"
    r"|海关|[残妇侨文科]联|工商联|社科联|兵团|第[一二三四五六七八九十]+师|公署|[总协学]会|联合会|十字会|工会|理事会|管理会|管委会|委员会|公司|[支分]行|学校|[中小大]学|幼儿园|银行|集团)(?:[(][^()]{2,14}[)])?$"
)
_NOT = re.compile(
    r"^(?:我[省市县区镇乡局街委厅院办单处旗州盟站所馆校中]|本[省市县区镇乡局街委厅院办单机部级旗州盟站所馆校行]|严格|认真|深入|坚持|各|全[省市县区镇乡局街国]|该|此|其[他它]?|在|为|以|对|与|及|由|按照|请|上级|下级|有关|相关|国务院|中共中央|全国|依申请|主动|市政府各|县政府各|区政府各|年度|一、|二、)"
    # …情况我局: a heading before it
    r"|[我本](?:[省市县区镇乡局街委厅院办旗州盟站所馆]|街道|苏木)$|按照|召开"
    r"|[,，。;；:：!！?？“”\"《》<>]|\d{4}|公布|报告|社会公开|职能部门|日报|晚报|早报|时报|新华|人民网|央视|通讯社|客户端|意见箱|直接|请与|可与|融媒体|公众号|微信|微博|网站$|门户|本站|本网|原创"
    r"|中国政府网|首都之窗|^(?:互联网|网络|未知|管理员|admin|转载|摘编|综合|其他)$|单位和部门|部门单位|政府信息公开$"
)
_MEDIA = re.compile(
    r"^.{2,30}融媒体中心$"
)  # an issuer of its own report, and the source of what others did
_GENERIC = re.compile(
    r"(?:人民|[市县区镇乡])?政府|市区|(?:高等)?学校|医院|中心|[支大总]队|公司|分局|海关|办公厅|管委会|(?:管理)?委员会|街道(?:办事处)?|办事处|(?:各|政府|[县市区]直)?部门|[市县区]?本级|全[市县区]|办公室"
    r"|乡镇|[镇乡街局市县区省]|机关|网站|(?:信息公开|政务公开|政府)办公室"
)
_YEAR = rf"(?:{titles.YEAR_WORD}(?:年度|年)?)"
_LETTER = r"[^\s,，。;；:：、()《》<>“”]"
_NAME = rf"{_LETTER}{{2,40}}?"
_BEHIND_TITLE = re.compile(
    r"[(]([^()]{3,30})[)]$|[—-]{1,2}([^—-]{3,30})$"
)  # …年度报告(柳河镇), …年度报告——柳河镇
_COMPILER = re.compile(
    rf"由({_NAME})(?:党政综合办|党政办)?(?:负责)?(?:根据|依据|按照|依照|遵照|结合|综合|汇总|编制|组织|撰写|起草|会同|牵头|总结)"
)
_COMPILED = re.compile(
    rf"(?:^|[,，。])({_NAME})(?:组织)?(?:编制|编写|撰写)了?(?:本报告|{_YEAR})"
)  # …局编制了2020年…
_TELLS = (
    r"(?:公布|(?<!信息)(?<!政务)公开|发布|编制|现将|汇总|形成)"  # 信息公开 is a noun
)
_STATED = re.compile(
    rf"{_TELLS}的?了?(?:{_YEAR}|本年度?|今年)?的?((?:(?!{_TELLS}){_LETTER}){{2,40}}?)的?{_YEAR}?(?:年度)?的?(?:推进|开展|全面推进)?"
    r"(?:政府信息|政务公开|信息公开|政务信息)"
)
_SUBJECT = re.compile(
    rf"(?:{_YEAR}|导下|支持下|部署下)[,，]({_NAME}(?:[党工]委、[^\s、，。]{{2,6}}?)?)(?:认真|严格|深入|坚持|在|以|全面|紧紧|高度|按照|始终|积极|根据"
    r"|主动|受理|共|未|结合|进一步|切实|持续|围绕|贯彻|依据|信息公开|政府信息|政务公开|党委|扎实)"
)
_CONTACT = re.compile(
    rf"(?:请与|直接与|可与|请联系[:：]?|请向)({_NAME})(?:直接)?(?:联系|联络|咨询|反映|[(,，;；])"
    rf"|(?:^|[。;(])({_NAME})(?:的?(?:联系|办公))(?:电话|方式|地址)"  # 柳河县气象局联系电话
)
_INNER_OFFICE = re.compile(
    r"(?:(?:党政综合|党政|综合督考|综合|(?:(?<!人民)政府)?信息公开|政务公开)?(?:工作)?(?:领导小组)?办(?:公室)?|秘书科|综合科"
    r"|(?:办公厅)?(?:(?<!人民)政府)?(?:信息|政务)公开(?:科|处|中心))$"
)
# What a body wrote for its own work, where no other place names it:
# 制定了《柳河镇信息公开保密审查制度》.
_OWN_RULES = re.compile(
    rf"(?:制定|修订|修改|完善|编制|建立|健全|印发|出台|形成|更新)[^。《》]{{0,14}}《({_NAME})(?:政府|政务|财政|主动){{0,2}}信息公开"
    r"(?:工作)?[^》通]{0,18}(?:制度|机制|办法|指南|目录|规定|方案|细则|规范|规程)(?:\((?:试行|暂行)\))?》"
)
_REGION_END = re.compile(r"(?:省|市|县|区|州|盟|旗|镇|乡|街道)$")
_FULLER_END = re.compile(
    r"^(?:人民政府|政府|街道|街道办事处|办事处|道办事处|管委会|管理委员会|委员会|委会|党工委|室|机关)?(?:党政办公室|党政办|办公室|机关)?$"
)
_OFFICE_END = re.compile(r"(?:党政办公室|党政办|办公室|机关)$")
_IS_OFFICE = re.compile(r"我办|本办公室|我室")
_CUT = re.compile(
    r"[省市县区州盟旗镇乡]"
)  # a name that begins with it has lost its beginning
_SIDE_NAME = re.compile(r"[(][^()]{2,14}[)]")  # 市场监管局(知识产权局)
_COVER = re.compile(
    rf"(?:^|报告|年报)({_NAME}(?:[(][^()]{{2,14}}[)])?)[(]?{titles.YEAR_WORD}年[\d一二三四五六七八九十]{{1,3}}月(?:[\d一二三四五六七八九十]{{1,3}}日)?[)]?"
    r"(?=目[录次]|引言|前言|本年?度?报告|本年报|一、|根据|按照|依据|为)"
)  # an agency and a date between the title and the text
_SELF = re.compile(
    r"我(镇|乡|局|街道|街|县|区|市|委|办|院|中心|厅|省|旗|州)|本(镇|乡|局|街道|县|区|市|委|院|厅)"
)

_COVERED = 150  # squeezed characters of a body in which a cover stands
_NEAR_BODY = 20  # header lines in which the report's own heading can stand
_METAS = ("meta:ContentSource", "meta:Author")
_SOURCES = (
    "header",
    "source",
    *_METAS,
    "contact",
)  # who put the page online, or answers the telephone
_FIELDS = (
    "metadata",
    "signature",
    "source",
    *_METAS,
)  # a name and nothing else stands there
_LAST_RESORT = ("contact", "rules")  # count only where nothing else names a body
_TRUST = (
    "title",
    "cover",
    "preamble",
    "metadata",
    "signature",
    "body",
    "header",
    "source",
    *_METAS,
    *_LAST_RESORT,
)
_LONGEST_PRINTED = 60
_TOOLS = re.compile(
    r"(?:\s+[\[【(]?\s*(?:打印|分享|收藏|字号|字体|浏览|点击|访问|关注|语音|朗读|扫|阅读|本文|视力|保护|记者|通讯员"
    r"|大\s*中\s*小|关闭|A[-+]|[^\s:：]{1,6}[:：])|[\t|]).*$"
)
_NOTHING = re.compile(
    r"[\s\d:：.…/-]*|null|undefined|无|暂无|不详|未知|原创", re.IGNORECASE
)
_PARTY = re.compile(
    r"(?:党工委|工委|党委)、(?=管委|政府|人民政府|办事处)"
)  # 柳河镇党委、政府高度重视
_CUSTOMS = re.compile(
    r"(?<=海关)(?:关区|海关)$|(?<=海关总署)海关$"
)  # 重庆海关关区; 广州海关2015年海关…年报
_TWICE_AT_START = re.compile(r"^(.+[省市县区州盟旗镇乡])\1")  # 柳河镇柳河镇人民政府
_TWICE_AT_END = re.compile(r"(.{3,})\1$")


def read(
    title: str | None,
    header: Sequence[str],
    hits: Sequence[Labelled],
    opening: str,
    signature: str | None,
    metas: Mapping[str, str],
    *,
    traditional: bool,
) -> Agency:
    """Choose the issuing agency; `hits` are the header's labels, `opening` the squeezed
    beginning of the body.
    """
    found: list[tuple[str, str]] = []
    for basis, printed in _all(title, header, hits, opening, signature, metas):
        name = clean(printed, traditional=traditional)
        if (is_agency(name) or (basis == "title" and _MEDIA.search(name))) and (
            basis,
            name,
        ) not in found:
            found.append((basis, name))
    found.sort(key=lambda item: _TRUST.index(item[0]))
    named = {name for _, name in found}
    shown = [
        item
        for item in dict.fromkeys(_printed(hits, metas))
        if remove_space(item[1]) not in named
    ]
    every = sorted([*found, *shown], key=lambda item: _TRUST.index(item[0]))
    candidates = tuple({"basis": basis, "text": name} for basis, name in every)
    return Agency(printed=_choose(found, opening), candidates=candidates)


def _printed(
    hits: Sequence[Labelled], metas: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield what stands behind 发布机构 or 来源, whatever it is: 海南日报, 本网, two names."""
    for hit in hits:
        if hit.label in labels.PUBLISHERS or hit.label in labels.SOURCES:
            value = _TOOLS.sub("", fold_forms(hit.value)).strip()
            if stamp := dates.find_first_date(value):
                value = value[: stamp.start].strip(" \t|([【")
            if _is_printed(value) and (
                hit.label not in labels.PERSONS or is_agency(remove_space(value))
            ):
                yield (
                    ("metadata" if hit.label in labels.PUBLISHERS else "source"),
                    value,
                )
    value = fold_forms(metas.get("contentsource", ""))
    if _is_printed(value):
        yield "meta:ContentSource", value


def _is_printed(value: str) -> bool:
    return 0 < len(value) <= _LONGEST_PRINTED and not _NOTHING.fullmatch(value)


@lru_cache(maxsize=2048)
def clean(printed: str, *, traditional: bool) -> str:
    """Return a name folded, without glosses, white space, site names and doubling, simplified
    if need be.
    """
    name = remove_space(fold_forms(remove_glosses(printed)))
    if traditional:
        name = squeeze(name)
    name = titles.SPAM.sub("", name).strip("-_|·•▪◆■●.,:;[]【】<>《》\"'“”")
    name = _CUSTOMS.sub("", _PARTY.sub("", name))
    return _TWICE_AT_END.sub(r"\1", _TWICE_AT_START.sub(r"\1", name))


@lru_cache(maxsize=2048)
def is_agency(name: str) -> bool:
    """Tell whether a squeezed name can be that of a body."""
    return (
        2 <= len(name) <= 45
        and bool(_END.search(name))
        and not _NOT.search(name)
        and not _GENERIC.fullmatch(name)
    )


def in_title(title: str) -> str:
    """Return what a title says before or after the year: the agency, or an empty text."""
    title = titles.bare_title(title)
    plain = remove_space(fold_forms(remove_glosses(title)))
    match = titles.REPORT.search(squeeze(title))
    length = match.start() if match else 0
    before = (
        plain[:length] if len(plain) == len(squeeze(title)) else squeeze(title)[:length]
    )
    if before.endswith("人民") and plain.startswith("政府", length):
        before += "政府"  # 柳河镇人民政府信息公开年报: the word stands for both
    before = re.sub(
        rf"20\d\d[-—至]+20\d\d(?:学?年度?)|{_YEAR}|\d{{4}}年度?", "", before
    )
    before = re.sub(
        r"^(?:.*(?:标题|名称|名)[:：])?(?:关于|公布|发布|现将|报送|印发)*", "", before
    )
    _, about, subject = before.partition("关于")  # 教育部办公厅关于2016年教育部…的公告
    before = subject if about and is_agency(subject) else before
    before = re.sub(
        r"(?:的|推进|开展|全面推进|年度|本级|关于|报送|上报|公布|发布|印发|工作)+$",
        "",
        before,
    )
    before = before.strip('《》“”"【】-—_:： ')
    if (
        not before
        and match
        and (behind := _BEHIND_TITLE.search(squeeze(title), match.end()))
    ):
        return behind[1] or behind[2]
    return before


def _all(
    title: str | None,
    header: Sequence[str],
    hits: Sequence[Labelled],
    opening: str,
    signature: str | None,
    metas: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    if title:
        yield "title", in_title(title)
    if heading := titles.heading(header[-_NEAR_BODY:]):
        yield "title", in_title(heading)
    for pattern in (_COMPILER, _COMPILED, _STATED):
        yield from (("preamble", match[1]) for match in pattern.finditer(opening))
    yield from (("cover", match[1]) for match in _COVER.finditer(opening[:_COVERED]))
    yield from (
        ("header", line) for line in _below_title(title, header) if len(line) < 40
    )
    for hit in hits:
        if hit.label in labels.PUBLISHERS:
            yield "metadata", _first_word(hit.value)
        elif hit.label in labels.SOURCES:
            yield "source", _first_word(hit.value)
    if signature:
        yield "signature", signature
    yield from (("body", match[1]) for match in _SUBJECT.finditer(opening))
    yield "meta:ContentSource", metas.get("contentsource", "")
    yield "meta:Author", metas.get("author", "")
    yield from (
        ("contact", _INNER_OFFICE.sub("", match[1] or match[2]))
        for match in _CONTACT.finditer(opening)
    )
    yield from (("rules", match[1]) for match in _OWN_RULES.finditer(opening))


def _below_title(title: str | None, header: Sequence[str]) -> Sequence[str]:
    """Return the header lines below the title: covers print the agency there, on a line of its
    own.
    """
    wanted = squeeze(title or "")
    last = max(
        (
            n
            for n, line in enumerate(header)
            if len(line) > 3 and squeeze(line) in wanted
        ),
        default=None,
    )
    if last is None or not wanted:
        return ()
    return [
        line
        for above, line in pairwise(header[last : last + 5])
        if above[-1:] not in ":："
    ]


def _first_word(value: str) -> str:
    return re.split(r"[\s\t|]", value.strip(), maxsplit=1)[0] if value.strip() else ""


def _choose(found: Sequence[tuple[str, str]], opening: str) -> str | None:
    fitting = [
        (basis, name) for basis, name in found if not _contradicts(basis, name, opening)
    ]
    usable = [item for item in fitting if item[0] not in _LAST_RESORT] or fitting
    if not usable:
        return None
    name = usable[0][1]
    office = _IS_OFFICE.search(opening) is not None
    while fuller := next(
        (other for basis, other in found if _is_fuller(basis, other, name, office)),
        None,
    ):
        name = fuller
    return name


def _is_fuller(basis: str, other: str, name: str, office: bool) -> bool:
    """Tell whether a name is the other with its region in front or its kind of body behind.

    `office` says that the report speaks of its issuer as an office.
    """
    if len(other) <= len(name):
        return False
    before, same, behind = other.partition(name)
    if basis in (*_SOURCES, "metadata") and _OFFICE_END.search(behind) and not office:
        return False
    cut = basis in (*_FIELDS, "contact") and _CUT.match(name) and len(before) <= 4
    in_front = not before or _REGION_END.search(before) or cut
    return bool(
        same
        and in_front
        and (_FULLER_END.match(behind) or _SIDE_NAME.fullmatch(behind))
    )


def _contradicts(basis: str, name: str, opening: str) -> bool:
    """Tell whether a source is another kind of body than the one that speaks: 我镇 against
    县人民政府.
    """
    if basis not in ("source", "rules", *_METAS):
        return False
    match = _SELF.search(opening)
    return match is not None and (match[1] or match[2]) not in name
