// The rows of a log: messages, and what stands between them.

import { dayOf } from "./dates.js";
import { isCounted } from "./entries.js";
import { message as loaded, place } from "./log.js";
import { mentions } from "./mention.js";
import { placeOf } from "./state.js";
import { quotedOf } from "./view-message.js";

/** Messages of one user within this time share a head. */
const GROUP_MS = 5 * 60000;

/**
 * The rows of the entries `from` to `to` of a log, and of what has no answer if that is its end. `about` has the room,
 * the open thread if this is its log, the user's name, the keys of the long messages that are opened, and the drafts of
 * threads.
 */
export function rowsOf(log, { from, to }, about) {
  const { room, thread, now } = about;
  const isEnd = to === log.entries.length;
  const made = [];
  let last = before(log, from, about);
  let isLined = thread !== null || room.line === null || isLinedBefore(log, from, room.line);
  for (const entry of isEnd ? [...log.entries.slice(from), ...log.pending] : log.entries.slice(from, to)) {
    if (thread && entry.kind !== "message") continue;
    if (entry.at && (!last || dayOf(entry.at) !== dayOf(last.at))) {
      made.push({ key: `day-${dayOf(entry.at)}-${entry.key}`, type: "day", at: entry.at, about: dayOf(now) });
      last = null;
    }
    if (!isLined && isBelowLine(entry, room.line)) {
      made.push({ key: "line", type: "line" });
      isLined = true;
      last = null;
    }
    if (entry.isIgnored) {
      addIgnored(made, entry);
      last = { at: entry.at };
      continue;
    }
    const item = { key: entry.key, type: entry.kind, entry, isFirst: false };
    if (entry.kind === "message") Object.assign(item, details(log, about, entry, last));
    made.push(item);
    last = entry.kind === "message" ? entry : { at: entry.at ?? last?.at };
  }
  return made;
}

/** Neighbours of ignored users share a row, which has the `seq` of the last of them. */
function addIgnored(made, { key, seq }) {
  const last = made.at(-1);
  const count = last?.type === "ignored" ? last.count + 1 : 1;
  const about = `${count}|${seq}`;
  if (count > 1) made[made.length - 1] = { ...last, count, seq, about };
  else made.push({ key: `ignored-${key}`, type: "ignored", count, seq, about });
}

/** The entry before the first row, which decides whether that one has a day and a head. */
function before(log, from, { thread }) {
  for (let at = from - 1; at >= 0; at -= 1) {
    const entry = log.entries[at];
    if (thread && entry.kind !== "message") continue;
    if (entry.kind === "message" && !entry.isIgnored) return entry;
    if (entry.at) return { at: entry.at };
  }
  return null;
}

const isBelowLine = (entry, line) => entry.seq > line && entry.kind === "message" && !entry.isOwn && isCounted(entry);

/** Whether the line above the new messages is before the entry `from`. */
function isLinedBefore({ entries }, from, line) {
  for (let at = place(entries, line); at < from; at += 1) if (isBelowLine(entries[at], line)) return true;
  return false;
}

function details(log, { room, thread, name, opened, drafts }, entry, last) {
  const isFirst =
    last?.from?.id !== entry.from.id ||
    entry.at - last.at > GROUP_MS ||
    entry.replyTo !== undefined ||
    last.delivery === "refused";
  const answers =
    thread && entry.replyTo === thread.root ? undefined : (entry.replyTo ?? (thread ? undefined : entry.thread));
  const quoted = answers === undefined ? null : quotedOf(loaded(log, answers) ?? loaded(room.log, answers), answers);
  const isMention = !entry.isOwn && namesUser(entry, name);
  const newReplies = entry.replies ? room.since.filter((one) => isReply(room, one.seq, entry.seq)).length : 0;
  const isOpen = opened.has(entry.key);
  const hasDraft = !thread && drafts.has(placeOf(room.name, entry.seq));
  return {
    isFirst,
    quoted,
    isMention,
    newReplies,
    isOpen,
    hasDraft,
    hidesAnswers: entry.seq === thread?.root,
    about: `${isFirst}|${quoted?.name}|${quoted?.text}|${isMention}|${newReplies}|${isOpen}|${hasDraft}|${name}`,
  };
}

/** Whether an entry mentions the user, by entry; the name is the same until the user changes it. */
const mentioned = new WeakMap();
export function namesUser(entry, name) {
  const known = mentioned.get(entry);
  if (known?.name === name) return known.isMention;
  const isMention = mentions(entry.text, name).length > 0;
  mentioned.set(entry, { name, isMention });
  return isMention;
}

function isReply(room, seq, root) {
  const entry = loaded(room.log, seq);
  return entry?.thread === root || (entry?.thread === undefined && entry?.replyTo === root);
}

/** The unread messages of a room that the rows show: those that answer others. */
export const newRepliesOf = (room) =>
  room.since.filter(({ seq }) => {
    const entry = loaded(room.log, seq);
    return entry && (entry.thread ?? entry.replyTo) !== undefined;
  });
