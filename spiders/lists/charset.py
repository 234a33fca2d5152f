"""Pages as they are read: decoded as their bytes are, where header and meta tag say something else.

Old systems send GBK under a header that says UTF-8, and UTF-8 under a meta tag that says gb2312.
Lists are decoded as the pages of reports are (`archive/charsets.py`).
"""

from __future__ import annotations

import codecs

from scrapy.http import TextResponse, XmlResponse

from nianbao.archive.charsets import decode_text
from nianbao.archive.long_tags import make_markup_parsable


def correct_charset(response: TextResponse) -> TextResponse:
    """Return a response that is decoded as its bytes are."""
    body = response.body
    if body.isascii():
        return response
    header = response.headers.get("Content-Type") or b""
    _, charset = decode_text(body, header.decode("latin-1"))
    if codecs.lookup(charset) == codecs.lookup(response.encoding):
        return response
    return response.replace(encoding=charset)


def make_parsable(response: TextResponse) -> TextResponse:
    """Return a response without the attributes of elements that have more than any page's.

    It is the same object where no element has. A parser of XML needs no limit.
    """
    if isinstance(response, XmlResponse):
        return response
    markup = make_markup_parsable(response.text)
    if not markup.is_cut:
        return response
    return response.replace(body=markup.text.encode(response.encoding, "replace"))
