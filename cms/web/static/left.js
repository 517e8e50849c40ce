/* What this browser still holds of stories that were never saved: a new one written offline has no other place to be
   found again. Written by write.js (copies.js). Of an older copy nobody knows whose it is: it is listed where its story
   would be of one's own unit, and its headline is not. */
import "./modern.js";
import { copies, when } from "./copies.js";

const part = document.getElementById("left");
const begins = part.dataset.begins.split(" ").filter(Boolean);

function left() {
  const found = new Map();
  for (const one of copies(part.dataset.person)) {
    const text = `${one.slug}/${one.channel}`;
    const isOurs = !one.old || begins.some((name) => one.slug.startsWith(name) && /^\d/.test(one.slug.slice(name.length)));
    if (isOurs && !found.has(text)) found.set(text, one);
  }
  return [...found.values()];
}

const element = (tag, name, ...children) => {
  const made = Object.assign(document.createElement(tag), { className: name });
  made.append(...children);
  return made;
};
const headline = (one) => one.tree?.front?.headline || /^headline:\s*(.+)$/m.exec(one.text)?.[1].replace(/^["']|["']$/g, "") || "（还没有标题）";
function row(one) {
  const title = one.old ? "以前留下的一份文字" : headline(one);
  const way = element("a", "button", "打开");
  way.href = one.channel ? `/write/${one.slug}/on/${one.channel}` : `/new?slug=${one.slug}`;
  way.append(element("span", "unseen", `：${title}`));
  return element("li", "line", element("div", "what", element("h3", "", title), element("p", "hint", [when(one), "还没有存到服务器上"].filter(Boolean).join("，"))), way);
}

const rows = left().map(row);
part.querySelector("ul").append(...rows);
part.hidden = !rows.length;
