/* The first import of every script that a page names: what is below the floor (floor.js) goes no further than here. */
if (!document.documentElement.classList.contains("scripted")) throw new Error("This browser is below the floor: the page stays plain.");
