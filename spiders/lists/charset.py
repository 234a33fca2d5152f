"""Pages as they are read: decoded as their bytes are, where header and meta tag say something else.

Old systems send GBK under a header that says UTF-8, and UTF-8 under a meta tag that says gb2312.
Lists are decoded as the pages of reports are (`archive/charsets.py`).
"""

from __future__ import annotations

import codecs

from scrapy.http import TextResponse

from nianbao.archive.charsets import decode_text
from nianbao.archive.long_tags import limit_attributes


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


def make_readable(response: TextResponse) -> TextResponse:
    """Return a response that is decoded as its bytes are, and takes no time to parse.

    It has no element with more attributes than any page's.
    """
    decoded = correct_charset(response)
    text = limit_attributes(decoded.text)
    if text is decoded.text:
        return decoded
    return decoded.replace(body=text.encode(decoded.encoding, "replace"))
