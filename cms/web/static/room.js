/* What the visual editor asks the page for: blocks to insert, pictures, pasted stories, the toolbar. */
import { byId, tell } from "./wire.js";
import { choose, take, watch } from "./pictures.js";
import { arrive, sorted } from "./arrive.js";
import { voiced } from "./cast.js";
import { address, linkBox } from "./surface.js";

const choices = [...document.querySelectorAll("#block-menu [data-doc]")].map((one) => ({
  name: one.dataset.name, initials: one.dataset.initials, get doc() { return voiced(JSON.parse(one.dataset.doc)); },
}));
const library = document.querySelector("#block-menu [data-opens]");
if (library) choices.splice(1, 0, { name: library.dataset.name, initials: library.dataset.initials, open: () => byId(library.dataset.opens).click() });
const units = [...byId("unit").options].map((one) => [one.value, one.textContent]);
const isAddress = (words) => /^https?:\/\/\S+$/.test(words.trim());

/** Files into the story, at the cursor; what cannot come is said. */
function bring(files, hands) {
  const { story, pictures } = sorted(files);
  if (story) arrive({ file: story }, hands);
  take(pictures, hands);
  return true;
}

/** Our own blocks, from this story or another, need no cleaning. */
function ours(html, event, hands) {
  const left = hands.recall(html, event);
  if (left) tell(`${left} 张图片还没有传完，没有一起粘贴：传完以后再复制。`, { bad: true });
  return left !== null;
}

export function room({ written, cast, begun }) {
  return {
    choices, written, cast, begun, address, watch,
    units: () => units,
    choose,
    link: linkBox,
    paste(event, hands) {
      const { clipboardData: held } = event;
      const [html, words, files] = [held.getData("text/html"), held.getData("text/plain"), [...held.files]];
      const chosen = hands.chosen();
      if (isAddress(words) && !chosen.empty) { hands.linkTo(chosen, words.trim()); return true; }
      if (ours(html, event, hands)) return true;
      if (!html && files.length) return bring(files, hands);
      if (hands.here().kind === "code_block") return false;
      if (html) { arrive({ html, words }, hands); return true; }
      const plain = hands.words(words);
      if (plain.content.length < 2) return false;
      hands.paste(plain, hands.hold());
      return true;
    },
    drop(event, hands) {
      const { dataTransfer: held } = event;
      const [html, words, files] = [held.getData("text/html"), held.getData("text/plain"), [...held.files]];
      if (!files.length && !html) return false;
      const found = hands.view.posAtCoords({ left: event.clientX, top: event.clientY });
      if (found) hands.place(found.pos);
      if (files.length) return bring(files, hands);
      if (ours(html, event, hands)) return true;
      if (hands.here().kind === "code_block") return false;
      arrive({ html, words }, hands);
      return true;
    },
    moved(hands) {
      const { kind, marks, attrs } = hands.here();
      for (const button of document.querySelectorAll(".tools [data-mark]")) button.setAttribute("aria-pressed", marks.includes({ "**": "strong", "*": "em" }[button.dataset.mark] ?? button.dataset.mark));
      byId("kind").value = kind === "heading" ? `heading${attrs.level}` : kind === "paragraph" ? "paragraph" : "";
    },
  };
}
