/* The plan of a correction while its copies are being compared: it is asked for again until all are, and put in place. */
import "./modern.js";
const PAUSE = 2000;

async function again() {
  const answer = await fetch(document.getElementById("plan").dataset.comparing, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return setTimeout(again, 5 * PAUSE);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("plan");
  if (!fresh) return;
  document.getElementById("plan").replaceWith(fresh);
  if ("comparing" in fresh.dataset) setTimeout(again, PAUSE);
}

if (document.getElementById("plan")?.dataset.comparing) setTimeout(again, PAUSE);
