/* An account while its platform is being asked: the page is asked for again until the answer is there. */
import "./modern.js";
const PAUSE = 1500;

async function again() {
  const now = document.getElementById("now");
  const answer = await fetch(now.dataset.asking, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return setTimeout(again, 5 * PAUSE);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("now");
  if (!fresh) return;
  if (!("asking" in fresh.dataset)) location.replace(now.dataset.asking);
  else setTimeout(again, PAUSE);
}

if (document.getElementById("now")?.dataset.asking) setTimeout(again, PAUSE);
