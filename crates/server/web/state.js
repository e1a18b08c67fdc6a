// The state of the page. `update.js` alone changes it; `view.js` only reads it.

import { newLog } from "./log.js";
import { newOutbox } from "./outbox.js";

export const LOBBY = "#lobby";

/** The features of the protocol that the page has. */
export const FEATURES = [
  "accounts",
  "addresses",
  "away",
  "events",
  "last_seen",
  "roles",
  "typing",
  "unread",
  "unknown_kinds",
];

/** A state of this run of the page, whose device is `device`. */
export function newState(device) {
  return {
    /** `starting`, `welcome` (the first screen), `connecting`, `waiting`, `connected` or `expelled`. */
    connection: { kind: "starting" },
    /** The user: its number, name and role on the server. */
    me: null,
    name: "",
    role: "member",
    /** The server: its journal, what it can do, its limits. */
    journal: null,
    epoch: null,
    features: new Set(),
    limits: {},
    /** Whether the server has sent all rooms of the user in this session. */
    isComplete: false,
    /** The message that tells whether the server was set back, `{room, seq, at, asked}`, until it has answered. */
    known: null,
    rooms: new Map(),
    current: LOBBY,
    outbox: newOutbox(device),
    thread: null,
    /** What is typed for threads and not sent, by room and first message. */
    threadDrafts: new Map(),
    typing: [],
    away: new Map(),
    /** The dialog that is open, with what the server has answered for it. */
    panel: null,
    search: newSearch(),
    /** The searches that have no answer; the last one may be `search`. */
    searches: [],
    /** What is written: a reply or an edit, `{kind, room, seq}`. */
    compose: null,
    choices: newChoices(),
    /** What the status line says for a while. */
    said: null,
    /** What the first screen asks for, and what it says. */
    form: { name: "", note: "", needs: null },
    /**
     * What opens once the server has answered: the direct message with the user named `open`, or the room `join`.
     * `text` is said there then; `typed` is given back if it cannot be opened.
     */
    questions: [],
    /** The room that is being exported. */
    exporting: null,
    /** The message to go to once it is loaded. */
    goal: null,
    isVisible: true,
    notStored: null,
  };
}

export const newSearch = () => ({
  query: "",
  order: "newest",
  hits: [],
  next: null,
  isLoading: false,
  note: "",
  indexed: null,
});

/** What the user has chosen; stored in the browser. */
export const newChoices = () => ({
  theme: "auto",
  size: "normal",
  enter: "send",
  notify: "off",
  sound: false,
  typing: true,
  quiet: [],
  ignored: [],
  /** Which messages of a room notify, if not those of `notify`: by room. */
  levels: {},
  /** The messages that the user remembers. */
  saved: [],
});

/** A room of the user, before the server has described it. */
export function newRoom(name) {
  return {
    name,
    title: null,
    topic: "",
    count: 0,
    users: [],
    roles: new Map(),
    rules: null,
    seenAt: null,
    lastSeq: 0,
    read: 0,
    readSent: 0,
    /** The count of the server: of the messages after `read` up to `lastSeq`. */
    counted: { lastSeq: 0, unread: 0, mentions: 0, more: false },
    /** Messages of others since then: `{seq, names}`. */
    since: [],
    log: newLog(),
    draft: "",
    isJoined: false,
    /** The user has asked to join it. */
    isRequested: false,
    /** Some messages of others are below this `seq`, unread when the room was opened. */
    line: null,
    /** The page of the window that is on its way, and a time to whose message the user goes after it. */
    loading: null,
    date: null,
    /** The page that the server could not read, `{loading, pause, until}`: it is asked for again. */
    retry: null,
    /** The requests for pages that have no answer: see `pages.js`. */
    asked: [],
    /** The position in the log that the reader looks at; null at the end. */
    eye: null,
    /** The user has marked messages as unread: they stay so until the room is opened again. */
    isHeld: false,
    muted: null,
  };
}

export const roomOf = (state, name) => state.rooms.get(name) ?? null;
export const currentRoom = (state) => state.rooms.get(state.current) ?? null;
/** Names what a draft is for: a room, or the thread of a message of it. */
export const placeOf = (room, thread) => (thread === undefined ? room : `${room} ${thread}`);
export const isDirect = (name) => name.startsWith("@");
export const isMe = (state, id) => state.me !== null && id === state.me;

/** Whether a sanction that was sent is about me: one without a name is sent to its author, and to those it is about. */
export const hitsMe = (state, { user, by }) => (user ? isMe(state, user.id) : !isMe(state, by?.id));
export const isConnected = (state) => state.connection.kind === "connected";
export const isIgnored = (state, id) => state.choices.ignored.some((user) => user.id === id);
export const isQuiet = (state, room) => state.choices.quiet.includes(room);

/** The room, made if it is not there. */
export function makeRoom(state, name) {
  let room = state.rooms.get(name);
  if (!room) state.rooms.set(name, (room = newRoom(name)));
  return room;
}

/** The name of a room for the user. */
export const labelOf = (room) => (isDirect(room.name) ? (room.title ?? room.name) : room.name);

/** The other user of a direct message, by its address. */
export function otherOf(state, address) {
  const ids = address.slice(1).split("-").map(Number);
  return ids.find((id) => id !== state.me) ?? null;
}

/** The address of the direct message with a user. */
export const addressOf = (state, id) => `@${Math.min(state.me, id)}-${Math.max(state.me, id)}`;

/** How many messages are unread; `more` if there are older ones that nobody has counted. */
export function unread(state, room) {
  const since = room.since.filter((one) => one.seq > room.read && one.seq > room.counted.lastSeq);
  const count = room.counted.unread + since.length;
  const names = room.counted.mentions + since.filter((one) => one.names).length;
  return { count, mentions: isDirect(room.name) ? count : names, more: room.counted.more };
}

/** Compares names: numbers in them by their value, so that `user2` is before `user10`. */
export const byName = new Intl.Collator(undefined, { numeric: true }).compare;

/** The rooms in the order of the list: the lobby, rooms by name, direct messages by title. */
export function roomList(state) {
  const order = (room) => (room.name === LOBBY ? 0 : isDirect(room.name) ? 2 : 1);
  return [...state.rooms.values()].sort(
    (a, b) => order(a) - order(b) || byName(labelOf(a), labelOf(b)) || byName(a.name, b.name),
  );
}

/** A connected user of any room, by its number or its name. */
export function findUser(state, is) {
  for (const room of state.rooms.values()) {
    const found = room.users.find(is);
    if (found) return found;
  }
  return null;
}

/**
 * Whether the other user of a direct message is connected. Before its first message, only the lobby lists that user.
 */
export function isOtherOnline(state, room) {
  const other = otherOf(state, room.name);
  return [room, state.rooms.get(LOBBY)].some((one) => one?.users.some((user) => user.id === other));
}

/** The role of a user in a room, `member` if it has none. */
export const roleIn = (room, id) => room?.roles.get(id) ?? "member";

const RANKS = { guest: 0, member: 1, voice: 2, moderator: 3, owner: 4 };
export const rank = (role) => RANKS[role] ?? 1;

/** The role of the user in a room: there, or on the server. */
export const myRole = (state, room) =>
  rank(roleIn(room, state.me)) >= rank(state.role) ? roleIn(room, state.me) : state.role;
export const isModerator = (state, room) => rank(myRole(state, room)) >= RANKS.moderator;
export const isOwner = (state, room) => rank(myRole(state, room)) >= RANKS.owner;
