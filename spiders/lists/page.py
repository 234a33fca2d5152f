"""List pages and what is read from them: rows, totals, and requests that carry a body."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import urlencode

from parsel import Selector, SelectorList
from scrapy.http import HtmlResponse, Request, TextResponse, XmlResponse

from nianbao.archive.long_tags import make_markup_parsable
from nianbao.spiders.links import LinkBase, resolve_link
from nianbao.spiders.lists.charset import correct_charset, make_parsable
from nianbao.spiders.lists.commented_lists import show_commented_lists
from nianbao.spiders.scripts.functions import Script, read_script

SCRIPT_TYPES = ("", "module", "text/jscript")  # and those that end in `script`
# The callback of an answer in JSONP, which may stand behind an empty comment.
CALL_START = re.compile(
    r"\s*+(?:/\*\*/)?+\s*+[A-Za-z_$][\w$.]{0,80}\s{0,9}\((?=\s{0,9}[\[{])"
)
DATA_START = re.compile(rf"\ufeff?\s*+(?:[\[{{]|{CALL_START.pattern})")
SCRIPT_TOKEN = re.compile(
    r"""\"(?:[^"\\]|\\.)*+(?:\"|\\?\Z)
    |'(?P<single>(?:[^'\\]|\\.)*+)(?:'|\\?\Z)
    |(?P<key>\b[A-Za-z_$][\w$]{0,60})\s{0,9}:""",
    re.VERBOSE | re.DOTALL,
)
# Form fields of ASP.NET that differ on every view of the same page.
VOLATILE_FIELDS = ("__VIEWSTATE", "__VIEWSTATEGENERATOR", "__EVENTVALIDATION")


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of a list: the page's address, its title, the date printed beside it."""

    url: str
    title: str | None
    date: str | None


class ListTotals(NamedTuple):
    """How many rows a page shows, and how many it says that the whole list has."""

    on_page: int
    in_list: int | None  # None where the page does not say


@dataclass(frozen=True, slots=True)
class FormPost:
    """A list page that is requested by sending fields: as a form, or as JSON (`as_json`)."""

    url: str
    fields: Mapping[str, Any]
    as_json: bool = False

    @property
    def body(self) -> str:
        """The body to send."""
        if self.as_json:
            return json.dumps(self.fields, ensure_ascii=False)
        return urlencode(self.fields)

    @property
    def content_type(self) -> str:
        """The value of the Content-Type header."""
        if self.as_json:
            return "application/json; charset=UTF-8"
        return "application/x-www-form-urlencoded; charset=UTF-8"

    @property
    def address(self) -> str:
        """The address under which the visit is recorded.

        It has a digest of the fields in its fragment, which is never sent. So two pages of one
        endpoint are two addresses, and the same page has the same address in every crawl.
        Fields that differ on every view are left out of the digest.
        """
        stable_fields = {
            name: value
            for name, value in self.fields.items()
            if name not in VOLATILE_FIELDS
        }
        text = json.dumps(stable_fields, sort_keys=True)
        digest = sha256(text.encode()).hexdigest()
        endpoint, _, _ = self.url.partition("#")
        return f"{endpoint}#post-{digest[:16]}"


NextPage = str | FormPost


def read_address(page: NextPage) -> str:
    """Return the address under which a list page is recorded."""
    if isinstance(page, FormPost):
        return page.address
    return page


class ListPage:
    """A page of a list as a list reader needs it: address, text, elements, body sent for it.

    It wraps a response, so that a page is decoded and parsed once. `from_bytes` makes one
    without a crawl.
    """

    def __init__(self, response: TextResponse) -> None:
        self._received = response
        self._decoded = correct_charset(response)
        self._response = _show_lists(self._decoded)
        # Whether markup in its data and scripts lost attributes, as far as that was parsed.
        self.has_cut_fragments = False

    @classmethod
    def from_bytes(
        cls,
        url: str,
        body: bytes,
        *,
        content_type: str = "text/html",
        request_body: str = "",
    ) -> ListPage:
        """Return the page of a body that an address answered with.

        The charset is found as for a fetched page: content type, meta tag, then the bytes.
        """
        method = "POST" if request_body else "GET"
        request = Request(url, method=method, body=request_body)
        headers = {"Content-Type": content_type}
        response = HtmlResponse(url, headers=headers, body=body, request=request)
        return cls(response)

    @property
    def url(self) -> str:
        """The address of the page, after redirects."""
        return self._response.url

    @property
    def text(self) -> str:
        """The decoded body."""
        return self._response.text

    @cached_property
    def parsed(self) -> TextResponse:
        """The response of which the elements are: text, but for attributes beyond any page's."""
        return make_parsable(self._response)

    @cached_property
    def without_comments(self) -> TextResponse:
        """The response as `parsed`, but without a list that stands in a comment."""
        if self._response is self._decoded:
            return self.parsed
        return make_parsable(self._decoded)

    @property
    def has_cut_attributes(self) -> bool:
        """Whether elements of the page, or of markup in its data and scripts, lost attributes."""
        if self.has_cut_fragments:
            return True
        return self.is_markup and self.parsed is not self._response

    def parse_fragment(self, text: str) -> Selector:
        """Return the tree of markup that stands in data, or that a script of the page writes."""
        markup = make_markup_parsable(text)
        if markup.is_cut:
            self.has_cut_fragments = True
        return Selector(text=markup.text, type="html")

    @property
    def body(self) -> bytes:
        """The body as it was received."""
        return self._received.body

    @property
    def content_type(self) -> str:
        """The Content-Type header; `text/html` where there is none."""
        header = self._response.headers.get("Content-Type") or b"text/html"
        return header.decode("latin-1")

    @property
    def request_body(self) -> str:
        """The body that was sent for the page; empty for a GET."""
        request = self._response.request
        if request is None:
            return ""
        return request.body.decode()

    @cached_property
    def json_value(self) -> Any:
        """What the page is in JSON or JSONP; None where it is something else."""
        return _parse_json(self.text)

    @property
    def json_object(self) -> dict[str, Any]:
        """The JSON object that the page is; an empty one where it is something else."""
        if isinstance(self.json_value, dict):
            return self.json_value
        return {}

    def xpath(self, query: str) -> SelectorList[Selector]:
        """Return the elements that an XPath expression selects; none of a page in JSON."""
        if self.parsed.selector.type == "json":
            return SelectorList()
        return self.parsed.xpath(query)

    @property
    def is_markup(self) -> bool:
        """Whether the page is HTML or XML, and no JSON or JSONP."""
        if DATA_START.match(self.text):
            return False
        return isinstance(self._response, (HtmlResponse, XmlResponse))

    @cached_property
    def script(self) -> Script:
        """The scripts in the page, as one, without comments.

        A script in commented markup is none, nor is a template of another type.
        """
        if not self.is_markup:
            return read_script("")
        pieces = [element.text or "" for element in self.read_script_elements()]
        return read_script("\n;".join(pieces))

    def read_script_elements(self) -> Iterator[Any]:
        """Yield the elements that hold a script which a browser runs."""
        for element in self.xpath("//script"):
            kind = element.attrib.get("type", "").strip().lower()
            if kind in SCRIPT_TYPES or kind.endswith("javascript"):
                yield element.root

    @property
    def root(self) -> Any:
        """The root element of the page."""
        return self.parsed.selector.root

    @property
    def link_base(self) -> LinkBase:
        """What the addresses of the page start from."""
        try:
            base_url = self._response.urljoin("")
        except ValueError:  # a base that cannot be read is none
            base_url = self.url
        return LinkBase(self.url, base_url, self._response.encoding)

    def urljoin(self, url: str) -> str:
        """Return an address of the page made absolute; empty where it leads to no web page."""
        return resolve_link(self._response, url) or ""

    def resolve_next(self, page: NextPage) -> NextPage:
        """Return a next page with its address made absolute."""
        if isinstance(page, FormPost):
            url = self.urljoin(page.url)
            return replace(page, url=url)
        return self.urljoin(page)


def _show_lists(response: TextResponse) -> TextResponse:
    """Return a page with the list that stands in a comment of it."""
    text = show_commented_lists(response.text)
    if text is response.text:
        return response
    return response.replace(body=text.encode(response.encoding, "replace"))


def _parse_json(text: str) -> Any:
    """Return a text in JSON, or what a call of a function is given in one (JSONP)."""
    call = CALL_START.match(text)
    if call:
        text = text[call.end() :].rstrip().rstrip(";").rstrip().removesuffix(")")
        text = SCRIPT_TOKEN.sub(_write_json_token, text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _write_json_token(token: re.Match[str]) -> str:
    """Return a key or a text of a script as JSON has it: in double quotes."""
    if token["key"]:
        return f'"{token["key"]}":'
    if token["single"] is None:
        return token[0]
    text = token["single"].replace('"', '\\"').replace("\\'", "'")
    return f'"{text}"'
