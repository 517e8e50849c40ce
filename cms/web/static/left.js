/* What this browser still holds of stories that were never saved: a new one written offline has no other place to be
   found again. Written by write.js under yigao.<story>[.<channel>], and .found for what is laid aside. */
import "./modern.js";

const part = document.getElementById("left");
const NAME = /^yigao\.([a-z0-9-]+?)(?:\.(?!found$)([a-z]+))?(\.found)?$/;

function held() {
  const found = new Map();
  let keys = [];
  try { keys = Object.keys(localStorage); } catch { /* closed to us: nothing of ours is there */ }
  for (const key of keys) {
    const named = NAME.exec(key);
    if (!named) continue;
    try {
      const said = JSON.parse(localStorage.getItem(key));
      const newest = named[3] ? said[0] : said;
      if (newest?.text !== undefined) found.set(`${named[1]}.${named[2] ?? ""}`, { slug: named[1], channel: named[2], ...newest });
    } catch { /* how somebody writes, not what: yigao.surface */ }
  }
  return [...found.values()].sort((one, other) => (other.at ?? 0) - (one.at ?? 0));
}

const element = (tag, name, ...children) => {
  const made = Object.assign(document.createElement(tag), { className: name });
  made.append(...children);
  return made;
};
const titled = (one) => one.tree?.front?.headline || /^headline:\s*(.+)$/m.exec(one.text)?.[1].replace(/^["']|["']$/g, "") || "（还没有标题）";
function row(one) {
  const at = one.at ? `${new Date(one.at).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" })} 写的` : "";
  const way = element("a", "button", "打开");
  way.href = one.channel ? `/write/${one.slug}/on/${one.channel}` : `/new?slug=${one.slug}`;
  way.append(element("span", "unseen", `：${titled(one)}`));
  return element("li", "line", element("div", "what", element("h3", "", titled(one)), element("p", "hint", [at, "还没有存到服务器上"].filter(Boolean).join("，"))), way);
}

const rows = held().map(row);
part.querySelector("ul").append(...rows);
part.hidden = !rows.length;
