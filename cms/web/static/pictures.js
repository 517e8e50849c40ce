/* Pictures pasted, dropped or chosen: seen at once, sent behind, tried again. */
import { fileOf, forget, keep, mend } from "./bytes.js";
import { mark, seat } from "./copies.js";
import { byId, carry, make, tell } from "./wire.js";
import { insert as write, field } from "./editor.js";
import { cover } from "./fields.js";
import { afterWords, placeIn, placeOf } from "./places.js";
import { lend, onWritten, visual } from "./surface.js";

const { slug, channel = "", person } = document.body.dataset;
const states = new Map(); // src → what its meter says
const loose = new Set(); // what no figure shows: pictures on their way into the Markdown sheet, and covers
const known = new Map(); // upload:… → its file, and once it came how to put it in the figure
let number = 0;
const changed = () => document.dispatchEvent(new Event("unsent"));
const isPicture = (file) => file.type.startsWith("image/");

/** Sends one file; the path it has beside the draft, and what the library knows of it. */
async function send(file, progress) {
  const form = new FormData();
  form.append("picture", file);
  form.append("slug", slug);
  return carry("/pictures", form, progress);
}
/** Says that the picture is in the library now, or was, and what is still to be said of its rights. */
function noted({ library }) {
  if (!library) return;
  const [place, way] = [byId("progress"), Object.assign(document.createElement("a"), { href: library.way, target: "_blank", textContent: library.button })];
  place.replaceChildren(library.said, " ", ...(library.button ? [way] : []));
}
const said = (error, file) => (error.message.includes(file.name) ? error.message : `${file.name}：${error.message}`);

/** The pictures on this page that the story does not have yet: {name, retry, at}; ``retry`` is null while one is being sent,
    ``at`` its place in the document, -1 where it has none. */
export function unsent() {
  const left = [...loose].map(({ file, retry }) => ({ name: file.name, retry, at: -1 }));
  visual()?.doc().descendants((node, at) => {
    const src = node.attrs.picture?.src ?? "";
    if (!src.startsWith("upload:")) return;
    const { file: { name }, put } = known.get(src);
    left.push({ name, retry: states.has(src) ? states.get(src).retry : put, at }); // without a state: it came, and that was undone
  });
  return left;
}

/** In the visual editor: a figure from the first moment. ``at``: where in the document, else at the cursor. */
export function take(files, hands, at = null) {
  const pictures = files.filter(isPicture);
  for (const file of pictures) {
    seen(file, (src) => {
      const figure = { type: "figure", attrs: { picture: { src } } };
      const doc = { type: "doc", content: [figure] };
      if (at === null) hands.insert(doc); else hands.insertAt(at, doc);
      go(src, file, hands);
    });
  }
  return pictures.length > 0;
}
/** Gives a file an address of its own to be seen at, and goes on once it can be. */
function seen(file, then) {
  const src = `upload:${(number += 1)}`, reader = new FileReader();
  reader.onload = () => { lend(src, reader.result); known.set(src, { file }); then(src); };
  reader.readAsDataURL(file);
}
async function go(src, file, hands) {
  const show = (words, part, retry = null) => {
    const was = states.get(src);
    states.set(src, { words, part, retry });
    paint(src);
    if (Boolean(was?.retry) !== Boolean(retry) || !was) changed();
  };
  show("正在上传 0%", 0);
  try {
    const given = await send(file, (part) => show(`正在上传 ${Math.round(part * 100)}%`, part));
    const { path } = given;
    states.delete(src);
    lend(path, document.querySelector(`[data-src="${src}"]`)?.closest(".glass-plate")?.querySelector("img")?.src ?? "");
    known.get(src).put = () => hands.resolve(src, path, given.library?.picture);
    known.get(src).put();
    changed();
    noted(given);
  } catch (error) {
    show(said(error, file), 0, () => go(src, file, hands));
    addEventListener("online", () => { if (states.get(src)?.retry) go(src, file, hands); }, { once: true });
  }
}
/** Brings in a picture that came as an address alone; whether it is in the story now. */
export async function bring(src, hands) {
  const form = new FormData();
  form.append("address", src);
  form.append("slug", slug);
  states.set(src, { words: "正在取回", part: 0, retry: null });
  paint(src);
  try {
    const given = await carry("/pictures", form, () => {});
    states.delete(src);
    hands.resolve(src, given.path, given.library?.picture);
    noted(given);
    return true;
  } catch (error) {
    states.set(src, { words: `没有取回：${error.message}`, part: 0, retry: () => bring(src, hands) });
    paint(src);
    return false;
  }
}
/** Shows a picture's progress in ``meter``. */
export function watch(src, meter) { meter.dataset.src = src; paint(src, meter); }
function paint(src, meter = document.querySelector(`.meter[data-src="${CSS.escape(src)}"]`)) {
  const state = states.get(src);
  if (!meter) return;
  meter.hidden = !state;
  if (!state) return;
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: state.part });
  bar.setAttribute("aria-label", "上传进度");
  const again = Object.assign(make("button", "", "再传一次"), { type: "button" });
  again.addEventListener("click", () => state.retry());
  meter.replaceChildren(make("span", "", state.words), state.retry ? again : bar);
}

/** Sends files that no figure shows, one after the other; ``done`` takes the answer for each. What is not there yet, and
    what could not be sent, stands in a list over the text. ``kind``: "line" or "cover"; ``place``: where a line belongs;
    ``row``: what the bytes are kept under already. */
async function sendLoose(files, done, { kind, place = null, row = null }) {
  const waiting = files.map((file) => ({ file, kind, place, words: `等着上传 ${file.name}`, retry: null }));
  for (const one of waiting) { loose.add(one); if (row) takeOver(one, row); }
  paintLoose();
  changed();
  for (const one of waiting) await attempt(one, done);
}
async function attempt(one, done) {
  const show = (words, retry = null) => { Object.assign(one, { words, retry }); paintLoose(); };
  const again = () => { if (loose.has(one) && one.retry) attempt(one, done); };
  show(`正在上传 ${one.file.name}`);
  changed();
  try {
    const given = await send(one.file, (part) => show(`正在上传 ${one.file.name} ${Math.round(part * 100)}%`));
    loose.delete(one);
    done(given);
    noted(given);
  } catch (error) {
    show(said(error, one.file), again);
    tell(one.words, { bad: true, button: "再传一次", then: again });
    addEventListener("online", again, { once: true });
  }
  paintLoose();
  changed();
}
function paintLoose() {
  const act = (words, then) => { const button = Object.assign(make("button", "", words), { type: "button" }); button.addEventListener("click", then); return button; };
  const drop = (one) => () => { loose.delete(one); paintLoose(); changed(); };
  byId("unsent").hidden = !loose.size;
  byId("unsent").replaceChildren(...[...loose].map((one) => make("li", one.retry ? "bad" : "", make("span", "", one.words), ...(one.retry ? [act("再传一次", one.retry), act("不要了", drop(one))] : []))));
}

/** In the Markdown sheet: a line once it is there. */
const writeDown = (files, row = null) => sendLoose(files.filter(isPicture), ({ path, library }) => {
  if (row) caretTo(row.place);
  if (library?.text) { write(library.text); return; }
  write(`![](${path} "图注"){credit="" licence=""}`);
  field.setSelectionRange(field.selectionStart + 2, field.selectionStart + 2);
  byId("progress").textContent = "已插入，请写明画面内容和出处";
}, { kind: "line", place: row ? row.place : caretLine(), row });
export const upload = (files, at = null) => (visual() ? take(files, visual(), at) : writeDown(files));

let target = null, replaced = "";
/** Asks for picture files, for the cursor or for a place in the document; or for one in place of ``instead``. */
export function choose(at = null, instead = "") { [target, replaced] = [at, instead]; byId("picture").click(); }
byId("picture").addEventListener("change", (event) => {
  const files = [...event.target.files];
  event.target.value = "";
  if (replaced && visual()) change(replaced, files.find(isPicture), visual()); else upload(files, target);
});
/** Another file for a figure that keeps its words. */
function change(src, file, hands) {
  if (!file) return;
  seen(file, (next) => { hands.resolve(src, next); go(next, file, hands); });
}
byId("cover-file").addEventListener("change", (event) => {
  const files = [...event.target.files];
  event.target.value = "";
  asCover(files);
});
const asCover = (files, row = null) => sendLoose(files, ({ path, library }) => {
  cover(path, library?.picture);
  byId("progress").textContent = "已换封面";
}, { kind: "cover", row });

/* --- the bytes of what is not there yet stay in the browser, with its place, until it is there or taken out --- */
const stowed = new Map(); // upload:…, or what no figure shows → the row its bytes are kept under, and what that says
/** What is on its way, with all that is to be known to send it again from another window. */
function underWay() {
  const found = new Map([...loose].map((one) => [one, { file: one.file, says: { kind: one.kind, place: one.place } }]));
  const doc = visual()?.doc();
  doc?.descendants((node, at) => {
    const src = node.attrs.picture?.src ?? "";
    if (src.startsWith("upload:") && states.has(src)) found.set(src, { file: known.get(src).file, says: { kind: "figure", place: placeOf(doc, at), figure: node.toJSON() } });
  });
  return found;
}
function stow() {
  const now = underWay();
  for (const [key, { id }] of stowed) if (!now.has(key)) { stowed.delete(key); forget(id); }
  for (const [key, { file, says }] of now) {
    const was = stowed.get(key), said = JSON.stringify(says);
    if (was?.said === said) continue;
    const id = was?.id ?? mark();
    stowed.set(key, { id, said });
    if (was) mend(id, says); else keep({ ...says, id, person, slug, channel, window: seat }, file);
  }
}
let soon = 0;
document.addEventListener("unsent", stow);
onWritten(() => { clearTimeout(soon); if (stowed.size) soon = setTimeout(stow, 400); });

/** Sends what another window kept and could not send, each into its place. */
export async function goOn(rows) {
  for (const row of rows) {
    const file = await fileOf(row.id);
    if (!file) await forget(row.id);
    else if (row.kind === "cover") asCover([file], row);
    else if (visual()) await putBack(row, file, visual());
    else writeDown([file], row);
  }
}
/** From now on this window sends what is kept under ``row``. */
function takeOver(key, row) { stowed.set(key, { id: row.id, said: "" }); mend(row.id, { window: seat }); }
const putBack = (row, file, hands) => new Promise((done) => {
  seen(file, (src) => {
    const figure = row.figure ?? { type: "figure", attrs: { picture: {} } };
    const made = { type: "doc", content: [{ ...figure, attrs: { ...figure.attrs, picture: { ...figure.attrs.picture, src } } }] };
    const at = row.kind === "line" ? afterWords(hands.doc(), row.place.before) : placeIn(hands.doc(), row.place);
    takeOver(src, row);
    try { hands.insertAt(at < 0 ? hands.doc().content.size : at, made); } catch { hands.insertAt(hands.doc().content.size, made); }
    if (at < 0) tell(`图片“${file.name}”原来的位置没有了，放在了文末，请挪到合适的地方。`);
    go(src, file, hands);
    done();
  });
});
/** The line the cursor stands in, as a place; and the cursor to the end of that line again, or of the text. */
function caretLine() {
  const before = field.value.slice(0, field.selectionEnd).split("\n"), at = before.length - 1;
  return { index: at, before: field.value.split("\n")[at] };
}
function caretTo({ index, before }) {
  const lines = field.value.split("\n"), near = (before ?? "").slice(0, 12);
  const same = lines.map((line, at) => [Math.abs(at - index), at, line]).filter(([, , line]) => (line === before || (near && line.includes(near)))).sort(([one], [other]) => one - other)[0];
  const end = same ? lines.slice(0, same[1] + 1).join("\n").length : field.value.length;
  field.setSelectionRange(end, end);
}
