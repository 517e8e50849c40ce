/* The sheet of paper: a textarea over a mirror that carries line numbers and the current line. */
import { byId, make } from "./wire.js";

export const field = byId("text");
export const paper = byId("paper");
const mirror = byId("lines");
let composing = false; // an input method is at work: nothing here may act
let leaving = false; // Esc was pressed: the next Tab leaves the text
let marks = new Map();
let shown = [];
export const text = () => field.value;
export const isComposing = () => composing;

/** Redraws the lines that changed, then the current one. */
export function draw() {
  const lines = field.value.split("\n");
  for (const [i, line] of lines.entries()) {
    const row = mirror.children[i] ?? mirror.appendChild(make("div"));
    row.dataset.n = i + 1;
    if (shown[i] !== line || !row.firstChild) row.textContent = line || "\u200b";
  }
  while (mirror.children.length > lines.length) mirror.lastChild.remove();
  shown = lines;
  here();
}

function here() {
  const at = field.value.slice(0, field.selectionEnd).split("\n").length;
  for (const [i, row] of [...mirror.children].entries()) row.className = `${i + 1 === at ? "here" : ""} ${marks.get(i + 1) ?? ""}`;
}

/** Colours the numbers of the lines with findings: a map of line to level. */
export function mark(levels) { marks = levels; here(); }

/** Selects a line and shows it. */
export function jump(line) {
  const start = shown.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  field.focus({ preventScroll: true });
  field.setSelectionRange(start, start + (shown[line - 1] ?? "").length);
  here();
  paper.scrollTo({ top: Math.max(0, (mirror.children[line - 1]?.offsetTop ?? 0) - paper.clientHeight / 3) });
}

/** Replaces the selection so that Ctrl+Z takes it back. */
export function put(words, from = field.selectionStart, to = field.selectionEnd) {
  field.focus({ preventScroll: true });
  field.setSelectionRange(from, to);
  if (document.execCommand("insertText", false, words)) return;
  field.setRangeText(words, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Puts a block on lines of its own after the current one, and selects it. */
export function insert(block) {
  const { selectionEnd: at, value } = field;
  const end = (value.indexOf("\n", at) + 1 || value.length + 1) - 1;
  const before = value.slice(0, end).replace(/\n+$/, "");
  const lead = before ? "\n\n" : "";
  put(`${lead}${block}\n\n`, before.length, end + value.slice(end).match(/^\n*/)[0].length);
  const start = before.length + lead.length;
  jump(field.value.slice(0, start).split("\n").length);
  field.setSelectionRange(start, start + block.length);
}

function wrap(sign) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const [chosen, n] = [value.slice(from, to), sign.length];
  const isOn = chosen && value.slice(from - n, from) === sign && value.slice(to, to + n) === sign;
  put(isOn ? chosen : sign + chosen + sign, isOn ? from - n : from, isOn ? to + n : to);
  field.setSelectionRange(isOn ? from - n : from + n, isOn ? to - n : to + n);
}

function link(address = "https://") {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const words = value.slice(from, to) || "链接文字";
  put(`[${words}](${address})`);
  field.setSelectionRange(from + words.length + 3, from + words.length + 3 + address.length);
}

export function style(name) { if (!composing) (name === "link" ? link() : wrap(name)); }

/** Moves the selected lines in or out by two spaces. */
function indent(outward) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  if (from === to && !outward) { put("  "); return; }
  const start = value.lastIndexOf("\n", from - 1) + 1;
  const lines = value.slice(start, to).split("\n");
  const moved = lines.map((line) => (outward ? line.replace(/^ {1,2}/, "") : line && `  ${line}`)).join("\n");
  put(moved, start, to);
  field.setSelectionRange(from === to ? start + moved.length : start, start + moved.length);
}

const KEYS = { b: "**", i: "*", k: "link" };
field.addEventListener("compositionstart", () => { composing = true; });
field.addEventListener("compositionend", () => { composing = false; field.dispatchEvent(new Event("written")); });
field.addEventListener("keydown", (event) => {
  if (composing || event.isComposing || event.keyCode === 229) return;
  const name = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && KEYS[event.key.toLowerCase()];
  if (event.key === "Tab" && !leaving) { event.preventDefault(); indent(event.shiftKey); }
  if (name) { event.preventDefault(); style(name); }
  leaving = event.key === "Escape";
});
field.addEventListener("paste", (event) => {
  const words = event.clipboardData.getData("text/plain").trim();
  if (/^https?:\/\/\S+$/.test(words) && field.selectionStart !== field.selectionEnd) { event.preventDefault(); link(words); }
});
/** The words a story begins with: the first click chooses them, to be written over. */
field.addEventListener("click", () => {
  const { selectionStart: from, selectionEnd: to, value } = field, { begun } = document.body.dataset;
  const start = value.lastIndexOf("\n", from - 1) + 1;
  if (begun && from === to && value.slice(start).split("\n", 1)[0] === begun) field.setSelectionRange(start, start + begun.length);
});
field.addEventListener("input", () => { draw(); if (!composing) field.dispatchEvent(new Event("written")); });
document.addEventListener("selectionchange", () => { if (document.activeElement === field) here(); });

/** Calls back after every change, never while an input method composes. */
export const onWritten = (back) => field.addEventListener("written", back);
