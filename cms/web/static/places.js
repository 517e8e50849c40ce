/* Where a picture stands in a document, said so that it is found again in the document as it was saved, which has no pictures
   that are not on the server: by the boxes around it and by the words before it. */
const LONG = 80; // characters that tell one block from another
const isUnsent = (node) => node.type.name === "figure" && node.attrs.picture.src.startsWith("upload:");
function words(node) {
  let said = "";
  node.descendants((one) => { said += one.isText ? one.text : ""; return said.length < LONG && !isUnsent(one); });
  return said.slice(0, LONG);
}
/** The blocks of a box without what is not there yet: [block, where it begins in the box]. */
function blocks(box) {
  const found = [];
  box.forEach((node, offset) => { if (!isUnsent(node)) found.push([node, offset]); });
  return found;
}

/** The place of what stands at ``at``. */
export function placeOf(doc, at) {
  const $at = doc.resolve(at);
  const earlier = (depth) => { // how many blocks stand before it there
    const start = $at.start(depth), end = depth < $at.depth ? $at.before(depth + 1) : at;
    return blocks($at.node(depth)).filter(([, offset]) => start + offset < end).length;
  };
  const boxes = Array.from({ length: $at.depth }, (_, depth) => ({ index: earlier(depth), type: $at.node(depth + 1).type.name, words: words($at.node(depth + 1)) }));
  const index = earlier($at.depth), last = index ? blocks($at.parent)[index - 1][0] : null;
  return { boxes, index, before: last && words(last) };
}

/** Where that is now; -1 where the box it stood in is there no more. */
export function placeIn(doc, { boxes = [], index = Infinity, before = null }) {
  let [box, start] = [doc, 0];
  for (const one of boxes) {
    const all = blocks(box).map(([node, offset], at) => ({ node, offset, far: Math.abs(at - one.index) })).filter(({ node }) => node.type.name === one.type);
    const same = all.filter(({ node }) => words(node) === one.words).sort((a, b) => a.far - b.far)[0] ?? all.find(({ far }) => !far);
    if (!same) return -1;
    [box, start] = [same.node, start + same.offset + 1];
  }
  const all = blocks(box), far = ([, at]) => Math.abs(at - index);
  const [after] = before === null ? [] : all.map(([node], at) => [node, at + 1]).filter(([node]) => words(node) === before).sort((a, b) => far(a) - far(b));
  const [next] = all.slice(after ? after[1] : index);
  return start + (next ? next[1] : box.content.size);
}

/** The same said by a line of a text, for a place that was said by one: after the block with its words, else at the end. */
export function afterWords(doc, line) {
  const near = line.replace(/^[#>\-\d.\s]+/, "").slice(0, 12);
  let found = doc.content.size;
  if (near) doc.forEach((node, offset) => { if (node.textContent.includes(near)) found = offset + node.nodeSize; });
  return found;
}
