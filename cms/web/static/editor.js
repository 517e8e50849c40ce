/* The sheet of paper: a textarea over a mirror that carries line numbers and the current line. */
import { make } from "./wire.js";

const field = document.getElementById("text");
const mirror = document.getElementById("lines");
const paper = document.getElementById("paper");
let composing = false; // an input method is at work: nothing here may act
let leaving = false; // Esc was pressed: the next Tab leaves the text
let marks = new Map();
let shown = [];

export const text = () => field.value;
export const isComposing = () => composing;

/** Redraws the lines that changed, then the current one. */
function draw() {
  const lines = field.value.split("\n");
  for (let i = 0; i < lines.length; i += 1) {
    let row = mirror.children[i];
    if (!row) { row = mirror.appendChild(make("div")); row.dataset.n = i + 1; }
    if (shown[i] !== lines[i] || !row.firstChild) row.textContent = lines[i] || "\u200b";
  }
  while (mirror.children.length > lines.length) mirror.lastChild.remove();
  shown = lines;
  here();
}

function here() {
  const at = field.value.slice(0, field.selectionEnd).split("\n").length;
  for (const [i, row] of [...mirror.children].entries()) {
    row.className = [i + 1 === at ? "here" : "", marks.get(i + 1) ?? ""].join(" ").trim();
  }
}

/** Colours the numbers of the lines with findings: a map of line to level. */
export function mark(levels) { marks = levels; here(); }

/** Puts the caret on a line and shows it. */
export function jump(line) {
  const before = field.value.split("\n").slice(0, line - 1).join("\n").length;
  const start = line > 1 ? before + 1 : 0;
  field.focus({ preventScroll: true });
  field.setSelectionRange(start, start + (shown[line - 1] ?? "").length);
  here();
  const row = mirror.children[line - 1];
  if (row) paper.scrollTo({ top: Math.max(0, row.offsetTop - paper.clientHeight / 3) });
}

/** Replaces the selection so that Ctrl+Z takes it back. */
export function put(words, from = field.selectionStart, to = field.selectionEnd) {
  field.focus({ preventScroll: true });
  field.setSelectionRange(from, to);
  if (!document.execCommand("insertText", false, words)) {
    field.setRangeText(words, from, to, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Puts a block on lines of its own, with empty lines around it, and selects what to fill in first. */
export function insert(block) {
  const { selectionEnd: at, value } = field;
  const end = value.indexOf("\n", at) < 0 ? value.length : value.indexOf("\n", at);
  const start = value.lastIndexOf("\n", at - 1) + 1;
  const lead = value.slice(start, end).trim() || !value ? "\n\n" : value[start - 2] === "\n" || !start ? "" : "\n";
  const tail = value.slice(end).startsWith("\n\n") ? "" : "\n";
  put(lead + block + tail, end, end);
  field.setSelectionRange(end + lead.length, end + lead.length + block.length);
  jump(value.slice(0, end).split("\n").length + lead.length);
}

function wrap(sign) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const chosen = value.slice(from, to);
  const n = sign.length;
  if (chosen && value.slice(from - n, from) === sign && value.slice(to, to + n) === sign) {
    put(chosen, from - n, to + n);
    return field.setSelectionRange(from - n, to - n);
  }
  put(`${sign}${chosen}${sign}`);
  return field.setSelectionRange(from + n, to + n);
}

function link(address = "") {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const words = value.slice(from, to) || "链接文字";
  put(`[${words}](${address || "https://"})`);
  const start = from + words.length + 3;
  field.setSelectionRange(start, start + (address || "https://").length);
}

export function style(name) { if (!composing) name === "link" ? link() : wrap(name); }

/** Moves the selected lines in or out by two spaces. */
function indent(outward) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  if (from === to && !outward) return put("  ");
  const start = value.lastIndexOf("\n", from - 1) + 1;
  const lines = value.slice(start, to).split("\n");
  const moved = lines.map((line) => (outward ? line.replace(/^ {1,2}/, "") : line && `  ${line}`)).join("\n");
  put(moved, start, to);
  return field.setSelectionRange(from === to ? start + moved.length : start, start + moved.length);
}

const KEYS = { b: "**", i: "*", k: "link" };
field.addEventListener("compositionstart", () => { composing = true; });
field.addEventListener("compositionend", () => { composing = false; field.dispatchEvent(new Event("written")); });
field.addEventListener("keydown", (event) => {
  if (composing || event.isComposing || event.keyCode === 229) return;
  if (event.key === "Escape") { leaving = true; return; }
  if (event.key === "Tab" && !leaving) { event.preventDefault(); indent(event.shiftKey); }
  const name = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && KEYS[event.key.toLowerCase()];
  if (name) { event.preventDefault(); style(name); }
  leaving = false;
});
field.addEventListener("paste", (event) => {
  const words = event.clipboardData.getData("text/plain").trim();
  const isAddress = /^https?:\/\/\S+$/.test(words) && field.selectionStart !== field.selectionEnd;
  if (isAddress) { event.preventDefault(); link(words); }
});
field.addEventListener("input", () => { draw(); if (!composing) field.dispatchEvent(new Event("written")); });
document.addEventListener("selectionchange", () => { if (document.activeElement === field) here(); });

/** Calls back after every change, never while an input method composes. */
export function onWritten(back) { field.addEventListener("written", back); }
export { field, paper, draw };
