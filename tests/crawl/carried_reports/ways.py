"""The ways in which a page carries its report; each adds the answers of one report."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from urllib.parse import quote

from tests.crawl.carried_reports.carrier import FILES, Answer, CarriedReport, Way
from tests.crawl.carried_reports.templates import fill_template
from tests.reader.report_parts import split_text

BARE = "<html><head>{}</head><body></body></html>"
INTRODUCTION = "<p>现将报告公布如下，欢迎监督。</p>"


# --- the page itself ------------------------------------------------------------------------


def carry_inline(report: CarriedReport, charset: str, declared: str) -> None:
    source = fill_template(report, report.text)
    answer = report.add_page(report.path, source, charset)
    answer.content_type = f"text/html; charset={declared}" if declared else "text/html"


def compress(report: CarriedReport, kind: str) -> None:
    answer = report.add_page(report.path, fill_template(report, report.text))
    if kind == "gzip":
        answer.body = gzip.compress(answer.body)
    elif kind == "zlib":
        answer.body = zlib.compress(answer.body)
    else:
        answer.headers["Content-Encoding"] = "gzip"


def send_nothing(report: CarriedReport, times: int) -> None:
    answer = report.add_page(report.path, fill_template(report, report.text))
    answer.empty_times = times
    report.is_unreadable = times > 3


def name_kind(report: CarriedReport, content_type: str) -> None:
    """Send it under a content type that pages seldom have."""
    answer = report.add_page(report.path, fill_template(report, report.text))
    answer.content_type = content_type


def begin_session(report: CarriedReport) -> None:
    answer = report.add_page(report.path, fill_template(report, report.text))
    answer.cookie = "JSESSIONID"


# --- pages that send on ---------------------------------------------------------------------


def send_on(report: CarriedReport, markup: str, *, bare: bool = False) -> None:
    """Carry it on another page, to which some markup leads; `{}` is its address."""
    target = f"/zwgk/xxgk/{report.number}.html"
    address = target
    if report.random.random() < 0.3:
        address = f"../..{target}"
    content = markup.format(address)
    source = BARE.format(content) if bare else fill_template(report, content)
    report.add_page(report.path, source)
    report.add_page(target, fill_template(report, report.text))


def send_by_header(report: CarriedReport) -> None:
    target = f"/zwgk/xxgk/{report.number}.html"
    answer = report.add_page(report.path, BARE.format(""))
    answer.headers["Refresh"] = f"0; url={target}"
    report.add_page(target, fill_template(report, report.text))


def send_with_base(report: CarriedReport) -> None:
    """Send on by an address that is relative to the base of the page, with backslashes."""
    target = f"/zwgk/xxgk/{report.number}.html"
    content = f'<iframe src="xxgk\\{report.number}.html"></iframe>'
    source = fill_template(report, content)
    source = source.replace("<head>", '<head><base href="/zwgk/">')
    report.add_page(report.path, source)
    report.add_page(target, fill_template(report, report.text))


def show_in_srcdoc(report: CarriedReport) -> None:
    content = f'<iframe srcdoc="{html.escape(report.text)}"></iframe>'
    report.add_page(report.path, fill_template(report, content))


def send_on_twice(report: CarriedReport, first: str, second: str) -> None:
    middle = f"{report.folder}middle_{report.number}.html"
    send_on(report, second)
    report.answers[middle] = report.answers.pop(report.path)
    report.add_page(report.path, fill_template(report, first.format(middle)))


def redirect(report: CarriedReport, status: int) -> None:
    target = f"/zwgk/xxgk/{report.number}.html"
    report.answers[report.path] = Answer(
        b"", status=status, headers={"Location": target}
    )
    report.add_page(target, fill_template(report, report.text))


def send_to_other_host(report: CarriedReport) -> None:
    content = '<iframe src="http://other.example.org/1.html"></iframe>'
    report.add_page(report.path, fill_template(report, content))
    report.is_unreadable = True


def send_to_nothing(report: CarriedReport, markup: str) -> None:
    content = markup.format(f"/zwgk/gone/{report.number}.html")
    report.add_page(report.path, fill_template(report, content))
    report.is_unreadable = True


def load_data(report: CarriedReport) -> None:
    address = f"/api/article.do?id={report.number}"
    script = f"<div id='c'></div><script>$.ajax({{url: '{address}', success: show}})</script>"
    report.add_page(report.path, fill_template(report, script))
    data = {"data": {"title": report.title, "content": report.text}}
    body = json.dumps(data).encode()
    report.answers[address] = Answer(body, "application/json; charset=utf-8")


# --- files ----------------------------------------------------------------------------------


def carry_file(report: CarriedReport, kind: str, markup: str) -> None:
    """Carry it in a file of a kind, to which some markup leads."""
    report.file = kind
    path = f"/upload/{report.number}/P{report.number}.{kind}"
    content = INTRODUCTION + markup.format(path)
    report.add_page(report.path, fill_template(report, content))
    _add_file(report, path)


def _add_file(report: CarriedReport, path: str, content_type: str = "") -> None:
    body = (FILES / f"report.{report.file}").read_bytes()
    report.answers[path] = Answer(body, content_type or "application/octet-stream")


def carry_two_files(report: CarriedReport) -> None:
    report.file = "docx"
    folder = f"/upload/{report.number}/"
    links = (
        f'<a href="{folder}a.docx">报告.docx</a> <a href="{folder}b.pdf">报告.pdf</a>'
    )
    report.add_page(report.path, fill_template(report, INTRODUCTION + links))
    _add_file(report, f"{folder}a.docx")
    scan = Answer(make_scan(), "application/pdf")
    report.answers[f"{folder}b.pdf"] = scan


def carry_download(report: CarriedReport) -> None:
    report.file = "docx"
    path = f"/system/_content/download.jsp?wbfileid={report.number}"
    report.add_page(
        report.path, fill_template(report, f'<a href="{path}">点击下载</a>')
    )
    _add_file(report, path, "application/x-download")


def disguise_file(report: CarriedReport, kind: str) -> None:
    report.file = kind
    _add_file(report, report.path, "text/html; charset=utf-8")


def disguise_page(report: CarriedReport) -> None:
    path = f"/upload/{report.number}.doc"
    content = INTRODUCTION + f'<a href="{path}">{report.title}.doc</a>'
    report.add_page(report.path, fill_template(report, content))
    answer = report.add_page(path, fill_template(report, report.text))
    answer.content_type = "application/msword"


def carry_unread_file(report: CarriedReport, kind: str) -> None:
    path = f"/upload/{report.number}.{kind}"
    content = INTRODUCTION + f'<a href="{path}">{report.title}.{kind}</a>'
    report.add_page(report.path, fill_template(report, content))
    body = make_scan() if kind == "pdf" else make_zip()
    report.answers[path] = Answer(body, "application/octet-stream")
    report.is_unreadable = True


def make_zip() -> bytes:
    """Return an archive of files with nothing that is read."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("scan.jpg", b"\xff\xd8\xff")
    return buffer.getvalue()


def make_scan() -> bytes:
    """Return a PDF without text."""
    import pypdfium2

    buffer = io.BytesIO()
    with pypdfium2.PdfDocument.new() as document:
        document.new_page(595, 842)
        document.save(buffer)
    return buffer.getvalue()


def show_images(report: CarriedReport, count: int) -> None:
    images = "".join(f'<p><img src="W{n}.jpg"></p>' for n in range(count))
    report.add_page(report.path, fill_template(report, images))
    report.is_unreadable = True


def show_nothing(report: CarriedReport) -> None:
    source = BARE.format(
        f"<title>{report.title}</title><script src='/app.js'></script>"
    )
    report.add_page(report.path, source.replace("<body>", '<body><div id="app"></div>'))
    report.is_unreadable = True


# --- text in a script -----------------------------------------------------------------------


def fill_by_script(report: CarriedReport, kind: str) -> None:
    text = report.text
    string = json.dumps(text, ensure_ascii=False).replace("</", "<\\/")
    lines = [json.dumps(line) for line in re.split(r"(?=<p[ >]|<tr)", text)]
    markup = {
        "textarea": f'<textarea id="c" style="display:none">{html.escape(text)}</textarea>',
        "template": f"<template id='c'>{text}</template>",
        "markup": f'<script type="text/html" id="c">{text}</script>',
        "string": f"<script>var content = {string};</script>",
        "editor": f"<script>UE.getEditor('e').setContent({string})</script>",
        "lines": f"<script>{''.join(f'document.write({line});' for line in lines)}</script>",
        "attribute": f'<div id="c" data-content="{html.escape(text)}"></div>',
        "percent": f'<script>show(decodeURIComponent("{quote(text)}"))</script>',
        "base64": f'<script>show(atob("{base64.b64encode(text.encode()).decode()}"))</script>',
        "unescape": f"<script>document.write(unescape('{_escape(text)}'))</script>",
        "state": f"<script>window.__STATE__ = {{article: {{content: {string}}}}}</script>",
        "xmp": f'<xmp style="display:none" id="c">{text}</xmp>',
        "input": f'<input type="hidden" id="c" value="{html.escape(text)}">',
        "hidden": f'<div style="display:none" id="h">{text}</div>',
    }[kind]
    report.add_page(
        report.path, fill_template(report, f"<div id='show'></div>{markup}")
    )


def _escape(text: str) -> str:
    """Return a text as the `escape` of a script writes it."""
    return "".join(f"%u{ord(sign):04X}" for sign in text)


# --- further pages --------------------------------------------------------------------------


def go_on(
    report: CarriedReport, pager: str, count: int, *, in_tables: bool = False
) -> None:
    """Carry it on several pages, whose pager is of some kind."""
    parts = split_text(report.text, count, in_tables=in_tables)
    stem = report.path.removesuffix(".html")
    first_number = 0 if pager == "script" else 1
    paths = [report.path]
    for number in range(2, len(parts) + 1):
        if pager == "query":
            paths.append(f"{report.path}?page={number}")
        else:
            paths.append(f"{stem}_{number + first_number - 1}.html")
    for index, part in enumerate(parts):
        content = part + _draw_pager(pager, paths, index)
        report.add_page(paths[index], fill_template(report, content))


def _draw_pager(pager: str, paths: list[str], index: int) -> str:
    count = len(paths)
    names = [path.rpartition("/")[2] for path in paths]
    if pager == "script":
        stem = names[0].removesuffix(".html")
        return f'<script>createPageHTML({count}, {index}, "{stem}", "html")</script>'
    if pager == "element":
        stem = names[0].removesuffix(".html")
        return f"<script>createPageHTML('page_div', {count}, {index + 1}, '{stem}', 'html', 9)</script>"
    if pager == "rest":
        is_last = index + 1 == count
        return "" if is_last else f'<p><a href="{names[index + 1]}">余下全文</a></p>'
    if pager == "menu":
        options = "".join(
            f'<option value="{name}">第{number}页</option>'
            for number, name in enumerate(names, 1)
        )
        return f'<select onchange="location=this.value">{options}</select>'
    links = []
    for number, name in enumerate(names, 1):
        is_own = number == index + 1
        links.append(
            f"<span>{number}</span>" if is_own else f'<a href="{name}">{number}</a>'
        )
    if index + 1 < count and pager != "numbers":
        links.append(f'<a href="{names[index + 1]}">下一页</a>')
    return f'<div class="page">{" ".join(links)}</div>'


def lose_a_page(report: CarriedReport) -> None:
    go_on(report, "words", 3)
    report.answers.popitem()
    report.is_unreadable = True


def iterate_ways() -> Iterator[tuple[str, Way]]:
    """Yield every way with its name."""
    for charset, declared in (
        ("utf-8", "utf-8"),
        ("utf-8", ""),
        ("utf-8", "gb2312"),
        ("gb18030", "utf-8"),
        ("gb18030", ""),
        ("gb18030", "gbk"),
    ):
        yield (
            f"inline {charset} as {declared}",
            partial(carry_inline, charset=charset, declared=declared),
        )
    for kind in ("gzip", "zlib", "false"):
        yield f"body {kind}", partial(compress, kind=kind)
    yield "empty once", partial(send_nothing, times=1)
    yield "empty always", partial(send_nothing, times=99)
    yield "session", begin_session
    for content_type in CONTENT_TYPES:
        yield f"type {content_type}", partial(name_kind, content_type=content_type)
    yield "refresh header", send_by_header
    yield "base", send_with_base
    yield "srcdoc", show_in_srcdoc
    for name, markup in FRAMES.items():
        yield f"frame {name}", partial(send_on, markup=markup)
    for name, markup in REDIRECTS.items():
        yield f"redirect {name}", partial(send_on, markup=markup, bare=True)
    for name, markup in LINKS.items():
        yield f"link {name}", partial(send_on, markup=INTRODUCTION + markup)
    yield "redirect 302", partial(redirect, status=302)
    yield "redirect 301", partial(redirect, status=301)
    yield (
        "two hops",
        partial(send_on_twice, first=FRAMES["plain"], second=LINKS["words"]),
    )
    yield (
        "two frames",
        partial(send_on_twice, first=FRAMES["plain"], second=FRAMES["plain"]),
    )
    yield "other host", send_to_other_host
    yield "frame to nothing", partial(send_to_nothing, markup=FRAMES["plain"])
    yield "link to nothing", partial(send_to_nothing, markup=LINKS["words"])
    yield "data", load_data
    for name, markup in FILE_MARKUPS.items():
        yield f"file {name}", partial(carry_file, kind="pdf", markup=markup)
    for kind in ("docx", "doc", "xlsx"):
        yield (
            f"file {kind}",
            partial(carry_file, kind=kind, markup='附件：<a href="{}">报告全文</a>'),
        )
    yield "two files", carry_two_files
    yield "download", carry_download
    for kind in ("doc", "pdf", "docx"):
        yield f"{kind} as a page", partial(disguise_file, kind=kind)
    yield "page as a doc", disguise_page
    for kind in ("zip", "ofd", "pdf"):
        yield f"unread {kind}", partial(carry_unread_file, kind=kind)
    for count in (1, 4):
        yield f"{count} images", partial(show_images, count=count)
    yield "nothing", show_nothing
    for kind in SCRIPT_KINDS:
        yield f"script {kind}", partial(fill_by_script, kind=kind)
    for pager in ("words", "numbers", "rest", "script", "element", "menu", "query"):
        for count in (2, 4):
            yield f"{count} pages by {pager}", partial(go_on, pager=pager, count=count)
    yield "pages in tables", partial(go_on, pager="words", count=3, in_tables=True)
    yield "a lost page", lose_a_page


FRAMES = {
    "plain": '<iframe src="{}" width="100%" height="900"></iframe>',
    "lazy": '<iframe data-src="{}" src="about:blank"></iframe>',
    "object": '<object data="{}" type="text/html"></object>',
    "embed": '<embed src="{}">',
    "part": '<div class="include" data-src="{}"></div>',
    "loaded": '<div id="c"></div><script>$("#c").load("{}")</script>',
    "fetched": "<div id='c'></div><script>fetch('{}').then(show)</script>",
    "got": "<div id='c'></div><script>$.get('{}', function(d){{ $('#c').html(d) }})</script>",
    "asked": (
        "<div id='c'></div><script>var x = new XMLHttpRequest();"
        "x.open('GET', '{}', true); x.send();</script>"
    ),
    "set": (
        '<iframe id="f"></iframe><script>'
        "document.getElementById('f').src = '{}';</script>"
    ),
    "written": "<script>document.write('<iframe src=\"{}\"></iframe>')</script>",
}
REDIRECTS = {
    "href": "<script>window.location.href = '{}';</script>",
    "replace": '<script>location.replace("{}")</script>',
    "variable": "<script>var url = '{}'; setTimeout(function(){{location = url}}, 0)</script>",
    "top": '<script>top.location = "{}"</script>',
    "open": '<script>window.open("{}", "_self")</script>',
    "added": "<script>var u = '{}'; window.location.href = u + '';</script>",
    "timed": "<script>setTimeout(\"window.location.href='{}'\", 500)</script>",
    "called": "<script>function go() {{ location.href = '{}' }} window.onload = go;</script>",
    "document": "<script>document.location = '{}';</script>",
    "parent": "<script>parent.window.location.href='{}'</script>",
    "meta": '<meta http-equiv="refresh" content="0; url={}">',
    "meta in quotes": "<META HTTP-EQUIV='Refresh' CONTENT='0;URL=\"{}\"'>",
    "on load": "</head><body onload=\"location='{}'\">",
    "frameset": '</head><frameset rows="80,*"><frame src="/top.html" name="top"><frame src="{}" name="main"></frameset>',
}
LINKS = {
    "words": '<p><a href="{}">点击查看全文</a></p>',
    "source": '<p><a href="{}" target="_blank">查看原文&gt;&gt;</a></p>',
    "here": '<p>全文请<a href="{}">点击此处</a>。</p>',
    "title": '<p><a href="{}">西霞县2024年政府信息公开工作年度报告</a></p>',
    "script": '<p><a href="javascript:;" onclick="window.open(\'{}\')">阅读全文</a></p>',
    "called": "<p><a href=\"javascript:openWin('{}')\">点击阅读全文</a></p>",
    "image": '<p><a href="{}"><img src="/images/btn_full.png" alt="查看全文"></a></p>',
    "input": '<input type="button" value="查看全文" onclick="window.open(\'{}\')">',
    "sentence": '<p>详细内容请点击<a href="{}">西霞县政府网站</a>查看。</p>',
    "button": "<p onclick=\"location.href='{}'\">查看详情</p>",
}
FILE_MARKUPS = {
    "link": '<p><a href="{}">点击下载</a></p>',
    "viewer": '<iframe src="/pdfjs/web/viewer.html?file={}"></iframe>',
    "viewer fragment": '<iframe src="/pdfjs/web/viewer.html#file={}"></iframe>',
    "script": '<div id="p"></div><script>PDFObject.embed("{}", "#p");</script>',
    "embed": '<embed src="{}" type="application/pdf">',
    "object": '<object data="{}"></object>',
    "opened": "<p><span onclick=\"window.open('{}')\">查看报告</span></p>",
    "viewer quoted": '<iframe src="/js/pdfjs/web/viewer.html?file=..%2F..%2F..{}"></iframe>',
    "variable": "<div id='p'></div><script>var DEFAULT_URL = '{}';</script>",
    "options": "<div id='p'></div><script>new PDFObject({{url: '{}'}}).embed('p');</script>",
    "loaded": "<div id='p'></div><script>pdfjsLib.getDocument('{}').promise.then(show);</script>",
    "media": '<a class="media" href="{}"></a>',
    "data": '<div class="pdf" data-pdf="{}"></div>',
    "backslashes": '<p><a href="{} ">报告</a></p>',
}
CONTENT_TYPES = (
    "text/plain; charset=utf-8",
    "application/xhtml+xml",
    "application/octet-stream",
    "text/xml; charset=utf-8",
    "",
)
SCRIPT_KINDS = (
    "textarea",
    "template",
    "markup",
    "string",
    "editor",
    "lines",
    "attribute",
    "percent",
    "base64",
    "hidden",
    "unescape",
    "state",
    "xmp",
    "input",
)
