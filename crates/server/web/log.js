// The loaded part of a room, its window: messages in the order of their `seq`, notices between them, and the
// messages of the user that have no answer at the end.

import * as changes from "./changes.js";

/**
 * Most entries of the window of the open room, some 10 MB. What is beyond it is loaded again as one scrolls. Few of
 * them have rows in the page: see `view-window.js`.
 */
export const WINDOW_MAX = 10000;
/** Most entries of the window of another room: a user may have hundreds of rooms. */
export const PARKED_MAX = 400;

/** Most notices of a log. */
const NOTICES_MAX = 100;

export const newLog = () => ({
  /** Messages as they came, and as they are now, by `seq`. */
  base: new Map(),
  /** Entries in their order: messages with a whole `pos`, notices with a broken one. */
  entries: [],
  /** Messages without an answer. */
  pending: [],
  changes: changes.newChanges(),
  /** The first and the last `seq` that the window covers; null if nothing is loaded. */
  first: null,
  last: null,
  /** The user's messages after `last` that were accepted before all between came, by `seq`. */
  early: [],
  /** Whether there are older messages on the server; whether the window ends before the newest one. */
  hasOlder: false,
  isCut: false,
  /** Distinguishes notices. */
  notices: 0,
  /** Grows with each change, for the view. */
  version: 0,
});

/** Where an entry with this position is, or belongs. */
export function place(entries, pos) {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle].pos < pos) low = middle + 1;
    else high = middle;
  }
  return low;
}

function setEntry(log, entry) {
  const index = place(log.entries, entry.pos);
  const isThere = log.entries[index]?.pos === entry.pos;
  log.entries.splice(index, isThere ? 1 : 0, entry);
  log.version += 1;
}

/** The message `seq`, as it is now, if it is loaded. */
export function message(log, seq) {
  const entry = log.entries[place(log.entries, seq)];
  return entry?.pos === seq ? entry : null;
}

/** Adds a message, or one that came again. */
export function insert(log, entry) {
  log.base.set(entry.seq, entry);
  setEntry(log, changes.changed(log.changes, entry));
}

/** Event `seq` of the room changes a message. */
export function change(log, seq, change_) {
  changes.add(log.changes, seq, change_);
  refresh(log, change_.target);
}

/** The user changes a message; the server has not answered. */
export function pushChange(log, id, change_) {
  changes.push(log.changes, id, change_);
  refresh(log, change_.target);
}

/** The server has answered a change: with `seq` if it is stored. */
export function settleChange(log, id, seq = null) {
  const change_ = changes.takePending(log.changes, id);
  if (!change_) return;
  if (seq !== null) changes.add(log.changes, seq, change_);
  refresh(log, change_.target);
}

function refresh(log, seq) {
  const base = log.base.get(seq);
  if (base) setEntry(log, changes.changed(log.changes, base));
}

/** Shows a notice after the newest entry, and after message `lastSeq`, loaded or not. */
export function notice(log, entry, lastSeq) {
  const after = Math.max(log.entries.at(-1)?.pos ?? 0, lastSeq);
  log.notices += 1;
  log.entries.push({ ...entry, pos: after + 1e-4, key: `notice-${log.notices}` });
  const notices = log.entries.filter((one) => one.kind === "notice");
  if (notices.length > NOTICES_MAX) log.entries.splice(log.entries.indexOf(notices[0]), 1);
  log.version += 1;
}

/** Replaces the newest entry, such as a line of users who joined. */
export function replaceLast(log, entry) {
  const last = log.entries.pop();
  log.entries.push({ ...entry, pos: last.pos, key: last.key });
  log.version += 1;
}

/** A message without an answer, at the end. */
export function pushPending(log, entry) {
  log.pending.push(entry);
  log.version += 1;
}

export function updatePending(log, id, fields) {
  const index = log.pending.findIndex((entry) => entry.id === id);
  if (index === -1) return;
  log.pending[index] = { ...log.pending[index], ...fields };
  log.version += 1;
}

export function takePending(log, id) {
  const index = log.pending.findIndex((entry) => entry.id === id);
  if (index === -1) return null;
  log.version += 1;
  return log.pending.splice(index, 1)[0];
}

/** Forgets what is loaded, and begins another window. */
export function restart(log) {
  log.base.clear();
  log.entries = [];
  Object.assign(log, { first: null, last: null, early: [], hasOlder: false, isCut: false });
  log.version += 1;
}

/** No `seq` is valid any more. */
export function restored(log) {
  restart(log);
  log.changes = changes.newChanges();
}

/** Covers `first` to `last`, besides what was covered. */
export function cover(log, first, last) {
  log.first = log.first === null ? first : Math.min(log.first, first);
  reach(log, last);
}

/** Covers what comes up to message `last`, and the user's messages that follow it without a gap. */
export function reach(log, last) {
  log.last = Math.max(log.last ?? last, last);
  while (log.early.length > 0 && log.early[0] <= log.last + 1) log.last = Math.max(log.last, log.early.shift());
}

/** Covers message `seq` of the user, which the server has stored, once all before it are covered. */
export function reachOwn(log, seq) {
  log.early.push(seq);
  log.early.sort((a, b) => a - b);
  reach(log, log.last);
}

/**
 * Takes entries away if there are more than `max`, and keeps those around the position `eye`, which the reader looks
 * at; null is the newest entry.
 */
export function trim(log, eye, max) {
  const excess = log.entries.length - max;
  if (excess <= 0) return;
  const at = eye === null ? log.entries.length : place(log.entries, eye);
  const from = Math.max(0, Math.min(excess, at - Math.floor(max / 2)));
  const newer = log.entries.splice(from + max);
  const older = log.entries.splice(0, from);
  for (const entry of [...older, ...newer]) log.base.delete(entry.seq);
  if (older.length > 0) {
    log.first = log.entries.find((entry) => entry.seq !== undefined)?.seq ?? log.first;
    log.hasOlder = true;
  }
  if (newer.length > 0) {
    log.last = log.entries.findLast((entry) => entry.seq !== undefined)?.seq ?? log.last;
    Object.assign(log, { early: [], isCut: true });
  }
  log.version += 1;
}
