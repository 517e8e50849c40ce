/* Our blocks on the clipboard: beside the HTML for other programs goes the slice itself, which alone is trusted on the way back. */
import { DOMSerializer, Slice } from "prosemirror-model";
import { schema } from "./schema.js";

const MARK = "data-yigao"; // its value: the slice as JSON, percent-encoded

const plain = DOMSerializer.fromSchema(schema);
let copied = null; // what is being copied: ProseMirror shows it to the first of these, then asks the second for its HTML
export const copying = {
  transformCopied(slice) { copied = slice; return slice; },
  clipboardSerializer: Object.assign(Object.create(plain), {
    serializeFragment(...given) {
      const made = plain.serializeFragment(...given);
      made.firstElementChild?.setAttribute(MARK, encodeURIComponent(JSON.stringify(copied)));
      return made;
    },
  }),
};

/** The slice that ``html`` carries and how many pictures stayed behind, since only the page that uploads them can show them;
    null for what is not ours or not whole. */
export function carried(html) {
  if (!html.includes(MARK)) return null;
  try {
    const said = new DOMParser().parseFromString(html, "text/html").querySelector(`[${MARK}]`)?.getAttribute(MARK);
    let left = 0;
    const json = JSON.parse(decodeURIComponent(said), (name, value) => {
      if (name !== "content" || !Array.isArray(value)) return value;
      const here = value.filter((one) => !(one.type === "figure" && one.attrs.picture.src.startsWith("upload:")));
      left += value.length - here.length;
      return here;
    });
    const slice = Slice.fromJSON(schema, json);
    check(slice.content, slice.openStart, slice.openEnd);
    return { slice, left };
  } catch { return null; }
}

/** Throws unless every node is as the schema has it; of those cut open at the edges, the content is whatever was chosen. */
function check(fragment, openStart, openEnd) {
  fragment.forEach((node, _at, index) => {
    const start = index === 0 ? openStart : 0, end = index === fragment.childCount - 1 ? openEnd : 0;
    if (!start && !end) { node.check(); return; }
    node.type.checkAttrs(node.attrs);
    check(node.content, Math.max(0, start - 1), Math.max(0, end - 1));
  });
}
