// The requests of the user: messages, rooms, reading. A message goes into the outbox, with or without a connection.

import { isCounted } from "./entries.js";
import * as history from "./history.js";
import { fail, say as tell } from "./live.js";
import * as log from "./log.js";
import * as outbox from "./outbox.js";
import * as exports from "./export.js";
import * as saved from "./saved.js";
import { close, logsOf, showPending } from "./session.js";
import { LOBBY, addressOf, currentRoom, findUser, isConnected, isMe, makeRoom, roomOf } from "./state.js";
import * as threads from "./threads.js";
import * as words from "./words.js";

/** Most bytes of a text, until the server has said its limit. */
const TEXT_BYTES_MAX = 16384;
/** A `typing` is sent at most once in this time. */
const TYPING_MS = 3000;
/** Most rooms that are asked for at a time, as in the terminal client. */
const QUESTIONS_MAX = 16;
/** Users of a room in which `typing` is passed on. */
const TYPING_USERS_MAX = 100;

export const INPUTS = {
  say,
  change,
  sayAgain,
  removeRefused,
  openRoom,
  openUser,
  join,
  leave,
  seen,
  readAll,
  older: (state, fx, { room }) => history.loadOlder(state, fx, roomOf(state, room)),
  newer: (state, fx, { room }) => history.loadNewer(state, fx, roomOf(state, room)),
  newest,
  goTo,
  date: (state, fx, { time, at, typed }) => history.loadDate(state, fx, currentRoom(state), { time, at, typed }),
  arrived: (state) => void (state.goal = null),
  looked: (state, fx, { room, pos }) => void (roomOf(state, room).eye = pos),
  draft,
  threadDraft,
  compose: (state, fx, { compose }) => void (state.compose = compose),
  openThread: (state, fx, { room, root }) => threads.open(state, fx, room, root),
  closeThread: (state) => void (state.thread = null),
  visible,
  choose,
  ignore,
  save: saved.save,
  unsave: saved.unsave,
  markUnread: saved.markUnread,
  level: saved.setLevel,
  export: exports.start,
  tell: (state, fx, { text, isError, at, typed }) =>
    isError ? fail(state, fx, text, at, typed) : tell(state, text, at),
  command: (state, fx, { command, at, typed }) => {
    if (isConnected(state)) fx.push({ type: "send", command });
    else fail(state, fx, words.OFFLINE, at, typed);
  },
};

/** Sends a message: `kind` is `text` or `action`. */
function say(state, fx, { room, kind, text, replyTo, thread, at, typed }) {
  if (outbox.isFull(state.outbox)) return fail(state, fx, words.OUTBOX_FULL, at, typed);
  const body = { kind, text };
  if (replyTo !== undefined) body.reply_to = replyTo;
  if (thread !== undefined) body.thread = thread;
  put(state, fx, room, body, at);
  const of = roomOf(state, room);
  if (of) of.line = null;
  if (of?.log.isCut) newest(state, fx, { room });
  fx.push({ type: "toEnd" });
}

/** Edits, deletes, reacts or pins: `body` has the fields of the `say`. */
function change(state, fx, { room, body, at }) {
  if (outbox.isFull(state.outbox)) {
    return fail(state, fx, words.OUTBOX_FULL, at, body.text && { place: room, text: body.text });
  }
  put(state, fx, room, body, at);
}

function put(state, fx, room, said, at) {
  const body = { ...said, ...namedAt(state, room, said) };
  const message = outbox.put(state.outbox, room, body, state.epoch, at);
  showPending(state, [message]);
  fx.push({ type: "putMessage", message });
}

/** When the message was stored that `body` names, the later one of two: the server then changes no other one. */
function namedAt(state, room, { target, reply_to: replyTo, thread }) {
  const seq = Math.max(...[target, replyTo, thread].filter((one) => one !== undefined));
  const named = logsOf(state, room)
    .map((one) => log.message(one, seq))
    .find((one) => one);
  return named ? { named_at: new Date(named.at).toISOString() } : {};
}

/** Sends a refused message again, as a new one. */
function sayAgain(state, fx, { room, id, at }) {
  if (outbox.isFull(state.outbox)) return tell(state, words.OUTBOX_FULL, at, true);
  const entry = roomOf(state, room)?.log.pending.find((one) => one.id === id);
  if (!entry) return;
  say(state, fx, {
    room,
    kind: entry.isAction ? "action" : "text",
    text: entry.text,
    replyTo: entry.replyTo,
    thread: entry.thread,
    at,
  });
  // Only now: the new one is stored before the refused one is removed.
  removeRefused(state, fx, { room, id });
}

function removeRefused(state, fx, { room, id }) {
  for (const one of logsOf(state, room)) {
    const entry = log.takePending(one, id);
    if (entry && one === roomOf(state, room).log) fx.push({ type: "removeMessage", message: entry.message });
  }
}

function openRoom(state, fx, { room: name }) {
  const room = makeRoom(state, name);
  if (state.current !== name) {
    const before = currentRoom(state);
    room.isHeld = false;
    if (before) {
      before.line = null;
      log.trim(before.log, before.eye, log.PARKED_MAX);
    }
    if (state.thread && state.thread.room !== name) state.thread = null;
    if (state.compose && state.compose.room !== name) state.compose = null;
    state.current = name;
  }
  history.begin(state, fx, room);
  fx.push({ type: "opened", room: name });
}

/** Opens the direct message with a user, by its number or its name, and says `text` there. */
function openUser(state, fx, { id, name, text, at, typed }) {
  const user = id !== undefined ? { id } : findUser(state, (one) => one.name.toLowerCase() === name.toLowerCase());
  if (user && isMe(state, user.id)) return fail(state, fx, words.MESSAGE_TO_SELF, at, typed);
  const room = user && roomOf(state, addressOf(state, user.id));
  if (room) {
    openRoom(state, fx, { room: room.name });
    if (text) say(state, fx, { room: room.name, kind: "text", text, at, typed });
    return;
  }
  if (!isConnected(state)) return fail(state, fx, words.OFFLINE, at, typed);
  const title = name ?? findUser(state, (one) => one.id === id)?.name;
  const address = user ? addressOf(state, user.id) : null;
  ask(state, fx, { open: title, join: address, text, typed }, address ?? `@${title}`, at);
}

function join(state, fx, { room: name, at, typed }) {
  const known = roomOf(state, name);
  if (known?.isJoined) return openRoom(state, fx, { room: name });
  if (!isConnected(state)) return fail(state, fx, words.OFFLINE, at, typed);
  // Once it is asked for, it is not given back, but asked for again in the next session.
  if (ask(state, fx, { open: null, join: name }, name, at, typed)) makeRoom(state, name).isRequested = true;
}

/** Asks the server for a room, to open it then. Returns whether that can be done; if not, `typed` is given back. */
function ask(state, fx, question, room, at, typed = question.typed) {
  if (state.questions.length >= QUESTIONS_MAX) return fail(state, fx, words.TOO_MANY_QUESTIONS, at, typed);
  state.questions.push(question);
  fx.push({ type: "send", command: { type: "join", room } });
  return true;
}

function leave(state, fx, { room: name, at, typed }) {
  if (name === LOBBY) return tell(state, words.CANNOT_LEAVE, at, true);
  const room = roomOf(state, name);
  if (!room) return;
  if (!isConnected(state)) return fail(state, fx, words.OFFLINE, at, typed);
  fx.push({ type: "send", command: { type: "leave", room: name } });
  tell(state, words.leaving(room), at);
  if (!room.isJoined) close(state, fx, name, at);
}

/** Messages were on the screen. They count as read if all before them are. */
function seen(state, fx, { room: name, first, last }) {
  const room = roomOf(state, name);
  if (!room || !state.isVisible || last <= room.read || room.isHeld) return;
  if (!skips(room, first)) markRead(room, last);
}

/** Whether messages of others that are not read, and not of an ignored user, are above message `first`. */
export function skips(room, first) {
  if (first <= room.read + 1) return false;
  if (room.log.first > room.read + 1) return true;
  const { entries } = room.log;
  for (let at = log.place(entries, room.read + 1); entries[at]?.pos < first; at += 1) {
    const entry = entries[at];
    if (entry.seq !== undefined && !entry.isOwn && !entry.isIgnored && isCounted(entry)) return true;
  }
  return false;
}

/** Marks all of a room as read. */
function readAll(state, fx, { room: name }) {
  const room = roomOf(state, name);
  if (!room) return;
  room.isHeld = false;
  markRead(room, room.lastSeq);
  room.line = null;
  sendRead(state, fx);
}

function markRead(room, seq) {
  const isEnd = room.log.entries.findLast((entry) => entry.seq !== undefined && entry.kind === "message")?.seq <= seq;
  // Events after the last message have nothing to show.
  room.read = isEnd && !room.log.isCut && room.log.last !== null ? Math.max(seq, room.lastSeq) : seq;
  if (room.read >= room.counted.lastSeq) room.counted = { ...room.counted, unread: 0, mentions: 0, more: false };
  room.since = room.since.filter((one) => one.seq > room.read);
}

/** Tells the server how far the user has read. */
export function sendRead(state, fx) {
  // The server's data may have been set back: then the positions are those of other messages.
  if (!isConnected(state) || state.known) return;
  for (const room of state.rooms.values()) {
    if (!room.isJoined || room.read <= room.readSent) continue;
    room.readSent = room.read;
    fx.push({ type: "send", command: { type: "read", room: room.name, seq: room.read } });
  }
}

function newest(state, fx, { room: name }) {
  const room = roomOf(state, name);
  if (room) history.loadNewest(state, fx, room);
  fx.push({ type: "toEnd" });
}

function goTo(state, fx, { room: name, seq }) {
  openRoom(state, fx, { room: name });
  history.goTo(state, fx, roomOf(state, name), seq);
}

/** The text of a room that is not sent has changed. */
function draft(state, fx, { room: name, text, at }) {
  const room = roomOf(state, name);
  if (!room || room.draft === text) return;
  room.draft = text;
  fx.push({ type: "putDraft", room: name, text });
  const isMessage = text !== "" && !text.startsWith("/") && state.compose?.kind !== "edit";
  const tells = state.choices.typing && isConnected(state) && room.isJoined && state.features.has("typing");
  if (!isMessage || !tells || room.count > TYPING_USERS_MAX || at - (room.typedAt ?? 0) < TYPING_MS) return;
  room.typedAt = at;
  fx.push({ type: "send", command: { type: "typing", room: name } });
}

/** The same of a thread: `place` names its room and its first message. */
function threadDraft(state, fx, { place, text }) {
  if ((state.threadDrafts.get(place) ?? "") === text) return;
  if (text === "") state.threadDrafts.delete(place);
  else state.threadDrafts.set(place, text);
  fx.push({ type: "putDraft", room: place, text });
}

function visible(state, fx, { isVisible }) {
  state.isVisible = isVisible;
}

/** Changes what the user has chosen. */
export function choose(state, fx, { choices }) {
  state.choices = { ...state.choices, ...choices };
  fx.push({ type: "putChoices", choices: state.choices });
}

function ignore(state, fx, { user, on }) {
  const others = state.choices.ignored.filter((one) => one.id !== user.id);
  choose(state, fx, { choices: { ignored: on ? [...others, user] : others } });
  for (const room of state.rooms.values()) {
    for (const entry of [...room.log.base.values()]) {
      if (entry.from.id === user.id) log.insert(room.log, { ...entry, isIgnored: on });
    }
  }
}

/** How many bytes too long a text is; 0 if it is not. */
export function excess(state, text) {
  return Math.max(0, new TextEncoder().encode(text).length - (state.limits.text_bytes ?? TEXT_BYTES_MAX));
}
