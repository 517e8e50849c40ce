/* What this browser keeps of pictures that are not on the server: their bytes, in IndexedDB, until they were sent or are not
   wanted. A row says whose they are (person), of which text (slug, channel), which window sends them, and their place.
   Where the browser has no such store, or no room in it, nothing is thrown: nothing is kept, and nothing is found. */
import "./modern.js";

const MOST = 40 * 2 ** 20; // bytes, of everybody's pictures in this browser
const LASTS = 30 * 24 * 3600 * 1000; // ms; what nobody came back for is thrown away

const answered = (request) => new Promise((done, fail) => { request.onsuccess = () => done(request.result); request.onerror = () => fail(request.error); });
let store = null;
function opened() {
  store ??= new Promise((done, fail) => {
    const asked = indexedDB.open("yigao-pictures", 1);
    asked.onupgradeneeded = () => { asked.result.createObjectStore("rows", { keyPath: "id" }); asked.result.createObjectStore("bytes"); };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  return store;
}
/** What ``act`` answers, once it is on the disk; null where the browser does not let us. */
async function within(act) {
  try {
    const work = (await opened()).transaction(["rows", "bytes"], "readwrite");
    const over = new Promise((done, fail) => { work.oncomplete = done; work.onabort = work.onerror = () => fail(work.error); });
    over.catch(() => {}); // it is told below
    const found = await Promise.race([act(work.objectStore("rows"), work.objectStore("bytes")), over]);
    await over;
    return found;
  } catch { return null; }
}

/** Keeps a file under ``row`` (id, person, slug, channel, window, place); whether there was room. */
export const keep = (row, file) => within(async (rows, bytes) => {
  const taken = (await answered(rows.getAll())).reduce((sum, one) => sum + one.size, 0);
  if (taken + file.size > MOST) return false;
  bytes.put(file, row.id);
  rows.put({ ...row, name: file.name, size: file.size, at: Date.now() });
  return true;
});
/** Says something else of a row that is there. */
export const mend = (id, changed) => within(async (rows) => {
  const row = await answered(rows.get(id));
  if (row) rows.put({ ...row, ...changed });
});
export const forget = (id) => within(async (rows, bytes) => { rows.delete(id); bytes.delete(id); });
/** The file of a row; null when it is gone. */
export const fileOf = (id) => within(async (_rows, bytes) => (await answered(bytes.get(id))) ?? null);

/** The rows of one text and person, the oldest first. Another's are not shown; what is too old is thrown away. */
export async function rowsOf(person, slug, channel) {
  const all = (await within((rows) => answered(rows.getAll()))) ?? [];
  for (const one of all) if (one.at < Date.now() - LASTS) await forget(one.id);
  return all.filter((one) => one.person === person && one.slug === slug && one.channel === channel && one.at >= Date.now() - LASTS).sort((one, other) => one.at - other.at);
}
