"""Reads a report: a pure function of bytes, URL and hints.

It needs no network, no database and no state that others share.

>>> from nianbao.pipelines.reader import read
>>> title = "柳河镇2021年政府信息公开工作年度报告"
>>> text = "本年度收到申请两件，均已答复，没有复议和诉讼。"
>>> reading = read(f"{title}\\n{text}".encode())
>>> (reading.report_year, reading.agency.printed, reading.form)
(2021, '柳河镇', 'unknown')
"""

from nianbao.pipelines.reader.reading import READER_VERSION, read

__all__ = ["READER_VERSION", "read"]
