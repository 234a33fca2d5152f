"""Small counties, each on a platform of its own, and small sites of plain lists: how the pages
look and how the lists are served.

A list's service answers one page after the other. Its answers stand in the province under the
service's address with the page's number in the fragment (`label`), whatever a request has to
say to get them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult, parse_qs, parse_qsl, quote

from markupsafe import escape

from nianbao.sample import list_shapes
from nianbao.sample.agencies import Site
from nianbao.sample.list_parts import (
    ROWS,
    Answer,
    Look,
    Pages,
    get_year,
    render_items,
    render_list,
)
from nianbao.sample.postings import Posting

KINDS = {
    "html": "text/html; charset=utf-8",
    "bare": "text/html; charset=utf-8",  # without the frame of the site
    "fragment": "text/html;charset=UTF-8",
    "xml": "text/xml;charset=UTF-8",
    "json": "application/json;charset=UTF-8",
}
CHANNEL = "5d1f0c3a9b7e4d2c8a6b5f4e3d2c1b0a"
UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
LABEL, SEARCH, OLD_PROXY = (
    "/site/label/8888",
    "/module/xxgk/search.jsp",
    "/module/jpage/dataproxy.jsp",
)
EPOINT = "/EWB-FRONT/rest/lightfrontaction/getgovinfolist"
GKMLPT, UCAP = "/gkmlpt/api/all/45", f"/common/search/{CHANNEL}"
TIMED = "{at:%Y-%m-%d %H:%M}"


LOOKS: Mapping[str, Look] = {
    "yuanhe": Look(
        "/col/col77001/index.html",
        "发布日期：{at:%Y-%m-%d} 信息来源：{source} 浏览次数：{views}",
        opening='<div id="zoom">',
        head='<meta name="Maketime" content="-"><script src="/script/jquery.js"></script>',
    ),
    "qiaoling": Look(
        "/module/xxgk/tree.jsp?area=",
        "来源：{source} 发布时间：{at:%Y-%m-%d} 浏览次数：{views}",
        opening='<div class="main-txt">',
    ),
    "jingxi": Look(
        "/col/col9001/index.html",
        f"发布日期: {TIMED} 浏览次数: {{views}}",
        opening='<div class="article_zoom">',
        script=(
            f'<div id="page_unit" url="{UNIT}" '
            "queryData=\"{'parseType':'bulidstatic','webId':'71','tplSetId':'c0ffee','pageType':'column',"
            "'tagId':'列表','pageId':'9001'}\" rows=2></div>"
        ),
    ),
    "gangting": Look(
        "/gkmlpt/index",
        "发布机构：{source} 发布日期：{at:%Y-%m-%d}",
        script=(
            "<script>window._CONFIG = {SID: '990101', TREE: "
            '[{"id": 1, "name": "政府信息公开", "children": [{"id": 31, "name": "政府信息公开指南"},'
            ' {"id": 45, "name": "政府信息公开年报", "children": []}]}]};</script>'
        ),
    ),
    "beimu": Look(
        "/beimu/c100277/common_list.shtml",
        f"发布时间:{TIMED} 来源:{{source}} 字体：【大 中 小】",
        opening='<div id="UCAP-CONTENT">',
        script=f'<meta name="channelid" content="{CHANNEL}">',
    ),
    "huaipu": Look(
        "/public/column/6596?type=4&action=list&nav=3&sub=&catId=6717",
        f"发布时间：{TIMED} 信息来源：{{source}} 浏览次数：{{views}}",
        opening='<div class="j-fontContent">',
        script="<script>var siteId = 6788;"
        " var label = {labelName: 'publicInfoList', file: '/xxgk/publicInfoList_newest2020'};</script>",
    ),
    "xiyan": Look(
        "/zwgk/xxgknb.htm",
        "时间:{at:%Y-%m-%d}   作者:办公室   来源:{source}   点击:{views}",
        opening='<div id="vsb_content"><div class="v_news_content">',
        closing="</div></div>",
        head='<link href="/system/resource/style/counter.css" rel="stylesheet">',
    ),
    "dongcang": Look(
        "/dynamic/zwgk/govInfoPub.html?deptcode=DC01&categorynum=003005",
        "信息来源:{source} 发布时间:{at:%Y-%m-%d} 浏览次数:{views}",
        opening='<div class="ewb-article-content">',
        script=(
            "<script>var siteGuid = '7eb5f7f1-9041-43ad-8e13-8fcb82ea831a';"
            f"$.post('{EPOINT}', JSON.stringify({{params: {{pageIndex: 0}}}}));</script>"
        ),
    ),
    "laogang": Look(
        "/zwgk/nblist.aspx",
        "发表日期:{at:%Y-%m-%d} 文章来源:{source}",
        opening='<div class="view">',
    ),
    "shanquan": Look(
        "/xxgk/xxgknb/",
        f"来源: {{source}} 发布时间:{TIMED} 累计次数:{{views}} 字体:[ ]",
    ),
    "lucha": Look(
        "/xxgk/nblist.html", "发布日期：{at:%Y-%m-%d} 来源：{source} 点击数：{views}"
    ),
    "chengdong": Look(
        "/xxgk/nb/", "来源：{source} 发布日期：{at:%Y-%m-%d} 阅读：{views}次"
    ),
    "chengxi": Look(
        "/xxgk/nb/", "来源：{source} 发布日期：{at:%Y-%m-%d} 阅读：{views}次"
    ),
    "shiyi": Look("/nb/", "发布日期：{at:%Y-%m-%d} 阅读：{views}次"),
    **list_shapes.LOOKS,
    "zaiti": Look(list_shapes.FOLDER, list_shapes.HEADER),
}


def list_answers(
    site: Site, postings: Sequence[Posting], base: str, stamp: str
) -> Iterator[Answer]:
    """Return every page of a county's lists; `stamp`, the time of printing, is on all of them."""
    look, pages = (
        LOOKS[site.id],
        [postings[at : at + ROWS] for at in range(0, len(postings), ROWS)],
    )
    if site.id in list_shapes.SHAPES:
        yield from list_shapes.print_shape(site.id, pages, base, stamp)
    else:
        yield from _LISTS[site.id](look, pages, base, stamp)


def label_of(address: SplitResult, query: str, body: bytes) -> str | None:
    """Return the number of the page that a request to a list's service asks for, None for other
    requests.
    """
    reads = _ASKED.get(address.path)
    try:
        return (
            reads(dict(parse_qsl(query, keep_blank_values=True)), body.decode())
            if reads
            else None
        )
    except (KeyError, ValueError, TypeError):
        return None


def _json(stamp: str, **fields: Any) -> str:
    return json.dumps({**fields, "serverTime": stamp}, ensure_ascii=False)


# ---- one function a platform


def _jpage(look: Look, pages: Pages, _base: str, stamp: str) -> Iterator[Answer]:
    """Old Hanweb paging with encrypted parameters; a record without a link, dates split over
    lines.
    """
    total = sum(map(len, pages)) + 1
    for number, page in enumerate(pages, 1):
        more = (
            f"{OLD_PROXY}?page={number + 1}&appid=1&webid=9&path=%2F&{_secret()}"
            if number < len(pages)
            else None
        )
        records = [
            f"<li><a href='{p.path}' title='{p.title}'>{p.title[:12]}</a><b>{p.listed_on:%Y-\n%m-%d}</b></li>"
            for p in page
        ]
        records += ["<li>以下为历年年报</li>"] if number == len(pages) else []
        store = (
            f"<datastore><totalrecord>{total}</totalrecord><totalpage>{len(pages)}</totalpage><nextgroup>"
            + (f'<![CDATA[<a href="{more}"></a>]]>' if more else "")
            + "</nextgroup><recordset>"
            + "".join(f"<record><![CDATA[{record}]]></record>" for record in records)
            + "</recordset></datastore>"
        )
        if number == 1:
            yield Answer(
                look.entry,
                f'<div id="5512"><script type="text/xml">{store}</script></div>',
            )
        else:
            yield Answer(
                f"{OLD_PROXY}#{number}",
                f'<?xml version="1.0" encoding="UTF-8"?><!-- {stamp} -->{store}',
                "xml",
            )


def _secret() -> str:
    """Return column and unit as the server hides them: base64 with characters that an address
    must escape.
    """
    return "&".join(
        f"{name}={quote(base64.b64encode(f'{name}/77001?'.encode()).decode(), safe='')}"
        for name in ("columnid", "unitid")
    )


def _xxgk(look: Look, pages: Pages, _base: str, stamp: str) -> Iterator[Answer]:
    """A tree of bodies, the last year of each, and the years before in a directory that is
    searched by POST.
    """
    postings = [posting for page in pages for posting in page]
    latest_year = max(map(get_year, postings))
    latest = [p for p in postings if get_year(p) == latest_year]
    bodies = {p.path.partition("&")[0]: p for p in latest}
    yield Answer(
        look.entry, f'<ul class="tree">{"".join(map(_node, sorted(bodies)))}</ul>'
    )
    for own, p in bodies.items():
        link = (
            f'<li><a href="{escape(p.path)}" title="{p.title}">{get_year(p)}年</a></li>'
        )
        yield Answer(own, f'<ul class="years">{link}</ul>')
    form = "<script>var query = {infotypeId: 'A0207', jdid: '31', area: 'QL', divid: 'div8101'};</script>"
    yield Answer("/col/col8101/index.html", form)
    earlier = [p for p in postings if p not in latest]
    for number, posting in enumerate(earlier, 1):  # one on a page
        rows = f'<div class="zfxxgk_zdgkc">{render_list([posting], "list", "<b>{}</b>")}</div>'
        yield Answer(
            f"{SEARCH}#{number}",
            f"<!-- {stamp} -->{rows}<div>共{len(earlier)}页</div>",
            "fragment",
        )


def _node(address: str) -> str:
    return f'<li><a href="{address}">{address.rpartition("=")[2]}</a></li>'


def _jpaas(look: Look, pages: Pages, _base: str, stamp: str) -> Iterator[Answer]:
    """HTML inside JSON; what lies beyond the last page is the last page again."""
    yield Answer(look.entry, "<ul></ul>")
    for number, page in enumerate([*pages, pages[-1]], 1):
        data = {"html": render_list(page, "list")}
        yield Answer(f"{UNIT}#{number}", _json(stamp, success=True, data=data), "json")


def _gkmlpt(look: Look, pages: Pages, base: str, stamp: str) -> Iterator[Answer]:
    """The API: page 0 is page 1, times are seconds."""
    yield Answer(look.entry, "<div id='app'></div>")
    total = sum(map(len, pages))
    for number, page in enumerate([pages[0], *pages]):
        articles = [
            {
                "id": p.number,
                "title": p.title,
                "date": int(p.posted_at.timestamp()),
                "url": base + p.path,
                "post_url": "",
            }
            for p in page
        ]
        text = _json(
            stamp, classify={"post_count": total}, total=total, articles=articles
        )
        yield Answer(f"{GKMLPT}#{number}", text, "json", walked=number > 0)


def _ucap(look: Look, pages: Pages, base: str, stamp: str) -> Iterator[Answer]:
    """The channel's JSON: addresses without a scheme, milliseconds."""
    yield Answer(look.entry, "<div class='loading'></div>")
    host = base.partition(":")[2]
    for number, page in enumerate(pages, 1):
        results = [
            {
                "title": p.title,
                "url": host + p.path,
                "publishedTime": int(p.posted_at.timestamp() * 1000),
            }
            for p in page
        ]
        data = {
            "page": number,
            "rows": ROWS,
            "total": sum(map(len, pages)),
            "channelId": CHANNEL,
            "results": results,
        }
        yield Answer(f"{UCAP}#{number}", _json(stamp, data=data), "json")


def _lonsun(look: Look, pages: Pages, _base: str, stamp: str) -> Iterator[Answer]:
    """A label service: nothing says how many pages there are, the one behind the last is empty."""
    yield Answer(look.entry, '<div id="xxgk_list"></div>')
    for number, page in enumerate([*pages, []], 1):
        rows = render_list(
            page, "clearfix xxgk_nav_list", '<span class="date">{}</span>'
        )
        yield Answer(f"{LABEL}#{number}", f"<!-- {stamp} -->{rows}", "fragment")


def _vsb(look: Look, pages: Pages, _base: str, _stamp: str) -> Iterator[Answer]:
    """Files numbered from the oldest page."""
    stem, total = look.entry.removesuffix(".htm"), sum(map(len, pages))
    for at, page in enumerate(pages):
        following = (
            f'<a href="{stem}/{len(pages) - 1 - at}.htm" class="Next">下页</a>'
            if at + 1 < len(pages)
            else "下页"
        )
        path = f"{stem}/{len(pages) - at}.htm" if at else look.entry
        yield Answer(
            path,
            f"{render_list(page, 'list')}<div class='pb'>共{total}条 {at + 1}/{len(pages)} 首页 上页 {following}</div>",
        )


def _epoint(look: Look, pages: Pages, _base: str, stamp: str) -> Iterator[Answer]:
    """A service that counts one report more than it gives."""
    yield Answer(look.entry, "<div class='ewb-list'></div>")
    total = sum(map(len, pages)) + 1
    for number, page in enumerate([*pages, []]):
        data = [
            {
                "infourl": p.path,
                "title": p.title[:12],
                "realtitle": p.title,
                "infodate": f"{p.listed_on}",
            }
            for p in page
        ]
        yield Answer(
            f"{EPOINT}#{number}",
            _json(stamp, custom={"data": data, "total": total}),
            "json",
        )


def _webforms(look: Look, pages: Pages, _base: str, stamp: str) -> Iterator[Answer]:
    """A page that posts itself back with its state."""
    for number, page in enumerate(pages, 1):
        state = base64.b64encode(f"/wEP{number}/{stamp}".encode()).decode()
        more = (
            f"""<a href="javascript:__doPostBack('AspNetPager1','{number + 1}')">下一页</a>"""
            if number < len(pages)
            else "下一页"
        )
        yield Answer(
            f"{look.entry}#{number}" if number > 1 else look.entry,
            f'<form method="post" action="{look.entry}" id="form1">\n'
            f'<input type="hidden" name="__VIEWSTATE" value="{state}">\n'
            '<input type="hidden" name="__EVENTTARGET" value="">'
            '<input type="hidden" name="__EVENTARGUMENT" value="">\n'
            f"{render_list(page, 'list')}{more}</form>",
        )


def _plain(look: Look, pages: Pages, _base: str, _stamp: str) -> Iterator[Answer]:
    """All rows on one page."""
    rows = "".join(render_items(page) for page in pages)
    yield Answer(look.entry, f'<ul class="list">\n{rows}</ul>\n')


def _years(look: Look, pages: Pages, _base: str, _stamp: str) -> Iterator[Answer]:
    """A list for each year below the column's page, paged by a printed link."""
    postings = [posting for page in pages for posting in page]
    years = sorted({get_year(p) for p in postings}, reverse=True)
    yield Answer(
        look.entry,
        "<ul>"
        + "".join(f'<li><a href="{year}/">{year}年</a></li>' for year in years)
        + "</ul>",
    )
    for year in years:
        rows = [p for p in postings if get_year(p) == year]
        chunks = [rows[at : at + ROWS] for at in range(0, len(rows), ROWS)]
        for number, chunk in enumerate(chunks, 1):
            more = (
                f'<a href="list_{number + 1}.html">下一页 &gt;</a>'
                if number < len(chunks)
                else ""
            )
            path = f"{look.entry}{year}/" + (
                f"list_{number}.html" if number > 1 else ""
            )
            yield Answer(
                path,
                f"{render_list(chunk, 'list', '<em>[{}]</em>')}<div class='page'>{more}</div>",
            )


_LISTS: Mapping[str, Callable[[Look, Pages, str, str], Iterator[Answer]]] = {
    "yuanhe": _jpage,
    "qiaoling": _xxgk,
    "jingxi": _jpaas,
    "gangting": _gkmlpt,
    "beimu": _ucap,
    "huaipu": _lonsun,
    "xiyan": _vsb,
    "dongcang": _epoint,
    "laogang": _webforms,
    "shanquan": _years,
    "lucha": _plain,
    "chengdong": _plain,
    "chengxi": _plain,
    "shiyi": _plain,
    "zaiti": _plain,
}


# ---- what a request asks for: the number of the page, from its parameters and its body


def _asked_jpage(asked: Mapping[str, str], _body: str) -> str:
    secret = dict(parse_qsl(_secret()))
    if any(asked[name] != value for name, value in secret.items()):
        raise ValueError(
            "the parameters are another column's, or were decrypted and built"
        )
    return asked["page"]


def _asked_jpaas(asked: Mapping[str, str], _body: str) -> str:
    return str(min(int(json.loads(asked.get("paramJson", "{}")).get("pageNo", 1)), 4))


def _asked_webforms(_asked: Mapping[str, str], body: str) -> str | None:
    sent = {name: values[0] for name, values in parse_qs(body).items()}
    number = int(sent["__EVENTARGUMENT"])
    state = base64.b64decode(sent["__VIEWSTATE"]).decode()
    return str(number) if state.startswith(f"/wEP{number - 1}/") else None


_ASKED: Mapping[str, Callable[[Mapping[str, str], str], str | None]] = {
    OLD_PROXY: _asked_jpage,
    SEARCH: lambda _asked, body: dict(parse_qsl(body))["currpage"],
    UNIT: _asked_jpaas,
    GKMLPT: lambda asked, _body: asked["page"],
    UCAP: lambda asked, _body: asked["page"],
    LABEL: lambda asked, _body: asked["pageIndex"],
    EPOINT: lambda _asked, body: str(json.loads(body)["params"]["pageIndex"]),
    "/zwgk/nblist.aspx": _asked_webforms,
    list_shapes.FOLDER: list_shapes.find_asked_page,
}
