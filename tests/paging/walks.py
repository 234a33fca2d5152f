"""Two ways through a list in pages: a person's in Chromium, and the spider's."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from playwright.sync_api import Page
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from nianbao.archive.records import Finding, Note
from nianbao.spiders.catalogue import make_provisional_site
from nianbao.spiders.lists.pagination import Pagination
from nianbao.spiders.platform_spiders import SPIDERS
from tests.paging.server import Server
from tests.paging.site import COUNT, Shape

PATIENCE = 3_000  # milliseconds until a page has its rows
# Clicks on an element that a person can click, or chooses the page of a menu.
CLICK = """(element, number) => {
  if (element.disabled || !element.getClientRects().length) return;
  if (element.tagName !== "SELECT") return element.click();
  if (element.options.length < number) return;
  element.selectedIndex = number - 1;
  element.dispatchEvent(new Event("change", { bubbles: true }));
}"""
QUIET = 60  # milliseconds after the last page, in which nothing more is asked for


def click_through(page: Page, entry: str, shape: Shape) -> None:
    """Go through a list as a person does, and try to go on behind its last page."""
    page.goto(entry, wait_until="commit")
    for number in range(1, COUNT + 1):
        row = f"a[href*='/nb/r{number}_']"
        page.wait_for_selector(row, state="attached", timeout=PATIENCE)
        _go_on(page, shape.control, number + 1)
    page.wait_for_timeout(QUIET)


def _go_on(page: Page, control: str, number: int) -> None:
    """Do what leads to a page; nothing where the page shows no way to it."""
    if control == "scroll":
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        page.evaluate("window.dispatchEvent(new Event('scroll'))")
        return
    elements = page.query_selector_all(control.format(next=number))
    if elements:
        elements[-1].evaluate(CLICK, number)


def walk(server: Server, name: str, shape: Shape) -> list[Finding]:
    """Go through a list as the spider does; return the warnings and errors about it."""
    site = make_provisional_site(shape.platform, server.build_entry(name), "年报")
    spider = SPIDERS[shape.platform](site)
    findings = []
    waiting = [
        spider.request_list(entry.url, Pagination(entry.column))
        for entry in site.entries
    ]
    while waiting:
        request = waiting.pop(0)
        for output in spider.parse_list(_fetch(server, request)):
            if isinstance(output, Request) and output.meta["role"] == "list":
                waiting.append(output)
            elif isinstance(output, Note) and output.finding.severity != "info":
                findings.append(output.finding)
    return findings


def _fetch(server: Server, request: Request) -> Response:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
    parts = urlsplit(request.url)
    path = parts._replace(scheme="", netloc="", fragment="").geturl()
    headers = {"Host": parts.netloc}
    headers |= {
        key.decode(): values[0].decode() for key, values in request.headers.items()
    }
    connection.request(request.method, path, request.body, headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    answer_headers = Headers(dict(answer.getheaders()))
    url = request.url.partition("#")[0]
    response_class = responsetypes.from_args(answer_headers, url, body=body)
    return response_class(
        url, answer.status, headers=answer_headers, body=body, request=request
    )
