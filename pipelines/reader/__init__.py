"""Reads a report: a pure function of bytes, URL and hints, without network, database or shared
state.

>>> from pipelines.reader import read
>>> reading =
read("柳河镇2021年政府信息公开工作年度报告\\n本年度收到申请两件，均已答复，没有复议和诉讼。".encode())
>>> (reading.report_year, reading.agency.printed, reading.form)
(2021, '柳河镇', 'unknown')
"""

from nianbao.pipelines.reader.reading import READER_VERSION, read

__all__ = ["READER_VERSION", "read"]
