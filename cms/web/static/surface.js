/* The two ways to write one story: the visual editor and the Markdown sheet. The rest of the page asks here. */
import { held } from "./copies.js";
import { ask, byId, tell } from "./wire.js";
import * as sheet from "./editor.js";
import * as cast from "./cast.js";
import * as fields from "./fields.js";

const { body } = document;
const { slug, channel = "" } = body.dataset; // channel: whose own text this is, "" the main one
const KEPT = "yigao.surface";
const changed = new EventTarget();
let hands = null; // the visual editor, once it is loaded
let base = sheet.text(); // the text the document was made from, or last written as
let changes = 0, places = [], lines = [], bodyLine = 1, known = null;

export const isVisual = () => body.dataset.surface === "visual";
export const text = () => (isVisual() ? base : sheet.text());
export const isComposing = () => (isVisual() ? hands.isComposing() : sheet.isComposing());
export const onWritten = (back) => changed.addEventListener("written", back);
const written = () => { changes += 1; changed.dispatchEvent(new Event("written")); };
sheet.onWritten(() => { if (!isVisual()) written(); });
fields.onFields(() => { if (hands) fields.list("cast-list", fields.cast().map((one) => [one.name, one.name])); written(); });

/** The story as the server takes it. */
export const draft = () => ({ text: text(), ...(isVisual() && { tree: { front: fields.current(), doc: hands.json() } }) });
/** Something that is the same as long as nothing was changed. */
export const stamp = () => (isVisual() ? changes : sheet.text());

/** An answer to a draft: its text, and where its lines are in the document, unless one wrote on meanwhile. */
export function synced(answer, asOf) {
  if (!isVisual() || answer.text === undefined) return;
  base = answer.text;
  if (asOf !== stamp() || !answer.places) return;
  ({ places, fields: lines, body_line: bodyLine } = answer);
  known = hands.doc();
}

/* --- going from one to the other --- */
async function load(answer) {
  if (!hands) {
    const [{ open }, { room }] = await Promise.all([import("./prose.js"), import("./room.js")]);
    hands = open(byId("prose"), room({ written, cast: fields.cast, begun: document.body.dataset.begun }));
    body.hands = hands;
  }
  fields.fill(answer.front, address);
  fields.list("cast-list", fields.cast().map((one) => [one.name, one.name]));
  hands.load(answer.doc);
  cast.draw();
  [places, lines, known] = [[], [], null];
}
function wear(name) {
  body.dataset.surface = name;
  for (const button of document.querySelectorAll("[data-as]")) button.setAttribute("aria-pressed", button.dataset.as === name);
  if (name === "visual") fields.fitAll(); else sheet.draw();
}
/** The visual editor over the sheet's text; stays where it is when the text has something only Markdown can mend. */
export async function toVisual(focus = true) {
  const was = sheet.text();
  try {
    await load(await ask("/tree", { text: was, slug, channel }));
  } catch (error) {
    tell(error.message, { bad: true });
    return false;
  }
  base = was;
  wear("visual");
  if (focus) hands.focus();
  return true;
}
export async function toMarkdown() {
  try {
    const answer = isVisual() ? await ask("/text", { ...draft(), slug }) : { text: sheet.text() };
    sheet.field.value = answer.text;
    wear("markdown");
    sheet.field.focus();
    sheet.field.setSelectionRange(0, 0);
    return true;
  } catch (error) {
    tell(error.message, { bad: true });
    return false;
  }
}
/** Puts a story found again in place of this one. ``before``: called at the last moment, when nothing is to be waited for
    any more; should it throw, as what is asked before it may, everything stays as it is. */
export async function restore(found, before) {
  if (isVisual()) {
    const answer = found.tree ?? await ask("/tree", { text: found.text, slug, channel });
    before();
    await load(answer);
    base = found.text;
    fields.fitAll();
  } else {
    const answer = found.tree ? await ask("/text", { text: found.text, tree: found.tree, slug }) : found;
    before();
    sheet.field.value = answer.text;
    sheet.draw();
  }
  written();
}
let isHeld = () => false;
/** ``asked`` says whether one must stay with the way one writes now. */
export const holdWhile = (asked) => { isHeld = asked; };
export async function change(name, moved) {
  if ((name === "visual") === isVisual() || isHeld()) return;
  const done = await (name === "visual" ? toVisual() : toMarkdown());
  if (!done) return;
  held.put(KEPT, name);
  moved();
}
/** The way one wrote last time; the visual editor first. */
export async function begin() {
  const asked = new URLSearchParams(location.search).get("as") ?? held.get(KEPT);
  if (asked !== "markdown") await toVisual(false);
}

/* --- findings --- */
const placeOf = (line) => places.filter(([at]) => at <= line).at(-1)?.[1] ?? -1;
/** Shows where a finding is: {line, excerpt}; what stands on no line of this text is seen on the phone of a channel (`on`). */
export function jump({ line, excerpt = "", on = "" }) {
  if (!line && on) { document.dispatchEvent(new CustomEvent("phone", { detail: on })); return; }
  document.dispatchEvent(new CustomEvent("mode", { detail: "write" }));
  if (!isVisual()) { sheet.jump(line || 1); return; }
  if (!line || line < bodyLine) { fields.goTo(lines.filter(([at]) => at <= line).at(-1)?.[1] ?? "headline"); return; }
  hands.jump(known && known.eq(hands.doc()) ? placeOf(line) : search(excerpt, placeOf(line)), excerpt);
}
/** Goes to the words of a sentence; false where they stand no more. */
export function seek(excerpt) {
  const near = excerpt.slice(0, 12), line = text().split("\n").findIndex((row) => row.includes(near)) + 1;
  const at = isVisual() ? search(near, -1) : -1;
  if (at < 0 && (!line || (isVisual() && line >= bodyLine))) return false;
  if (at < 0) { jump({ line, excerpt }); return true; }
  document.dispatchEvent(new CustomEvent("mode", { detail: "write" }));
  hands.jump(at, excerpt);
  return true;
}
/** The block with the words of a finding made before the last keys; else where it was. */
function search(words, otherwise) {
  let found = -1;
  if (words) hands.doc().descendants((node, at) => { if (found < 0 && node.isTextblock && node.textContent.includes(words.slice(0, 12))) found = at; });
  return found < 0 ? otherwise : found;
}
export function mark(found) {
  const coloured = found.filter((one) => one.line && one.level !== "info").reverse();
  sheet.mark(new Map(coloured.map((one) => [one.line, one.level])));
  if (isVisual() && known && known.eq(hands.doc())) hands.mark(new Map(coloured.map((one) => [placeOf(one.line), one.level]).filter(([at]) => at >= 0)));
}

/* --- what the buttons do --- */
const MARKS = { "**": "strong", "*": "em" };
export function style(name) { if (!isVisual()) sheet.style(name); else if (name === "link") linkBox(hands); else hands.style(MARKS[name] ?? name); }
export function insert(choice) { if (isVisual()) hands.choose(choice); else sheet.insert(choice.text); }
export const visual = () => (isVisual() ? hands : null);

/** Where a picture of the draft is shown from. */
const local = new Map();
export function address(src) {
  if (!src) return "data:,";
  if (local.has(src)) return local.get(src);
  if (/^https?:/.test(src)) return "data:,"; // not brought in yet: nothing of elsewhere is loaded here
  return src.startsWith("data:") ? src : `/write/${slug}/beside/${src.split("/").map(encodeURIComponent).join("/")}`;
}
export const lend = (src, shown) => local.set(src, shown);

/** The box that asks for a link's address. */
export function linkBox(at) {
  const box = byId("link-box"), field = byId("link-to"), chosen = at.chosen();
  box.hidden = false;
  field.value = chosen.href || (/^https?:\/\/\S+$/.test(chosen.words) ? chosen.words : "");
  byId("link-none").hidden = !chosen.href;
  field.focus();
  field.select();
  const done = (href) => { box.hidden = true; if (href !== null) at.linkTo(chosen, href); else at.focus(); };
  box.onsubmit = (event) => { event.preventDefault(); const to = field.value.trim(); done(to && !/^[a-z]+:/i.test(to) ? `https://${to}` : to); };
  byId("link-none").onclick = () => done("");
  field.onkeydown = (event) => { if (event.key === "Escape") done(null); };
}
