"""The charset of a page: what its bytes are, where header and meta tag say something else.

Old systems send GBK under a header that says UTF-8, and UTF-8 under a meta tag that says gb2312.
"""

from __future__ import annotations

import codecs

from scrapy.http import TextResponse

CHARSETS = ("utf-8", "gb18030")
# Charsets of Chinese texts. Others are guesses, or what a server names by default.
CHINESE = ("utf", "gb", "big5", "hz")
REPLACED = "\ufffd"


def correct_charset(response: TextResponse) -> TextResponse:
    """Return a response that is decoded as its bytes are.

    The charset that is declared stands where it decodes them all, unless they are UTF-8. Where
    none does, the one with the fewest faults is taken, the declared one first.
    """
    body = response.body
    declared = response.encoding
    if body.isascii() or (_decodes(body, "utf-8") and _is_utf8(declared)):
        return response
    if _decodes(body, "utf-8"):
        return response.replace(encoding="utf-8")
    charsets = dict.fromkeys(CHARSETS)
    if codecs.lookup(declared).name.startswith(CHINESE):
        if _decodes(body, declared):
            return response
        charsets = dict.fromkeys((declared, *CHARSETS))
    best = min(charsets, key=lambda charset: _count_faults(body, charset))
    return response if best == declared else response.replace(encoding=best)


def _is_utf8(charset: str) -> bool:
    return codecs.lookup(charset).name == "utf-8"


def _decodes(body: bytes, charset: str) -> bool:
    try:
        body.decode(charset)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _count_faults(body: bytes, charset: str) -> int:
    return body.decode(charset, "replace").count(REPLACED)
