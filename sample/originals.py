"""Five pages after real reports of 2018 to 2021: their agencies, figures, dates and damaged
layouts; our prose.

遵化店镇 2021: leaf rows lost their last number. 锦江镇 2020: result rows lost two numbers.
高桥镇 2018: the Fujian table, section numbers lost. 北城区街道 2020: traditional characters
with pinyin glosses, cut header cells, the agency's suffix doubled. 德令哈市政务服务监督管理局
2020: headings whose tables are lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from nianbao.sample.figures import APPLICANTS, DISPUTES, LEAVES_2019, Key
from nianbao.sample.reports import Number, Report, Section
from nianbao.sample.tables import (
    ARTICLE_20,
    BALANCE_NOTE,
    CARRIED_IN,
    CARRIED_OUT,
    FUJIAN_ROWS,
    NEW,
    OUTCOME_LABELS,
    PARTIAL,
    RESULT_GROUPS,
    Cell,
    Grid,
    Row,
    cells,
    lay_article_20,
    lay_disputes,
    lay_requests,
    request_head,
    result_labels,
    reword,
)

CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Original:
    """A report after a real one, with the date its page shows, if any, and when the list files
    it.
    """

    report: Report
    source: str
    posted_at: datetime
    dated: str  # labelled, bare, not


def make_originals() -> tuple[Original, ...]:
    """Return the five reports, the oldest first."""
    return (
        Original(
            _gaoqiao(),
            "沙县高桥镇",
            datetime(2019, 1, 22, 9, 14, tzinfo=CHINA),
            "labelled",
        ),
        Original(_beicheng(), "", datetime(2021, 1, 12, tzinfo=CHINA), "not"),
        Original(_delingha(), "", datetime(2021, 1, 20, tzinfo=CHINA), "bare"),
        Original(_jinjiang(), "", datetime(2021, 1, 25, tzinfo=CHINA), "not"),
        Original(_zunhuadian(), "", datetime(2022, 1, 20, tzinfo=CHINA), "not"),
    )


def _zero(_: Key) -> str:
    return "0"


def _article_20_keys(form: str) -> Iterable[Key]:
    for block in ARTICLE_20[form]:
        yield from (
            (block.table, row, column)
            for row, _ in block.rows
            for column, _ in block.columns
        )


def _dispute_keys(form: str) -> Iterable[Key]:
    return (
        (f"{form}.review_litigation", group, column)
        for group in DISPUTES
        for column, _ in OUTCOME_LABELS
    )


def _zeros(*keys: Iterable[Key]) -> tuple[tuple[Key, Number], ...]:
    return tuple((key, 0) for part in keys for key in part)


# ---- 遵化店镇 2021 ---------------------------------------------------------------------------------------

NARROW = str.maketrans("（），：", "(),:")


def _narrow(grid: Grid) -> Grid:
    return tuple(
        tuple(Cell(c.text.translate(NARROW), c.colspan, c.rowspan) for c in row)
        for row in grid
    )


def _ten(*texts: str) -> Row:
    return cells(*(text.translate(NARROW) for text in texts), *[""] * (10 - len(texts)))


def _cut_requests() -> Grid:
    """Return the table as a fixed grid of ten cells: rows with a third label lost their last
    number.
    """
    zeros = ["0"] * 7
    rows = [
        _ten(BALANCE_NOTE, "", "申请人情况"),
        _ten("自然人", "法人或其他组织", "", "", "", "总计"),
        _ten("", "", "", "商业企业", "科研机构", "社会组织", "法律服务机构", "其他"),
        _ten(NEW, "", *zeros),
        _ten(CARRIED_IN, "", *zeros),
    ]
    stub = "三、本年度办理结果"
    for group, leaves in RESULT_GROUPS["g2021"]:
        head = group.replace("）", "） ", 1)
        for row, label in leaves:
            first = head if row == leaves[0][0] else ""
            if row == "result_total":
                rows.append(_ten(head, "", *zeros))
            elif row == "other_other":
                rows.append(_ten(label, "", *zeros[:6]))
            else:
                label = label.replace("法律行政法规", "法律法规")
                labels = (stub, first, "") if not label else (stub, first, label, "")
                rows.append(_ten(*labels, *zeros[:6]))
            stub = ""
    return (*rows, _ten(CARRIED_OUT, "", *zeros))


def _zunhuadian() -> Report:
    agency = "平顶山高新技术产业开发区遵化店镇"
    fee = {"本年收费金额（单位：万元）": "本年收费金额（单位：万元，保留4位小数）"}
    return Report(
        agency=agency,
        year=2021,
        title=f"{agency}2021年政府信息公开工作年度报告",
        form="g2021",
        markup="plain",
        titled=True,
        opening=(),
        sections=(
            Section(
                "一、总体情况",
                (
                    "2021年，遵化店镇由党政办公室牵头，各科室分头报送，镇村两级都有专人负责公开。",
                    "(一) 主动公开。重点在网站和公开栏公布工作进展，未另发解读材料。",
                    "(二) 依申请公开。2021年度共收到政府信息公开申请0件。",
                    "(三) 平台建设。便民服务中心大厅辟有查询专区，电脑一台，有人值守。",
                ),
            ),
            Section(
                "二、主动公开政府信息情况",
                (),
                (_narrow(reword(lay_article_20("g2021", _zero), fee)),),
            ),
            Section("三、收到和处理政府信息公开申请情况", (), (_cut_requests(),)),
            Section(
                "四、政府信息公开行政复议、行政诉讼情况",
                (),
                (lay_disputes("g2021", _zero),),
            ),
            Section(
                "五、存在的主要问题及改进情况",
                (
                    "(一)问题：专职人员少，做法缺少新意。",
                    "(二)改进：增配人手，请上级部门到镇里授课。",
                ),
            ),
            Section("六、其他需要报告的事项", ("没有需要另外说明的事项。",)),
        ),
        closing=(),
        signed_on=None,
        figures=_zeros(_article_20_keys("g2021"), _dispute_keys("g2021")),
        ragged=True,
    )


# ---- 锦江镇 2020 -----------------------------------------------------------------------------------------

JINJIANG_LABELS = {
    "规章": "规\u00a0\u00a0\u00a0\u00a0章",
    "规范性文件": "规范性文件（本单位制发的）",
    "总计": "合计",
    "商业企业": "商业\n企业",
    "科研机构": "科研\n机构",
    BALANCE_NOTE: BALANCE_NOTE.strip("（）"),
    PARTIAL: PARTIAL.replace("计", "记"),
    "1.信访举报投诉类申请": "1.信访投诉举报类申请",
}
JINJIANG_DISPUTES = {
    "结果维持": "结果维护",
    "行政复议": "行政复议\n（因政府信息公开被行政复议）",
    "行政诉讼": "行政诉讼\n（因政府信息公开被行政诉讼）",
}


def _short_requests() -> Grid:
    """Return the table whose result rows print five numbers under seven columns."""
    granted = ("0", "0", "0", "0", "1")
    rows = [
        (Cell(NEW, 3), *cells("1", "0", "0", "0", "0", "\u00a0", "1")),
        (Cell(CARRIED_IN, 3), *cells(*["0"] * 7)),
    ]
    for labels, row in result_labels(RESULT_GROUPS["g2019"]):
        numbers = granted if row in {"granted", "result_total"} else ("0",) * 5
        rows.append((*labels, *cells(*numbers)))
    return (*request_head(), *rows, (Cell(CARRIED_OUT, 3), *cells(*["0"] * 5)))


def _jinjiang() -> Report:
    return Report(
        agency="上高县锦江镇人民政府",
        year=2020,
        title="锦江镇2020年政府信息公开工作年度报告",
        form="g2019",
        markup="plain",
        titled=False,
        opening=(
            "本报告由上高县锦江镇人民政府根据《中华人民共和国政府信息公开条例》和国办公开办函〔2019〕60号文件编制，"
            "数据的统计期限自2020年1月1日起至2020年12月31日止，电子版可在上高县人民政府网站下载。",
        ),
        sections=(
            Section(
                "一、总体情况",
                (
                    "1.主动公开。2020年全镇公开信息77条：动态37条、文件14条、会议18条、工作报告1条、"
                    "财政2条、计划2条、其他3条。",
                    "2.依申请公开。全年办理依申请公开信息1条。",
                    "3.平台与监督。栏目按上级要求重新排列，发布前须经两人审核。",
                ),
            ),
            Section(
                "二、主动公开政府信息情况",
                (),
                (reword(lay_article_20("g2019", _zero), JINJIANG_LABELS),),
            ),
            Section(
                "三、收到和处理政府信息公开申请情况",
                (),
                (reword(_short_requests(), JINJIANG_LABELS),),
            ),
            Section(
                "四、政府信息公开行政复议、行政诉讼情况",
                (),
                (reword(lay_disputes("g2019", _zero), JINJIANG_DISPUTES),),
            ),
            Section(
                "五、存在的主要问题及改进情况",
                (
                    "公开内容与村民的期待还有差距。",
                    "2021年将从培训、更新和宣传三处着手改进。",
                ),
            ),
            Section("六、其他需要报告的事项", ("没有其他事项。",)),
        ),
        closing=(),
        signed_on=None,
        figures=_zeros(_article_20_keys("g2019"), _dispute_keys("g2019")),
        ragged=True,
    )


# ---- 高桥镇 2018 -----------------------------------------------------------------------------------------

GAOQIAO = {"documents_disclosed": (208, 2758), "disclosed_website": (200, 2624)}


def _gaoqiao() -> Report:
    numbers = {row: GAOQIAO.get(row, (0, 0)) for row, _ in FUJIAN_ROWS}
    table = (
        cells("", "单位", "2018", "历年累计"),
        *(cells(label, "", *map(str, numbers[row])) for row, label in FUJIAN_ROWS),
    )
    return Report(
        agency="沙县高桥镇人民政府",
        year=2018,
        title="高桥镇2018年政府信息公开工作年度报告",
        form="g2008_local",
        markup="plain",
        titled=False,
        opening=(
            "现将高桥镇2018年度政府信息公开的情况向社会公布，全文在县政府门户网站高桥镇专栏可以查阅。",
        ),
        sections=(
            Section(
                "一、概述",
                (
                    "镇长任组长，各办站所都有一人负责报送；干部会和下村日都讲过《条例》。",
                    "2018年已送档案部门存放的公开文件82份。",
                ),
            ),
            Section(
                "二、主动公开政府信息的情况",
                (
                    "2018年主动公开信息208条，历年累计2758条；微信公众号另发47条，政策解读17条。",
                    "其中机构职能1条、政策和规范性文件70条、规划计划61条、农村工作53条、国土和环保6条、安全生产7条。",
                ),
            ),
            Section("三、政府信息依申请公开办理情况", ("2018年没有办理依申请公开。",)),
            Section(
                "、因政府信息公开申请行政复议、提起行政诉讼的情况",
                ("2018年没有发生。",),
            ),
            Section(
                "、政府信息公开工作存在的主要问题及改进措施",
                (
                    "（一）问题：时间节点把握不准，人员常换，方式单一。",
                    "（二）措施：定人、定时、定栏目，并多渠道宣传。",
                ),
            ),
            Section(
                "六、需要说明的其他事项与附表",
                ("（二）附表", "2018年度公开信息统计表"),
                (table,),
            ),
        ),
        closing=("沙县高桥镇人民政府", "2019年1月10日"),
        signed_on="2019-01-10",
        figures=tuple(
            (("g2008.fujian", row, column), value)
            for row, _ in FUJIAN_ROWS
            for column, value in zip(
                ("year_value", "cumulative"), numbers[row], strict=True
            )
        ),
    )


# ---- 北城区街道办事处 2020 -------------------------------------------------------------------------------

TRADITIONAL = str.maketrans(  # letter by letter, as the mirror did: it kept 后 于 制 范 采 秘 系
    "业为举会关内决况减办务区国处复审对属开强当总执护报据数无机权条构没现确稳类纠组织经结继续维罚获补规计认议许讼访诉询请购费转过这项额问题进动",
    "業為舉會關內決況減辦務區國處復審對屬開強當總執護報據數無機權條構沒現確穩類糾組織經結繼續維罰獲補規計認議許訟訪訴詢請購費轉過這項額問題進動",
)
GLOSSES = {
    "區": "qū",
    "現": "xiàn",
    "據": "jù",
    "數": "shù",
    "規": "guī",
    "內": "nèi",
    "發": "fā",
    "業": "yè",
    "調": "diào",
    "執": "zhí",
    "穩": "wěn",
    "節": "jié",
    "態": "tài",
    "監": "jiān",
    "網": "wǎng",
    "續": "xù",
    "經": "jīng",
}
CUT_HEADERS = {"本年新制作数量": "本年新", "本年新公开数量": "本年新"}


def _gloss(text: str) -> str:
    return "".join(
        f"{letter}({GLOSSES[letter]})" if letter in GLOSSES else letter
        for letter in text
    )


def _mirror(text: str) -> str:
    """Return a statutory label as the mirror prints it: traditional characters, some with a
    gloss.
    """
    return _gloss(text.translate(TRADITIONAL).translate(NARROW))


def _mirrored(grid: Grid) -> Grid:
    return tuple(
        tuple(Cell(_mirror(c.text), c.colspan, c.rowspan) for c in row) for row in grid
    )


def _mirrored_section(
    title: str, paragraphs: tuple[str, ...], grids: tuple[Grid, ...] = ()
) -> Section:
    return Section(
        _mirror(title), tuple(map(_gloss, paragraphs)), tuple(map(_mirrored, grids))
    )


def _beicheng() -> Report:
    requests = [
        ("g2019.requests", row, column)
        for row in (
            "new_received",
            "carried_in",
            *LEAVES_2019,
            "result_total",
            "carried_out",
        )
        for column in (*APPLICANTS, "total")
    ]
    return Report(
        agency="北城区街道办事处",
        year=2020,
        title="北城区街道办事处2020年政府信息公开工作年度报告",
        form="g2019",
        markup="plain",
        titled=False,
        opening=tuple(
            map(
                _gloss,
                (
                    "北城區街道辦事處街道辦事處2020年度政務公開的情況如下:",
                    "一是主要領導負總責,人員變動後及時調整小組。二是按時間節點公布數據和文件。三是用好微信平臺。",
                    "2020年度在政務公開網站公布信息51條:職能分工1條,權威發布1條,預決算4條,執法公開40條,"
                    "職責清單1條,服務事項清單3條,審批改革清單1條。",
                    "北城視野微信發布563條,報送信息124條。",
                ),
            )
        ),
        sections=(
            _mirrored_section(
                "二、主动公开政府信息情况",
                (),
                (reword(lay_article_20("g2019", _zero), CUT_HEADERS),),
            ),
            _mirrored_section(
                "三、收到和处理政府信息公开申请情况",
                (),
                (lay_requests("g2019", _zero),),
            ),
            _mirrored_section(
                "四、政府信息公开行政复议、行政诉讼情况",
                (),
                (lay_disputes("g2019", _zero),),
            ),
            _mirrored_section(
                "五、存在的主要问题及改进情况",
                (
                    "居民對政務公開了解不多,內容也要更充實。下一步補上制度,把時限落到每個環節。",
                ),
            ),
            _mirrored_section("六、其他需要报告的事项", ("無",)),
        ),
        closing=("北城區(qū)街道辦事處街道辦事處", "2021年1月11日"),
        signed_on="2021-01-11",
        figures=_zeros(_article_20_keys("g2019"), requests, _dispute_keys("g2019")),
    )


# ---- 德令哈市政务服务监督管理局 2020 ---------------------------------------------------------------------


def _delingha() -> Report:
    agency = "德令哈市政务服务监督管理局"
    return Report(
        agency=agency,
        year=2020,
        title=f"{agency}2020年政府信息公开工作年度报告",
        form="unknown",
        markup="plain",
        titled=True,
        opening=("市政府办:", "现将我局2020年度政府信息公开工作报告如下:"),
        sections=(
            Section(
                "一、总体情况",
                (
                    "我局依照(国办公开函〔2019〕60号)的要求安排全年工作,局长任组长,政务室具体承办。",
                    "2020年,通过网站和手机应用共公开各类信息1083条,以行政许可和办理公示为多。",
                ),
            ),
            Section("二、主动公开政府信息情况", ()),
            Section("三、收到和处理政府信息公开申请情况", ()),
            Section("四、政府信息公开行政复议、行政诉讼情况", ()),
            Section(
                "五、存在的主要问题及改进情况",
                ("更新不够及时,形式和格式还不统一;下一步抓培训、抓评议、抓平台。",),
            ),
            Section("六、其他需报告的事项", ("我局没有其他事项。",)),
        ),
        closing=(agency, "2021年1月20日"),
        signed_on="2021-01-20",
        figures=(),
    )
