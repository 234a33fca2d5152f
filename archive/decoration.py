"""Images of a site's template, by their addresses: what is none of a report.

The crawl does not ask for them, and the reader does not take them for what carries a report.
Seen in the templates of county sites.
"""

from __future__ import annotations

import re

_WORDS = (
    "wx|wb|qr|ico|icon|icons|btn|bg|top|nav|banner|arrow|line|dot|blank|spacer|loading|share|print"
    "|close|home|search|foot|footer|gongan|beian|ga|wza|sina|weibo|weixin|qq"
)
DECORATION = re.compile(
    rf"""
    logo | ewm | erweima | qr_?code | dzjg | jiucuo | zhaocuo
    | (?:^|[/_.-]) (?:{_WORDS}) (?=$|[\d_.-])
    | (?:^|/) (?:red|blue|sign) \.(?:png|gif)
    | \.(?:ico|svg) (?:$|\?)
    | ^data:image/(?:gif|svg)
    """,
    re.IGNORECASE | re.VERBOSE,
)
