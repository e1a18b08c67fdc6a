// The texts of the page, in the words of the terminal client.

import { dayOf, longDay } from "./dates.js";
import { hitsMe, isDirect, isMe, labelOf } from "./state.js";

export const OFFLINE = "You're offline. Try again once connected";
export const OUTBOX_FULL = "Not sent: 1000 messages are queued already. Try again once some are sent";
export const MESSAGE_TO_SELF = "You can't message yourself";
export const TOO_MANY_QUESTIONS = "Too many names are being looked up. Try again in a moment";
export const CANNOT_LEAVE = "You can't leave #lobby: everybody is in it. /notify stops its notifications";
export const NOT_LOADED = "The server did not send this part of the page. Load the page again";
export const NOT_LOADED_YET = "Couldn't load messages, trying again in a while";
export const NOT_STORED_YET = "Your last message is not stored by the server yet. Edit it once it is";
export const DELETED = "Message deleted";
export const MESSAGE_GONE = "the server does not have the message any more";
export const NO_SEARCH = "This server has no search. Ask who runs it to start it with --search on";
export const OWNER_ALONE = "You own this server, and nobody else is here. Others come in by an invite.";
export const QUERY_TOO_LONG = "A search has at most 512 bytes. Search for fewer words";
export const PASSWORD_SET = "Your password is set";
export const ANOTHER_SERVER =
  "This is not the server that was here before. Messages and drafts for that one stay stored and are not sent here";
export const RESTORED =
  "The server was restored from an older copy of its data. It may not have the messages that you saw before";

/** Quotes a name that has spaces. */
export const quoted = (name) => (name.includes(" ") ? `“${name}”` : name);

/** A text of the server as a sentence. */
export const sentence = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** A count with its noun. */
export const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

export const noMessages = (room) => `${labelOf(room)} has no messages`;

export const lookingFor = (time) => `Looking for ${longDay(Date.parse(time))}…`;

/** What to know of the message that was found for a time; null if it is of that day. */
export function dateFound(time, stored) {
  const asked = Date.parse(time);
  if (stored < asked) return `No message since ${longDay(asked)}. This is the newest`;
  if (dayOf(stored) > dayOf(asked)) return `The first message since ${longDay(asked)} is of ${longDay(stored)}`;
  return null;
}

export const created = (room) => `You created ${room}. /leave removes it`;
export const renamed = (from, to) => `${quoted(from)} is now ${quoted(to)}`;
export const youRenamed = (name) => `You are now ${quoted(name)}`;
export const noUser = (name) => `There is no user “${name}”`;
export const youLeft = (room, reason) => `You were ${reason} from ${room}`;

export function leaving(room) {
  if (isDirect(room.name)) return `Closed your messages with ${quoted(labelOf(room))}. /msg opens them again`;
  return `You left ${room.name}. /join ${room.name} brings you back`;
}

export function refused({ text, suggestion }) {
  return `Refused: ${text}.${suggestion ? ` Type /name ${suggestion}` : ""}`;
}

export const notSentText = (text) => `This was not sent: ${text}`;
export const notSent = (room, why, text) => `Not sent to ${room}: ${why}. Your text: ${text}`;

/** A change of a message is not made. */
export function notChanged(kind, why, text) {
  const what = {
    edit: "Message not edited",
    delete: "Message not deleted",
    reaction: "Reaction not sent",
    pin: "Pin not changed",
  }[kind];
  return `${what ?? "Not sent"}: ${why}${text ? `. Your text: ${text}` : ""}`;
}

/** The server has refused the hello. */
export function helloRefused(name, { code, text, suggestion }) {
  if (code === "bad_token") return `The server doesn't know ${name} any more. Choose a name to come in as a new user`;
  if (code === "name_taken" && suggestion)
    return `The name ${name} is taken; ${suggestion} is free. If ${name} is you, log in below`;
  if (code === "name_taken" || code === "bad_name") return `Choose another name: ${text}`;
  return sentence(text);
}

/** Why there is no connection, and what waits; empty if all is well. */
export function status({ connection, waiting, notStored }) {
  const parts = [];
  if (notStored) parts.push("This browser can't store anything: queued messages are lost if you close the page");
  if (waiting > 0) parts.push(`${counted(waiting, "message")} queued`);
  if (connection.kind === "connecting" || connection.kind === "starting") parts.push("Connecting…");
  if (connection.kind === "expelled") parts.push(`Not connected: ${connection.text}. /reconnect tries again`);
  if (connection.kind === "waiting") parts.push(connection.why ? `${connection.why} · Offline` : "Offline");
  return parts.join(" · ");
}

/** When the page connects again: the end of `status`. */
export const retrying = ({ until }, now) => `, retrying in ${Math.max(0, Math.ceil((until - now) / 1000))} s`;

/** Who is typing. */
export function typing(names) {
  const all = names.map(quoted);
  if (all.length === 0) return "";
  if (all.length === 1) return `${all[0]} is typing…`;
  if (all.length === 2) return `${all[0]} and ${all[1]} are typing…`;
  return `${all[0]}, ${all[1]} and others are typing…`;
}

const WAYS = {
  bye: "left",
  lost: "lost connection",
  too_slow: "timed out",
  idle: "timed out",
  too_many_errors: "was disconnected",
  kicked: "was kicked",
  banned: "was banned",
};

/** `→ viktor, wei joined · ← bot left`. */
export function presence(changes) {
  const names = (list) => {
    const all = list.map((one) => quoted(one.name));
    if (all.length <= 1) return all.join("");
    if (all.length <= 3) return `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
    return `${all[0]}, ${all[1]} and ${all.length - 2} others`;
  };
  const parts = [];
  const joined = changes.filter((one) => one.way === null);
  if (joined.length > 0) parts.push(`→ ${names(joined)} joined`);
  for (const way of new Set(Object.values(WAYS))) {
    const left = changes.filter((one) => one.way !== null && (WAYS[one.way] ?? "left") === way);
    if (left.length > 0) parts.push(`← ${names(left)} ${way}`);
  }
  return parts.join(" · ");
}

const ROLES = { guest: "a guest", member: "a member", voice: "a voice", moderator: "a moderator", owner: "an owner" };

export const who = (state, user) =>
  user === undefined ? "The operator" : isMe(state, user.id) ? "You" : quoted(user.name);
const whom = (state, user) => (isMe(state, user.id) ? "you" : quoted(user.name));
const place = (room) => room ?? "this server";

export const askPublic = (room) => `Make ${room} public? Everybody can then read all of it`;
export const askOwner = (name, room) => `Make ${name} an owner of ${place(room)}? Only that user can give it up`;

/** A user has another role. */
export function roleGiven(state, { room, user, role, by }) {
  if (role === "voice") return `${who(state, by)} gave ${whom(state, user)} a voice in ${place(room)}`;
  return `${who(state, by)} made ${whom(state, user)} ${ROLES[role] ?? "a member"} of ${place(room)}`;
}

/** A room has other rules. */
export function rulesSet(state, { room, rules, by }, before) {
  const changes = [];
  if (before.privacy !== rules.privacy) {
    changes.push(
      {
        private: `made ${room} private: only users who were asked in can find and join it`,
        announce: `made ${room} a room for announcements: only voices, moderators and owners write`,
      }[rules.privacy] ?? `made ${room} public: everybody can find it, join it and write`,
    );
  }
  if ((before.slow_s ?? 0) !== (rules.slow_s ?? 0)) {
    const pause = rules.slow_s ? `set a pause of ${duration(rules.slow_s)}` : "ended the pause";
    changes.push(`${pause} between two messages of one user`);
  }
  if ((before.topic_by ?? "all") !== (rules.topic_by ?? "all")) {
    const whoSets = rules.topic_by === "moderators" ? "only moderators and owners" : "everybody";
    changes.push(`let ${whoSets} set the topic and pin messages`);
  }
  return `${who(state, by)} ${changes.join(", and ") || `left the rules of ${room} as they are`}`;
}

export function askedIn(state, { room, user, by }) {
  const asked = `${who(state, by)} asked ${whom(state, user)} into ${room}`;
  return isMe(state, user.id) ? `${asked}. /join ${room} joins it` : asked;
}

const DONE = { mute: "muted", kick: "kicked", ban: "banned" };

function target(state, { user, network, invite }) {
  if (user) return whom(state, user);
  return network ? `guests and new users from ${network}` : `all users of invite ${invite}`;
}

/** Somebody is muted, kicked or banned. */
export function sanctioned(state, it, at) {
  const on = it.kind !== "mute" ? "from" : it.room === undefined ? "on" : "in";
  const time =
    it.until === undefined ? "" : ` for ${duration(Math.max(1, Math.ceil((Date.parse(it.until) - at) / 1000)))}`;
  const reason = it.reason ? `: ${it.reason}` : "";
  const about = hitsMe(state, it) ? "you" : target(state, it);
  return `${who(state, it.by)} ${DONE[it.kind] ?? "banned"} ${about} ${on} ${place(it.room)}${time}${reason}`;
}

export function pardoned(state, { sanction: it, by }) {
  const on = it.kind !== "mute" ? "from" : it.room === undefined ? "on" : "in";
  if (by === undefined && hitsMe(state, it)) return `You are no longer ${DONE[it.kind]} ${on} ${place(it.room)}`;
  return `${who(state, by)} ended the ${it.kind} of ${target(state, it)} ${on} ${place(it.room)}`;
}

/** A sanction in a list. */
export const sanctionTitle = (state, it) => `${sentence(DONE[it.kind] ?? it.kind)}: ${target(state, it)}`;

/** Somebody has changed the account of the user. */
export function accountChanged({ what, by }) {
  const name = by ? quoted(by.name) : "The operator";
  return (
    {
      password: `${name} gave you another password, and can log in as you. /password sets one`,
      link: `${name} made a code with which another device logs in as you`,
      drop: `${name} dropped one of your devices: it can no longer log in as you`,
      free: `${name} freed your name. /name takes another one`,
    }[what] ?? `${name} changed your account`
  );
}

const UNITS = [
  ["d", "day", 86400],
  ["h", "hour", 3600],
  ["m", "minute", 60],
  ["s", "second", 1],
];

/** The seconds of a duration such as `10m`; null if it is none. */
export function seconds(written) {
  const [, number, letter] = /^(\d{1,9})([wdhms])$/i.exec(written) ?? [];
  if (!number || Number(number) === 0) return null;
  const unit = letter.toLowerCase() === "w" ? 7 * 86400 : UNITS.find(([short]) => short === letter.toLowerCase())[2];
  return Number(number) * unit;
}

/** A duration in words, rounded up: `90 minutes`, `2 days`. */
export function duration(secs) {
  const whole = UNITS.find(([, , size]) => secs >= size && secs % size === 0);
  const long = UNITS.find(([, , size]) => secs >= 2 * size);
  const [, name, size] = whole && (!long || whole[2] >= long[2]) ? whole : (long ?? UNITS[3]);
  return counted(Math.ceil(secs / size), name);
}

/** What the rules of a room and a mute say where one writes; null if one may write. */
export function cannotWrite(room, canAnnounce, now) {
  if (room.muted && (room.muted.until === null || Date.parse(room.muted.until) > now)) {
    const until = room.muted.until
      ? ` for ${duration(Math.ceil((Date.parse(room.muted.until) - now) / 1000))} more`
      : "";
    return `You are muted here${until}. You can read meanwhile`;
  }
  if (room.rules?.privacy === "announce" && !canAnnounce) return "Only voices, moderators and owners write here";
  return null;
}

/** A time in the past: `5 minutes ago`. */
export function ago(ms) {
  const secs = Math.max(0, Math.floor(ms / 1000));
  if (secs < 60) return "just now";
  const [, name, size] = UNITS.find(([, , unit]) => secs >= unit);
  return `${counted(Math.floor(secs / size), name)} ago`;
}
