// Where a text mentions a user, by the rule of the server (`crates/proto/src/mention.rs`).

const JOINS = /[\p{Alphabetic}\p{N}\p{Grapheme_Extend}_]/u;
const WORDS = /[\p{Alphabetic}\p{N}\p{Grapheme_Extend}]+|[^]/gu;
/** What can follow a bare name at the start of a text, if the text does not end there. */
const AFTER_BARE_NAME = /^[:,：，]/u;

/** A name as it is compared: case, width, joiners, and whether a space or `_` is written do not count. */
export function key(name) {
  const folded = name
    .replace(/[\u200C\u200D]/g, "")
    .normalize("NFKC")
    .toUpperCase()
    .toLowerCase();
  return folded.normalize("NFKC").replace(/ /g, "_");
}

/** The name that was looked for last, as it is compared, with its number of words: it is the same for all messages. */
let looked = { name: "" };
function wantedOf(name) {
  if (looked.name !== name) looked = { name, wanted: key(name), count: words(name).length };
  return looked;
}

/** Finds where `text` mentions `name`: `@name` anywhere, and the name at the start, before `:`, `,` or the end. */
export function mentions(text, name) {
  const found = [];
  if (!name) return found;
  const { wanted, count } = wantedOf(name);
  const start = text.length - text.trimStart().length;
  const end = nameEnd(text, start, wanted, count);
  if (end !== null && (AFTER_BARE_NAME.test(text.slice(end)) || text.slice(end).trim() === ""))
    found.push([start, end]);
  for (let sign = text.indexOf("@"); sign !== -1; sign = text.indexOf("@", sign + 1)) {
    if (joinsAt(text.slice(0, sign).slice(-2), true)) continue;
    const after = nameEnd(text, sign + 1, wanted, count);
    if (after !== null) found.push([sign, after]);
  }
  return found;
}

/** Whether the last, or the first, character of a text goes on with a word. */
function joinsAt(text, isLast) {
  const chars = Array.from(text);
  const c = isLast ? chars.at(-1) : chars[0];
  return c !== undefined && JOINS.test(c);
}

const words = (text) => text.match(WORDS) ?? [];

/** The end of the name, of `count` words, that is at `start`, if the last word ends there, too. */
function nameEnd(text, start, wanted, count) {
  // A name has 32 characters; those of another spelling may be decomposed.
  const near = words(text.slice(start, start + 512)).slice(0, count);
  if (near.length < count) return null;
  const written = near.join("");
  const end = start + written.length;
  const goesOn = joinsAt(written.slice(-2), true) && joinsAt(text.slice(end, end + 2), false);
  const isName = written.trim() === written && !written.includes("  ") && key(written) === wanted;
  return isName && !goesOn ? end : null;
}
