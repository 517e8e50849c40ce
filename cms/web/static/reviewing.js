/* The reader's screen as tall as it is, one choice open at a time, and the page anew once the press room is done. */
import "./modern.js";
const frame = document.querySelector("iframe.glass");
const fit = () => {
  const tall = frame.contentDocument?.documentElement?.scrollHeight ?? 0;
  if (tall > 200) frame.style.height = `${Math.min(tall + 2, 2400)}px`;
};
if (frame) {
  frame.addEventListener("load", fit);
  if (frame.contentDocument?.readyState === "complete") fit();
}

const choices = [...document.querySelectorAll(".choice")];
for (const one of choices) {
  one.addEventListener("toggle", () => {
    if (!one.open) return;
    for (const other of choices) if (other !== one) other.open = false;
  });
}
document.addEventListener("keydown", (event) => {
  const open = choices.find((one) => one.open);
  if (event.key !== "Escape" || event.isComposing || !open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

if (document.body.dataset.state === "drawing" && !document.querySelector(".said.bad")) {
  setTimeout(() => { if (!choices.some((one) => one.open) && document.activeElement === document.body) location.reload(); }, 4000);
}
