// Messages as entries of a log.

import { idOf } from "./outbox.js";
import { isIgnored, isMe } from "./state.js";

/** Kinds of events about messages, which have no entry of their own. */
const EVENTS = new Set(["edit", "delete", "reaction", "pin"]);

export const isEvent = (message) => EVENTS.has(message.kind);

/** Whether a message counts as unread if it is of another user. */
export const isCounted = (message) => !isEvent(message) && message.kind !== "topic" && !message.deleted;

/** A message of the server. Its key stays when a message of the user is acknowledged. */
export function entryOf(state, message) {
  const isOwn = isMe(state, message.from.id) && !message.damaged;
  return {
    kind: message.kind === "topic" ? "topic" : "message",
    key: isOwn && message.n !== undefined ? `${message.device}/${message.n}` : `seq-${message.seq}`,
    pos: message.seq,
    seq: message.seq,
    from: message.from,
    at: Date.parse(message.at),
    isOwn,
    isAction: message.kind === "action",
    isDamaged: message.damaged === true,
    isIgnored: !isOwn && isIgnored(state, message.from.id),
    text: message.deleted ? "" : message.text,
    topic: message.topic,
    replyTo: message.reply_to,
    thread: message.thread,
    deleted: message.deleted === true,
    edited: message.edited ?? null,
    reactions: message.reactions ?? [],
    replies: message.replies ?? null,
    pinned: message.pinned === true,
    asOf: message.as_of ?? 0,
    delivery: "accepted",
  };
}

/** A message of the user that has no answer; `accepted` is the answer of the server, once it is there. */
export function entryOfOwn(state, message, accepted = null) {
  const id = idOf(message);
  const { text, kind = "text", reply_to, thread } = message.body;
  const at = accepted ? accepted.at : new Date(message.at).toISOString();
  const said = {
    kind,
    text,
    reply_to,
    thread,
    at,
    from: { id: state.me, name: state.name },
    device: message.device,
    n: message.n,
  };
  const entry = { ...entryOf(state, { ...said, seq: accepted?.seq }), id, key: id, isOwn: true, room: message.room };
  if (accepted) return entry;
  return { ...entry, message, pos: Infinity, seq: undefined, delivery: "pending" };
}
