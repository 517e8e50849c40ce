/* Who else has this story open: a small round mark each, in the header. Asked every quarter of a minute, and only while
   this window is in sight; one that is silent is gone after 40 s. */
import "./modern.js";
import { ask, byId, make } from "./wire.js";

const EVERY = 15_000, SHOWN = 4;
const { slug } = document.body.dataset;
const [place, more] = [byId("faces"), byId("faces-twice")];
const pane = Array.from(crypto.getRandomValues(new Uint8Array(12)), (one) => one.toString(16).padStart(2, "0")).join("");
let timer = 0, said = "";

async function here() {
  clearTimeout(timer);
  timer = setTimeout(here, EVERY);
  if (document.hidden || !document.body.dataset.base) return; // a story nobody saved yet is nobody else's
  const answer = await ask(`/write/${slug}/here`, { pane }, 10_000).catch(() => null);
  if (answer) show(answer);
}
function face(one) {
  const mark = make("span", "face", one.initial);
  mark.title = `${one.name}也在写`;
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", mark.title);
  return mark;
}
function show({ others, twice }) {
  const now = JSON.stringify([others, twice]);
  if (now === said) return; // nothing is read out twice
  said = now;
  const marks = others.slice(0, SHOWN).map(face);
  const rest = others.slice(SHOWN).map((one) => one.name);
  if (rest.length) marks.push(Object.assign(make("span", "face rest", `+${rest.length}`), { title: `${rest.join("、")}也在写` }));
  if (others.length) marks.push(make("span", "face-words", others.length === 1 ? `${others[0].name}也在写` : `${others.length} 人也在写`));
  place.replaceChildren(...marks);
  place.hidden = !others.length;
  more.hidden = !twice;
}
addEventListener("pagehide", () => { // the other window need not wait until this one has been silent for long
  if (!document.body.dataset.base) return;
  const headers = { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content, "Content-Type": "application/json", Accept: "application/json" };
  fetch(`/write/${slug}/here`, { method: "POST", keepalive: true, headers, body: JSON.stringify({ pane, left: true }) }).catch(() => {});
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) here(); });
addEventListener("pageshow", here);
new MutationObserver(here).observe(document.body, { attributeFilter: ["data-base"] });
