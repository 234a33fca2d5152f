"""Imported by the process that forks: the reader, with the tables that it loads for a page, and the
empty archive.
"""

from __future__ import annotations

from datetime import date

from nianbao.archive.records import Hints
from nianbao.archive.storage.empty_archive import make_empty_archive
from nianbao.pipelines import reader

PAGE = """<html><body><h1>西霞县教育局2021年政府信息公开工作年度报告</h1>
<p>本报告由西霞县教育局编制。</p><table><tr><td>信息内容</td></tr></table></body></html>"""

reader.read(
    PAGE.encode(), url="http://xixia.localhost/", hints=Hints(), today=date(2022, 2, 1)
)
make_empty_archive()
