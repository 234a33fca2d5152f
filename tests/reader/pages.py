"""Pages of our own making, in the shapes that real ones have: the bodies are ours, the layouts
follow what was seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nianbao.pipelines.reader.tables import forms

Rows = Mapping[str, Sequence[object]]  # row key → its figures

TITLE = "青石县柳河镇2022年政府信息公开工作年度报告"
PREAMBLE = (
    "本报告由青石县柳河镇人民政府根据《中华人民共和国政府信息公开条例》编制。"
    "所列数据的统计期限自2022年1月1日起至2022年12月31日止。"
)
SECTIONS = (
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
)
PROSE = (
    "柳河镇按照县里的部署推进政府信息公开，全年公布各类信息四百余条，没有发生泄密。",
    "公开栏目更新不够及时，工作人员多为兼职，明年将安排专人负责，每季度检查一次。",
    "本年度没有收取信息处理费，无其他需要报告的事项。",
)

# Requests of a 2021 form that add up: 12 new, 1 carried in, 12 results, 1 carried out.
REQUESTS_2021: Rows = {
    "new_received": [9, 2, 0, 0, 1, 0, 12],
    "carried_in": [1, 0, 0, 0, 0, 0, 1],
    "granted": [6, 1, 0, 0, 0, 0, 7],
    "partially_granted": [1, 0, 0, 0, 0, 0, 1],
    "unable_not_held": [2, 0, 0, 0, 1, 0, 3],
    "other_other": [0, 1, 0, 0, 0, 0, 1],
    "result_total": [9, 2, 0, 0, 1, 0, 12],
    "carried_out": [1, 0, 0, 0, 0, 0, 1],
}
REQUESTS_2019: Rows = {
    **{k: v for k, v in REQUESTS_2021.items() if k != "other_other"},
    "other_processing": [0, 1, 0, 0, 0, 0, 1],
}
OUTCOMES = [1, 0, 0, 1, 2, 3, 0, 0, 0, 3, 0, 0, 0, 0, 0]
DISCLOSED_2021 = {
    "art20_1": {"rules": [0, 0, 0], "normative_documents": [3, 1, 25]},
    "art20_5": {"admin_permit": [120]},
    "art20_6": {"admin_penalty": [14], "admin_coercion": [2]},
    "art20_8": {"admin_fees": ["35.2160"]},
}
DISCLOSED_2019 = {
    "art20_1": {"rules": [0, 0, 0], "normative_documents": [4, 4, 31]},
    "art20_5": {"admin_permit": [80, "+5", 311], "other_services": [12, 0, 7]},
    "art20_6": {"admin_penalty": [90, -3, 16], "admin_coercion": [8, 0, 1]},
    "art20_8": {"admin_fees": [2, 0]},
    "art20_9": {"government_procurement": [6, "251000元"]},
}
_NUMERALS = "一二三四五六七八九"


def table(generation: str, name: str) -> forms.FormTable:
    return next(
        table for table in forms.get_tables(generation) if table.id.endswith("." + name)
    )


def label(generation: str, name: str, key: str) -> str:
    """The label as the form prints it (our data keeps cores; the printed form is rebuilt in
    LABELS).
    """
    row = next(row for row in table(generation, name).rows if row.key == key)
    return row.cores[0]


def cell(content: object, **spans: int) -> str:
    attributes = "".join(
        f' {name}="{value}"' for name, value in spans.items() if value > 1
    )
    return f"<td{attributes}><p><span>{content}</span></p></td>"


def row(*cells: str) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def html_table(*rows: str) -> str:
    return f'<table border="1"><tbody>{"".join(rows)}</tbody></table>'


def disclosed(generation: str, figures: Mapping[str, Rows] | None = None) -> str:
    """The tables under article 20, in one HTML table, cells merged to the width of four columns."""
    figures = figures or (DISCLOSED_2021 if generation == "g2021" else DISCLOSED_2019)
    rows = []
    for name, lines in figures.items():
        number = _NUMERALS[int(name.split("_")[1]) - 1]
        columns = table(generation, name).figure_columns
        last = 4 - len(columns)
        rows.append(row(cell(f"第二十条第（{number}）项", colspan=4)))
        heads = [
            cell(column.cores[0], colspan=last if n == len(columns) - 1 else 1)
            for n, column in enumerate(columns)
        ]
        rows.append(row(cell("信息内容"), *heads))
        for key, values in lines.items():
            body = [
                cell(value, colspan=last if n == len(values) - 1 else 1)
                for n, value in enumerate(values)
            ]
            rows.append(row(cell(label(generation, name, key)), *body))
    return html_table(*rows)


def request_header() -> list[str]:
    return [
        row(
            cell(
                "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）",
                rowspan=3,
                colspan=3,
            ),
            cell("申请人情况", colspan=7),
        ),
        row(
            cell("自然人", rowspan=2),
            cell("法人或其他组织", colspan=5),
            cell("总计", rowspan=2),
        ),
        row(
            *[
                cell(name)
                for name in (
                    "商业<br/>企业",
                    "科研机构",
                    "社会公益组织",
                    "法律服务机构",
                    "其他",
                )
            ]
        ),
    ]


def request_rows(generation: str, figures: Rows) -> list[str]:
    """The rows of the request table with the spans of the form; rows without figures given are
    zeros.
    """
    spec = table(generation, "requests")
    leaves = [item for item in spec.rows if not item.is_heading]
    inner = len(leaves) - 3
    rows = []
    for item in leaves:
        values = [cell(value) for value in figures.get(item.key, [0] * 7)]
        if item.key in ("new_received", "carried_in", "carried_out"):
            rows.append(row(cell(item.cores[0], colspan=3), *values))
            continue
        group = item.key.split("_")[0]
        siblings = [other for other in leaves if other.key.split("_")[0] == group]
        heads = (
            [cell("三、本年度办理结果", rowspan=inner)] if item.key == "granted" else []
        )
        if len(siblings) == 1 or item.key in ("granted", "result_total"):
            heads.append(cell(item.cores[0], colspan=2))
        else:
            first = siblings[0] is item
            names = {
                "refused": "（三）不予公开",
                "unable": "（四）无法提供",
                "not": "（五）不予处理",
                "other": "（六）其他处理",
            }
            heads += [cell(names[group], rowspan=len(siblings))] if first else []
            heads.append(cell(item.cores[0]))
        rows.append(row(*heads, *values))
    return rows


def requests(generation: str, figures: Rows | None = None) -> str:
    figures = figures or (REQUESTS_2021 if generation == "g2021" else REQUESTS_2019)
    return html_table(*request_header(), *request_rows(generation, figures))


def outcome_rows(values: Sequence[object] = OUTCOMES) -> list[str]:
    kinds = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
    return [
        row(cell("行政复议", colspan=5), cell("行政诉讼", colspan=10)),
        row(
            *[cell(kind, rowspan=2) for kind in kinds],
            cell("未经复议直接起诉", colspan=5),
            cell("复议后起诉", colspan=5),
        ),
        row(*[cell(kind) for kind in kinds * 2]),
        row(*[cell(value) for value in values]),
    ]


def outcomes(values: Sequence[object] = OUTCOMES) -> str:
    return html_table(*outcome_rows(values))


def body(
    generation: str = "g2021", *, tables: Sequence[str] | None = None, signed: str = ""
) -> str:
    """The body of a report: six sections, tables in the second, third and fourth."""
    parts = (
        list(tables)
        if tables is not None
        else [disclosed(generation), requests(generation), outcomes()]
    )
    parts += [""] * (3 - len(parts))
    pieces = [f"<p>{PREAMBLE}</p>", f"<p>{SECTIONS[0]}</p><p>{PROSE[0]}</p>"]
    pieces += [
        f"<p>{title}</p>{part}"
        for title, part in zip(SECTIONS[1:4], parts, strict=True)
    ]
    pieces += [
        f"<p>{title}</p><p>{prose}</p>"
        for title, prose in zip(SECTIONS[4:], PROSE[1:], strict=True)
    ]
    return "".join(pieces) + signed


def trs(
    content: str,
    *,
    title: str = TITLE,
    meta: str = "2023-01-18 10:20",
    label: str = "时间：2023-01-18 10:20",
    visits: int = 7,
) -> str:
    """A page of the TRS family, with a header clock, counters, related links and a footer."""
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8">
<title>{title}_政府信息公开年报_青石县人民政府</title>
<meta name="SiteName" content="青石县人民政府"><meta name="SiteDomain" content="www.qingshi.gov.cn">
<meta name="ColumnName" content="政府信息公开年报"><meta name="ArticleTitle" content="{title}">
<meta name="PubDate" content="{meta}"><meta name="ContentSource" content="柳河镇">
<meta name="others" content="页面生成时间 2024-05-0{visits} 08:00:0{visits}"><style>.a{{color:red}}</style></head>
<body><div class="top">今天是2024年5月{visits}日 星期三 <a href="/">首页</a></div>
<div class="nav"><ul><li><a href="/zwgk/">政务公开</a></li>
<li><a href="/gg/1.htm">关于召开会议的公告</a><span>2023-12-2{visits}</span></li></ul></div>
<div class="position">您当前的位置：<a>首页</a> &gt; <a>政府信息公开年报</a></div>
<div class="article"><h1>{title}</h1>
<div class="info"><span>来源：柳河镇</span><span>{label}</span><span>浏览次数：<i>{visits}</i></span></div>
<div class="TRS_Editor">{content}</div>
<div class="tools"><a>打印</a> <a>关闭</a><p>扫一扫在手机打开当前页</p></div></div>
<div class="footer">主办单位：青石县人民政府办公室 网站标识码：4109990001</div></body></html>"""


def vsb(content: str, *, title: str = TITLE, date: str = "2023-01-18") -> str:
    """A page of the VSB family: GBK in the wild, another template altogether."""
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>{title}-青石县人民政府</title></head>
<body><table width="1000"><tr><td class="left"><ul><li>政府信息公开指南</li></ul></td><td>
<h2>{title}</h2>
<p align="center">时间:{date}&nbsp;&nbsp;作者:王一&nbsp;&nbsp;来源:柳河镇&nbsp;&nbsp;点击:<span id="n">88</span></p>
<div id="vsb_content"><div class="v_news_content">{content}</div></div>
<p>上一条：2021年报 下一条：没有了</p></td></tr></table></body></html>"""


def old(content: str, *, title: str = TITLE) -> str:
    """An old page laid out with nested tables, without any known container."""
    return f"""<html><head><title>{title}</title></head><body>
<table><tr><td><table><tr><td>网站首页</td><td>政务公开</td></tr></table></td></tr>
<tr><td><table width="90%"><tr><td align="center"><b>{title}</b></td></tr>
<tr><td align="center">发布时间：2023-01-18&nbsp;&nbsp;浏览次数：5</td></tr>
<tr><td>{content}</td></tr></table></td></tr>
<tr><td>版权所有：青石县人民政府 网站地图</td></tr></table></body></html>"""
