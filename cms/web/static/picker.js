/* A picture of the library into the story, or onto its cover: with its focus point, words, author and licence. */
import "./modern.js";
import { ask, byId, make } from "./wire.js";
import { insert as write } from "./editor.js";
import { cover } from "./fields.js";
import { lend, visual } from "./surface.js";

const { slug } = document.body.dataset;
const [box, list, said, words] = [byId("picker"), byId("picker-list"), byId("picker-said"), byId("picker-words")];
let put = inText, asked = 0;

/** Shows what is found; an answer that comes too late is not shown. */
async function look() {
  const mine = (asked += 1);
  say("正在找…");
  const address = `/library/pick?words=${encodeURIComponent(words.value.trim())}`;
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  const found = answer?.ok ? await answer.json().catch(() => null) : null;
  if (mine !== asked) return;
  if (!found) { say("素材库没有应答，请看看网络，再点“找”。", true); return; }
  list.replaceChildren(...found.pictures.map(row));
  if (found.total > found.pictures.length) say(`共 ${found.total} 张，先显示最近的 ${found.pictures.length} 张，写几个字能找得更准。`);
  else if (found.total) say(`共 ${found.total} 张。`);
  else say(words.value ? "没有找到，换几个字试试。" : "素材库里还没有图片，请先到素材库上传。");
}
function say(sentence, bad = false) { said.textContent = sentence; said.classList.toggle("bad-news", bad); }
function row(one) {
  const image = Object.assign(make("img"), { src: one.thumb, alt: one.alt, loading: "lazy" });
  const button = Object.assign(make("button", "", image, make("b", "", one.name), make("span", "hint", one.said)), { type: "button" });
  if (one.end) button.append(make("span", one.end.includes("过期") ? "end bad" : "end", one.end));
  button.addEventListener("click", () => take(one));
  return make("li", "", button);
}
async function take(one) {
  say(`正在拿“${one.name}”…`);
  try {
    const given = await ask(`/library/${one.number}/take`, { slug });
    lend(given.picture.src, given.shown);
    box.close();
    put(given);
  } catch (error) { say(error.message, true); }
}
function inText({ picture, text }) {
  if (visual()) visual().insert({ type: "doc", content: [{ type: "figure", attrs: { picture } }] });
  else write(text);
}
function open(then) {
  put = then;
  list.replaceChildren(); // what is shown is what was found now: no button goes away under the hand
  box.showModal();
  words.focus();
  words.select();
  look();
}
byId("from-library").addEventListener("click", () => open(inText));
byId("block-menu").addEventListener("click", (event) => { // 插入块 → 素材: the menu goes, the box comes
  if (!event.target.closest("[data-opens]")) return;
  event.stopPropagation();
  byId("blocks").click();
  open(inText);
}, true);
byId("cover-library")?.addEventListener("click", () => open(({ picture }) => cover(picture.src, picture)));
byId("picker-form").addEventListener("submit", (event) => { event.preventDefault(); look(); });
byId("picker-close").addEventListener("click", () => box.close());
let timer = 0;
words.addEventListener("input", (event) => { if (event.isComposing) return; clearTimeout(timer); timer = setTimeout(look, 300); });
words.addEventListener("compositionend", look);
