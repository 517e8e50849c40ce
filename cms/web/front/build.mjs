/* Bundles the editor into one module, written where the first argument says. */
import { build } from "esbuild";

const entry = new URL("src/index.js", import.meta.url).pathname;
await build({ entryPoints: [entry], outfile: process.argv[2], bundle: true, format: "esm", minify: true, target: ["chrome92", "firefox98", "safari15.4"], charset: "utf8", legalComments: "none" });
