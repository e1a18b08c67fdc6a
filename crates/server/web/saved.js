// The choices of the user about messages and rooms: messages that it remembers, those that it marks as
// unread, which messages of a room notify it. The rules are those of `crates/client/src/choices.rs`.

import { isCounted } from "./entries.js";
import { say } from "./live.js";
import * as log from "./log.js";
import { mentions } from "./mention.js";
import { choose } from "./requests.js";
import { labelOf, roomOf } from "./state.js";
import { firstLine } from "./text.js";

/** Most messages that are remembered: a list that a user can still look through. */
const SAVED_MAX = 200;
/** Longest beginning of a remembered message, in characters. */
const SAVED_CHARS_MAX = 120;

/** The messages that the user remembers on this server, the last one first. */
export const savedOf = (state) => state.choices.saved.filter((one) => one.journal === state.journal);
export const isSaved = (state, room, seq) =>
  savedOf(state).some((one) => one.room === room && one.seq === seq && one.epoch === state.epoch);

/** Remembers a message, or not any more. */
export function save(state, fx, { room, seq, at }) {
  const { saved } = state.choices;
  const others = saved.filter(
    (one) => one.journal !== state.journal || one.room !== room || one.seq !== seq || one.epoch !== state.epoch,
  );
  if (others.length < saved.length) {
    choose(state, fx, { choices: { saved: others } });
    return say(state, "You don't remember this message any more", at);
  }
  const entry = log.message(roomOf(state, room).log, seq) ?? (state.thread && log.message(state.thread.log, seq));
  if (!entry) return;
  if (savedOf(state).length >= SAVED_MAX)
    return say(state, `You remember ${SAVED_MAX} messages already. /saved lists them`, at, true);
  const text = Array.from(firstLine(entry.text)).slice(0, SAVED_CHARS_MAX).join("");
  const one = { journal: state.journal, epoch: state.epoch, room, seq, from: entry.from, at: entry.at, text };
  choose(state, fx, { choices: { saved: [one, ...saved] } });
  say(state, "You remember this message. /saved lists all", at);
}

/** Forgets a message of the list, whatever epoch it is of. */
export function unsave(state, fx, { message }) {
  choose(state, fx, { choices: { saved: state.choices.saved.filter((one) => one !== message) } });
}

/** Marks a message and all after it as unread, until the room is opened again. The server is not told. */
export function markUnread(state, fx, { room: name, seq, at }) {
  const room = roomOf(state, name);
  if (!room) return;
  const since = [];
  for (let index = log.place(room.log.entries, seq); index < room.log.entries.length; index += 1) {
    const entry = room.log.entries[index];
    if (entry.kind !== "message" || entry.isOwn || entry.isIgnored || !isCounted(entry)) continue;
    since.push({ seq: entry.seq, names: mentions(entry.text, state.name).length > 0 });
  }
  Object.assign(room, {
    since,
    read: seq - 1,
    line: seq - 1,
    isHeld: true,
    counted: { lastSeq: seq - 1, unread: 0, mentions: 0, more: room.log.isCut },
  });
  say(state, `Unread from here on, until you open ${labelOf(room)} again`, at);
}

/** Which messages of a room notify the user: `all`, `mentions` or `off`. */
export const levelOf = ({ choices }, room) => choices.levels[room] ?? choices.notify;

/** Sets that for one room; null for the setting of all rooms. */
export function setLevel(state, fx, { room, level }) {
  const { [room]: _, ...others } = state.choices.levels;
  choose(state, fx, { choices: { levels: level === null ? others : { ...others, [room]: level } } });
}
