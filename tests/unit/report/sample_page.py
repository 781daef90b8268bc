"""A page with every kind of block, as a run over a city would fill it."""

from ronghe.messages import Bilingual
from ronghe.report import (
    BarChart,
    Chart,
    Column,
    Columns,
    Disclosure,
    Fact,
    Figure,
    Figures,
    Heatmap,
    Json,
    Note,
    Number,
    Page,
    Rate,
    Row,
    Section,
    Series,
    Table,
    Tag,
)

NAMES = ("公安局", "民政局", "人力资源和社会保障局", "税务局", "市场监督管理局", "住房和城乡建设局", "卫生健康委员会")
RATES = (0.982, 0.941, 0.886, 0.9999, 0.734, 0.62, 0.9127)
ROWS = (60215, 18340, 24077, 31200, 22118, 9034, 35016)


def said(zh: str, en: str) -> Bilingual:
    return Bilingual(zh=zh, en=en)


DEPARTMENT, SHARE = said("部门", "Department"), said("发布率", "Rows published")


def quarantined(name: str) -> Disclosure:
    rows = (Row((said("校验位不符", "check digit"), Number(412), "3301**********001*")),)
    columns = (Column(said("原因", "Reason")), Column(said("行数", "Rows"), "end"), Column(said("示例", "Example")))
    table = Table(said(f"{name}的问题数据", f"Quarantined rows of {name}"), columns, rows)
    return Disclosure(said("查看问题数据", "See the quarantined rows"), (table,))


def figures() -> Figures:
    return Figures(
        (
            Figure(
                said("收到记录", "Rows in"), Number(200000), said("12 个部门，14 张表", "12 departments, 14 tables")
            ),
            Figure(said("已发布", "Published"), Number(191382), said("95.7%", "95.7%"), "#quality", "good"),
            Figure(
                said("问题数据", "Quarantined"),
                Number(8618),
                said("每条均有原因", "each with a reason"),
                "private/",
                "warn",
            ),
            Figure(said("规则通过率 q", "Rules passed q"), Rate(0.9712), tone="plain"),
        )
    )


def departments() -> Table:
    columns = (
        Column(DEPARTMENT),
        Column(said("收到记录", "Rows in"), "end"),
        Column(SHARE, "end"),
        Column(said("状态", "State")),
        Column(said("填报率", "Filled in"), "end"),
    )
    rows = tuple(
        Row((name, Number(count), Rate(rate, "good" if rate > 0.9 else "warn"), tag(rate), None), quarantined(name))
        for name, count, rate in zip(NAMES, ROWS, RATES, strict=True)
    )
    return Table(said("各部门的记录与就绪度", "Rows and readiness by department"), columns, rows)


def tag(rate: float) -> Tag:
    return Tag(said("良好", "good"), "good") if rate > 0.9 else Tag(said("需关注", "look here"), "warn")


def charts() -> Columns:
    first = BarChart(
        said("各部门发布率", "Rows published by department"), DEPARTMENT, NAMES, (Series(SHARE, RATES),), rates=True
    )
    published = Series(said("已发布", "Published"), ROWS, "info")
    held = Series(said("问题数据", "Quarantined"), tuple(count // 20 for count in ROWS), "warn")
    stacked = BarChart(said("记录去向", "Where the rows went"), DEPARTMENT, NAMES, (published, held), stacked=True)
    return Columns((first, stacked))


def heatmap() -> Heatmap:
    columns = tuple(
        said(zh, en) for zh, en in (("必填", "required"), ("格式", "format"), ("代码", "code list"), ("唯一", "unique"))
    )
    values = tuple(tuple(None if (i + j) % 5 == 0 else (i * 4 + j) / 27 for j in range(4)) for i in range(7))
    return Heatmap(said("规则与列", "Rules by column"), said("列", "Column"), columns, NAMES, values, rates=True)


def line_chart() -> Chart:
    option: dict[str, Json] = {
        "xAxis": {"type": "category", "data": ["1", "2", "3"]},
        "yAxis": {"type": "value"},
        "series": [{"type": "line", "name": said("记录", "Rows"), "tone": "good", "data": [1, 4, 9]}],
    }
    rows = tuple(Row((str(number), Number(number * number))) for number in (1, 2, 3))
    twin = Table(
        said("每日记录", "Rows by day"), (Column(said("日", "Day")), Column(said("记录", "Rows"), "end")), rows
    )
    return Chart(said("每日记录", "Rows by day"), option, twin, height=220)


def page() -> Page:
    quality = (
        charts(),
        heatmap(),
        line_chart(),
        Disclosure(
            said("未能衡量的因子", "Factors not measured"),
            (Note(said("文件不含申请记录。", "Files hold no requests.")),),
        ),
    )
    notes = (
        Note(
            said("没有一条记录丢失：收到 = 已发布 + 问题数据。", "Nothing is lost: rows in = published + quarantined."),
            "good",
        ),
        Note(
            said("以下因子无法由文件得出：", "Files cannot show these factors:"),
            "warn",
            ("κ", said("φ 更新历史", "φ, updates")),
        ),
    )
    return Page(
        title=said("数据共享报告", "Data sharing report"),
        subtitle=said("十二个部门的数据从收到到发布", "The data of twelve departments, from arrival to publication"),
        facts=(Fact(said("生成格式", "Format"), "report@1"), Fact(said("数据日期", "As of"), "2026-01-31")),
        sections=(
            Section(said("概览", "Overview"), (figures(), *notes), "overview"),
            Section(
                said("部门", "Departments"),
                (departments(),),
                "departments",
                said("点开一行看原因。", "Open a row for its reasons."),
            ),
            Section(said("质量", "Quality"), quality, "quality"),
        ),
    )
