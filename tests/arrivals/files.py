# ruff: noqa: E501 (markup is easier to check unbroken)
"""Twenty Word files, odd ones included, and what each must give: headings, tables, pictures, notes."""

from dataclasses import dataclass

from tests.arrivals.ooxml import (
    EMF,
    SPACES,
    STYLES,
    Docx,
    level,
    note,
    notes,
    numbered,
    numbering,
    p,
    part,
    picture,
    png,
    r,
    style,
    tbl,
    tc,
    text_box,
    tr,
)

BOLD, BIG = "<w:b/>", '<w:sz w:val="32"/>'
CENTRE = '<w:jc w:val="center"/>'
MEDIA = {"media/image1.png": png(), "media/image2.png": png(40)}
PICTURES = {"rId5": ("image", "media/image1.png", False), "rId6": ("image", "media/image2.png", False)}
FOOTNOTES = {"rId7": ("footnotes", "footnotes.xml", False)}
BODY = "省科技厅日前发布通知，部署全省大型科研仪器开放共享工作，要求各单位按期完成自查并报送结果。"


@dataclass(frozen=True)
class Case:
    """A file and what it holds."""

    file: Docx
    headings: int = 0
    tables: int = 0
    pictures: int = 0
    notes: int = 0
    headline: str = ""
    unkept: int = 0  # pictures in it that nothing can show (EMF, or the file itself is not there): told, not kept

    @property
    def expected(self) -> tuple[int, int, int, int]:
        return self.headings, self.tables, self.pictures, self.notes


def _plain() -> Case:
    body = p("大型仪器开放共享", style="a3") + p("作者：张三、李四") + p("背景", style="2") + p("　　" + BODY)
    body += p("做法", style="2") + p(r("重点", BOLD), r("是"), r("共享", "<w:i/>"), r("与删", "<w:strike/>"), "，",
              r("下划", "<w:u w:val='single'/>"), "H", r("2", '<w:vertAlign w:val="subscript"/>'), "O")  # fmt: skip
    return Case(Docx(body), headings=2, headline="大型仪器开放共享")


def _chinese_styles() -> Case:
    styles = style("x1", "标题 1", "", BIG) + style("x2", "标题二", "", BOLD) + style("x3", "三级标题")
    styles += style("x4", "要点", '<w:outlineLvl w:val="3"/>') + style("x5", "我的标题", "", "", "x2")
    body = p("样式名是中文", style="x1") + p(BODY) + p("第二级", style="x2") + p(BODY) + p("第三级", style="x3")
    body += p("大纲级别", style="x4") + p("继承来的", style="x5") + p(BODY)
    return Case(Docx(body, STYLES + styles), headings=4, headline="样式名是中文")


def _drawn_headings() -> Case:
    body = p(r("关于开放共享的几点体会", BOLD + '<w:sz w:val="44"/>'), props=CENTRE)
    for sign in ("一、提高认识", "二、完善制度"):
        body += p(r(sign, BOLD)) + p(BODY) + p(r("（一）明确责任", BOLD)) + p(BODY)
    return Case(Docx(body), headings=4, headline="关于开放共享的几点体会")


def _red_head() -> Case:
    body = p(r("四川省科学技术厅文件", '<w:color w:val="FF0000"/><w:sz w:val="72"/>'), props=CENTRE)
    body += p("川科资〔2026〕12号", props=CENTRE)
    body += p(r("关于加强科研仪器开放共享的通知", '<w:sz w:val="44"/>'), props=CENTRE)
    body += p("各市（州）科技局：") + p("　　" + BODY)
    black = '<w:rFonts w:eastAsia="黑体"/><w:sz w:val="32"/>'
    body += p(r("一、总体要求", black)) + p(BODY) + p(r("二、主要任务", black)) + p(BODY)
    return Case(Docx(body), headings=2, headline="关于加强科研仪器开放共享的通知")


def _footnotes() -> Case:
    """A year's report as offices write it: 30 sections with notes, every third with a table; endnotes."""
    body = p("脚注与尾注", style="a3") + p(BODY, note(1), "又一处", note(2)) + p("尾注在此", note(1, "endnote"))
    for number in range(1, 31):
        body += p(f"第{number}项工作", style="2") + p(BODY, note(2 + number))
        if number % 3 == 0:
            body += tbl(tr(tc(p("市州")), tc(p("台套"))), tr(tc(p("成都")), tc(p(str(100 * number)))))
    parts = {
        "footnotes.xml": notes("footnote", *(f"第 {number} 条脚注。" for number in range(1, 33))),
        "endnotes.xml": notes("endnote", "尾注。"),
    }
    relations = FOOTNOTES | {"rId8": ("endnotes", "endnotes.xml", False)}
    file = Docx(body, parts=parts, relations=relations)
    return Case(file, headings=30, tables=10, notes=33, headline="脚注与尾注")


def _pictures() -> Case:
    body = p("图片稿", style="a3") + p(picture("rId5", "一台质谱仪")) + p("图1 质谱仪正在运行", props=CENTRE) + p(BODY)
    crop = '<a:srcRect l="1000"/>'
    body += p("看图", picture("rId6", crop=crop), "再看") + p("图注样式", style="a4")
    return Case(Docx(body, parts=MEDIA, relations=PICTURES), pictures=2, headline="图片稿")


def _text_boxes() -> Case:
    box = text_box(p(r("小知识", BOLD)), p("伽马能谱用来分辨核素。"))
    caption = text_box(p("图2 文本框里的图注"))
    body = p("文本框", style="a3") + p(BODY, box) + p(picture("rId5", kind="anchor"), caption) + p(BODY)
    return Case(Docx(body, parts=MEDIA, relations=PICTURES), pictures=1, headline="文本框")


def _tracked() -> Case:
    body = p("修订", style="a3") + p(
        "保留", f'<w:ins w:id="1" w:author="王">{r("新增的话")}</w:ins>',
        '<w:del w:id="2" w:author="王"><w:r><w:delText>删掉的话</w:delText></w:r></w:del>',
        '<w:commentRangeStart w:id="0"/>', r("被批注"), '<w:r><w:commentReference w:id="0"/></w:r>',
    )  # fmt: skip
    comment = part("comments", f'<w:comment w:id="0" w:author="李四">{p("这里要核实")}</w:comment>')
    row = tr("甲", "乙") + f'<w:tr><w:trPr><w:del w:id="9"/></w:trPr>{tc("删行")}{tc("删格")}</w:tr>' + tr("丙", "丁")
    relations = {"rId9": ("comments", "comments.xml", False)}
    return Case(Docx(body + tbl(row), parts={"comments.xml": comment}, relations=relations), tables=1, headline="修订")


def _merged() -> Case:
    rows = tr(tc("项目", props='<w:gridSpan w:val="2"/>'), tc("数量"))
    rows += tr(tc("仪器", props='<w:vMerge w:val="restart"/>'), tc("质谱"), tc("12"))
    rows += tr(tc("", props="<w:vMerge/>"), tc("光谱"), tc("8"))
    return Case(
        Docx(p("合并单元格", style="a3") + p("表1 仪器数量") + tbl(rows) + p(BODY)), tables=1, headline="合并单元格"
    )


def _nested() -> Case:
    inner = tbl(tr("内一", "内二") + tr("内三", "内四"))
    rows = tr("外一", "外二") + tr(tc("说明", inner, p("")), tc(p("一行"), p("二行")))
    rows += tr(tc(p(picture("rId5"))), tc("图在格里"))
    return Case(
        Docx(p("嵌套表", style="a3") + tbl(rows), parts=MEDIA, relations=PICTURES),
        tables=2,
        pictures=1,
        headline="嵌套表",
    )


def _lists() -> Case:
    lists = numbering(
        level("decimal", "%1.") + level("lowerLetter", "%2)", 1), level("bullet", "\uf06c") + level("bullet", "o", 1),
        level("decimal", "%1.", 0, 5), level("chineseCountingThousand", "%1、"),
    )  # fmt: skip
    body = (
        p("列表", style="a3") + numbered("第一", 1) + numbered("甲", 1, 1) + numbered("乙", 1, 1) + numbered("第二", 1)
    )
    body += p(BODY) + numbered("点", 2) + numbered("小点", 2, 1) + p(BODY) + numbered("从五起", 3) + numbered("六", 3)
    body += numbered("自动编号的标题", 4, style="2") + p(BODY) + numbered("又一个标题", 4, style="2") + p(BODY)
    relations = {"rId2": ("numbering", "numbering.xml", False)}
    return Case(Docx(body, parts={"numbering.xml": lists}, relations=relations), headings=2, headline="列表")


def _formulas() -> Case:
    run = "<m:r><m:t>{}</m:t></m:r>"
    fraction = f"<m:oMath><m:f><m:num>{run.format('a')}</m:num><m:den>{run.format('b')}</m:den></m:f></m:oMath>"
    total = (
        '<m:oMathPara><m:oMath><m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>' + run.format("i=1")
        + f"</m:sub><m:sup>{run.format('n')}</m:sup><m:e><m:sSup><m:e>{run.format('x')}</m:e><m:sup>{run.format('2')}"
        + "</m:sup></m:sSup></m:e></m:nary></m:oMath></m:oMathPara>"
    )  # fmt: skip
    matrix = f"<m:oMath><m:m><m:mr><m:e>{run.format('矩阵甲')}</m:e></m:mr></m:m></m:oMath>"
    root = f"<m:oMath><m:rad><m:deg/><m:e>{run.format('αβ')}</m:e></m:rad></m:oMath>"
    return Case(
        Docx(p("公式", style="a3") + p("比值", fraction, "成立") + p(total) + p("又", root, "和", matrix)),
        headline="公式",
    )


def _no_relations() -> Case:
    body = p("缺关系文件", style="a3") + p(BODY, picture("rId5")) + p("小节", style="2") + p(BODY)
    return Case(Docx(body, drop=("word/_rels/document.xml.rels",)), headings=1, headline="缺关系文件", unkept=1)


def _huge_table() -> Case:
    props = '<w:jc w:val="right"/>'
    rows = "".join(tr(*(tc(p(f"{row}·{column}", props=props)) for column in range(8))) for row in range(200))
    return Case(Docx(p("大表", style="a3") + tbl(rows)), tables=1, headline="大表")


def _tibetan() -> Case:
    words = "བོད་ལྗོངས་ཀྱི་ཚན་རྩལ་གསར་གཏོད།"
    body = p("藏汉双语", style="a3") + p(r(words, '<w:lang w:bidi="bo-CN"/><w:rtl/>')) + p("汉文一段。")
    body += p(r("ئۇيغۇرچە تېكىست", "<w:rtl/>"), props="<w:bidi/>") + p("小结", style="3") + p(BODY)
    return Case(Docx(body), headings=1, headline="藏汉双语")


def _wps() -> Case:
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{p('控件里的小标题', style='2')}{p(BODY)}</w:sdtContent></w:sdt>"
    link = f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "https://kjt.sc.gov.cn/a" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>{r("官网")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    circled = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> eq \\o\\ac(○,3)</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    ruby = f"<w:r><w:ruby><w:rt>{r('lóng')}</w:rt><w:rubyBase>{r('龙')}</w:rubyBase></w:ruby></w:r>"
    symbol = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
    body = p("WPS 文稿", style="a3") + control + p("见", link, circled, ruby, symbol, r("藏起来", "<w:vanish/>"))
    return Case(Docx(body), headings=1, headline="WPS 文稿")


def _around() -> Case:
    header, footer = part("hdr", p("内部资料")), part("ftr", p("第 1 页"))
    chart = f"<c:chartSpace {SPACES}><c:t><a:p><a:r><a:t>图表标题</a:t></a:r></a:p></c:t><c:v>42</c:v></c:chartSpace>"
    art = f"<dgm:dataModel {SPACES}><a:p><a:r><a:t>流程一</a:t></a:r></a:p><a:p><a:r><a:t>流程二</a:t></a:r></a:p></dgm:dataModel>"
    frame = "<w:r><w:drawing><wp:inline><a:graphic><a:graphicData>{}</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    body = p("正文之外", style="a3") + p("目录项 1", style="toc1") + p("一节", style="2")
    body += p(BODY, frame.format('<c:chart r:id="rId11"/>'), frame.format('<dgm:relIds r:dm="rId12"/>'))
    body += p(frame.format('<pic:pic><pic:blipFill><a:blip r:embed="rId13"/></pic:blipFill></pic:pic>'))
    relations = {
        "rId9": ("header", "header1.xml", False), "rId10": ("footer", "footer1.xml", False),
        "rId11": ("chart", "charts/chart1.xml", False), "rId12": ("diagramData", "diagrams/data1.xml", False),
        "rId13": ("image", "media/image9.emf", False),
    }  # fmt: skip
    parts = {"header1.xml": header, "footer1.xml": footer, "charts/chart1.xml": chart, "diagrams/data1.xml": art}
    return Case(
        Docx(body, parts={**parts, "media/image9.emf": EMF}, relations=relations),
        headings=1,
        headline="正文之外",
        unkept=1,
    )


def _links() -> Case:
    bad = f'<w:hyperlink r:id="rId20">{r("点我")}</w:hyperlink>'
    good = f'<w:hyperlink r:id="rId21">{r("好链接")}</w:hyperlink>'
    inside = f'<w:hyperlink w:anchor="top">{r("回到顶部")}</w:hyperlink>'
    relations = {
        "rId20": ("hyperlink", "javascript:alert(1)", True),
        "rId21": ("hyperlink", "https://a.cn/?x=1&y=2", True),
    }
    return Case(Docx(p("链接", style="a3") + p(bad, good, inside), relations=relations), headline="链接")


def _old_pictures() -> Case:
    vml = '<w:r><w:pict><v:shape alt="旧式图片"><v:imagedata r:id="rId5"/></v:shape></w:pict></w:r>'
    remote = picture("rId30", "网上的图")
    formula = '<w:r><w:object><o:OLEObject ProgID="Equation.DSMT4"/></w:object></w:r>'
    body = (
        p("老格式", style="a3")
        + p(vml)
        + p("▲旧图的说明")
        + p(remote)
        + p("公式对象", formula)
        + p("", props='<w:pBdr><w:bottom w:val="single"/></w:pBdr>')
    )
    layout = tbl(tr(tc(p(picture("rId5"))), tc(p(picture("rId6")))) + tr("左图", "右图"))
    relations = PICTURES | {"rId30": ("image", "https://img.cn/a.png", True)}
    return Case(Docx(body + layout, parts=MEDIA, relations=relations), pictures=4, headline="老格式")


def _notes_everywhere() -> Case:
    body = (
        p("注在各处", style="a3")
        + p("小标题", note(1), style="2")
        + tbl(tr("甲", "乙") + tr(tc(p("格", note(2))), tc("丁")))
    )
    body += p("引文一", style="a5") + p("引文二", note(3), style="a5") + p("断行", "<w:r><w:br/></w:r>", "　　新段落")
    parts = {"footnotes.xml": notes("footnote", "标题注", "表格注", "引文注", "没人引用的注")}
    return Case(Docx(body, parts=parts, relations=FOOTNOTES), headings=1, tables=1, notes=3, headline="注在各处")


FILES = {
    "plain": _plain(), "chinese styles": _chinese_styles(), "drawn headings": _drawn_headings(), "red head": _red_head(),
    "footnotes": _footnotes(), "pictures": _pictures(), "text boxes": _text_boxes(), "tracked": _tracked(),
    "merged cells": _merged(), "nested tables": _nested(), "lists": _lists(), "formulas": _formulas(),
    "no relations": _no_relations(), "huge table": _huge_table(), "tibetan": _tibetan(), "wps": _wps(),
    "around the text": _around(), "links": _links(), "old pictures": _old_pictures(), "notes": _notes_everywhere(),
}  # fmt: skip
