"""A small crawler of its own: it knows the sites' addresses and markup, nothing of the generator.

A page of a list's service is noted as the service's address with the page's number in the fragment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.message import Message
from html import unescape
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urljoin, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from nianbao.sample.server import Server

# The counties whose lists have shapes of their own: what leads to their other pages.
SHAPES = {
    "fuyan": r'<a class="go" href="([^"]+)">',
    "nianhe": r'<li><a href="([^"]+/y\d{4}\.html)">',
    "yanting": None,
    "caidan": r'<option value="([^"]+_\d\.html)"',
    "dianjiang": r'turnTo\((\d)\)">',
    "biaogang": None,
    "zongshu": r'<a href="([^"]+)">\d</a>',
    "shuju": None,
    "wanwei": None,
    "kuangtang": r'<iframe src="([^"]+)"',
    "kuangji": r'<frame src="([^"]+)"',
    "zhuanwan": r"location\.href = '([^']+)'",
}
ENTRIES = (
    "http://xixia.localhost:{port}/zwgk/zfxxgknb/",
    "http://lanting.localhost:{port}/col/col1229344/index.html",
    "http://lanting.localhost:{port}/col/col1229346/index.html",
    "http://gucheng.localhost:{port}/zfxxgk/list.asp",
    "http://huibian.localhost:{port}/nb/",
    "http://yuanhe.localhost:{port}/col/col77001/index.html",
    "http://qiaoling.localhost:{port}/module/xxgk/tree.jsp?area=",
    "http://qiaoling.localhost:{port}/col/col8101/index.html",
    "http://jingxi.localhost:{port}/col/col9001/index.html",
    "http://gangting.localhost:{port}/gkmlpt/index",
    "http://beimu.localhost:{port}/beimu/c100277/common_list.shtml",
    "http://huaipu.localhost:{port}/public/column/6596?type=4&action=list&nav=3&sub=&catId=6717",
    "http://xiyan.localhost:{port}/zwgk/xxgknb.htm",
    "http://dongcang.localhost:{port}/dynamic/zwgk/govInfoPub.html?deptcode=DC01&categorynum=003005",
    "http://laogang.localhost:{port}/zwgk/nblist.aspx",
    "http://shanquan.localhost:{port}/xxgk/xxgknb/",
    "http://lucha.localhost:{port}/xxgk/nblist.html",
    "http://chengdong.localhost:{port}/xxgk/nb/",
    "http://chengxi.localhost:{port}/xxgk/nb/",
    "http://shiyi.localhost:{port}/nb/",
    *(f"http://{name}.localhost:{{port}}/zwgk/nb/" for name in (*SHAPES, "zaiti")),
)


@dataclass(frozen=True)
class Service:
    """What a list's service is asked: the pages there are, the query or the body of one, its
    rows in the answer.
    """

    path: str
    pages: range
    query: str = ""
    body: str = ""
    row: str = r'<li><a href="(?P<href>[^"]+)" title="(?P<title>[^"]+)"'
    escaped: bool = False  # the HTML stands in a JSON string


SERVICES = {
    "yuanhe": Service(
        "/module/jpage/dataproxy.jsp",
        range(2, 4),
        "page={}&columnid=Y29sdW1uaWQvNzcwMDE%2F&unitid=dW5pdGlkLzc3MDAxPw%3D%3D",
        row=r"<li><a href='(?P<href>[^']+)' title='(?P<title>[^']+)'",
    ),
    "qiaoling": Service(
        "/module/xxgk/search.jsp",
        range(1, 3),
        body="infotypeId=A0207&area=QL&currpage={}",
    ),
    "jingxi": Service(
        "/api-gateway/jpaas-publish-server/front/page/build/unit",
        range(1, 5),
        'paramJson={{"pageNo":{}}}',
        escaped=True,
    ),
    "gangting": Service(
        "/gkmlpt/api/all/45",
        range(1, 4),
        "page={}&sid=990101",
        row=r'"title": "(?P<title>[^"]+)".*?"url": "(?P<href>[^"]+)"',
    ),
    "beimu": Service(
        "/common/search/5d1f0c3a9b7e4d2c8a6b5f4e3d2c1b0a",
        range(1, 4),
        "_isJson=true&page={}",
        row=r'"title": "(?P<title>[^"]+)", "url": "(?P<href>//[^"]+)"',
    ),
    "huaipu": Service(
        "/site/label/8888",
        range(1, 5),
        "labelName=publicInfoList&organId=6596&pageIndex={}",
    ),
    "dongcang": Service(
        "/EWB-FRONT/rest/lightfrontaction/getgovinfolist",
        range(4),
        body='{{"params": {{"pageIndex": {}}}}}',
        row=r'"infourl": "(?P<href>[^"]+)".*?"realtitle": "(?P<title>[^"]+)"',
    ),
}
ROWS = {
    "xixia": r'<li><span>([\d-]+)</span><a href="([^"]+)" title="([^"]+)"',
    "huibian": r'<li><span>([\d-]+)</span><a href="([^"]+)" title="([^"]+)"',
    "lanting": r'<record><!\[CDATA\[\s*<li><a href="(?P<href>[^"]+)".*?title="(?P<title>[^"]+)".*?<span>[\d-]+',
    "gucheng": r'·<a href="(?P<href>[^"]+)" title="(?P<title>[^"]+)".*?\[([\d-]+)\]',
    "yuanhe": SERVICES["yuanhe"].row,
    "fuyan": r'<h4><a href="(?P<href>[^"]+)" title="(?P<title>[^"]+)"',
    "yanting": r'<li><a href="(?P<href>[^"]+)">(?P<title>\d{4}年)</a>',
    "shuju": r'"title": "(?P<title>[^"]+)", "url": "(?P<href>[^"]+)"',
}
PLAIN_ROW = r'<li><a href="(?P<href>[^"]+)" title="(?P<title>[^"]+)"'
BODY = {
    "xixia": r'<div class="TRS_Editor">(.*?)\n</div></div>',
    "huibian": r'<div class="view TRS_UEDITOR">(.*?)\n</div>\n<div class="foot">',
    "lanting": r"<!--<\$\[信息内容\]>begin-->(.*?)<!--<\$\[信息内容\]>end-->",
    "gucheng": r'<td class="content">(.*?)\n</td></tr>\n<tr><td>上一篇',
}
COUNTY_BODY = (
    r'<div (?:id="(?:zoom|UCAP-CONTENT)"|class="(?:main-txt|article_zoom|article-content|j-fontContent|v_news_content'
    r'|ewb-article-content|view)")>(.*?)\n</div>(?:</div>)?\n<div class="turn">'
)
NOT_A_REPORT = ("一图读懂", "解读", "通知", "工作年度报表")


@dataclass
class Walk:
    """What one walk over the sites found."""

    fetched: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)  # address → title in the list
    dead: list[str] = field(default_factory=list)
    reports: dict[str, str] = field(
        default_factory=dict
    )  # address → title and body, as sent


def fetch(
    server: Server, url: str, body: str = "", **headers: str
) -> tuple[int, Message, bytes]:
    """Get an address from the server, post to it where there is a body; the server is asked as
    a proxy is.
    """
    opener = build_opener(ProxyHandler({"http": f"http://127.0.0.1:{server.port}"}))
    request = Request(
        url,
        body.encode() or None,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    try:
        with opener.open(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def text_of(url: str, payload: bytes) -> str:
    """Decode a page as its site's charset says."""
    return payload.decode("gb18030" if site_of(url) == "gucheng" else "utf-8")


def site_of(url: str) -> str:
    """Return the site's name, the first label of its host."""
    return (urlsplit(url).hostname or "").partition(".")[0]


def body_of(url: str, text: str) -> str:
    """Return the report's body as it stands in the page."""
    found = re.search(BODY.get(site_of(url), COUNTY_BODY), text, re.S)
    assert found, url
    return found[1].strip()


def walk(server: Server) -> Walk:
    """Fetch every list page and every linked page once."""
    result = Walk()
    lists = [entry.format(port=server.port) for entry in ENTRIES]
    for url in lists:  # grows while pagers name further pages
        text = _text(server, result, url)
        assert text is not None, url
        _keep_rows(result, url, text)
        lists += [more for more in _more_lists(url, text) if more not in lists]
        if "laogang" in url:
            _post_back(server, result, url, text)
        if "biaogang" in url:
            _turn_form(server, result, url, text)
    for site, service in SERVICES.items():
        _ask(
            server,
            result,
            f"http://{site}.localhost:{server.port}{service.path}",
            service,
        )
    for url, title in list(result.links.items()):
        text = _text(server, result, url)
        if text is not None and site_of(url) == "zaiti":
            _keep_carried(server, result, url, text)
        elif text is None:
            result.dead.append(url)
        elif not any(word in title for word in NOT_A_REPORT):
            assert title in text
            title = _find_whole_title(title, text)
            result.links[url] = title
            result.reports[url] = title + body_of(url, text)
    return result


def _keep_rows(result: Walk, url: str, text: str, pattern: str | None = None) -> None:
    for row in re.finditer(pattern or ROWS.get(site_of(url), PLAIN_ROW), text, re.S):
        named = row.groupdict() or {"href": row[2], "title": row[3]}
        result.links[urljoin(url, unescape(named["href"]))] = unescape(named["title"])


def _ask(server: Server, result: Walk, url: str, service: Service) -> None:
    """Ask a list's service for each of its pages."""
    for number in service.pages:
        asked = (
            f"{url}?{quote(service.query.format(number), safe='=&%')}"
            if service.query
            else url
        )
        status, _, payload = fetch(server, asked, service.body.format(number))
        assert status == 200, asked
        result.fetched.append(f"{url}#{number}")
        text = (
            payload.decode().replace('\\"', '"')
            if service.escaped
            else payload.decode()
        )
        _keep_rows(result, url, text, service.row)


def _post_back(server: Server, result: Walk, url: str, text: str) -> None:
    """Post the page back as its pager does, until it has no next page."""
    while more := re.search(r"__doPostBack\('AspNetPager1','(\d+)'\)\">下一页", text):
        state = re.search(r'name="__VIEWSTATE" value="([^"]+)"', text)
        assert state, url
        body = urlencode(
            {
                "__VIEWSTATE": state[1],
                "__EVENTTARGET": "AspNetPager1",
                "__EVENTARGUMENT": more[1],
            }
        )
        text = fetch(server, url, body)[2].decode()
        result.fetched.append(f"{url}#{more[1]}")
        _keep_rows(result, url, text)


def _turn_form(server: Server, result: Walk, url: str, text: str) -> None:
    """Post the form of a page's pager, until it has no next page."""
    while more := re.search(r'javascript:turn\((\d+)\)">下一页', text):
        text = fetch(server, url, urlencode({"column": "nb", "pageNo": more[1]}))[
            2
        ].decode()
        result.fetched.append(f"{url}#{more[1]}")
        _keep_rows(result, url, text)


def _keep_carried(server: Server, result: Walk, url: str, text: str) -> None:
    """Keep the report that a page carries in a way of its own; a fault of the server has none."""
    if "NullPointerException" in text:
        return
    title = result.links[url]
    onward = re.search(
        r"""(?:<iframe src=|<p><a href=|location\.href = )["']([^"']+)""", text
    )
    if onward:
        url = urljoin(url, onward[1])
        text = _text(server, result, url) or ""
        result.links[url] = title
    body = body_of(url, text)
    second = re.search(r'<a href="([^"]+)">下一页', text)
    if second:
        body += body_of(url, _text(server, result, urljoin(url, second[1])) or "")
    result.reports[url] = title + re.sub(r"<p>火苗指数.*?</p>", "", body)


def _find_whole_title(title: str, text: str) -> str:
    """Return the title of a page whose row says no more than its year."""
    heading = re.search(r"<h1>(.*?)</h1>", text)
    return heading[1] if heading and title in heading[1] else title


def _text(server: Server, result: Walk, url: str) -> str | None:
    result.fetched.append(url.replace("//www.", "//"))  # one site, by either name
    status, _, payload = fetch(server, url)
    return text_of(url, payload) if status == 200 else None


def _more_lists(url: str, text: str) -> list[str]:
    pager = re.search(r'createPageHTML\((\d+), 0, "index", "html"\)', text)
    if pager:
        return [
            urljoin(url, f"index_{number}.html") for number in range(1, int(pager[1]))
        ]
    shape = SHAPES.get(site_of(url))
    if shape is not None:
        found = re.findall(shape, text)
        return [urljoin(url, f"index_{n}.html" if n.isdigit() else n) for n in found]
    links = re.findall(r'<nextgroup><!\[CDATA\[<a href="([^"]+)">', text)
    links += re.findall(r'<a href="([^"]+)">下一页(?: &gt;)?</a>', text)
    links += re.findall(r'<a href="([^"]+)" class="Next">下页</a>', text)
    links += (
        re.findall(r'<li><a href="([^"]+area=QL0\d)">', text)
        if "tree.jsp" in url
        else []
    )
    links += re.findall(r'<li><a href="(\d{4}/)">', text)
    unwalked = (
        "javascript:",
        "/module/jpage/",
    )  # what the site is asked in another way
    return [urljoin(url, link) for link in links if not link.startswith(unwalked)]
