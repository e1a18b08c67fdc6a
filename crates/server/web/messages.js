// Messages from the server: into the log of their room, and out of the outbox if the user wrote them.

import { changeOf } from "./changes.js";
import { entryOf, entryOfOwn, isCounted, isEvent } from "./entries.js";
import * as exports from "./export.js";
import * as history from "./history.js";
import { fail, notice, stopTyping } from "./live.js";
import * as log from "./log.js";
import { mentions } from "./mention.js";
import * as orders from "./orders.js";
import { levelOf } from "./saved.js";
import * as outbox from "./outbox.js";
import { isInThread, logsOf, close, sendWaiting } from "./session.js";
import { isDirect, isIgnored, isMe, isQuiet, labelOf, makeRoom, roomOf } from "./state.js";
import * as threads from "./threads.js";
import * as words from "./words.js";

/** Most unread messages of a room that are known one by one; the oldest of more are only counted. */
const SINCE_MAX = 1000;

/** A message of a room, live or missed. */
export function message(state, fx, it, at) {
  if (!roomOf(state, it.room)) {
    // Another user has begun a direct message; the server will send the room.
    if (!isDirect(it.room)) return;
    const room = makeRoom(state, it.room);
    room.title = isMe(state, it.from.id) ? null : it.from.name;
    room.isRequested = true;
    fx.push({ type: "send", command: { type: "join", room: it.room } });
  }
  const room = roomOf(state, it.room);
  acknowledgeOwn(state, fx, it);
  const change = changeOf(it, it.from, isMe(state, it.from.id), Date.parse(it.at));
  for (const one of logsOf(state, it.room)) {
    // What is missed comes once more, in order, after the room that answers the join.
    if (one === room.log ? isTaken(room, it) : isInThread(state.thread, it)) {
      if (!isEvent(it)) log.insert(one, entryOf(state, it));
      if (one === room.log) {
        log.reach(one, it.seq);
        log.trim(one, room.eye, room.name === state.current ? log.WINDOW_MAX : log.PARKED_MAX);
      }
    } else if (one === room.log) history.follow(room, it.seq, isEvent(it) ? null : entryOf(state, it), false);
    if (change) log.change(one, it.seq, change);
  }
  const isNew = it.seq > Math.max(room.lastSeq, room.counted.lastSeq);
  room.lastSeq = Math.max(room.lastSeq, it.seq);
  if (change?.kind === "delete") room.since = room.since.filter((one) => one.seq !== change.target);
  if (isMe(state, it.from.id) || !isCounted(it)) return;
  stopTyping(state, it.room, it.from.id);
  if (isIgnored(state, it.from.id)) return;
  const names = mentions(it.text, state.name).length > 0;
  if (it.seq > room.counted.lastSeq && it.seq > room.read && !room.since.some((one) => one.seq === it.seq)) {
    room.since.push({ seq: it.seq, names });
    if (room.since.length > SINCE_MAX) countOldest(room);
  }
  if (isNew) arrived(state, fx, room, it, names);
}

/** Adds the oldest unread message that is known to the count of those before it. */
function countOldest(room) {
  const { seq, names } = room.since.shift();
  const { counted } = room;
  if (seq <= room.read || seq <= counted.lastSeq) return;
  const mentions = counted.mentions + (names ? 1 : 0);
  room.counted = { ...counted, lastSeq: seq, unread: counted.unread + 1, mentions };
}

/** Whether a live message continues the window of a room. */
const isTaken = (room, it) => room.log.first !== null && !room.log.isCut && !room.isRejoining && it.seq > 0;

/** A message of another user is here for the first time. */
function arrived(state, fx, room, it, names) {
  const isShown = room.name === state.current && state.isVisible;
  if (!isShown && room.line === null) room.line = it.seq - 1;
  if (isShown) fx.push({ type: "announce", message: it });
  const isFor = names || isDirect(room.name);
  const level = levelOf(state, room.name);
  const wants = level === "all" || (level === "mentions" && isFor);
  if (!isShown && wants && !isQuiet(state, room.name)) {
    fx.push({ type: "notify", room: room.name, label: labelOf(room), from: it.from.name, text: it.text });
  }
}

/** If this page wrote it and it was pending, it is acknowledged. */
function acknowledgeOwn(state, fx, it) {
  if (!isMe(state, it.from.id) || it.device === undefined || it.n === undefined) return;
  const own = outbox.acknowledge(state.outbox, `${it.device}/${it.n}`);
  if (!own) return;
  for (const one of logsOf(state, own.room)) {
    log.takePending(one, outbox.idOf(own));
    log.settleChange(one, outbox.idOf(own));
  }
  fx.push({ type: "removeMessage", message: own });
}

/** The server has stored a message of the user. */
export function accepted(state, fx, it) {
  const own = it.n === undefined ? null : outbox.answered(state.outbox, it.device, it.n);
  const room = roomOf(state, it.room);
  if (room) room.lastSeq = Math.max(room.lastSeq, it.seq);
  const isHere = room !== null && room.log.first !== null && !room.log.isCut;
  if (isHere && !room.isRejoining) log.reachOwn(room.log, it.seq);
  if (!own) return;
  const id = outbox.idOf(own);
  outbox.acknowledge(state.outbox, id);
  fx.push({ type: "removeMessage", message: own });
  for (const one of logsOf(state, own.room)) {
    const wasShown = log.takePending(one, id);
    log.settleChange(one, id, it.seq);
    const entry = wasShown && own.room === it.room ? entryOfOwn(state, own, it) : null;
    if (one === room?.log && !isHere) history.follow(room, it.seq, entry, true);
    else if (entry) log.insert(one, entry);
  }
}

/** The server has refused a command. */
export function refused(state, fx, it, at) {
  const room = it.room === undefined ? null : roomOf(state, it.room);
  if (it.code === "shutdown" && (it.n !== undefined || room?.isRequested)) return;
  const own = it.n === undefined ? null : outbox.answered(state.outbox, it.device, it.n);
  if (own) return refusedOwn(state, fx, own, it, at);
  const isNotReadable = it.code === "not_readable" && room !== null;
  // The refusal may be that of a page of the log, also if a panel waits: the log asks for it again.
  const isKnown = isNotReadable && history.notReadable(state, fx, room, at);
  if (orders.refused(state, it) || threads.refused(state, it)) return;
  if (isNotReadable && exports.notReadable(state, fx, it, at)) return;
  if (isKnown) return;
  // A name that is not that of a room is not repeated.
  const isIt = ({ open, join }) =>
    it.room === undefined ? it.code === "bad_room" : [join, `@${open}`].includes(it.room);
  const index = state.questions.findIndex(isIt);
  const [question] = index === -1 ? [] : state.questions.splice(index, 1);
  const requested = room ?? roomOf(state, question?.join);
  if (requested?.isRequested) close(state, fx, requested.name, at);
  const isUnknown = question?.open && it.code === "no_such_user";
  fail(state, fx, isUnknown ? words.noUser(question.open) : words.refused(it), at, question?.typed);
}

/** A message of the user was refused. Its text stays, with the reason. */
function refusedOwn(state, fx, own, it, at) {
  const id = outbox.idOf(own);
  if (it.code === "number_used") {
    const renumbered = outbox.renumber(state.outbox, id);
    for (const one of logsOf(state, own.room)) log.updatePending(one, id, { id: outbox.idOf(renumbered), message: renumbered });
    fx.push({ type: "putMessage", message: renumbered, old: own });
    return;
  }
  outbox.acknowledge(state.outbox, id);
  const isEvent = own.body.target !== undefined || own.body.kind === "topic";
  const room = roomOf(state, own.room);
  const isGone = !room || (it.code === "not_in_room" && !room.isJoined);
  // A message that stays in the log is stored until the user removes it or sends it again.
  if (isEvent || isGone) fx.push({ type: "removeMessage", message: own });
  else fx.push({ type: "putMessage", message: { ...own, refused: it.text } });
  for (const one of logsOf(state, own.room)) {
    log.settleChange(one, id);
    log.updatePending(one, id, { delivery: "refused", why: it.text });
  }
  if (isGone) {
    close(state, fx, own.room, at);
    if (own.body.text) notice(state, null, words.notSent(own.room, it.text, own.body.text), at);
  } else if (isEvent) {
    const typed = own.body.text && { place: own.room, text: own.body.text };
    fail(state, fx, words.notChanged(own.body.kind, it.text, null), at, typed);
  }
  sendWaiting(state, fx);
}
