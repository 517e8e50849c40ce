/* Pictures pasted, dropped or chosen: seen at once, sent behind, tried again. */
import { byId, carry, make, tell } from "./wire.js";
import { insert as write, field } from "./editor.js";
import { cover } from "./fields.js";
import { lend, visual } from "./surface.js";

const { slug } = document.body.dataset;
const states = new Map(); // src → what its meter says
let number = 0;
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

/** In the visual editor: a figure from the first moment. ``at``: where in the document, else at the cursor. */
export function take(files, hands, at = null) {
  const pictures = files.filter(isPicture);
  for (const file of pictures) {
    const src = `upload:${(number += 1)}`;
    const reader = new FileReader();
    reader.onload = () => {
      lend(src, reader.result);
      const figure = { type: "figure", attrs: { picture: { src } } };
      const doc = { type: "doc", content: [figure] };
      if (at === null) hands.insert(doc); else hands.insertAt(at, doc);
      go(src, file, hands);
    };
    reader.readAsDataURL(file);
  }
  return pictures.length > 0;
}
async function go(src, file, hands) {
  const show = (words, part, retry = null) => { states.set(src, { words, part, retry }); paint(src); };
  show("正在上传 0%", 0);
  try {
    const given = await send(file, (part) => show(`正在上传 ${Math.round(part * 100)}%`, part));
    const { path } = given;
    states.delete(src);
    lend(path, document.querySelector(`[data-src="${src}"]`)?.closest(".glass-plate")?.querySelector("img")?.src ?? "");
    hands.resolve(src, path, given.library?.picture);
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

/** In the Markdown sheet: a line once it is there. */
async function writeDown(files) {
  for (const file of files.filter(isPicture)) {
    byId("progress").textContent = `正在上传 ${file.name}…`;
    try {
      const given = await send(file, (part) => { byId("progress").textContent = `正在上传 ${file.name} ${Math.round(part * 100)}%`; });
      if (given.library?.text) { write(given.library.text); noted(given); continue; }
      write(`![](${given.path} "图注"){credit="" licence=""}`);
      field.setSelectionRange(field.selectionStart + 2, field.selectionStart + 2);
      byId("progress").textContent = "已插入，请写明画面内容和出处";
      noted(given);
    } catch (error) {
      byId("progress").textContent = "";
      tell(said(error, file), { bad: true, button: "再传一次", then: () => writeDown([file]) });
    }
  }
}
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
  const next = `upload:${(number += 1)}`, reader = new FileReader();
  reader.onload = () => { lend(next, reader.result); hands.resolve(src, next); go(next, file, hands); };
  reader.readAsDataURL(file);
}
byId("cover-file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file) return;
  try {
    byId("progress").textContent = `正在上传 ${file.name}…`;
    const given = await send(file, () => {});
    cover(given.path, given.library?.picture);
    byId("progress").textContent = "已换封面";
    noted(given);
  } catch (error) {
    byId("progress").textContent = "";
    tell(said(error, file), { bad: true });
  }
});
