// The markup of a message, as the terminal client has it: which parts are bold, code, a link or a quote. Markup
// never loses text: if it is in doubt whether a character is a mark, it is shown as it was typed.

const FENCE = /^(`{3,}) *([A-Za-z0-9+\-#._]{0,24}) *$/;
/** Fences with at least this many backticks count as equal. */
const FENCE_MAX = 6;
/** Most quotes within each other. */
const QUOTES_MAX = 3;
/** Most marks beside a mark that are skipped to find the character that decides: `**_~~`. */
const MARKS_MAX = 5;
const SCHEME = /^(https:\/\/|http:\/\/|mailto:)/i;
const LINK_END = /[\s<>"`\\^|\uFFFD\u3000-\u301F！，．：；？（）“”„«»\p{Cc}]/u;
const WORD = /[\p{Alphabetic}\p{N}\p{Grapheme_Extend}]/u;
/** What is drawn onto the character before it. */
const ATTACHED = /^(?![\0-\x7F])\p{Grapheme_Extend}/u;

/**
 * Splits a clean text into blocks: `{code, language}`, or `{quotes, lines}`, where each line is a list of parts
 * `{text, bold, italic, struck, code, link, mention}`. `mentions` are ranges of the text.
 */
export function parse(text, mentions = []) {
  const lines = text.split("\n");
  const blocks = [];
  let at = 0;
  let inQuote = false;
  /** Fences with this number of backticks are known to have no end. */
  let endless = Infinity;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    const fence = FENCE.exec(line);
    const ticks = Math.min(FENCE_MAX, fence?.[1].length ?? 0);
    const end = fence && ticks < endless ? fenceEnd(lines, index, ticks) : null;
    if (fence && end === null) endless = Math.min(endless, ticks);
    // A block without a line would show nothing.
    if (end > index + 1) {
      blocks.push({ code: lines.slice(index + 1, end).join("\n"), language: fence[2] });
      at += lines.slice(index, end + 1).reduce((sum, one) => sum + one.length + 1, 0);
      index = end;
      inQuote = false;
      continue;
    }
    const [quotes, marks] = quoteMarks(line, inQuote);
    inQuote = quotes > 0;
    const start = at + marks;
    const within = mentions.filter(([from, to]) => from >= start && to <= at + line.length);
    const parts = inline(
      line.slice(marks),
      within.map(([from, to]) => [from - start, to - start]),
    );
    const last = blocks.at(-1);
    if (last?.lines && last.quotes === quotes) last.lines.push(parts);
    else blocks.push({ quotes, lines: [parts] });
    at += line.length + 1;
  }
  return blocks;
}

/** The line that ends the code block that begins at `index`, if one does. */
function fenceEnd(lines, index, ticks) {
  for (let end = index + 1; end < lines.length; end += 1) {
    const closing = FENCE.exec(lines[end]);
    if (closing && closing[2] === "" && Math.min(FENCE_MAX, closing[1].length) >= ticks) return end;
  }
  return null;
}

/** How many quotes a line is in, and the length of their marks. `>` alone continues a quote. */
function quoteMarks(line, inQuote) {
  let quotes = 0;
  let rest = line;
  while (quotes < QUOTES_MAX && rest.startsWith("> ") && !ATTACHED.test(rest.slice(2))) {
    quotes += 1;
    rest = rest.slice(2);
  }
  if (rest === ">" && quotes < QUOTES_MAX && (inQuote || quotes > 0)) {
    quotes += 1;
    rest = "";
  }
  return rest.trim() === "" && !inQuote ? [0, 0] : [quotes, line.length - rest.length];
}

/** The parts of one line. */
function inline(line, mentions) {
  const tokens = [];
  const openers = [];
  /** No link begins before it: the search for links has been there. */
  const reach = { linked: 0 };
  let at = 0;
  while (at < line.length) {
    const token =
      mentionAt(line, at, mentions) ??
      linkAt(line, at, openers, reach) ??
      codeAt(line, at) ??
      markAt(line, at, openers, tokens);
    tokens.push(token);
    at = token.end;
  }
  return parts(line, tokens);
}

const before = (line, at) => Array.from(line.slice(Math.max(0, at - 2), at)).at(-1);
const isWord = (c) => c !== undefined && WORD.test(c);

function mentionAt(line, at, mentions) {
  const found = mentions.find(([from]) => from === at);
  return found ? { start: at, end: found[1], mention: true } : null;
}

function linkAt(line, at, openers, reach) {
  if (at < reach.linked || !/[hm]/i.test(line[at]) || isWord(before(line, at))) return null;
  const rest = line.slice(at);
  const scheme = SCHEME.exec(rest)?.[0];
  if (!scheme) return null;
  const [reached, seen] = targetLength(rest.slice(scheme.length), new Set(openers.map((opener) => opener.run[0])));
  const length = scheme.length + reached;
  reach.linked = at + scheme.length + seen;
  const target = rest.slice(scheme.length, length);
  const isLink =
    scheme.toLowerCase() === "mailto:"
      ? /^[^@]+@[\p{Alphabetic}\p{N}]/u.test(target)
      : /^[\p{Alphabetic}\p{N}[]/u.test(target);
  return isLink ? { start: at, end: at + length, link: true } : null;
}

/**
 * How long a link is after its scheme, and how much of the text was read for that. A closing bracket without its
 * opening one, the punctuation at the end, and a mark there that can close something, are not part of it.
 */
function targetLength(rest, marks) {
  const open = [];
  let end = rest.length;
  for (let index = 0; index < rest.length; index += 1) {
    const c = rest[index];
    if ("([{".includes(c)) open.push(index);
    else if (")]}".includes(c)) {
      if (open.length === 0) {
        end = index;
        break;
      }
      open.pop();
    } else if (LINK_END.test(c)) {
      end = index;
      break;
    }
  }
  const seen = end;
  if (open.length > 0) end = Math.min(end, open[0]);
  const isPart = (c) => !/[.,;:!?'…’‘]/u.test(c) && !marks.has(c);
  while (end > 0 && !isPart(rest[end - 1])) end -= 1;
  return [end, seen];
}

function codeAt(line, at) {
  if (line[at] !== "`" || isWord(before(line, at)) || before(line, at) === "`") return null;
  const ticks = /^`+/.exec(line.slice(at))[0].length;
  if (ticks > 3) return null;
  for (const run of line.slice(at + ticks).matchAll(/`+/g)) {
    if (run[0].length !== ticks) continue;
    const start = at + ticks;
    const end = start + run.index;
    const isWhole = !ATTACHED.test(line.slice(start, end)) && !ATTACHED.test(line.slice(end + ticks));
    return !isWhole || line.slice(start, end).trim() === ""
      ? null
      : { start: at, end: end + ticks, code: [start, end] };
  }
  return null;
}

const KINDS = { "*": "bold", "**": "bold", _: "italic", "~~": "struck" };

/** A mark, which may close what the nearest one of its kind opened, or open; or else text. */
function markAt(line, at, openers, tokens) {
  const run = /^(\*+|_+|~+|`+)/.exec(line.slice(at))?.[0];
  if (!run) {
    const end = line.slice(at + 1).search(/[*_~`@hm]/i);
    return { start: at, end: end === -1 ? line.length : at + 1 + end };
  }
  const token = { start: at, end: at + run.length };
  const kind = KINDS[run];
  if (!kind) return token;
  const [left, right] = [decisive(line.slice(0, at), true), decisive(line.slice(token.end), false)];
  const index = openers.findLastIndex((opener) => opener.run === run);
  const hasWord = index !== -1 && WORD.test(line.slice(openers[index].token.end, at));
  if (hasWord && closes(left, right) && isBalanced(line.slice(openers[index].token.end, at))) {
    openers[index].token.opens = kind;
    token.closes = kind;
    openers.length = index;
  } else if (opens(left, right)) openers.push({ run, token, at: tokens.length });
  return token;
}

/** Whether no bracket stays open: `int *p = (int*)q` is not bold. */
function isBalanced(text) {
  let open = 0;
  for (const c of text) {
    if (c === "(") open += 1;
    else if (c === ")") open = Math.max(0, open - 1);
  }
  return open === 0;
}

/** The character beside a mark that is not a mark itself. */
function decisive(text, isLast) {
  const chars = Array.from(isLast ? text.slice(-16) : text.slice(0, 16));
  if (isLast) chars.reverse();
  return chars.find((c, index) => index >= MARKS_MAX || !/[*_~]/.test(c));
}

const isAscii = (c) => c.codePointAt(0) < 128;

function opens(left, right) {
  const isBefore = left === undefined || /[([{<"'\s]/.test(left) || (!isAscii(left) && !isWord(left));
  const begins =
    right !== undefined && (/[([{<"'`@#$%+A-Za-z0-9]/.test(right) || (!isAscii(right) && !/\s/.test(right)));
  return isBefore && begins;
}

function closes(left, right) {
  const ends = left !== undefined && (/[)\]}>"'`.,;:!?%+A-Za-z0-9]/.test(left) || (!isAscii(left) && !/\s/.test(left)));
  const isAfter = right === undefined || /[)\]}>"'.,;:!?\-\s]/.test(right) || (!isAscii(right) && !isWord(right));
  return ends && isAfter;
}

/** The parts that tokens make; neighbours that look the same are one. */
function parts(line, tokens) {
  const depth = { bold: 0, italic: 0, struck: 0 };
  const made = [];
  for (const token of tokens) {
    if (token.opens) depth[token.opens] += 1;
    else if (token.closes) depth[token.closes] -= 1;
    else {
      const [start, end] = token.code ?? [token.start, token.end];
      const part = { text: line.slice(start, end) };
      for (const kind of Object.keys(depth)) if (depth[kind] > 0) part[kind] = true;
      for (const kind of ["link", "mention"]) if (token[kind]) part[kind] = true;
      if (token.code) part.code = true;
      const last = made.at(-1);
      const isPlain = (one) => !one.link && !one.mention && !one.code;
      const isSame =
        last &&
        isPlain(last) &&
        isPlain(part) &&
        ["bold", "italic", "struck"].every((kind) => last[kind] === part[kind]);
      if (isSame) last.text += part.text;
      else made.push(part);
    }
  }
  return made;
}
