"""The markup of rows: elements, tables, menus, pictures, scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from nianbao.sample.country.answers import Row

Drawing = Callable[[Sequence[Row]], str]


def _anchor(row: Row, text: str | None = None) -> str:
    title = f' title="{row.title}"' if row.title else ""
    return f'<a href="{row.link}" target="_blank"{title}>{text or row.text}</a>'


def _read_words(row: Row) -> str:
    """Return the longer one of text and title: a title may only ask for a click."""
    return max(row.text, row.title or "", key=len)


def _draw_each(pattern: str, around: str = "ROWS") -> Drawing:
    """Return the drawing of each row by a pattern, and of all of them within ROWS.

    LINK is the link of a row with its title, ADDRESS, TEXT and DATE are its parts.
    """

    def draw(rows: Sequence[Row]) -> str:
        lines = []
        for row in rows:
            line = pattern.replace("LINK", _anchor(row)).replace("ADDRESS", row.link)
            lines.append(line.replace("TEXT", row.text).replace("DATE", row.date))
        return around.replace("ROWS", "\n".join(lines))

    return draw


def _draw_numbered_table(rows: Sequence[Row]) -> str:
    lines = []
    for number, row in enumerate(rows, 1):
        lines.append(
            f"<tr><td>{number}</td><td>11{number:03}/2024-{number:05}</td>"
            f"<td>{_anchor(row)}</td><td>{row.date}</td></tr>"
        )
    return f'<table class="zt">{"".join(lines)}</table>'


def _draw_cards(rows: Sequence[Row]) -> str:
    cards = []
    for row in rows:
        inner = f"<div>{row.text}</div><small>{row.date}</small>"
        cards.append(_anchor(row, inner))
    return f'<div class="cards">{"".join(cards)}</div>'


def _draw_picture_texts(rows: Sequence[Row]) -> str:
    items = []
    for row in rows:
        words = _read_words(row)
        picture = f'<img src="/img/cover.png" alt="{words}">'
        items.append(f"<li>{_anchor(row, picture)}<i>{row.date}</i></li>")
    return f"<ul>{''.join(items)}</ul>"


def _draw_options(rows: Sequence[Row]) -> str:
    options = []
    for row in rows:
        options.append(f'<option value="{row.link}">{row.text}</option>')
    return (
        '<select onchange="window.open(this.value)"><option value="">请选择年报</option>'
        f"{''.join(options)}</select>"
    )


def _describe_rows(rows: Sequence[Row]) -> list[dict[str, str]]:
    records = []
    for row in rows:
        title = _read_words(row).replace("&nbsp;", " ")
        records.append({"title": title, "url": row.link, "pubDate": row.date})
    return records


RENDER = """<ul id="list"></ul><script>function draw(rows){var h="";for(var i=0;i<rows.length;i++)
h+="<li><a href='"+rows[i].url+"'>"+rows[i].title+"</a><span>"+rows[i].pubDate+"</span></li>";
document.getElementById("list").innerHTML=h;}</script>"""


def _draw_script_array(rows: Sequence[Row]) -> str:
    data = json.dumps(_describe_rows(rows), ensure_ascii=False)
    return f"{RENDER}<script>var listData = {data};\ndraw(listData);</script>"


def _draw_json_island(rows: Sequence[Row]) -> str:
    data = json.dumps({"code": 0, "rows": _describe_rows(rows)})
    return (
        f'{RENDER}<script type="application/json" id="data">{data}</script>'
        '<script>draw(JSON.parse(document.getElementById("data").textContent).rows)</script>'
    )


OPEN_INFO = "<script>function openInfo(u){ window.open(u); }</script>"
SHOW = "<script>function show(u){location.href=u}</script>"

DRAWINGS: dict[str, Drawing] = {
    "items": _draw_each("<li>LINK<span>DATE</span></li>", '<ul class="list">ROWS</ul>'),
    "items-date-first": _draw_each("<li><b>[DATE]</b> · LINK</li>", "<ul>ROWS</ul>"),
    "table": _draw_each(
        "<tr><td>LINK</td><td>DATE</td></tr>",
        "<table><tr><th>标题</th><th>发布日期</th></tr>ROWS</table>",
    ),
    "numbered-table": _draw_numbered_table,
    "nested-table": _draw_each(
        "<tr><td><table><tr><td>·</td><td>LINK</td><td>DATE</td></tr></table></td></tr>",
        "<table><tr><td><table>ROWS</table></td></tr></table>",
    ),
    "terms": _draw_each("<dt>LINK</dt><dd>DATE</dd>", "<dl>ROWS</dl>"),
    "definitions": _draw_each(
        "<dd>LINK<span>(DATE)</span></dd>", "<dl><dt>年度报告</dt>ROWS</dl>"
    ),
    "blocks": _draw_each(
        '<div class="item"><div class="t">LINK</div><div class="d">DATE</div></div>'
    ),
    "spans": _draw_each("<span>LINK</span><em>DATE</em><br>", "<div>ROWS</div>"),
    "paragraphs": _draw_each("<p>LINK&nbsp;&nbsp;DATE</p>"),
    "breaks": _draw_each("LINK DATE<br/>", "<td>ROWS</td>"),
    "headings": _draw_each("<section><h3>LINK</h3><time>DATE</time></section>"),
    "cards": _draw_cards,
    "picture-texts": _draw_picture_texts,
    "options": _draw_options,
    "clicks": _draw_each(
        "<li onclick=\"location.href='ADDRESS'\">TEXT<span>DATE</span></li>",
        "<ul>ROWS</ul>",
    ),
    "opened-blocks": _draw_each(
        "<div class=\"row\" onclick=\"window.open('ADDRESS','_blank')\"><span>TEXT</span>"
        "<span>DATE</span></div>"
    ),
    "void-anchors": _draw_each(
        '<li><a href="javascript:void(0)" onclick="openInfo(\'ADDRESS\')">TEXT</a>'
        "<span>DATE</span></li>",
        f"{OPEN_INFO}<ul>ROWS</ul>",
    ),
    "script-anchors": _draw_each(
        "<tr><td><a href=\"javascript:show('ADDRESS');\">TEXT</a></td><td>DATE</td></tr>",
        f"<table>ROWS</table>{SHOW}",
    ),
    "data-addresses": _draw_each(
        '<li><a href="javascript:;" data-url="ADDRESS">TEXT</a><span>DATE</span></li>',
        "<ul>ROWS</ul>",
    ),
    "script-array": _draw_script_array,
    "json-island": _draw_json_island,
    "written": _draw_each(
        "document.write('<li><a href=\"ADDRESS\">TEXT</a><span>DATE</span></li>');",
        "<ul><script>ROWS</script></ul>",
    ),
    "data-store": _draw_each(
        "<record><![CDATA[<li>LINK<span>DATE</span></li>]]></record>",
        '<div id="4821"><script type="text/xml"><datastore><recordset>ROWS'
        "</recordset></datastore></script></div>",
    ),
}
