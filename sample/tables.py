"""The statutory tables as they are printed: labels, spans, and how a number is written in a
cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from nianbao.sample.figures import DISPUTES, Key, Value

Write = Callable[[Key], str]  # the text printed for a cell


@dataclass(frozen=True, slots=True)
class Cell:
    """One td: its text (a newline is a line break) and its spans."""

    text: str
    colspan: int = 1
    rowspan: int = 1


Row = tuple[Cell, ...]
Grid = tuple[Row, ...]

DECIMALS = {"procurement_amount": 2, "fee_amount": 4}
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def cells(*texts: str) -> Row:
    """Return a row of plain cells."""
    return tuple(Cell(text) for text in texts)


def write_number(value: Value, column: str, numerals: str = "plain") -> str:
    """Return the text of a number; `numerals`: plain, thousands, full_width, signed, or dash
    (zero is —).
    """
    if isinstance(value, Decimal):
        return f"{value:.{DECIMALS[column]}f}" if value else "0"
    if numerals == "dash" and value == 0:
        return "—"
    if numerals == "thousands":
        return f"{value:,}"
    if numerals == "full_width":
        return str(value).translate(FULL_WIDTH)
    if column == "items_change" and numerals == "signed" and value > 0:
        return f"+{value}"
    return str(value)


def write_figures(figures: Mapping[Key, Value], numerals: str) -> Write:
    """Return a function that prints the cell of a key."""
    return lambda key: write_number(figures[key], key[2], numerals)


def reword(grid: Grid, wording: Mapping[str, str]) -> Grid:
    """Return the grid with some labels replaced by the variants an agency prints."""
    return tuple(
        tuple(
            Cell(wording.get(cell.text, cell.text), cell.colspan, cell.rowspan)
            for cell in row
        )
        for row in grid
    )


# ---- 二、主动公开: one block for each item of article 20 -----------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """One item of article 20: the table's name, its caption, its columns and rows (id, label)."""

    table: str
    caption: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str], ...]


_ITEMS = (
    ("items_previous_year", "上一年项目数量"),
    ("items_change", "本年增/减"),
    ("decisions", "处理决定数量"),
)
_DECISIONS = (("decisions_this_year", "本年处理决定数量"),)
_PERMIT, _SERVICES = (
    ("admin_permit", "行政许可"),
    ("other_services", "其他对外管理服务事项"),
)
_SANCTIONS = (("admin_penalty", "行政处罚"), ("admin_coercion", "行政强制"))
_FEES = (("admin_fees", "行政事业性收费"),)

ARTICLE_20 = {
    "g2019": (
        Block(
            "g2019.art20_1",
            "第二十条第（一）项",
            (
                ("made_this_year", "本年新制作数量"),
                ("disclosed_this_year", "本年新公开数量"),
                ("total_disclosed", "对外公开总数量"),
            ),
            (("rules", "规章"), ("normative_documents", "规范性文件")),
        ),
        Block("g2019.art20_5", "第二十条第（五）项", _ITEMS, (_PERMIT, _SERVICES)),
        Block("g2019.art20_6", "第二十条第（六）项", _ITEMS, _SANCTIONS),
        Block("g2019.art20_8", "第二十条第（八）项", _ITEMS[:2], _FEES),
        Block(
            "g2019.art20_9",
            "第二十条第（九）项",
            (
                ("procurement_items", "采购项目数量"),
                ("procurement_amount", "采购总金额"),
            ),
            (("government_procurement", "政府集中采购"),),
        ),
    ),
    "g2021": (
        Block(
            "g2021.art20_1",
            "第二十条第（一）项",
            (
                ("issued_this_year", "本年制发件数"),
                ("repealed_this_year", "本年废止件数"),
                ("currently_valid", "现行有效件数"),
            ),
            (("rules", "规章"), ("normative_documents", "行政规范性文件")),
        ),
        Block("g2021.art20_5", "第二十条第（五）项", _DECISIONS, (_PERMIT,)),
        Block("g2021.art20_6", "第二十条第（六）项", _DECISIONS, _SANCTIONS),
        Block(
            "g2021.art20_8",
            "第二十条第（八）项",
            (("fee_amount", "本年收费金额（单位：万元）"),),
            _FEES,
        ),
    ),
}


def lay_article_20(form: str, write: Write) -> Grid:
    """Return all blocks of article 20 as one table of four columns."""
    return tuple(row for block in ARTICLE_20[form] for row in _block(block, write))


def lay_article_20_apart(form: str, write: Write) -> tuple[Grid, ...]:
    """Return one table for each block of article 20."""
    return tuple(_block(block, write) for block in ARTICLE_20[form])


def _block(block: Block, write: Write) -> Grid:
    spans = [1] * (len(block.columns) - 1) + [4 - len(block.columns)]
    head = [
        Cell("信息内容"),
        *(Cell(label, s) for (_, label), s in zip(block.columns, spans, strict=True)),
    ]
    rows = [(Cell(block.caption, 4),), tuple(head)]
    for row, label in block.rows:
        texts = [write((block.table, row, column)) for column, _ in block.columns]
        rows.append(
            (Cell(label), *(Cell(t, s) for t, s in zip(texts, spans, strict=True)))
        )
    return tuple(rows)


# ---- 三、收到和处理政府信息公开申请情况 ----------------------------------------------------------------

APPLICANT_LABELS = (
    ("natural_person", "自然人"),
    ("org_enterprise", "商业企业"),
    ("org_research", "科研机构"),
    ("org_public_welfare", "社会公益组织"),
    ("org_legal_service", "法律服务机构"),
    ("org_other", "其他"),
    ("total", "总计"),
)
BALANCE_NOTE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
NEW, CARRIED_IN = "一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量"
PARTIAL = "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"
CARRIED_OUT = "四、结转下年度继续办理"

Leaves = tuple[tuple[str, str], ...]
_GROUPS: tuple[tuple[str, Leaves], ...] = (
    ("（一）予以公开", (("granted", ""),)),
    (PARTIAL, (("partially_granted", ""),)),
    (
        "（三）不予公开",
        (
            ("refused_state_secret", "1.属于国家秘密"),
            ("refused_other_law", "2.其他法律行政法规禁止公开"),
            ("refused_safety_stability", "3.危及“三安全一稳定”"),
            ("refused_third_party", "4.保护第三方合法权益"),
            ("refused_internal_affairs", "5.属于三类内部事务信息"),
            ("refused_process_info", "6.属于四类过程性信息"),
            ("refused_enforcement_file", "7.属于行政执法案卷"),
            ("refused_admin_query", "8.属于行政查询事项"),
        ),
    ),
    (
        "（四）无法提供",
        (
            ("unable_not_held", "1.本机关不掌握相关政府信息"),
            ("unable_needs_creation", "2.没有现成信息需要另行制作"),
            ("unable_unclear", "3.补正后申请内容仍不明确"),
        ),
    ),
    (
        "（五）不予处理",
        (
            ("not_processed_petition", "1.信访举报投诉类申请"),
            ("not_processed_duplicate", "2.重复申请"),
            ("not_processed_publication", "3.要求提供公开出版物"),
            ("not_processed_excessive", "4.无正当理由大量反复申请"),
            ("not_processed_confirmation", "5.要求行政机关确认或重新出具已获取信息"),
        ),
    ),
)
RESULT_GROUPS: dict[str, tuple[tuple[str, Leaves], ...]] = {
    "g2019": (
        *_GROUPS,
        ("（六）其他处理", (("other_processing", ""),)),
        ("（七）总计", (("result_total", ""),)),
    ),
    "g2021": (
        *_GROUPS,
        (
            "（六）其他处理",
            (
                (
                    "other_no_correction",
                    "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
                ),
                (
                    "other_fee_unpaid",
                    "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
                ),
                ("other_other", "3.其他"),
            ),
        ),
        ("（七）总计", (("result_total", ""),)),
    ),
}


def lay_requests(form: str, write: Write) -> Grid:
    """Return the table of requests: three label columns, seven numbers a row."""
    return (
        *request_head(),
        _request_row((Cell(NEW, 3),), f"{form}.requests", "new_received", write),
        _request_row((Cell(CARRIED_IN, 3),), f"{form}.requests", "carried_in", write),
        *(
            _request_row(labels, f"{form}.requests", row, write)
            for labels, row in result_labels(RESULT_GROUPS[form])
        ),
        _request_row((Cell(CARRIED_OUT, 3),), f"{form}.requests", "carried_out", write),
    )


def request_head() -> Grid:
    """Return the three header rows of the table of requests."""
    kinds = tuple(Cell(label) for _, label in APPLICANT_LABELS[1:-1])
    return (
        (Cell(BALANCE_NOTE, 3, 3), Cell("申请人情况", 7)),
        (Cell("自然人", rowspan=2), Cell("法人或其他组织", 5), Cell("总计", rowspan=2)),
        kinds,
    )


def result_labels(groups: Iterable[tuple[str, Leaves]]) -> list[tuple[Row, str]]:
    """Return (label cells, row id) for each row of 三、本年度办理结果, with the spans of the
    form.
    """
    groups = tuple(groups)
    labelled: list[tuple[Row, str]] = []
    for group, leaves in groups:
        for row, label in leaves:
            first = row == leaves[0][0]
            cell = (
                (Cell(group, 2),)
                if not label
                else (Cell(group, rowspan=len(leaves)),)
                if first
                else ()
            )
            labelled.append(((*cell, Cell(label)) if label else cell, row))
    stub = Cell("三、本年度办理结果", rowspan=len(labelled))
    return [((stub, *labelled[0][0]), labelled[0][1]), *labelled[1:]]


def _request_row(labels: Row, table: str, row: str, write: Write) -> Row:
    return (
        *labels,
        *(Cell(write((table, row, column))) for column, _ in APPLICANT_LABELS),
    )


# ---- 四、行政复议、行政诉讼 ----------------------------------------------------------------------------

OUTCOME_LABELS = (
    ("upheld", "结果维持"),
    ("corrected", "结果纠正"),
    ("other", "其他结果"),
    ("pending", "尚未审结"),
    ("total", "总计"),
)


def lay_disputes(form: str, write: Write) -> Grid:
    """Return the table of reviews and lawsuits: three header rows, one row of fifteen numbers."""
    labels = tuple(label for _, label in OUTCOME_LABELS)
    keys = [
        (f"{form}.review_litigation", group, column)
        for group in DISPUTES
        for column, _ in OUTCOME_LABELS
    ]
    return (
        (Cell("行政复议", 5), Cell("行政诉讼", 10)),
        (
            *(Cell(label, rowspan=2) for label in labels),
            Cell("未经复议直接起诉", 5),
            Cell("复议后起诉", 5),
        ),
        cells(*labels, *labels),
        cells(*(write(key) for key in keys)),
    )


# ---- the local table under the 2008 regulation ----------------------------------------------------------

FUJIAN_ROWS = (
    ("documents_disclosed", "主动公开文件数"),
    ("disclosed_website", "其中:1.政府网站公开数"),
    ("disclosed_gazette", "2.政府公报公开数"),
    ("applications", "受理政府信息公开申请总数"),
    ("applications_in_person", "其中:1.当面申请数"),
    ("applications_online", "2.网络申请数"),
    ("applications_letter_fax", "3.信函、传真申请数"),
    ("replies", "对申请的答复总数"),
    ("reply_granted", "其中:1.同意公开答复数"),
    ("reply_partial", "2.同意部分公开答复数"),
    ("reply_refused", "3.不予公开答复数"),
    ("reply_other", "4.其他类型答复数"),
    ("complaints", "接受行政申诉、举报数"),
    ("reviews", "行政复议数"),
    ("lawsuits", "行政诉讼数"),
)


def lay_fujian(year: int, write: Write, *, units: bool) -> Grid:
    """Return the yearly table with this year's and the cumulative numbers, with or without
    units.
    """
    head = (
        ("指标名称", "单位", f"{year}年度", "历年累计")
        if units
        else ("", f"{year}年", "历年累计")
    )
    rows = [cells(*head)]
    for row, label in FUJIAN_ROWS:
        unit = (
            ("件" if row in {"reviews", "lawsuits", "complaints"} else "条",)
            if units
            else ()
        )
        numbers = (
            write(("g2008.fujian", row, column))
            for column in ("year_value", "cumulative")
        )
        rows.append(cells(label, *unit, *numbers))
    return tuple(rows)
