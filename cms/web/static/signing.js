/* What a leader writes on a page opened by a link stays in this browser until it is signed: the visit may end, the page may be
   closed or thrown away sooner. Under the link and its one person: shown only where the code let them in again, on a page for
   the very same two, and gone with the link. */
import "./modern.js";
import { held } from "./copies.js";

const LASTS = 24 * 3600 * 1000, BEGINS = "yigao-sign/"; // a link works no longer
const place = document.querySelector("[data-link]");
const name = BEGINS + place.dataset.link;

function read(key) {
  try { return JSON.parse(held.get(key)); } catch { return null; }
}
function sweep() {
  let names = [];
  try { names = Object.keys(localStorage); } catch { /* closed to us: nothing of ours is there */ }
  for (const one of names) if (one.startsWith(BEGINS) && !(read(one)?.at > Date.now() - LASTS)) held.drop(one);
}
const fields = (form) => [...form.elements].filter((one) => ["opinion", "words", "read", "reason"].includes(one.name));
const isTick = (one) => one.type === "checkbox";
const said = (form) => fields(form).filter((one) => (isTick(one) ? one.checked : one.value !== (one.dataset.blank ?? ""))).map((one) => [one.name, one.value]);

function keep(form) {
  const words = said(form);
  if (!words.length || !held.put(name, JSON.stringify({ at: Date.now(), words }))) held.drop(name); // never an older one than the page's
}
/** Puts back what is kept, where the page that came does not say it already: it is at least as new as what was sent from here. */
function putBack(form) {
  const words = read(name)?.words ?? [];
  let isNew = false;
  for (const one of words.length ? fields(form) : []) {
    const found = words.find(([own, was]) => own === one.name && (!isTick(one) || was === one.value));
    const [what, value] = isTick(one) ? ["checked", Boolean(found)] : ["value", found?.[1] ?? one.value];
    if (one[what] === value) continue;
    one[what] = value;
    isNew = true;
  }
  if (!isNew) return;
  form.querySelector(".back").open ||= words.some(([own]) => own === "words" || own === "reason");
  document.querySelector(".put-back").hidden = false;
}

sweep();
if (place.tagName === "FORM") {
  putBack(place);
  for (const kind of ["input", "change"]) place.addEventListener(kind, () => keep(place));
} else {
  held.drop(name); // it is signed, or sent back
}
