// Handles the events of the server. All texts are sanitized by now.

import * as exports from "./export.js";
import * as history from "./history.js";
import { listAway, notice, presence, say, stopTyping, typing } from "./live.js";
import * as log from "./log.js";
import { key } from "./mention.js";
import { accepted, message, refused } from "./messages.js";
import * as orders from "./orders.js";
import * as session from "./session.js";
import * as setBack from "./set-back.js";
import { LOBBY, addressOf, isDirect, isMe, makeRoom, roomOf } from "./state.js";
import * as threads from "./threads.js";
import * as words from "./words.js";

/** More missed messages than this are not loaded one after the other: a window is opened instead. */
const MISSED_MAX = 500;

const EVENTS = {
  about: (state, fx, event) => fx.push({ type: "load", journal: event.journal }),
  welcome: (state, fx, event, at) => session.welcome(state, fx, event, at),
  goodbye: (state, fx, event) => void (state.ended = { code: event.code, text: event.text }),
  pong: (state, fx, event, at) => session.roomsComplete(state, fx, event, at),
  room: roomEvent,
  message,
  accepted,
  refused: (state, fx, event, at) => {
    if (setBack.isRefused(state, event)) return;
    (state.connection.kind === "connected" ? refused : session.helloRefused)(state, fx, event, at);
  },
  history: (state, fx, event, at) => {
    if (setBack.isOther(state, event)) session.setBack(state, fx, at);
    else history.page(state, fx, event, at);
  },
  thread: (state, fx, event) => threads.page(state, fx, event),
  joined,
  left,
  presence: (state, fx, event) => void Object.assign(roomOf(state, event.room) ?? {}, { count: event.count }),
  renamed,
  topic: (state, fx, event) => void Object.assign(roomOf(state, event.room) ?? {}, { topic: event.topic }),
  read,
  typing: (state, fx, event, at) => typing(state, event.room, event.user, at),
  away: (state, fx, event) => void state.away.set(event.user.id, event.text),
  back: (state, fx, event) => void state.away.delete(event.user.id),
  ...orders.EVENTS,
};

export function event(state, fx, { event: it, at }) {
  // An event of a newer server is ignored.
  if (Object.hasOwn(EVENTS, it.type)) EVENTS[it.type](state, fx, it, at);
}

/** A room of the user, as it is now. */
function roomEvent(state, fx, now, at) {
  if (setBack.isShorter(state, now)) return session.setBack(state, fx, at);
  const room = makeRoom(state, now.room);
  const wasJoined = room.isJoined;
  const wasRequested = room.isRequested;
  Object.assign(room, {
    title: now.title ?? room.title,
    topic: now.topic,
    count: now.count,
    users: now.users,
    roles: new Map((now.roles ?? []).map((one) => [one.id, one.role])),
    rules: now.rules ?? null,
    seenAt: now.seen_at ?? null,
    isJoined: true,
    isRequested: false,
    isRejoining: false,
  });
  room.lastSeq = Math.max(room.lastSeq, now.last_seq);
  listAway(state, now);
  count(room, now.read, now.last_seq, now);
  if (wasRequested && now.last_seq === 0 && now.users.length <= 1 && !isDirect(now.room)) {
    notice(state, room, words.created(now.room), at);
  }
  resume(state, fx, room, wasJoined);
  history.askDate(state, fx, room);
  exports.resume(state, fx, room, at);
  const isAnswer = ({ open, join }) => join === now.room || (now.title && open && key(open) === key(now.title));
  const index = state.questions.findIndex(isAnswer);
  if (index === -1) return;
  const [{ text, typed }] = state.questions.splice(index, 1);
  fx.push({ type: "input", input: { type: "openRoom", room: now.room } });
  if (text) fx.push({ type: "input", input: { type: "say", room: now.room, kind: "text", text, typed } });
}

/** Asks for what was missed, once in a session. */
function resume(state, fx, room, wasJoined) {
  threads.resume(state, fx, room);
  if (room.name === state.current) history.begin(state, fx, room);
  if (wasJoined || room.log.first === null || room.log.isCut) return;
  const missed = room.lastSeq - room.log.last;
  if (missed > MISSED_MAX) {
    log.restart(room.log);
    if (room.name === state.current) history.begin(state, fx, room);
  } else if (missed > 0) {
    room.isRejoining = true;
    fx.push({ type: "send", command: { type: "join", room: room.name, since: room.log.last } });
  }
}

/** How far the user has read, and the counts of the server. */
function count(room, seq, lastSeq, { unread, mentions, more }) {
  if (room.isHeld) return;
  room.read = Math.max(room.read, seq);
  room.readSent = Math.max(room.readSent, seq);
  if (unread !== undefined && seq >= room.read) {
    room.counted = { lastSeq, unread, mentions: mentions ?? 0, more: more === true };
  }
  room.since = room.since.filter((one) => one.seq > room.read && one.seq > room.counted.lastSeq);
}

function read(state, fx, event) {
  const room = roomOf(state, event.room);
  if (room) count(room, event.seq, event.last_seq ?? event.seq, event);
}

function joined(state, fx, { room: name, user }, at) {
  const room = roomOf(state, name);
  if (!room || isMe(state, user.id)) return;
  if (!room.users.some((one) => one.id === user.id)) {
    room.users = [...room.users, user];
    room.count += 1;
  }
  if (isDirect(name)) room.seenAt = null;
  else presence(room, user, null, at);
}

function left(state, fx, { room: name, user, reason }, at) {
  if (isMe(state, user.id)) {
    if (reason === "kicked" || reason === "banned") say(state, words.youLeft(name, reason), at, true);
    return session.close(state, fx, name, at);
  }
  const room = roomOf(state, name);
  if (!room) return;
  if (room.users.some((one) => one.id === user.id)) room.count -= 1;
  room.users = room.users.filter((one) => one.id !== user.id);
  room.roles.delete(user.id);
  stopTyping(state, name, user.id);
  if (name === LOBBY) {
    state.away.delete(user.id);
    const direct = roomOf(state, addressOf(state, user.id));
    if (direct) direct.seenAt = new Date(at).toISOString();
  }
  if (!isDirect(name)) presence(room, user, reason, at);
}

/** Sent once for all rooms. */
function renamed(state, fx, { user, name }, at) {
  const rename = (one) => (one.id === user.id ? { ...one, name } : one);
  for (const room of state.rooms.values()) {
    const has = room.users.some((one) => one.id === user.id);
    room.users = room.users.map(rename);
    if (isDirect(room.name) && room.name === addressOf(state, user.id)) room.title = name;
    else if (has && !isMe(state, user.id)) notice(state, room, words.renamed(user.name, name), at);
  }
  if (!isMe(state, user.id) || state.name === name) return;
  state.name = name;
  say(state, words.youRenamed(name), at);
  fx.push({ type: "renamed", journal: state.journal, name });
}
