/* Stories from elsewhere: pasted from Word, 公众号, 飞书 or a page, or a .docx file; and what did not come along. */
import { byId, carry, make, tell } from "./wire.js";
import * as fields from "./fields.js";
import { bring } from "./pictures.js";
import { change, visual } from "./surface.js";

const { slug } = document.body.dataset;
const isFile = (file) => /\.(docx|html?|md|markdown|zip)$/i.test(file.name);

/** Of files that were dropped or pasted: the story to bring in, the pictures, and what is neither said by name. */
export function sorted(files) {
  const [story, ...more] = files.filter(isFile);
  const pictures = files.filter((file) => file.type.startsWith("image/"));
  const others = files.filter((file) => !isFile(file) && !pictures.includes(file));
  const names = (those) => those.map((file) => `“${file.name}”`).join("、");
  const said = [
    more.length && `一次导入一篇：这次导入“${story.name}”，${names(more)}请另建新稿再导入。`,
    others.length && `${names(others)}放不进稿件：这里收图片和 Word（.docx）、网页、Markdown 稿件${others.some((file) => file.type.startsWith("video/")) ? "，片子请传到素材库" : ""}。`,
  ].filter(Boolean);
  if (said.length) tell(said.join(""), { bad: true });
  return { story, pictures };
}

const UNREACHED = "连不上服务，只放进了文字：格式、表格和图片要经过服务才能带进来。网络好了可以撤销，再粘贴一次。";

/** Brings a story in: {file} at the cursor, or {html} in place of what is chosen. Where nobody is there to clean the html,
    the plain ``words`` that came beside it. */
export async function arrive(given, hands) {
  const place = given.file ? null : hands.hold();
  const form = new FormData();
  form.append("slug", slug);
  if (given.file) form.append("file", given.file); else form.append("html", given.html);
  const what = given.file?.name ?? "粘贴的内容";
  byId("progress").textContent = `正在清理${what}…`;
  try {
    const answer = await carry("/arrive", form, () => {}, given.file ? undefined : 30000);
    byId("progress").textContent = "";
    take(answer, hands, place);
  } catch (error) {
    byId("progress").textContent = "";
    const isSaved = error.unreached && given.words?.trim();
    tell(isSaved ? UNREACHED : error.message, { bad: true }); // first: the bar takes room, and the cursor is to be seen
    if (isSaved) hands.paste(hands.words(given.words), place); else if (place) hands.release(place);
  }
}

function take({ doc, front, left }, hands, place) {
  const blocks = [...doc.content];
  const loose = (text) => ({ type: "paragraph", content: [{ type: "text", text }] });
  const told = [];
  const whole = hands.doc().textContent.length < 20; // an empty story: what comes is the story
  const offered = (name, value, words) => { const took = whole && fields.offer(name, value); if (took) told.push(words); return took; };
  if (front.byline?.length && !offered("byline", front.byline, "署名已放到稿头")) blocks.unshift(loose(front.byline.join("、")));
  if (front.subtitle && !offered("subtitle", front.subtitle, "副标题已放到稿头")) blocks.unshift(loose(front.subtitle));
  if (front.headline && !offered("headline", front.headline, "标题已放到稿头")) blocks.unshift({ type: "heading", attrs: { level: 2 }, content: [{ type: "text", text: front.headline }] });
  const isHollow = blocks.length > 1 && blocks[0].type === "paragraph" && !blocks[0].content;
  const come = { type: "doc", content: isHollow ? blocks.slice(1) : blocks };
  const isSomething = blocks.some((one) => one.content || one.type !== "paragraph");
  if (isSomething && place) hands.paste(come, place); else if (isSomething) hands.insert(come); else if (place) hands.release(place);
  show(left, told);
  fetchAll(blocks, hands);
}

/** What came as an address alone is brought in behind one's back; what cannot be stays in the list. */
async function fetchAll(blocks, hands) {
  const remote = new Set();
  const find = (node) => { if (/^https?:/.test(node.attrs?.picture?.src ?? "")) remote.add(node.attrs.picture.src); node.content?.forEach(find); };
  blocks.forEach(find);
  for (const src of remote) {
    if (!await bring(src, hands)) continue;
    for (const one of document.querySelectorAll("#left-list .excerpt")) if (src.startsWith(one.textContent.slice(1, -1).replace(/…$/, ""))) one.closest("li").remove();
    if (!byId("left-list").children.length) byId("left-behind").hidden = true;
  }
}

/** The box with what stayed behind and what came along changed. */
function show(left, told) {
  const box = byId("left-behind");
  const rows = left.map((one) => {
    const row = make("li", one.level, make("b", "", one.word), make("span", "", one.message));
    if (one.excerpt) row.append(make("span", "excerpt", `“${one.excerpt}”`));
    return row;
  });
  byId("left-list").replaceChildren(...rows, ...told.map((words) => make("li", "info", make("b", "", "已改动"), make("span", "", words))));
  const lost = left.filter((one) => one.level === "warn").length;
  byId("left-title").textContent = lost ? `有 ${lost} 处没有带过来` : "内容都带过来了，请核对这几处";
  box.hidden = !rows.length && !told.length;
}
byId("left-close").addEventListener("click", () => { byId("left-behind").hidden = true; visual()?.focus(); });

byId("import").addEventListener("click", () => byId("import-file").click());
byId("import-file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file) return;
  if (!visual()) await change("visual", () => {});
  if (visual()) arrive({ file }, visual());
});
