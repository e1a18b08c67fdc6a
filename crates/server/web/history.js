// Loads the messages of a room in pages, at either end of its window. One page of the window is on its way at a time.
// The server knows only the messages before a `seq`; as these have no gap, a page of newer messages is one before a
// later `seq`.

import { changeOf } from "./changes.js";
import { entryOf, isEvent } from "./entries.js";
import * as exports from "./export.js";
import { fail, say } from "./live.js";
import * as log from "./log.js";
import * as pages from "./pages.js";
import { isConnected, isMe, roomOf } from "./state.js";
import * as words from "./words.js";

/** Messages with which a room opens: some screens. */
const PAGE = 60;
/** Messages that are asked for at once while one scrolls: fewer would come too late. */
const SCROLL_PAGE = 200;
/** Most messages of one answer of the server. */
const PAGES_MAX = 200;
/** Most messages that are loaded together when a room is opened; with more unread ones, a window around the first. */
const OPEN_MAX = 200;
/** Read messages that are loaded with the unread ones, for orientation. */
const READ_FETCHED = 30;
/** The first and the longest pause before a page is asked for again that the server could not read. */
const RETRY_MS = 2000;
const RETRY_MAX_MS = 60000;

const canAsk = (state, room) => isConnected(state) && room?.isJoined && room.loading === null;
/** Whether the next page of the window may be asked for. */
export const canLoad = (state, room) => canAsk(state, room) && room.retry === null;

/** Loads the window with which a room opens: its newest messages, or those around the first unread one. */
export function begin(state, fx, room) {
  if (!canLoad(state, room) || room.log.first !== null) return;
  if (room.line === null && room.lastSeq > room.read && room.counted.unread + room.since.length > 0)
    room.line = room.read;
  const isFar = room.lastSeq - room.read > OPEN_MAX;
  const after = Math.max(0, Math.min(room.read - READ_FETCHED, isFar ? Infinity : room.lastSeq - PAGE));
  const to = isFar ? room.read + OPEN_MAX : room.lastSeq;
  loadRange(state, fx, room, { after, to, isCut: isFar });
}

/** Begins a window around message `seq`, if that is not loaded. */
function loadAt(state, fx, room, seq) {
  if (!isConnected(state) || !room.isJoined || log.message(room.log, seq)) return;
  log.restart(room.log);
  const to = Math.min(room.lastSeq, seq + PAGE);
  loadRange(state, fx, room, { after: Math.max(0, seq - PAGE / 2), to, isCut: to < room.lastSeq });
}

/**
 * Goes to the first message that was stored at that time or later. A page of the room that is on its way comes first.
 */
export function loadDate(state, fx, room, { time, at, typed }) {
  if (!isConnected(state) || !room.isJoined) return fail(state, fx, words.OFFLINE, at, typed);
  room.date = time;
  say(state, words.lookingFor(time), at);
  askDate(state, fx, room);
}

/** Asks for the date that the user looks for, unless a page is on its way. */
export function askDate(state, fx, room) {
  if (room.date === null || !canAsk(state, room)) return;
  const asked = pages.ask(fx, room, { at: room.date, limit: 1 });
  room.loading = { kind: "date", time: room.date, asked };
  room.date = null;
}

/** The answer to a date has come: a page of one message, to which the user goes, or of none. */
function dateFound(state, fx, room, messages, at) {
  const { time } = room.loading;
  room.loading = null;
  if (room.name !== state.current) return;
  const [found] = messages;
  state.said = null;
  if (!found) return say(state, words.noMessages(room), at, true);
  const text = words.dateFound(time, Date.parse(found.at));
  if (text) say(state, text, at);
  goTo(state, fx, room, found.seq);
}

/**
 * The server could not read a page of the room. A date that waits for it is asked for now. Returns whether the user
 * knows that: it could not be read before, either.
 */
export function notReadable(state, fx, room, at) {
  const { loading, retry: before } = room;
  pages.forget(room, loading?.asked);
  room.loading = null;
  if (loading === null || loading.kind === "date") return false;
  const pause = before ? Math.min(RETRY_MAX_MS, 2 * before.pause) : RETRY_MS;
  room.retry = { loading, pause, until: at + pause };
  askDate(state, fx, room);
  return before !== null;
}

/** Asks again for the pages that could not be read, each after its pause. A clock that was set back ends it, too. */
export function retry(state, fx, at) {
  for (const room of state.rooms.values()) {
    const again = room.retry;
    if (!again || !canAsk(state, room) || (at < again.until && again.until - at <= RETRY_MAX_MS)) continue;
    room.loading = again.loading;
    ask(fx, room, again.loading.asked.before, again.loading.asked.limit);
  }
}

/** Goes back to the newest messages. */
export function loadNewest(state, fx, room) {
  if (!room.log.isCut || !isConnected(state) || !room.isJoined) return;
  log.restart(room.log);
  loadRange(state, fx, room, { after: Math.max(0, room.lastSeq - PAGE), to: room.lastSeq, isCut: false });
}

/** Loads the page before the oldest message, or after the newest one. */
export function loadOlder(state, fx, room) {
  if (!canLoad(state, room) || !room.log.hasOlder) return;
  room.loading = { kind: "older" };
  ask(fx, room, room.log.first, SCROLL_PAGE);
}

export function loadNewer(state, fx, room) {
  if (!canLoad(state, room) || !room.log.isCut) return;
  const to = Math.min(room.lastSeq, room.log.last + SCROLL_PAGE);
  loadRange(state, fx, room, { after: room.log.last, to, isCut: to < room.lastSeq, isNewer: true });
}

/** Loads the messages after `after` up to `to`, in several pages if they do not fit a line. */
function loadRange(state, fx, room, range) {
  room.retry = null;
  if (range.to <= range.after) {
    log.cover(room.log, range.after + 1, range.to);
    room.loading = null;
    return;
  }
  room.loading = { kind: "range", messages: [], live: [], ...range };
  ask(fx, room, range.to + 1, range.to - range.after);
}

/**
 * Message `seq` has come while the window is loaded up to the end of the room: it follows the page that is on its way.
 * `entry` is null for an event; `isOwn`: the server has stored it before all messages between came.
 */
export function follow(room, seq, entry, isOwn) {
  const loading = [room.loading, room.retry?.loading].find((one) => one?.kind === "range" && !one.isCut);
  if (!loading || seq <= loading.to) return;
  loading.live.push({ seq, entry, isOwn });
  // As if the room had been opened further up.
  if (loading.live.length > log.PARKED_MAX) Object.assign(loading, { live: [], isCut: true });
}

function ask(fx, room, before, limit) {
  room.loading.asked = pages.ask(fx, room, { before, limit: Math.min(limit, PAGES_MAX) });
}

/** A page has come: it is one of the window, or of an export, or nobody waits for it any more. */
export function page(state, fx, it, at) {
  const room = roomOf(state, it.room);
  const asked = room && pages.answered(room, it.messages);
  if (!asked) return;
  if (room.loading?.asked === asked) take(state, fx, room, it, at);
  else exports.page(state, fx, asked, it, at);
  askDate(state, fx, room);
}

function take(state, fx, room, { messages, more }, at) {
  const { kind } = room.loading;
  room.retry = null;
  if (kind === "date") dateFound(state, fx, room, messages, at);
  else if (kind === "older") older(state, room, messages, more);
  else range(state, fx, room, messages, more);
}

/** Goes to a message: the view scrolls there once it is loaded. */
export function goTo(state, fx, room, seq) {
  state.goal = { room: room.name, seq };
  loadAt(state, fx, room, seq);
}

function older(state, room, messages, more) {
  const { before } = room.loading.asked;
  room.loading = null;
  // Messages were taken away meanwhile: the page does not lead to the others.
  if (before !== room.log.first) return;
  add(state, room.log, messages);
  const first = messages[0]?.seq ?? room.log.first;
  log.cover(room.log, first, room.log.last);
  room.log.hasOlder = more && messages.length > 0;
  log.trim(room.log, room.eye, log.WINDOW_MAX);
}

function range(state, fx, room, messages, more) {
  const { loading } = room;
  const before = loading.messages[0]?.seq ?? loading.to + 1;
  const come = messages.filter((message) => message.seq > loading.after && message.seq < before);
  loading.messages.unshift(...come);
  const first = loading.messages[0]?.seq;
  if (more && come.length > 0 && first > loading.after + 1) return ask(fx, room, first, first - 1 - loading.after);
  room.loading = null;
  if (loading.isNewer && loading.after !== room.log.last) return;
  const isFirst = room.log.first === null;
  add(state, room.log, loading.messages);
  log.cover(room.log, loading.after + 1, loading.to);
  for (const { seq, entry, isOwn } of loading.live) {
    if (entry) log.insert(room.log, entry);
    if (isOwn) log.reachOwn(room.log, seq);
    else log.reach(room.log, seq);
  }
  room.log.isCut = loading.isCut && room.log.last < room.lastSeq;
  if (isFirst) room.log.hasOlder = loading.after > 0;
  log.trim(room.log, room.eye, log.WINDOW_MAX);
  room.log.version += 1;
}

/** Adds messages of a page, and the changes that its events are. */
export function add(state, into, messages) {
  for (const message of messages) {
    const change = changeOf(message, message.from, isMe(state, message.from.id), Date.parse(message.at));
    if (!isEvent(message)) log.insert(into, entryOf(state, message));
    if (change) log.change(into, message.seq, change);
  }
}
