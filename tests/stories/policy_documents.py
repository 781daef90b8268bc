"""Policies of a made city, written in the forms that real ones have, in every kind of file that is read."""

# ruff: noqa: E501  the texts are lines as people wrote them

import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

__all__ = ["DOCUMENTS", "docx", "html", "pdf", "write_documents"]


def _notice(red: str, number: str, title: str, body: Sequence[str], signed: Sequence[str]) -> list[str]:
    return [*([red] if red else []), *([number] if number else []), title, *body, *signed]


def _measure(
    title: str, articles: Sequence[str], number: str = "", red: str = "", signed: Sequence[str] = ()
) -> list[str]:
    numerals = "一二三四五六七八九十"
    listed = [f"第{numerals[at]}条　{text}" for at, text in enumerate(articles)]
    return _notice(red, number, title, listed, signed)


DOCUMENTS: dict[str, list[str]] = {
    "01-低保办法-2018.txt": _measure(
        "云岭市最低生活保障办法",
        [
            "为规范最低生活保障工作，制定本办法。",
            "持有本市常住户口的居民，共同生活的家庭成员人均收入低于本市最低生活保障标准的，可以申请最低生活保障。",
            "最低生活保障标准为每人每月860元。",
            "本办法自2018年3月1日起施行，有效期至2023年2月28日。",
        ],
        "云政发〔2018〕7号",
        "云岭市人民政府文件",
        ["云岭市人民政府", "2018年1月20日"],
    ),
    "02-低保办法-2025.docx": _measure(
        "云岭市人民政府关于印发《云岭市最低生活保障办法》的通知",
        [
            "为规范最低生活保障工作，根据《社会救助暂行办法》（国务院令第649号），制定本办法。",
            "持有本市常住户口的居民，共同生活的家庭成员人均收入低于本市最低生活保障标准的，可以申请最低生活保障。",
            "最低生活保障标准为每人每月1170元。",
            "有下列情形之一的，不予批准：\n（一）拒绝核对家庭经济状况的；\n（二）名下有两套以上住房的。",
            "本办法自2025年7月1日起施行，有效期5年。《云岭市人民政府关于印发〈云岭市最低生活保障办法〉的通知》（云政发［2018］7号）同时废止。",
        ],
        "云政发〔2025〕12号",
        "云岭市人民政府文件",
        ["附件：最低生活保障申请表", "云岭市人民政府", "二〇二五年五月二十日", "附件", "最低生活保障申请表", "姓名 | 身份证号 | 家庭人口"],
    ),
    "03-人才住房.pdf": _measure(
        "云岭市人才安居住房管理办法",
        [
            "为吸引人才来本市就业创业，制定本办法。",
            "具有大学本科以上学历、年龄不超过四十五周岁、在本市缴纳社会保险满六个月且无自有住房的，可以申请人才住房。",
            "人才住房租金补贴标准为每月1500元，最长不超过三十六个月。",
            "本办法自印发之日起施行，有效期3年。",
        ],
        "云住建规〔2025〕2号",
        "",
        ["云岭市住房和城乡建设局", "2025年3月10日"],
    ),
    "04-小微企业税费.html": _notice(
        "",
        "云财税〔2024〕18号",
        "云岭市财政局 国家税务总局云岭市税务局 关于小微企业房产税减免有关事项的公告",
        [
            "一、从业人数不超过300人、年度应纳税所得额不超过300万元的小微企业，按50%减征房产税。",
            "二、本公告自2024年1月1日起执行，至2027年12月31日止。",
        ],
        ["云岭市财政局", "国家税务总局云岭市税务局", "2024年2月6日"],
    ),
    "05-残疾人补贴.md": _notice(
        "",
        "云残联发【2023】5号",
        "关于调整残疾人两项补贴标准的通知",
        [
            "各区残疾人联合会：",
            "一、一级残疾人护理补贴为每人每月200元，二级为每人每月120元。",
            "二、领取最低生活保障金的残疾人，生活补贴为每人每月110元。",
            "三、本通知自2023年1月1日起执行。",
        ],
        ["云岭市残疾人联合会", "2022年12月15日"],
    ),
    "06-入学.txt": _notice(
        "",
        "云教基（2025）9 号",
        "云岭市教育局关于做好2025年义务教育阶段学校招生入学工作的通知",
        [
            "一、年满六周岁（2019年8月31日前出生）的适龄儿童，应当入学接受义务教育。",
            "二、父母一方持有本市居住证且参加社会保险满一年的，其子女可以就近入学。",
        ],
        ["云岭市教育局", "2025年4月3日"],
    ),
    "07-租房补贴.docx": _measure(
        "云岭市公共租赁住房租赁补贴实施细则",
        [
            "城镇户籍住房困难家庭，人均住房建筑面积低于15平方米，人均月收入低于3500元的，可以申请租赁补贴。",
            "租赁补贴标准为每人每月20元/平方米。",
            "本细则自2024年10月1日起施行。原《云岭市廉租住房租赁补贴细则》（云房〔2015〕21号）同时废止。",
        ],
        "云住建规〔2024〕11号",
        "云岭市住房和城乡建设局文件",
        ["云岭市住房和城乡建设局", "2024年9月2日"],
    ),
    "08-廉租补贴-2015.txt": _measure(
        "云岭市廉租住房租赁补贴细则",
        ["城镇户籍住房困难家庭，人均住房建筑面积低于12平方米的，可以申请租赁补贴。", "本细则自2015年6月1日起施行。"],
        "云房〔2015〕21号",
        "",
        ["云岭市房产管理局", "2015年5月8日"],
    ),
    "09-低保修改.txt": _notice(
        "云岭市人民政府文件",
        "云政发〔2026〕1号",
        "云岭市人民政府关于修改《云岭市最低生活保障办法》的决定",
        [
            "一、对《云岭市最低生活保障办法》（云政发〔2025〕12号）作如下修改：将第三条中的“1170元”修改为“1240元”。",
            "二、本决定自2026年7月1日起施行。",
        ],
        ["云岭市人民政府", "2026年5月30日"],
    ),
    "10-区低保.html": _notice(
        "",
        "东区民〔2025〕4号",
        "东区民政局关于最低生活保障标准的通知",
        [
            "一、最低生活保障标准为每人每月1120元。",
            "二、本通知自2025年7月1日起执行。",
        ],
        ["东区民政局", "2025年6月20日"],
    ),
    "11-一次清理.pdf": _notice(
        "",
        "云政办发〔2024〕33号",
        "云岭市人民政府办公室关于宣布部分文件失效的通知",
        [
            "下列文件自本通知印发之日起予以废止：",
            "《云岭市优秀人才引进暂行办法》（云人社〔2012〕40号）、《云岭市小企业扶持办法》（云经信〔2013〕8号）予以废止。",
        ],
        ["云岭市人民政府办公室", "2024年6月18日"],
    ),
    "12-人才引进-2012.txt": _measure(
        "云岭市优秀人才引进暂行办法",
        ["引进人才可以享受安家费。", "本办法自2012年5月1日起施行。"],
        "云人社〔2012〕40号",
        "",
        ["云岭市人力资源和社会保障局", "2012年4月1日"],
    ),
    "13-小企业扶持-2013.md": _measure(
        "云岭市小企业扶持办法",
        ["对小企业给予贷款贴息。", "本办法自2013年2月1日起施行。"],
        "云经信〔2013〕8号",
        "",
        ["云岭市经济和信息化局", "2013年1月11日"],
    ),
    "14-环甲.txt": _measure(
        "云岭市社区食堂管理规定",
        ["社区食堂应当公示价格。", "本规定自2022年5月1日起施行，《云岭市老年食堂管理规定》同时废止。"],
        "云民发〔2022〕6号",
        "",
        ["云岭市民政局", "2022年4月1日"],
    ),
    "15-环乙.txt": _measure(
        "云岭市老年食堂管理规定",
        ["老年食堂应当公示价格。", "本规定自2022年5月1日起施行，《云岭市社区食堂管理规定》同时废止。"],
        "云民发〔2022〕7号",
        "",
        ["云岭市民政局", "2022年4月1日"],
    ),
    "16-同号甲.txt": _notice("", "云卫发〔2023〕3号", "关于开展健康体检的通知", ["一、六十五周岁以上老年人每年免费体检一次。"], ["云岭市卫生健康委员会", "2023年3月3日"]),
    "17-同号乙.txt": _notice("", "云卫发〔2023〕3号", "关于开展疫苗接种的通知", ["一、六十五周岁以上老年人免费接种流感疫苗。"], ["云岭市卫生健康委员会", "2023年9月3日"]),
    "18-期限反.txt": _measure(
        "云岭市临时价格补贴办法",
        ["物价上涨时发放临时价格补贴。", "本办法自2024年5月1日起施行，有效期至2023年4月30日。"],
        "云发改〔2024〕2号",
        "",
        ["云岭市发展和改革委员会", "2024年4月1日"],
    ),
    "19-市令.docx": _measure(
        "云岭市房屋租赁管理规定",
        ["出租房屋应当登记备案。", "本规定自2021年9月1日起施行。2009年3月2日发布的《云岭市房屋出租管理规定》同时废止。"],
        "云岭市人民政府令第58号",
        "",
        ["2021年7月15日"],
    ),
    "20-部分废止.txt": _notice(
        "",
        "云建〔2025〕30号",
        "云岭市住房和城乡建设局关于部分条款停止执行的通知",
        ["自2025年8月1日起，《云岭市房屋租赁管理规定》（云岭市人民政府令第58号）第一条停止执行。", "本通知自2025年8月1日起施行。"],
        ["云岭市住房和城乡建设局", "2025年7月8日"],
    ),
    "21-高龄津贴.html": _notice(
        "",
        "云民函[2024]15号",
        "云岭市民政局 云岭市财政局 关于发放高龄津贴的通知",
        ["一、八十周岁以上老年人，每人每月发放高龄津贴100元。", "二、本通知自2024年1月1日起执行，有效期两年。"],
        ["云岭市民政局", "云岭市财政局", "2023年12月20日"],
    ),
    "22-临时救助.md": _measure(
        "云岭市临时救助实施办法（试行）",
        ["因突发事件导致基本生活困难的家庭，可以申请临时救助。", "临时救助标准为每人每次不超过3000元。", "本办法自公布之日起施行。"],
        "云民规〔2025〕1号",
        "",
        ["云岭市民政局", "2025年2月11日"],
    ),
}  # fmt: skip


def docx(paragraphs: Sequence[str], path: Path) -> None:
    """A Word file; paragraphs with bars are rows of a table."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

    def one(text: str) -> str:
        runs = "<w:br/>".join(f"<w:t>{escape(part)}</w:t>" for part in text.split("\n"))
        return f"<w:p><w:r>{runs}</w:r></w:p>"

    def row(text: str) -> str:
        cells = "".join(f"<w:tc>{one(cell)}</w:tc>" for cell in text.split(" | "))
        return f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"

    body = "".join(row(text) if " | " in text else one(text) for text in paragraphs)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>')


def html(paragraphs: Sequence[str], path: Path) -> None:
    """A page as offices put them out, in GBK."""
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    head = '<meta charset="gbk"><title>政务公开</title><script>var x = "废止";</script>'
    page = f"<!DOCTYPE html><html><head>{head}</head><body><nav>首页</nav>{body}</body></html>"
    path.write_bytes(page.encode("gb18030"))


def pdf(paragraphs: Sequence[str], path: Path, *, width: int = 34) -> None:
    """A page of text: each character is a glyph whose meaning stands in a ToUnicode map; lines break at `width`."""
    lines = [text[at : at + width] for text in paragraphs for at in range(0, max(len(text), 1), width)]
    rows = "".join(f"<{line.encode('utf-16-be').hex()}> Tj T*\n" for line in lines)
    content = zlib.compress(f"BT /F1 12 Tf 14 TL 40 800 Td\n{rows}ET".encode())
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n1 beginbfrange <0000> <FFFF> <0000> endbfrange\n"
        b"endcmap CMapName currentdict /CMap defineresource pop end end"
    )
    _write_pdf(path, content, cmap)


def _write_pdf(path: Path, content: bytes, cmap: bytes) -> None:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 8 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R>>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 1000 /CIDSystemInfo 9 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap),
        b"<< /Font << /F1 5 0 R >> >>",
        b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>",
    ]
    data, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"xref\n0 10\n0000000000 65535 f \n" + table
    data += b"trailer << /Size 10 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (data.rindex(b"xref\n0 10"))
    path.write_bytes(data)


def _md(paragraphs: Sequence[str], path: Path) -> None:
    path.write_text("\n\n".join(paragraphs), "utf-8")


def _txt(paragraphs: Sequence[str], path: Path) -> None:
    path.write_bytes("\r\n".join(paragraphs).encode("gb18030" if path.name[0] == "1" else "utf-8"))


_WRITERS: dict[str, Callable[[Sequence[str], Path], None]] = {
    ".docx": docx,
    ".html": html,
    ".md": _md,
    ".pdf": pdf,
    ".txt": _txt,
}


def write_documents(folder: Path) -> list[Path]:
    """All documents as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, paragraphs in DOCUMENTS.items():
        _WRITERS[Path(name).suffix](paragraphs, folder / name)
    return [folder / name for name in DOCUMENTS]
