"""Our own prose for the reports: sentences of the genre, put together from word lists by a
seeded generator.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What the text may say of the year, in agreement with the tables."""

    agency: str
    portal: str  # name of the site the report is published on
    year: int
    items: int  # pieces of information put out
    requests: int  # new requests
    carried_out: int
    reviews: int


NUMERALS = "一二三四五六七八九"
PLACES = (
    "办事大厅",
    "综合文化站",
    "图书馆一楼",
    "便民服务站",
    "档案查阅室",
    "政务服务中心",
)
MEANS = (
    "村组微信群",
    "赶集日的流动展板",
    "公交站台的电子屏",
    "广播小喇叭",
    "门口的公示栏",
    "社区议事会",
)
TOPICS = (
    "低保名单和发放标准",
    "农田水利维修的账目",
    "中小学划片范围",
    "老旧小区改造的进度",
    "惠农补贴的到账时间",
    "自来水价格调整的理由",
    "防汛值班表和物资清单",
    "食品抽检的不合格批次",
    "道路养护的招标结果",
    "医保报销的办理步骤",
    "土地征收的补偿方案",
    "年度预算的增减原因",
)
POSTS = (
    "分管副职",
    "办公室主任",
    "一名专职干事",
    "两名兼职信息员",
    "法制审核员",
    "各股室联络员",
)
MONTHS = range(2, 12)

PROACTIVE = (
    "全年在网站挂出各类信息{items}条，其中“{topic}”“{topic2}”两项最受关注，点击量占到总数的一半以上。",
    "我们把{topic}从文件柜搬到网上，连同附表一起公布，全年共发布信息{items}条。",
    "发布信息{items}条；对{topic}，除网站外还通过{means}再告知一遍。",
    "围绕“{topic}”“{topic2}”等列出清单，逐项对照后补发遗漏内容，年内累计发布{items}条。",
)
ON_REQUEST = (
    "全年收到政府信息公开申请{requests}件，登记、补正、答复各环节均留有台账。",
    "当年新收到公开申请{requests}件，由{post}统一登记后转交业务股室起草答复。",
    "本年度收到申请{requests}件，答复前先与申请人通一次电话，弄清所需材料的名称和年份。",
)
LEFT_OVER = (
    "年末尚有{carried_out}件未到答复期限，转入下一年继续办理。",
    "另有{carried_out}件结转到下年。",
)
MANAGEMENT = (
    "{month}月对历年文件做了一次清查，失效的注明废止日期，保留原文供人查阅。",
    "文件起草时即填写公开属性，由{post}审核，未填写的退回重办。",
    "建立“一文一档”，标题、文号、印发日期和解读材料放在同一页面。",
    "{month}月重新核对目录，改正错链、空白栏目和重复条目。",
)
PLATFORM = (
    "{place}设有查阅点，配一台电脑和一本纸质目录，工作日均可使用。",
    "网站专栏按年份重排，手机上也能直接打开表格；{place}同步摆放打印件。",
    "查询入口移到首页，并在{place}张贴二维码，老人可由工作人员代为查找。",
    "与{means}互相配合，线上发布的内容三日内在线下张贴。",
)
SUPERVISION = (
    "{year}年{month}月{day}日举办一次培训，讲解答复书的写法，{people}人参加。",
    "每季度抽查一次，由{post}通报结果，问题较多的股室限期改正。",
    "聘请{people}名居民代表为监督员，{month}月召开座谈会听取意见。",
    "把公开工作列入年终考核，占{points}分，未发生责任追究的情形。",
)
PARTS = (
    ("主动公开", PROACTIVE),
    ("依申请公开", ON_REQUEST),
    ("政府信息管理", MANAGEMENT),
    ("政府信息公开平台建设", PLATFORM),
    ("监督保障", SUPERVISION),
)
OPENINGS = (
    "{year}年，{agency}照章推进公开工作，先把群众问得最多的事说清楚。",
    "{year}年，{agency}以“看得懂、找得到、问得着”为目标安排全年公开工作。",
    "{year}年，{agency}对上一年的不足列表整改，公开工作总体平稳。",
)
PROBLEMS = (
    "部分解读材料写得太长，读者不易抓住重点",
    "信息员更换频繁，新手对流程不熟",
    "{topic}的更新有时晚于规定时限",
    "线下查阅点使用的人少，宣传不够",
    "表格多以图片形式发布，不便检索",
    "不同栏目的分类口径不一致",
)
REMEDIES = (
    "把解读压缩到一页纸，并附问答",
    "编写一册操作手册，新人上岗前先试填三份",
    "给每个栏目设定更新周期，临期提醒",
    "利用{means}介绍查阅办法",
    "表格一律以文本形式发布，图片只作补充",
    "年初统一栏目名称，旧栏目保留跳转",
)
OTHERS = (
    "本年度没有其他需要报告的事项。",
    "{year}年未收取信息处理费，其他事项无。",
    "除以上内容外，无需要另行说明的情况。",
)


def write_preamble(facts: Facts, notice: str) -> tuple[str, ...]:
    """Return the opening paragraph: basis, compiler, statistics period, where to find the
    report.
    """
    return (
        f"本报告由{facts.agency}按照《中华人民共和国政府信息公开条例》和{notice}的要求编制。"
        f"表中数据的统计期限自{facts.year}年1月1日起至{facts.year}年12月31日止。"
        f"报告全文可在{facts.portal}门户网站查阅；有疑问的，请与{facts.agency}办公室联系。",
    )


def write_overview(rng: random.Random, facts: Facts) -> tuple[str, ...]:
    """Return the overview of the 2019 and 2021 outlines: an opening and the five fields of work."""
    paragraphs = [_fill(rng, OPENINGS, facts)]
    for number, (name, sentences) in zip(NUMERALS, PARTS, strict=False):
        text = _fill(rng, sentences, facts)
        if name == "依申请公开" and facts.carried_out:
            text += _fill(rng, LEFT_OVER, facts)
        paragraphs.append(f"（{number}）{name}。{text}")
    return tuple(paragraphs)


def write_problems(rng: random.Random, facts: Facts) -> tuple[str, ...]:
    """Return the problems and what will be done about them next year."""
    problems = "；".join(
        f"{n}是{_fill(rng, (p,), facts)}"
        for n, p in zip("一二", rng.sample(PROBLEMS, 2), strict=True)
    )
    remedies = "；".join(
        f"{n}是{_fill(rng, (r,), facts)}"
        for n, r in zip("一二", rng.sample(REMEDIES, 2), strict=True)
    )
    return (f"存在的问题：{problems}。", f"{facts.year + 1}年的打算：{remedies}。")


def write_others(rng: random.Random, facts: Facts) -> tuple[str, ...]:
    """Return the last section."""
    return (_fill(rng, OTHERS, facts),)


def write_local_sections(
    rng: random.Random, facts: Facts
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return (title, paragraphs) of the six sections under the 2008 regulation; the table
    follows the last.
    """
    handled = "均按期答复" if facts.requests else "未发生收费和减免"
    return (
        (
            "一、概述",
            (
                _fill(rng, OPENINGS, facts),
                _fill(rng, MANAGEMENT, facts),
                _fill(rng, PLATFORM, facts),
            ),
        ),
        (
            "二、主动公开政府信息的情况",
            (_fill(rng, PROACTIVE, facts), _fill(rng, SUPERVISION, facts)),
        ),
        (
            "三、政府信息依申请公开办理情况",
            (f"{facts.year}年受理政府信息公开申请{facts.requests}件，{handled}。",),
        ),
        (
            "四、因政府信息公开申请行政复议、提起行政诉讼的情况",
            (f"{facts.year}年因政府信息公开被申请行政复议{facts.reviews}件。",),
        ),
        ("五、政府信息公开工作存在的主要问题及改进措施", write_problems(rng, facts)),
        ("六、需要说明的其他事项与附表", (_fill(rng, OTHERS, facts),)),
    )


def write_notice(rng: random.Random, subject: str, year: int) -> tuple[str, ...]:
    """Return the text of a page that stands in the lists but is not a report."""
    place, topic, means = rng.choice(PLACES), rng.choice(TOPICS), rng.choice(MEANS)
    return (
        f"现就{subject}说明如下，供各单位和读者参考。",
        f"一、{year}年的数据以各单位报送的表格为准，{topic}等内容请到{place}查询。",
        f"二、意见和建议可以通过{means}反映，也可以来信。",
    )


def _fill(rng: random.Random, templates: Sequence[str], facts: Facts) -> str:
    topic, topic2 = rng.sample(TOPICS, 2)
    return rng.choice(templates).format(
        agency=facts.agency,
        year=facts.year,
        items=facts.items,
        requests=facts.requests,
        carried_out=facts.carried_out,
        topic=topic,
        topic2=topic2,
        place=rng.choice(PLACES),
        means=rng.choice(MEANS),
        post=rng.choice(POSTS),
        month=rng.choice(MONTHS),
        day=rng.randint(1, 28),
        people=rng.randint(6, 60),
        points=rng.randint(2, 6),
    )
