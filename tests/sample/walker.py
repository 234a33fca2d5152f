"""A small crawler of its own: it knows the sites' addresses and markup, nothing of the generator."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.message import Message
from html import unescape
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from crawler.sample.server import Server

ENTRIES = (
    "http://xixia.localhost:{port}/zwgk/zfxxgknb/",
    "http://lanting.localhost:{port}/col/col1229344/index.html",
    "http://lanting.localhost:{port}/col/col1229346/index.html",
    "http://gucheng.localhost:{port}/zfxxgk/list.asp",
    "http://huibian.localhost:{port}/nb/",
)
ROWS = {
    "xixia": r'<li><span>([\d-]+)</span><a href="([^"]+)" title="([^"]+)"',
    "huibian": r'<li><span>([\d-]+)</span><a href="([^"]+)" title="([^"]+)"',
    "lanting": r'<record><!\[CDATA\[\s*<li><a href="(?P<href>[^"]+)".*?title="(?P<title>[^"]+)".*?<span>[\d-]+',
    "gucheng": r'·<a href="(?P<href>[^"]+)" title="(?P<title>[^"]+)".*?\[([\d-]+)\]',
}
BODY = {
    "xixia": r'<div class="TRS_Editor">(.*?)\n</div></div>',
    "huibian": r'<div class="view TRS_UEDITOR">(.*?)\n</div>\n<div class="foot">',
    "lanting": r"<!--<\$\[信息内容\]>begin-->(.*?)<!--<\$\[信息内容\]>end-->",
    "gucheng": r'<td class="content">(.*?)\n</td></tr>\n<tr><td>上一篇',
}
NOT_A_REPORT = ("一图读懂", "解读", "通知", "工作年度报表")


@dataclass
class Walk:
    """What one walk over the sites found."""

    fetched: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)  # address → title in the list
    dead: list[str] = field(default_factory=list)
    reports: dict[str, str] = field(default_factory=dict)  # address → title and body, as sent


def fetch(server: Server, url: str, **headers: str) -> tuple[int, Message, bytes]:
    """Get an address from the server; names need no resolving, the server is asked as a proxy is."""
    opener = build_opener(ProxyHandler({"http": f"http://127.0.0.1:{server.port}"}))
    request = Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
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
    found = re.search(BODY[site_of(url)], text, re.S)
    assert found, url
    return found[1].strip()


def walk(server: Server) -> Walk:
    """Fetch every list page and every linked page once."""
    result = Walk()
    lists = [entry.format(port=server.port) for entry in ENTRIES]
    for url in lists:  # grows while pagers name further pages
        text = _text(server, result, url)
        assert text is not None, url
        for row in re.finditer(ROWS[site_of(url)], text, re.S):
            named = row.groupdict() or {"href": row[2], "title": row[3]}
            result.links[urljoin(url, unescape(named["href"]))] = unescape(named["title"])
        lists += [more for more in _more_lists(url, text) if more not in lists]
    for url, title in result.links.items():
        text = _text(server, result, url)
        if text is None:
            result.dead.append(url)
        elif not any(word in title for word in NOT_A_REPORT):
            assert title in text
            result.reports[url] = title + body_of(url, text)
    return result


def _text(server: Server, result: Walk, url: str) -> str | None:
    result.fetched.append(url)
    status, _, payload = fetch(server, url)
    return text_of(url, payload) if status == 200 else None


def _more_lists(url: str, text: str) -> list[str]:
    pager = re.search(r'createPageHTML\((\d+), 0, "index", "html"\)', text)
    if pager:
        return [urljoin(url, f"index_{number}.html") for number in range(1, int(pager[1]))]
    links = re.findall(r'<nextgroup><!\[CDATA\[<a href="([^"]+)">', text)
    links += re.findall(r'<a href="([^"]+)">下一页</a>', text)
    return [urljoin(url, link) for link in links]
