/* Which browsers get the newsroom's scripts (docs/editor.md, the floor). Every browser runs this before the page is drawn,
   so it is written as one wrote in 2009. Where it does not say "scripted", the page is its plain forms. */
(function () {
  "use strict";
  var root = document.documentElement;
  function meets() {
    return "noModule" in HTMLScriptElement.prototype && "at" in Array.prototype && "any" in Promise && "replaceChildren" in Element.prototype
      && !!window.HTMLDialogElement && "showModal" in HTMLDialogElement.prototype && !!window.CSS && CSS.supports("inset", "0") && CSS.supports("selector(:is(a))");
  }
  function plain() { root.className = root.className.replace(/(^| )scripted( |$)/, " "); }
  /* A script that does not come, cannot be read, or fails before the page stands: the forms are shown instead. */
  function failed(event) {
    var from = event.target && event.target.tagName ? event.target.tagName === "SCRIPT" : true;
    if (from) plain();
  }
  try { if (!meets()) return; } catch (tooOld) { return; }
  root.className += " scripted";
  window.addEventListener("error", failed, true);
  window.addEventListener("load", function () { window.removeEventListener("error", failed, true); });
}());
