/* The fields above the story: they show the front matter, and say what it has become. */
import { byId, make } from "./wire.js";

const inputs = [...document.querySelectorAll("[data-front]")];
const told = new EventTarget();
const LISTS = { names: [/[、;；]+/, "、"], words: [/[\s,，、]+/, "，"] };
const DEFAULTS = { kind: "original", lang: "zh-CN" };
let front = {};

/** What stands at headline, source.outlet, short_headlines.weibo … */
function read(name) {
  const [key, part] = name.split(".");
  if (key === "short_headlines") return (front.short_headlines ?? []).find(([channel]) => channel === part)?.[1] ?? "";
  return (part ? front[key]?.[part] : front[key]) ?? DEFAULTS[name] ?? "";
}
function write(name, value) {
  const [key, part] = name.split(".");
  const keep = (holder, at, one) => { if (one === "" || one === 0 || one?.length === 0 || one === DEFAULTS[at]) delete holder[at]; else holder[at] = one; };
  front = JSON.parse(JSON.stringify(front));
  if (key === "short_headlines") keep(front, key, [...(front[key] ?? []).filter(([channel]) => channel !== part), ...(value ? [[part, value]] : [])]);
  else if (key === "source") front.source = { outlet: "", ...front.source, [part]: value };
  else if (part && front[key]) { front[key] = { ...front[key] }; keep(front[key], part, value); } else if (!part) keep(front, key, value);
  if (name === "kind") { if (value === "original") delete front.source; else front.source ??= { outlet: "" }; }
  told.dispatchEvent(new Event("written"));
}
const shown = (input) => { const value = read(input.dataset.front), [, between] = LISTS[input.dataset.kind] ?? []; return between ? (value || []).join(between) : String(value || ""); };
function taken(input) {
  const { kind } = input.dataset, words = input.value.replace(/\n/g, " ");
  if (kind === "number") return Math.max(0, Math.round(Number(words)) || 0);
  return LISTS[kind] ? words.split(LISTS[kind][0]).map((one) => one.trim()).filter(Boolean) : words;
}
function fit(input) { if (input.tagName === "TEXTAREA") { input.style.height = "auto"; input.style.height = `${input.scrollHeight}px`; } }
export const fitAll = () => inputs.forEach(fit);

function sync() {
  for (const input of inputs) if (document.activeElement !== input) input.value = shown(input);
  for (const one of document.querySelectorAll("[data-reprint]")) one.hidden = (front.kind ?? (front.source ? "reprint" : "original")) !== "reprint";
  for (const one of inputs) if (one.dataset.front.startsWith("cover.")) one.disabled = !front.cover;
  const said = [front.cover && "有封面", front.source?.outlet && `转载自 ${front.source.outlet}`, front.column].filter(Boolean);
  byId("front-said").textContent = said.join(" · ");
  drawCover();
}

/* --- the cover and its focus point --- */
let address = () => "";
function drawCover() {
  const [image, dot, drop] = [byId("cover-shown"), byId("cover-dot"), byId("cover-drop")];
  const src = front.cover ? address(front.cover.src) : "";
  if (image.getAttribute("src") !== src && src) image.src = src;
  for (const one of [image, dot, drop]) one.hidden = !src;
  dot.style.left = `${(front.cover?.focus_x ?? 500) / 10}%`;
  dot.style.top = `${(front.cover?.focus_y ?? 500) / 10}%`;
}
function focusOn(x, y) {
  const held = (one) => Math.min(1000, Math.max(0, Math.round(one)));
  front = { ...front, cover: { ...front.cover, focus_x: held(x), focus_y: held(y) } };
  drawCover();
  told.dispatchEvent(new Event("written"));
}
byId("cover-shown").addEventListener("click", (event) => {
  const box = event.target.getBoundingClientRect();
  focusOn((1000 * (event.clientX - box.left)) / box.width, (1000 * (event.clientY - box.top)) / box.height);
});
byId("cover-dot").addEventListener("keydown", (event) => {
  const [x, y] = { ArrowLeft: [-20, 0], ArrowRight: [20, 0], ArrowUp: [0, -20], ArrowDown: [0, 20] }[event.key] ?? [];
  if (x === undefined) return;
  event.preventDefault();
  focusOn((front.cover?.focus_x ?? 500) + x, (front.cover?.focus_y ?? 500) + y);
});
byId("cover-choose").addEventListener("click", () => byId("cover-file").click());
byId("cover-drop").addEventListener("click", () => cover(""));
/** Takes a picture for the cover, with what the library says of it; none when there is no path. */
export function cover(path, known = {}) {
  front = { ...front };
  if (path) front.cover = { ...front.cover, ...known, src: path }; else delete front.cover;
  sync();
  told.dispatchEvent(new Event("written"));
}

for (const input of inputs) {
  const change = (event) => { if (!event.isComposing) { fit(input); write(input.dataset.front, taken(input)); if (input.tagName === "SELECT") sync(); } };
  input.addEventListener("input", change);
  input.addEventListener("compositionend", () => change({}));
  input.addEventListener("blur", sync);
}
byId("front").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing && event.keyCode !== 229 && event.target.dataset.front === "headline") event.preventDefault();
});

export function fill(given, addressOf) { front = given; address = addressOf; sync(); requestAnimationFrame(fitAll); }
export const current = () => front;
export const cast = () => (front.cast ?? []).map((one) => ({ side: "left", colour: "#1c5f70", ...one }));
/** Puts these in place of the cast. */
export function recast(rows) {
  front = { ...front };
  if (rows.length) front.cast = rows; else delete front.cast;
  told.dispatchEvent(new Event("written"));
}
export const onFields = (back) => told.addEventListener("written", back);
/** Sets a field that is still empty; whether it took it. */
export function offer(name, value) {
  const is = read(name);
  if (!value?.length || (is?.length && is !== "请写标题")) return false;
  write(name, value);
  sync();
  return true;
}
/** Opens what hides the field and goes there. */
export function goTo(name) {
  const input = inputs.find((one) => one.dataset.front === name || one.dataset.front.startsWith(`${name}.`)) ?? inputs[0];
  input.closest("details")?.setAttribute("open", "");
  fitAll();
  input.focus();
  input.scrollIntoView({ block: "center" });
}
/** Where the counters of a channel's field stand among the fields; null for those of the bar. */
export const counts = (field) => document.querySelector(`[data-counts="${field}"]`);
export const list = (id, rows) => byId(id).replaceChildren(...rows.map(([value, label]) => Object.assign(make("option"), { value, label })));
