// The open thread: a message and those that answer it. It has a log of its own.

import { add } from "./history.js";
import * as log from "./log.js";
import { isConnected, roomOf } from "./state.js";

/** Most pages of a thread that are loaded: its newest 2,000 messages. */
const PAGES_MAX = 10;

/** Opens the thread of a message in place of another one, with what is loaded of it in the room. */
export function open(state, fx, name, root) {
  const room = roomOf(state, name);
  if (!room) return;
  const own = log.newLog();
  own.changes = structuredClone(room.log.changes);
  for (const entry of room.log.base.values()) {
    const isIn = entry.seq === root || entry.thread === root || (entry.thread === undefined && entry.replyTo === root);
    if (isIn) log.insert(own, entry);
  }
  for (const entry of room.log.pending) if (entry.thread === root) log.pushPending(own, entry);
  state.thread = { room: name, root, log: own, pages: 0, isAsked: false, isLoading: false, note: "" };
  resume(state, fx, room);
}

/** The user is in a room in this session: asks for the thread that is open there, unless that was done. */
export function resume(state, fx, room) {
  const { thread } = state;
  if (thread?.room !== room.name || thread.isAsked || !room.isJoined || !isConnected(state)) return;
  Object.assign(thread, { isAsked: true, pages: 0 });
  ask(fx, thread);
}

function ask(fx, thread, before) {
  thread.isLoading = true;
  thread.pages += 1;
  fx.push({ type: "send", command: { type: "thread", room: thread.room, seq: thread.root, before } });
}

/** A page of the thread has come, the newest one first. */
export function page(state, fx, { room, seq, messages, more }) {
  const { thread } = state;
  if (thread?.room !== room || thread.root !== seq || !thread.isLoading) return;
  thread.isLoading = false;
  add(state, thread.log, messages);
  if (more && messages.length > 0 && thread.pages < PAGES_MAX) ask(fx, thread, messages[0].seq);
}

/** The server has refused a command. Returns whether that was the one for the thread. */
export function refused(state, it) {
  const isAbout = ["no_such_message", "bad_target", "not_readable"].includes(it.code);
  if (!state.thread?.isLoading || it.room !== state.thread.room || !isAbout) return false;
  if (it.seq !== undefined && it.seq !== state.thread.root) return false;
  Object.assign(state.thread, { isLoading: false, note: it.text });
  return true;
}
