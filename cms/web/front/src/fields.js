/* What each block asks for besides its words: [field, label, kind, more]. Kinds: line, long, number, choice, yes, words
   (a list between commas), rows (label: value lines), date. */
export const NAMES = {
  quote: "引文", figure: "图片", gallery: "图集", video: "视频", audio: "音频", live_stream: "直播", dialogue: "对白", code_block: "代码",
  formula: "公式", fact_box: "小知识", resource_card: "资源卡", policy_link: "政策", key_figure: "数字", region: "限定地区",
  local_lead: "地方导语", footnote: "脚注", correction: "更正", table: "表格",
};
const STATES = [["upcoming", "预告"], ["live", "直播中"], ["ended", "已结束"]];

export const FIELDS = {
  quote: [["cite", "出处", "line"]],
  gallery: [],
  video: [["src", "地址", "line"], ["title", "标题", "line"], ["seconds", "时长（秒）", "number"]],
  audio: [["src", "地址", "line"], ["title", "标题", "line"], ["seconds", "时长（秒）", "number"], ["transcript", "文字稿", "long"]],
  live_stream: [["title", "标题", "line"], ["url", "网址", "line"], ["state", "状态", "choice", STATES], ["starts", "开始时间", "line"]],
  dialogue: [],
  code_block: [["syntax", "语言", "line"]],
  formula: [["tex", "TeX", "long"], ["alt", "读作", "line"]],
  fact_box: [["title", "标题", "line"]],
  resource_card: [["title", "名称", "line"], ["fields", "各项（标签: 值，一行一项）", "rows"], ["summary", "简介", "long"], ["url", "网址", "line"]],
  policy_link: [["title", "文件标题", "line"], ["number", "文号", "line"], ["issuer", "发文机关", "line"], ["issued", "日期", "date"], ["url", "网址", "line"]],
  key_figure: [["value", "数字", "line"], ["unit", "单位", "line"], ["label", "说明", "line"], ["note", "补充", "line"]],
  region: [["units", "地区", "words"]],
  local_lead: [],
  footnote: [["label", "编号", "line"]],
  correction: [["corrected", "更正日期", "date"], ["was", "更正前", "long"], ["now", "更正后", "long"]],
  table: [["caption", "表题", "line"]],
};
export const PICTURE = [["alt", "画面内容（给看不见的人）", "line"], ["credit", "作者或来源", "line"], ["licence", "许可", "line"], ["ai", "AI 生成", "yes"]];
export const EMPTY = { picture: { src: "" } };

/** A value as its input shows it, and back. */
export const WRITTEN = {
  number: [(value) => String(value || ""), (text) => Math.max(0, Math.round(Number(text)) || 0)],
  words: [(value) => value.join("，"), (text) => text.split(/[\s,，、]+/).filter(Boolean)],
  rows: [
    (value) => value.map(([label, said]) => `${label}: ${said}`).join("\n"),
    (text) => text.split("\n").filter((one) => one.trim()).map((one) => { const [, label, said] = one.match(/^([^:：]*)[:：]?(.*)$/); return [label.trim(), said.trim()]; }),
  ],
};
