"""Lines that change by themselves make no version, wherever they stand in the container of a report;
a change of the report always does.
"""

from __future__ import annotations

import random
import re

import pytest

from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.page.boilerplate import is_boilerplate
from tests.reader import pages

SIGNED = "<p>青石县柳河镇人民政府</p><p>2023年1月10日</p>"
BODY = pages.body(signed=SIGNED)
LAST_PROSE = pages.PROSE[2]
PLACES = ("first", "last", "before the signature", "outside")

# kind → what two fetches show in the same place
VOLATILE = {
    "counter": ("浏览次数：7", "浏览次数：13"),
    "counter in brackets": ("（浏览次数：7）", "（浏览次数：1,013）"),
    "counter in square brackets": ("【阅读次数：7次】", "【阅读次数：13次】"),
    "counter in words": ("本文已被阅读7次", "本文已被阅读13次"),
    "counter of people": ("已有 17 人浏览", "已有 1.3万 人浏览"),
    "counter of the page": ("您是本页第1207位访客", "您是本页第1213位访客"),
    "counter of the site": ("本站总访问量：120731 人次", "本站总访问量：120799 人次"),
    "counter of today": ("今日访问 12 次 累计访问 3,456 次", "今日访问 1 次 累计访问 3,467 次"),
    "counter behind bars": ("点击数：7 | 字号：大 中 小", "点击数：13 | 字号：大 中 小"),
    "counter and source": ("来源：柳河镇 浏览：7", "来源：柳河镇 浏览：13"),
    "downloads": ("下载次数：7", "下载次数：13"),
    "likes": ("点赞（7） 收藏（1）", "点赞（8） 收藏（3）"),
    "views alone": ("阅读 7", "阅读 13"),
    "English counter": ("Views: 7", "Views: 13"),
    "read count with hits": ("人气：7℃", "人气：13℃"),
    "clock": ("当前时间：10:20:31", "当前时间：17:02:09"),
    "clock with a day": ("现在是 2024年5月7日 星期二 10:20", "现在是 2024年5月8日 星期三 9:01"),
    "date of today": ("今天是2024年5月7日 星期二", "今天是2024年5月8日 星期三"),
    "lunar date": ("2024年5月7日 农历三月廿九", "2024年5月8日 农历四月初一"),
    "weekday first": ("星期二 2024-05-07", "星期三 2024-05-08"),
    "weather": ("青石县 多云 12℃~21℃ 东北风3级", "青石县 小雨 9℃~15℃ 南风2级"),
    "weather with a label": ("天气预报：晴 25℃", "天气预报：阴 18℃"),
    "air": ("空气质量：优 PM2.5：31", "空气质量：良 PM2.5：71"),
    "stamp of the page": ("页面生成时间：2024-05-07 08:00:07", "页面生成时间：2024-05-08 09:10:11"),
    "time to run": ("页面执行时间：0.0312秒", "页面执行时间：0.0290秒"),
    "queries": ("Processed in 0.012 second(s), 7 queries", "Processed in 0.031 second(s), 8 queries"),
    "time of printing": ("打印时间：2024-05-07 10:20", "打印时间：2024-05-08 11:21"),
    "time of visit": ("访问时间：2024-05-07 10:20", "访问时间：2024-05-08 11:21"),
    "address of the visitor": ("您的IP：10.2.3.4", "您的IP：10.9.8.7"),
    "people online": ("当前在线：12人", "当前在线：7人"),
    "session": ("会话编号：8F3A2B1C9D0E4F5A", "会话编号：1122AABB33CC44DD"),
    "next article": ("下一篇：没有了", "下一篇：柳河镇2023年政府信息公开工作年度报告"),
    "previous article": ("上一条：关于放假的通知", "上一条：县政府召开常务会议"),
    "comments": ("网友评论（3条）", "网友评论（11条）"),
    "score": ("评分：4.5分（12人评价）", "评分：4.6分（13人评价）"),
    "days of service": ("本站已安全运行1207天", "本站已安全运行1214天"),
}  # fmt: skip
# kind → markup of two fetches
BLOCKS = {
    "related articles": (
        "<div><h3>相关文章</h3><ul><li><a href='/a7.htm'>县政府召开第7次常务会议</a></li></ul></div>",
        "<div><h3>相关文章</h3><ul><li><a href='/a13.htm'>县政府召开第13次常务会议</a></li></ul></div>",
    ),
    "recommended": (
        "<p>推荐阅读：</p><p><a href='/1'>我县开展植树活动</a></p><p><a href='/2'>防汛工作会议召开</a></p>",
        "<p>推荐阅读：</p><p><a href='/3'>全县教育大会召开</a></p>",
    ),
    "news of the day": (
        "<dl><dt>最新信息</dt><dd><a href='/1'>关于公开招聘的公告</a> 2024-05-01</dd></dl>",
        "<dl><dt>最新信息</dt><dd><a href='/2'>县人大会议闭幕</a> 2024-05-08</dd><dd><a href='/3'>春耕</a></dd></dl>",
    ),
    "hot": (
        "<h4>热点文章排行</h4><ol><li><a href=1>一季度经济运行</a>(312)</li></ol>",
        "<h4>热点文章排行</h4><ol><li><a href=2>二季度经济运行</a>(19)</li><li><a href=1>一季度经济运行</a>(345)</li></ol>",
    ),
}  # fmt: skip


def show(piece: str, place: str) -> str:
    """Return a page of a report with a piece of markup in a place."""
    if place == "outside":
        page = pages.trs(BODY)
        return page.replace("</body>", f"<div>{piece}</div></body>")
    body = BODY
    if place == "first":
        body = piece + BODY
    elif place == "last":
        body = BODY + piece
    else:
        body = BODY.replace(SIGNED, piece + SIGNED)
    assert body != BODY
    return pages.trs(body)


def digest(page: str) -> str:
    reading = read(page.encode())
    assert reading.is_report
    return reading.content_sha256


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", VOLATILE)
def test_a_line_that_changes_by_itself(kind: str, place: str) -> None:
    one, other = VOLATILE[kind]
    for markup in ("<p>{}</p>", "<div><span>{}</span></div>", "<li>{}</li>"):
        before = digest(show(markup.format(one), place))
        assert digest(show(markup.format(other), place)) == before


@pytest.mark.parametrize("kind", BLOCKS)
@pytest.mark.parametrize("place", ["last", "outside"])
def test_a_block_of_other_articles(kind: str, place: str) -> None:
    one, other = BLOCKS[kind]
    assert digest(show(one, place)) == digest(show(other, place))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("（浏览次数：7）", "（浏览次数：13）"),
        ("【本文已被浏览7次】", "【本文已被浏览13次】"),
        ("[阅读：7]", "[阅读：13]"),
    ],
)
def test_a_counter_behind_the_last_sentence(one: str, other: str) -> None:
    before = digest(pages.trs(BODY.replace(LAST_PROSE, LAST_PROSE + one)))
    assert before == digest(pages.trs(BODY.replace(LAST_PROSE, LAST_PROSE + other)))


@pytest.mark.parametrize(
    "sign",
    [*"\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060\u2061\u2066\u2069\ufeff\ufe0f\u034f\u061c"],
)  # fmt: skip
def test_signs_that_nobody_sees(sign: str) -> None:
    changed = BODY.replace("政府信息", f"政{sign}府信息{sign}").replace(
        "<p>", f"<p>{sign}"
    )
    title = pages.TITLE.replace("年度", f"年{sign}度")
    assert digest(pages.trs(changed, title=title)) == digest(pages.trs(BODY))


@pytest.mark.parametrize(
    "metas",
    [
        '<meta name="ArticleTitle" content="{title} 2024-05-07 10:20:31">',
        '<meta name="keywords" content="{title},浏览7次">',
        '<meta property="og:title" content="(3条新消息) {title}">',
    ],
)
def test_what_a_meta_tag_says(metas: str) -> None:
    page = pages.trs(BODY)
    meta = metas.format(title=pages.TITLE)
    assert digest(page.replace("<head>", f"<head>{meta}", 1)) == digest(page)


# --- the other direction --------------------------------------------------------------------


def change_one_sign(body: str, place: int) -> str:
    """Return the body with one visible sign changed: a figure, a date, a character."""
    sign = body[place]
    if sign.isdigit():
        return f"{body[:place]}{(int(sign) + 1) % 10}{body[place + 1 :]}"
    return f"{body[:place]}{'改' if sign != '改' else '正'}{body[place + 1 :]}"


def test_each_change_of_the_report_is_a_version() -> None:
    """One sign of the text or of a figure, wherever it stands."""
    body = BODY + "<p>附注：截至年底累计公开 1207 条。</p><p>二〇二三年一月</p>"
    visible = [
        match.start() + offset
        for match in re.finditer(r">([^<>]+)<", body)
        for offset in range(1, len(match[1]) + 1)
        if not body[match.start() + offset].isspace()
    ]
    chosen = random.Random(18).sample(visible, 250)
    before = digest(pages.trs(body))
    unnoticed = [
        body[max(0, place - 20) : place + 20]
        for place in chosen
        if digest(pages.trs(change_one_sign(body, place))) == before
    ]
    assert unnoticed == []


PROSE = (
    "全年网站浏览次数：7万次，公开信息312条。",
    "门户网站访问量1207人次。",
    "本镇2024年5月7日召开会议，部署公开工作。",
    "发布政务微博点击量13万次，阅读量7万次；微信公众号阅读数3次。",
    "今日起施行的办法共5件",
    "受理申请（浏览查询类）7件",
    "（访问登记12人次，答复9件）",
    "气温12℃以上的工作日共30天。",
    "咨询电话：0551-1234567",
    "截至2023年12月31日，累计访问3456次",
)


@pytest.mark.parametrize("line", PROSE)
@pytest.mark.parametrize("place", ["first", "before the signature"])
def test_prose_is_never_volatile(line: str, place: str) -> None:
    """A figure in a sentence of the report is the report's."""
    figure = re.search(r"\d", line[line.find("年") + 1 :] or line)
    assert figure is not None
    before = digest(show(f"<p>{line}</p>", place))
    number = line.rfind(figure[0])
    changed = f"{line[:number]}{(int(figure[0]) + 1) % 10}{line[number + 1 :]}"
    assert digest(show(f"<p>{changed}</p>", place)) != before


@pytest.mark.parametrize(
    "line",
    [
        "大||||||" * 10 + "z",
        "字体大小" * 19 + "z",
        "阅读7|" * 19 + "z",
        "本页" * 38 + "z",
    ],
)
def test_lines_that_nearly_match_take_no_time(line: str) -> None:
    """With patterns that can part a line in many ways this would not end."""
    assert not is_boilerplate(line)


@pytest.mark.parametrize("share", [0.35, 0.5, 0.62, 0.7])
def test_a_page_that_was_cut_off_is_said_to_be(share: float) -> None:
    page = pages.trs(BODY)
    tables = page.index("<table"), page.rindex("</table")
    end = tables[0] + int((tables[1] - tables[0]) * share)
    rules = {finding.rule for finding in read(page[:end].encode()).findings}
    assert "page.cut_off" in rules
    assert "page.cut_off" not in {item.rule for item in read(page.encode()).findings}
