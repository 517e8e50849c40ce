// 待代发: words and formatted text to the clipboard, where the browser lets a page do that.
import "./modern.js";
const SAID = 2500;

function said(button, words) {
  const own = button.dataset.words ?? (button.dataset.words = button.textContent);
  button.textContent = words;
  setTimeout(() => { button.textContent = own; }, SAID);
}

/** Copy what is selected inside `from`, with its formatting; works without https too. */
function copied(from) {
  const owner = from.ownerDocument;
  const range = owner.createRange();
  const chosen = owner.defaultView.getSelection();
  range.selectNodeContents(from);
  chosen.removeAllRanges();
  chosen.addRange(range);
  const done = owner.execCommand("copy");
  chosen.removeAllRanges();
  return done;
}

for (const button of document.querySelectorAll("[data-copy], [data-copy-body]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const name = button.dataset.copy ?? button.dataset.copyBody;
    const there = document.getElementById(name);
    const done = copied(button.dataset.copy ? there : there.contentDocument.body);
    said(button, done ? "已复制" : "请手动选中复制");
  });
}
