// State that lasts for a while: who is typing, the status line, and notices in a log.

import * as log from "./log.js";
import { currentRoom } from "./state.js";
import * as words from "./words.js";

/** Time for which a user is shown as typing, and for which an answer stays in the status line. */
const TYPING_MS = 5000;
const SAID_MS = 10000;
/** Users who are shown as typing, in all rooms together, at most. */
const TYPING_MAX = 100;
/** Names in one line of users who joined or left; a longer one begins another line. */
const PRESENCE_MAX = 20;

export function typing(state, room, user, at) {
  stopTyping(state, room, user.id);
  if (state.typing.length < TYPING_MAX) state.typing.push({ room, user, until: at + TYPING_MS });
}

export function stopTyping(state, room, id) {
  state.typing = state.typing.filter((one) => one.user.id !== id || (room !== null && one.room !== room));
}

export function expireTyping(state, at) {
  state.typing = state.typing.filter((one) => at < one.until && one.until <= at + TYPING_MS);
}

/** Says something in the status line: an answer to what the user did. */
export function say(state, text, at, isError = false) {
  state.said = { text, isError, until: at + SAID_MS };
}

export function resetSaid(state, at) {
  if (state.said && at >= state.said.until) state.said = null;
}

/** Says why it cannot be done, and gives back what was `typed` for it, if that was in a box. */
export function fail(state, fx, why, at, typed) {
  say(state, why, at, true);
  if (typed) giveBack(state, fx, typed, at);
}

/** Gives a text that was not sent back to the box that `place` names, or shows it if something else is typed there. */
export function giveBack(state, fx, { place, text }, at) {
  const [name] = place.split(" ");
  const room = state.rooms.get(name);
  const draft = name === place ? room?.draft : (state.threadDrafts.get(place) ?? "");
  if (room && draft === "") fx.push({ type: "restoreText", place, text });
  else notice(state, room, words.notSentText(text), at);
}

/** Shows a notice in the log of a room. */
export function notice(state, room, text, at) {
  const into = room ?? currentRoom(state);
  log.notice(into.log, { kind: "notice", text, at }, into.lastSeq);
}

/** A user joined or left a room: neighbours share a line. `way` is null for a user who joined. */
export function presence(room, user, way, at) {
  const last = room.log.entries.at(-1);
  const changes =
    last?.kind === "presence" && last.changes.length < PRESENCE_MAX
      ? last.changes.filter((one) => one.id !== user.id)
      : [];
  const entry = { kind: "presence", at, changes: [...changes, { id: user.id, name: user.name, way }] };
  if (last?.kind === "presence" && last.changes.length < PRESENCE_MAX) log.replaceLast(room.log, entry);
  else log.notice(room.log, entry, room.lastSeq);
}

/** Takes a list of users, and of those of them who are away. */
export function listAway(state, { users, away = [] }) {
  for (const user of users) state.away.delete(user.id);
  for (const one of away) state.away.set(one.id, one.text);
}
