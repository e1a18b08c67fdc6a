// Texts of messages as elements. Nothing of a text becomes markup of the page: its parts are text nodes.

import { h } from "./dom.js";
import { mentions } from "./mention.js";
import { parse } from "./markup.js";

/** A text of this many lines or characters is folded. */
const FOLD_LINES = 18;
const FOLD_CHARS = 1600;

/** Only emoji, and few of them: they are shown large. */
const ONLY_EMOJI =
  /^(?:\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier}|\u200D\p{Extended_Pictographic})* ?){1,3}$/u;

/** The elements of a text. `name` is that of the user, whose mentions are marked. */
export function textNodes(text, name, isOwn = false) {
  const found = isOwn ? [] : mentions(text, name);
  return parse(text, found).map((block) => (block.lines ? lines(block) : codeBlock(block)));
}

export const isOnlyEmoji = (text) => text.length <= 24 && ONLY_EMOJI.test(text);
export const isLong = (text) => text.length > FOLD_CHARS || text.split("\n", FOLD_LINES + 1).length > FOLD_LINES;

function codeBlock({ code, language }) {
  return h(
    "pre",
    { class: "code-block", dir: "ltr", tabindex: "0", "aria-label": language ? `Code, ${language}` : "Code" },
    h("code", { text: code }),
  );
}

function lines({ quotes, lines: all }) {
  const nodes = [];
  all.forEach((parts, index) => {
    if (index > 0) nodes.push("\n");
    nodes.push(...parts.map(part));
  });
  let element = h("div", { class: "lines", dir: "auto" }, nodes);
  for (let depth = 0; depth < quotes; depth += 1) element = h("blockquote", {}, element);
  return element;
}

function part({ text, bold, italic, struck, code, link, mention }) {
  let node = document.createTextNode(text);
  if (code) node = h("code", { dir: "ltr" }, node);
  if (link) node = linkTo(text, node);
  if (mention) node = h("mark", { class: "mention" }, node);
  if (struck) node = h("s", {}, node);
  if (italic) node = h("em", {}, node);
  if (bold) node = h("strong", {}, node);
  return node;
}

/** A link, if the browser reads it as one of the schemes that are allowed. */
function linkTo(target, node) {
  let url;
  try {
    url = new URL(target);
  } catch {
    return node;
  }
  if (!["https:", "http:", "mailto:"].includes(url.protocol)) return node;
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow" }, node);
}

/** The first link of a text. */
export function firstLink(text) {
  for (const block of parse(text)) {
    for (const one of (block.lines ?? []).flat()) if (one.link) return one.text;
  }
  return null;
}

/** The first line of a text that is not empty and no quote, to name it beside another message. */
export function firstLine(text) {
  const all = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return all.find((line) => !line.startsWith(">") && !line.startsWith("```")) ?? all[0] ?? "";
}
