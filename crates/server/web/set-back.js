// Notices that the server's data was set back to an older copy, which the server cannot notice: the epoch of its
// journal is the same, but a room has fewer messages than it had, or another message in the place of a known one.

import * as pages from "./pages.js";
import { roomOf } from "./state.js";

/** Asks for the newest message that is loaded, of all rooms. If the server has it, it has all that came before. */
export function ask(state, fx) {
  state.known = newest(state);
  if (state.known) {
    const room = roomOf(state, state.known.room);
    state.known.asked = pages.ask(fx, room, { before: state.known.seq + 1, limit: 1 });
  }
}

function newest(state) {
  let known = null;
  for (const room of state.rooms.values()) {
    const last = room.log.entries.findLast((entry) => entry.seq !== undefined && !entry.isDamaged);
    if (last && (known === null || last.at > known.at)) known = { room: room.name, seq: last.seq, at: last.at };
  }
  return known;
}

/** Whether a page is the answer to that question, and has another message in that place. */
export function isOther(state, { room, messages }) {
  const { known } = state;
  if (known?.room !== room || messages.length > 1) return false;
  state.known = null;
  const there = messages.find((message) => message.seq === known.seq && !message.damaged);
  return there !== undefined && Date.parse(there.at) !== known.at;
}

/** Whether a refusal answers that question: the user is not in the room any more, or the message cannot be read. */
export function isRefused(state, it) {
  const { known } = state;
  if (!known || it.room !== known.room || it.n !== undefined || it.seq !== undefined) return false;
  state.known = null;
  const room = roomOf(state, known.room);
  if (room) pages.forget(room, known.asked);
  return true;
}

/** Whether a room that the server sends for the first time in this session has fewer messages than it had. */
export function isShorter(state, now) {
  const room = roomOf(state, now.room);
  const isFirst = room && !room.isJoined && state.epoch !== null;
  return isFirst && now.last_seq < Math.max(room.log.last ?? 0, room.lastSeq);
}
