/* Our blocks as ProseMirror knows them: the same names, the same fields, nothing besides (cms/manuscript/tree.py). */
import { Schema } from "prosemirror-model";

/** An attribute, and how a value off the clipboard must look: like its default; a picture has at least its address. */
const field = (value) => ({
  ...(value !== undefined && { default: value }),
  validate(said) {
    const isPicture = typeof said?.src === "string";
    if (value === undefined ? !isPicture : value === null ? said !== null && !isPicture : typeof said !== typeof value || Array.isArray(said) !== Array.isArray(value)) throw new RangeError("no such value");
  },
});
/** An address a reader may be sent to (SAFE_SCHEMES of cms/manuscript/normal.py). */
const href = { validate(said) { if (typeof said !== "string" || !/^(https?:|mailto:|tel:)/i.test(said)) throw new RangeError("no safe address"); } };
const fields = (given) => Object.fromEntries(Object.entries({ lang: "", ai: false, ...given }).map(([name, value]) => [name, field(value)]));
const shown = (tag, name) => (node) => [tag, { class: name, ...(node.attrs.lang && { lang: node.attrs.lang }), ...(node.attrs.ai && { "data-ai": "yes" }), ...(node.attrs.align && { "data-align": node.attrs.align }) }, 0];
const card = (kind, given, more = {}) => ({ group: "block", attrs: fields(given), defining: true, isolating: true, toDOM: () => ["div", { "data-kind": kind }, ...(more.content ? [0] : [])], parseDOM: [], ...more });
const row = (kind, given) => ({ content: "inline*", attrs: Object.fromEntries(Object.entries(given).map(([name, value]) => [name, field(value)])), isolating: true, defining: true, selectable: false, toDOM: () => ["div", { "data-kind": kind }, 0] });
const cell = (role, tag) => ({ content: "inline*", tableRole: role, isolating: true, attrs: { colspan: { default: 1 }, rowspan: { default: 1 }, colwidth: { default: null } }, toDOM: () => [tag, 0], parseDOM: [{ tag }] });
const tagged = (tag, ...more) => ({ toDOM: () => [tag, 0], parseDOM: [{ tag }, ...more.map((one) => ({ tag: one }))] });

const nodes = {
  doc: { content: "block+" },
  paragraph: { group: "block", content: "inline*", attrs: fields({ align: "" }), toDOM: shown("p", ""), parseDOM: [{ tag: "p" }] },
  heading: { group: "block", content: "inline*", attrs: fields({ level: 2 }), defining: true, toDOM: (node) => shown(`h${node.attrs.level}`, "")(node), parseDOM: [1, 2, 3, 4, 5, 6].map((level) => ({ tag: `h${level}`, attrs: { level } })) },
  list: {
    group: "block", content: "list_item+", attrs: fields({ ordered: false, start: 1 }),
    toDOM: (node) => [node.attrs.ordered ? "ol" : "ul", { ...(node.attrs.start !== 1 && { start: node.attrs.start }), ...(node.attrs.lang && { lang: node.attrs.lang }), ...(node.attrs.ai && { "data-ai": "yes" }) }, 0],
    parseDOM: [{ tag: "ul", attrs: { ordered: false } }, { tag: "ol", getAttrs: (dom) => ({ ordered: true, start: Number(dom.getAttribute("start")) || 1 }) }],
  },
  list_item: { content: "block+", defining: true, toDOM: () => ["li", 0], parseDOM: [{ tag: "li" }] },
  quote: card("quote", { cite: "" }, { content: "block+", isolating: false, parseDOM: [{ tag: "blockquote" }] }),
  figure: card("figure", { picture: undefined }, { content: "inline*" }),
  gallery: card("gallery", {}, { content: "figure* caption" }),
  caption: row("caption", {}),
  video: card("video", { src: "", title: "", poster: null, seconds: 0 }, { content: "inline*" }),
  audio: card("audio", { src: "", title: "", seconds: 0, transcript: "" }),
  live_stream: card("live_stream", { url: "", title: "", state: "upcoming", starts: "" }),
  dialogue: card("dialogue", {}, { content: "line*", allowGapCursor: false }),
  line: row("line", { speaker: "" }),
  table: { group: "block", content: "table_row+", tableRole: "table", isolating: true, attrs: fields({ aligns: [], caption: "" }), toDOM: () => ["table", ["tbody", 0]], parseDOM: [{ tag: "table" }] },
  table_row: { content: "(table_header | table_cell)*", tableRole: "row", toDOM: () => ["tr", 0], parseDOM: [{ tag: "tr" }] },
  table_header: cell("header_cell", "th"),
  table_cell: cell("cell", "td"),
  code_block: { group: "block", content: "text*", marks: "", code: true, defining: true, attrs: fields({ syntax: "" }), toDOM: () => ["pre", ["code", 0]], parseDOM: [{ tag: "pre", preserveWhitespace: "full" }] },
  formula: card("formula", { tex: "", alt: "" }),
  fact_box: card("fact_box", { title: "" }, { content: "block+" }),
  divider: { group: "block", attrs: fields({}), toDOM: () => ["hr"], parseDOM: [{ tag: "hr" }] },
  resource_card: card("resource_card", { title: "", fields: [], summary: "", url: "" }),
  policy_link: card("policy_link", { title: "", url: "", number: "", issuer: "", issued: "" }),
  key_figure: card("key_figure", { value: "", label: "", unit: "", note: "" }),
  region: card("region", { units: [] }, { content: "block+" }),
  local_lead: card("local_lead", {}, { content: "local_text+", allowGapCursor: false }),
  local_text: row("local_text", { unit: "" }),
  footnote: card("footnote", { label: "" }, { content: "block+" }),
  correction: card("correction", { corrected: "", was: "", now: "" }),
  text: { group: "inline" },
  break: { group: "inline", inline: true, selectable: false, toDOM: () => ["br"], parseDOM: [{ tag: "br" }], leafText: () => "\n" },
  footnote_ref: { group: "inline", inline: true, atom: true, attrs: { label: { validate: "string" } }, toDOM: (node) => ["sup", { class: "note-ref" }, `[${node.attrs.label}]`] },
  inline_formula: { group: "inline", inline: true, atom: true, attrs: { tex: field("") }, toDOM: (node) => ["span", { class: "tex" }, node.attrs.tex] },
};

// In the order our values keep them (MARK_ORDER): the first stands outermost.
const marks = {
  link: { inclusive: false, attrs: { href, title: field("") }, toDOM: (mark) => ["a", { href: mark.attrs.href, title: mark.attrs.href, rel: "noreferrer" }, 0], parseDOM: [{ tag: "a[href]", getAttrs: (dom) => ({ href: dom.getAttribute("href") }) }] },
  lang: { attrs: { lang: { validate: "string" } }, toDOM: (mark) => ["span", { lang: mark.attrs.lang, class: "foreign" }, 0] },
  ai: { toDOM: () => ["span", { class: "by-machine", title: "AI 生成" }, 0] },
  strong: tagged("strong", "b"),
  em: tagged("em", "i"),
  strike: tagged("del", "s"),
  sup: tagged("sup"),
  sub: tagged("sub"),
  code: tagged("code"),
};

export const schema = new Schema({ nodes, marks });
/** Kinds whose text is one line that Enter leaves. */
export const ONE_LINE = new Set(["figure", "video", "caption"]);
/** Kinds that are rows: Enter makes the next one. */
export const ROWS = new Set(["line", "local_text"]);
