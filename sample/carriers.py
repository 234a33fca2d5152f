"""A county whose pages carry their reports each in another way, and one page that a fault of the
server stands for.

`WAYS` says by body and year how a report is carried; what is not among them stands on its page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html import escape

from nianbao.sample.agencies import CARRIERS
from nianbao.sample.postings import Posting

BODY_BEGINS = '<div class="article-content">\n'
BODY_ENDS = '\n</div>\n<div class="turn">'
FOURTH_CHAPTER = "四、政府信息公开行政复议"
FAULT = "<html><title>500</title><body>服务器内部错误 java.lang.NullPointerException</body></html>"
Page = tuple[str, str]  # path and markup
Printer = Callable[[Posting, str, int], Iterator[Page]]


def _target(posting: Posting) -> str:
    """Return the path of the page to which the listed one sends on."""
    return f"/zwgk/nr/{posting.number}.html"


def _second_page(posting: Posting) -> str:
    return posting.path.replace(".html", "_2.html")


def _print_shell(posting: Posting, content: str) -> str:
    title = posting.title
    head = f"<html><head><title>{title}</title></head>"
    return f"{head}<body><h1>{title}</h1>{content}</body></html>"


def _print_frame(posting: Posting, article: str, views: int) -> Iterator[Page]:
    """The listed page has a frame in which the report stands."""
    frame = f'<iframe src="{_target(posting)}"></iframe><!-- {views} -->'
    yield posting.path, _print_shell(posting, frame)
    yield _target(posting), article


def _print_script(posting: Posting, article: str, views: int) -> Iterator[Page]:
    """The listed page sends on by a script."""
    script = (
        f"<script>window.location.href = '{_target(posting)}'; // {views}\n</script>"
    )
    yield posting.path, f"<html><head>{script}</head><body></body></html>"
    yield _target(posting), article


def _print_link(posting: Posting, article: str, views: int) -> Iterator[Page]:
    """The listed page has the title and a link to the whole text."""
    link = f'<p><a href="{_target(posting)}">点击查看全文</a></p><!-- {views} -->'
    yield posting.path, _print_shell(posting, link)
    yield _target(posting), article


def _print_two_pages(posting: Posting, article: str, _views: int) -> Iterator[Page]:
    """The last chapters of the report stand on a second page."""
    begin = article.index(BODY_BEGINS) + len(BODY_BEGINS)
    end = article.index(BODY_ENDS)
    cut = article.rindex("<p", begin, article.index(FOURTH_CHAPTER))
    first, second = posting.path, _second_page(posting)
    pager = f'<div class="page">1 <a href="{second}">2</a> <a href="{second}">下一页</a></div>'
    yield first, f"{article[:cut]}{pager}{article[end:]}"
    pager = f'<div class="page"><a href="{first}">上一页</a> <a href="{first}">1</a> 2</div>'
    yield second, f"{article[:begin]}{article[cut:end]}{pager}{article[end:]}"


def _print_text_area(posting: Posting, article: str, _views: int) -> Iterator[Page]:
    """The report stands in a hidden text area, and a script shows it."""
    begin = article.index(BODY_BEGINS) + len(BODY_BEGINS)
    end = article.index(BODY_ENDS)
    area = f'<textarea id="text" style="display:none">{escape(article[begin:end])}</textarea>'
    script = "<script>show.innerHTML = document.getElementById('text').value;</script>"
    shown = f'{area}<div id="show"></div>{script}'
    yield posting.path, f"{article[:begin]}{shown}{article[end:]}"


def _print_counter(posting: Posting, article: str, views: int) -> Iterator[Page]:
    """A line that counts stands in the text; the site's file says to ignore it."""
    end = article.index(BODY_ENDS)
    yield posting.path, f"{article[:end]}<p>火苗指数 {views} 格</p>{article[end:]}"


COUNTY, TOWN, BUREAU = (agency.name for agency in CARRIERS.agencies)
WAYS: Mapping[tuple[str | None, int | None], Printer] = {
    (COUNTY, 2021): _print_frame,
    (COUNTY, 2022): _print_counter,
    (TOWN, 2021): _print_two_pages,
    (TOWN, 2022): _print_script,
    (BUREAU, 2021): _print_link,
    (BUREAU, 2022): _print_text_area,
}
SENDING_ON = (_print_frame, _print_script, _print_link)


def print_carried(posting: Posting, article: str, views: int) -> Iterator[Page]:
    """Print the pages that carry a report; `article` is the page on which it would stand."""
    way = _find_way(posting)
    if way is None:
        yield posting.path, f"{FAULT}<!-- {views} -->"
    else:
        yield from way(posting, article, views)


def get_document_path(posting: Posting) -> str:
    """Return the path of the page at which a report stands."""
    return _target(posting) if _find_way(posting) in SENDING_ON else posting.path


def list_further_paths(posting: Posting) -> list[str]:
    """Return the paths that a crawl asks for beside the one that the list names."""
    way = _find_way(posting)
    if way in SENDING_ON:
        return [_target(posting)]
    return [_second_page(posting)] if way is _print_two_pages else []


def _find_way(posting: Posting) -> Printer | None:
    if posting.site is not CARRIERS or posting.report is None:
        return None
    return WAYS[posting.report.agency, posting.report.year]
