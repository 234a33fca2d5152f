"""The markup of rows: elements, tables, menus, pictures, scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from tests.crawl.list_sites.site import Row

Drawing = Callable[[Sequence[Row]], str]


def _anchor(row: Row, text: str | None = None) -> str:
    title = f' title="{row.title}"' if row.title else ""
    return f'<a href="{row.link}" target="_blank"{title}>{text or row.text}</a>'


def _read_words(row: Row) -> str:
    """Return the longer one of text and title: a title may only ask for a click."""
    return max(row.text, row.title or "", key=len)


def _join(rows: Sequence[Row], pattern: str) -> str:
    """Return the pattern for each row: {a} is its link, {d} its date."""
    return "\n".join(pattern.format(a=_anchor(row), d=row.date) for row in rows)


def _draw_items(rows: Sequence[Row]) -> str:
    return f'<ul class="list">{_join(rows, "<li>{a}<span>{d}</span></li>")}</ul>'


def _draw_items_date_first(rows: Sequence[Row]) -> str:
    return f"<ul>{_join(rows, '<li><b>[{d}]</b> · {a}</li>')}</ul>"


def _draw_table(rows: Sequence[Row]) -> str:
    head = "<tr><th>标题</th><th>发布日期</th></tr>"
    return f"<table>{head}{_join(rows, '<tr><td>{a}</td><td>{d}</td></tr>')}</table>"


def _draw_numbered_table(rows: Sequence[Row]) -> str:
    lines = []
    for number, row in enumerate(rows, 1):
        lines.append(
            f"<tr><td>{number}</td><td>11{number:03}/2024-{number:05}</td>"
            f"<td>{_anchor(row)}</td><td>{row.date}</td></tr>"
        )
    return f'<table class="zt">{"".join(lines)}</table>'


def _draw_nested_table(rows: Sequence[Row]) -> str:
    inner = _join(
        rows,
        "<tr><td><table><tr><td>·</td><td>{a}</td><td>{d}</td></tr></table></td></tr>",
    )
    return f"<table><tr><td><table>{inner}</table></td></tr></table>"


def _draw_terms(rows: Sequence[Row]) -> str:
    return f"<dl>{_join(rows, '<dt>{a}</dt><dd>{d}</dd>')}</dl>"


def _draw_definitions(rows: Sequence[Row]) -> str:
    return f"<dl><dt>年度报告</dt>{_join(rows, '<dd>{a}<span>({d})</span></dd>')}</dl>"


def _draw_blocks(rows: Sequence[Row]) -> str:
    return _join(
        rows,
        '<div class="item"><div class="t">{a}</div><div class="d">{d}</div></div>',
    )


def _draw_spans(rows: Sequence[Row]) -> str:
    return f"<div>{_join(rows, '<span>{a}</span><em>{d}</em><br>')}</div>"


def _draw_paragraphs(rows: Sequence[Row]) -> str:
    return _join(rows, "<p>{a}&nbsp;&nbsp;{d}</p>")


def _draw_breaks(rows: Sequence[Row]) -> str:
    return f"<td>{_join(rows, '{a} {d}<br/>')}</td>"


def _draw_headings(rows: Sequence[Row]) -> str:
    return _join(rows, "<section><h3>{a}</h3><time>{d}</time></section>")


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


def _draw_clicks(rows: Sequence[Row]) -> str:
    items = []
    for row in rows:
        items.append(
            f"<li onclick=\"location.href='{row.link}'\">{row.text}<span>{row.date}</span></li>"
        )
    return f"<ul>{''.join(items)}</ul>"


def _draw_opened_blocks(rows: Sequence[Row]) -> str:
    blocks = []
    for row in rows:
        blocks.append(
            f"<div class=\"row\" onclick=\"window.open('{row.link}','_blank')\"><span>{row.text}</span>"
            f"<span>{row.date}</span></div>"
        )
    return "".join(blocks)


def _draw_void_anchors(rows: Sequence[Row]) -> str:
    items = []
    for row in rows:
        items.append(
            f'<li><a href="javascript:void(0)" onclick="openInfo(\'{row.link}\')">{row.text}</a>'
            f"<span>{row.date}</span></li>"
        )
    script = "<script>function openInfo(u){ window.open(u); }</script>"
    return f"{script}<ul>{''.join(items)}</ul>"


def _draw_script_anchors(rows: Sequence[Row]) -> str:
    items = []
    for row in rows:
        items.append(
            f"<tr><td><a href=\"javascript:show('{row.link}');\">{row.text}</a></td><td>{row.date}</td></tr>"
        )
    return f"<table>{''.join(items)}</table><script>function show(u){{location.href=u}}</script>"


def _draw_data_addresses(rows: Sequence[Row]) -> str:
    items = []
    for row in rows:
        items.append(
            f'<li><a href="javascript:;" data-url="{row.link}">{row.text}</a><span>{row.date}</span></li>'
        )
    return f"<ul>{''.join(items)}</ul>"


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


def _draw_written(rows: Sequence[Row]) -> str:
    lines = []
    for row in rows:
        lines.append(
            f"document.write('<li><a href=\"{row.link}\">{row.text}</a><span>{row.date}</span></li>');"
        )
    return f"<ul><script>{''.join(lines)}</script></ul>"


def _draw_data_store(rows: Sequence[Row]) -> str:
    records = []
    for row in rows:
        records.append(
            f"<record><![CDATA[<li>{_anchor(row)}<span>{row.date}</span></li>]]></record>"
        )
    return (
        '<div id="4821"><script type="text/xml"><datastore><recordset>'
        f"{''.join(records)}</recordset></datastore></script></div>"
    )


DRAWINGS: dict[str, Drawing] = {
    "items": _draw_items,
    "items-date-first": _draw_items_date_first,
    "table": _draw_table,
    "numbered-table": _draw_numbered_table,
    "nested-table": _draw_nested_table,
    "terms": _draw_terms,
    "definitions": _draw_definitions,
    "blocks": _draw_blocks,
    "spans": _draw_spans,
    "paragraphs": _draw_paragraphs,
    "breaks": _draw_breaks,
    "headings": _draw_headings,
    "cards": _draw_cards,
    "picture-texts": _draw_picture_texts,
    "options": _draw_options,
    "clicks": _draw_clicks,
    "opened-blocks": _draw_opened_blocks,
    "void-anchors": _draw_void_anchors,
    "script-anchors": _draw_script_anchors,
    "data-addresses": _draw_data_addresses,
    "script-array": _draw_script_array,
    "json-island": _draw_json_island,
    "written": _draw_written,
    "data-store": _draw_data_store,
}
