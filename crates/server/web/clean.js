// The one place that sanitizes texts from the network, before anything else sees them. The rules are those of
// `crates/client/src/sanitize.rs`; `tests/cases/clean.json` is tested against both.

/** Most characters of one grapheme cluster: a base and eight marks, more than any script needs. */
const CLUSTER_CHARS_MAX = 9;

/** Most characters of an emoji sequence: the longest that Unicode recommends has ten. */
const SEQUENCE_CHARS_MAX = 12;

/** Most characters of a topic, a refusal or another text that is not a message. */
const LINE_CHARS_MAX = 512;

const TAB = "    ";
const REPLACEMENT = "\uFFFD";
const ZERO_WIDTH_JOINER = "\u200D";
const EMOJI_SELECTOR = "\uFE0F";
const KEYCAP = "\u20E3";

const PLAIN = /^[ -~]*$/;
const BIDI = /[\u202A-\u202E\u2066-\u2069]/u;
const INVISIBLE = new RegExp(
  "[\\u00AD\\u034F\\u061C\\u115F-\\u1160\\u17B4-\\u17B5\\u180B-\\u180F\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u206F" +
    "\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFB\\u{1BCA0}-\\u{1BCA3}\\u{1D173}-\\u{1D17A}\\u{E0000}-\\u{E0FFF}]",
  "u",
);
/** Characters that are drawn, but with nothing to see. */
const BLANK = /[\u2800\u{1D159}\u{13441}\u{13442}]/u;
const PART = /[\u200C\u200D\uFE0E\uFE0F]/u;
const JOINER = /[\u200C\u200D]/u;
const EMOJI = /[^\0-\x7F]/u;
const IS_EMOJI = /\p{Emoji}/u;
/** Letters and marks of scripts in which a joiner changes how letters join. */
const CURSIVE = new RegExp(
  "[\\u0620-\\u08FF\\u0900-\\u0DFF\\u0F00-\\u109F\\u1780-\\u18AF\\u1A20-\\u1AAF\\u1B00-\\u1BFF\\u1CD0-\\u1CFF" +
    "\\uA840-\\uA87F\\uA8E0-\\uA8FF\\uA980-\\uA9DF\\uAA60-\\uAA7F\\u{10D00}-\\u{10D3F}\\u{11000}-\\u{11FFF}\\u{1E900}-\\u{1E95F}]",
  "u",
);
const LETTER = /[\p{Alphabetic}\p{N}\p{M}]/u;
/** Characters without a width of their own, which are drawn onto the one before them. */
const NO_WIDTH = /^[\p{Grapheme_Extend}\u1160-\u11FF\uD7B0-\uD7FB]/u;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const clusters = (text) => Array.from(segmenter.segment(text), (part) => part.segment);

/** Sanitizes a text that may have several lines. */
export function text(dirty) {
  const clean = PLAIN.test(dirty) ? dirty : boundedClusters(withoutLoose(replaced(dirty, "\n")));
  return clean.trim() === "" ? REPLACEMENT : clean;
}

/** Sanitizes a text of one line, and cuts it at `LINE_CHARS_MAX` characters. */
export function line(dirty) {
  if (dirty.length <= LINE_CHARS_MAX && PLAIN.test(dirty)) return dirty;
  const chars = Array.from(dirty);
  const cut = chars.length > LINE_CHARS_MAX ? chars.slice(0, LINE_CHARS_MAX).join("") + "…" : dirty;
  return boundedClusters(withoutLoose(replaced(cut, " ")));
}

/** Sanitizes an emoji: one of which several characters are left, or that cannot be seen, is replaced. */
export function emoji(dirty) {
  const clean = text(dirty);
  return clusters(clean).length === 1 && !BLANK.test(clean) ? clean : REPLACEMENT;
}

/** The fields that hold texts of several lines; every other string is one line. */
const TEXTS = new Set(["text"]);
/** Fields that are compared or sent back, and never shown; but for `device` in `account`, which is a name there. */
const RAW = new Set([
  "type",
  "token",
  "device",
  "next",
  "nonce",
  "query",
  "kind",
  "code",
  "at",
  "seen_at",
  "until",
  "last_at",
  "since",
  "made_at",
]);

/** Sanitizes an event of the server: every string in it but those that are never shown. */
export function event(dirty) {
  const isMessage = ["message", "history", "versions", "thread", "pins", "mentions", "found"].includes(dirty.type);
  const cleaned = clean(dirty, isMessage);
  if (dirty.type === "account") for (const one of [cleaned.devices, cleaned.sessions].flat()) namesDevice(one);
  return cleaned;
}

function namesDevice(one) {
  if (typeof one?.device === "string") one.device = line(one.device);
}

function clean(value, isMessage, field = "") {
  if (typeof value === "string") {
    if (RAW.has(field)) return value;
    if (field === "emoji") return emoji(value);
    return isMessage && TEXTS.has(field) ? text(value) : line(value);
  }
  if (Array.isArray(value)) return value.map((one) => clean(one, isMessage, field));
  if (value === null || typeof value !== "object") return value;
  const result = {};
  for (const [name, inner] of Object.entries(value)) {
    if (name !== "__proto__") result[name] = clean(inner, isMessage, name);
  }
  if (result.marks && typeof value.text === "string") result.marks = cleanMarks(value.text, value.marks);
  return result;
}

/** Where the same characters are in the clean text. */
function cleanMarks(dirty, marks) {
  const chars = Array.from(dirty);
  const at = (mark) => (mark === 0 ? 0 : Array.from(text(chars.slice(0, mark).join(""))).length);
  return marks.map(([start, end]) => [at(start), at(end)]);
}

/** Makes unsafe characters visible, or removes them. */
function replaced(dirty, lineEnd) {
  let clean = "";
  for (const c of dirty) {
    const code = c.codePointAt(0);
    if (c === "\n" || code === 0x2028 || code === 0x2029) clean += lineEnd;
    else if (c === "\t") clean += TAB;
    else if (code < 0x20) clean += String.fromCodePoint(0x2400 + code);
    else if (code === 0x7f) clean += "␡";
    else if ((code >= 0x80 && code < 0xa0) || BIDI.test(c)) clean += REPLACEMENT;
    // Half of a pair: JSON can have it, no text of a server does.
    else if (code >= 0xd800 && code < 0xe000) clean += REPLACEMENT;
    else if (PART.test(c) || !INVISIBLE.test(c)) clean += c;
  }
  return clean;
}

/** Removes the joiners and selectors that are not text. */
function withoutLoose(dirty) {
  if (!PART.test(dirty)) return dirty;
  const chars = Array.from(dirty);
  let kept = "";
  let before = "";
  chars.forEach((c, index) => {
    if (!PART.test(c) || isText(before, c, chars[index + 1] ?? "")) {
      kept += c;
      before = c;
    }
  });
  return kept;
}

/** Whether the joiner or selector `c` is text between these two. */
function isText(before, c, after) {
  if (before === "") return false;
  const isEmoji = (one) => one !== "" && EMOJI.test(one) && IS_EMOJI.test(one);
  if (!JOINER.test(c)) {
    const isKey = /[0-9#*]/.test(before) && c === EMOJI_SELECTOR;
    return isEmoji(before) || (isKey && after === KEYCAP);
  }
  if (isEmoji(before) || before === EMOJI_SELECTOR) return c === ZERO_WIDTH_JOINER && isEmoji(after);
  return LETTER.test(before) && CURSIVE.test(before) && !PART.test(after);
}

/** Cuts each cluster at `CLUSTER_CHARS_MAX`, and gives marks without a character something to stand on. */
function boundedClusters(dirty) {
  if (PLAIN.test(dirty)) return dirty;
  return clusters(dirty)
    .map((one) => (NO_WIDTH.test(one) ? standing(one) : bounded(one)))
    .join("");
}

function bounded(cluster) {
  const chars = Array.from(cluster);
  const max = JOINER.test(cluster) ? SEQUENCE_CHARS_MAX : CLUSTER_CHARS_MAX;
  if (chars.length <= max) return cluster;
  const cut = chars.slice(0, max);
  while (cut.length > 0 && PART.test(cut[cut.length - 1])) cut.pop();
  return cut.join("");
}

function standing(cluster) {
  const onCircle = "◌" + cluster;
  if (clusters(onCircle).length > 1) return REPLACEMENT;
  return Array.from(onCircle).slice(0, CLUSTER_CHARS_MAX).join("");
}
