// The `/` commands, with the names and words that they have in the terminal client.

import { FORMATS } from "./export.js";
import { key } from "./mention.js";
import { currentRoom, findUser, isDirect, labelOf, roomOf } from "./state.js";
import * as words from "./words.js";

/** The table: names, what follows, what it does, and what completes the argument. */
export const COMMANDS = [
  row("help", [], "", "Show the commands and the keys", () => panel("help")),
  row("join", ["j"], "#ROOM", "Join or create a room", join, "rooms"),
  row("leave", ["part", "close"], "[ROOM]", "Leave this room (or ROOM)", leave, "own"),
  row("msg", ["query", "dm"], "NAME [TEXT]", "Send a direct message", msg, "users"),
  row("go", ["goto"], "", "Go to a room or a user", () => panel("go")),
  row("rooms", ["list"], "", "List the rooms of the server", () => panel("rooms")),
  row("who", ["names"], "[PART]", "List who is in this room", (state, part) =>
    panel("people", { room: state.current, part }),
  ),
  row("whois", [], "NAME", "Show what is known of a user", whois, "users"),
  row("topic", [], "[TEXT]", "Show or set the topic (-delete clears it)", topic),
  row("me", [], "ACTION", "Describe an action: * bob waves", (state, text) => [
    { type: "sayHere", kind: "action", text },
  ]),
  row("name", ["nick"], "[NAME]", "Change your name", (state, name) =>
    name === "" ? panel("name") : command({ type: "rename", name }),
  ),
  row("set", ["settings"], "", "Change the settings", () => panel("settings")),
  row("notify", [], "[LEVEL]", "Notify of: mentions, all, none, default", notify),
  row("quiet", [], "[ROOM]", "Make this room (or ROOM) quiet", (state, room) => quiet(state, room, true), "own"),
  row("unquiet", [], "[ROOM]", "Let a quiet room notify again", (state, room) => quiet(state, room, false), "own"),
  row("ignore", [], "[NAME]", "Hide the messages of a user, or list the ignored users", (state, name) =>
    name === "" ? panel("settings") : ignore(state, name, true),
    "users",
  ),
  row("unignore", [], "NAME", "Show the messages of a user again", (state, name) => ignore(state, name, false)),
  row("mentions", [], "", "List the messages that mention you", () => panel("mentions")),
  row("search", ["find"], "[WORDS]", "Search the messages of all rooms", (state, query) => panel("search", { query })),
  row("date", ["day"], "DAY", "Go to the first message of a day or month", date),
  row("pins", [], "", "List the pinned messages of this room", (state) => panel("pins", { room: state.current })),
  row("saved", [], "", "List the messages you remember", () => panel("saved")),
  row("export", [], "[FORMAT]", "Write this room to a file: text, jsonl, html", exportTo),
  row("invite", [], "[USES] [TIME] [#ROOM]", "Invite new users: /invite, or /invite 5 2d #dev", invite),
  row("invites", [], "", "List the invites, and end one", () => panel("invites")),
  row("revoke", [], "NUMBER", "End an invite", (state, id) =>
    numbered(id, (number) => command({ type: "revoke", id: number })),
  ),
  row("hook", [], "NAME", "Make an address to which a program posts here", hook),
  row("hooks", [], "", "List the hooks, and end one", () => panel("hooks")),
  row("revoke-hook", [], "NUMBER", "End a hook", (state, id) =>
    numbered(id, (number) => command({ type: "revoke_hook", id: number })),
  ),
  row("password", [], "", "Set your password, to log in elsewhere", () => panel("password")),
  row("link", [], "[NAME]", "Show a code for another device of yours, or of NAME", linkOf, "users"),
  row("devices", ["account", "sessions"], "[NAME]", "List your devices and sessions, or those of NAME", (state, name) =>
    panel("account", userOf(name)),
    "users",
  ),
  row("drop", [], "[NAME] NUMBER", "Log a device out: /drop 12, or /drop ana 12", drop, "users"),
  row("end", [], "NUMBER", "End a session: /end 41", (state, id) =>
    numbered(id, (number) => command({ type: "end", session: number })),
  ),
  row("free", [], "NAME", "Free the name of a user who will not come back", (state, name) => free(bare(name)), "users"),
  row("role", [], "NAME [ROLE]", "Show or give a role: /role ana moderator", role, "users"),
  row("private", [], "", "Make this room private", (state) => rule(state, { privacy: "private" })),
  row("public", [], "", "Make this room public", (state) =>
    ask(words.askPublic(state.current), "Make it public", rule(state, { privacy: "public" })),
  ),
  row("announce", [], "", "Only voices, moderators and owners write here", (state) =>
    rule(state, { privacy: "announce" }),
  ),
  row(
    "ask-in",
    ["askin"],
    "NAME",
    "Ask a user into this private room",
    (state, name) => command({ type: "ask_in", room: state.current, user: bare(name) }),
    "users",
  ),
  row("slow", [], "TIME", "A pause between two messages of one user: 30s, or off", slow),
  row("topic-by", [], "WHO", "Who sets the topic: all, moderators", topicBy),
  row(
    "mute",
    [],
    "NAME [TIME] [REASON]",
    "Let a user only read: /mute ana 10m",
    (state, text) => sanction(state, "mute", text),
    "users",
  ),
  row("unmute", [], "NAME", "End a mute", (state, name) => lift(state, name), "users"),
  row(
    "kick",
    [],
    "NAME [REASON]",
    "Send a user out; they may come back",
    (state, text) => sanction(state, "kick", text),
    "users",
  ),
  row(
    "ban",
    [],
    "NAME [TIME] [REASON]",
    "Keep a user out: /ban ana 1d",
    (state, text) => sanction(state, "ban", text),
    "users",
  ),
  row("unban", [], "NAME", "End a ban", (state, name) => lift(state, name)),
  row("sanctions", ["bans"], "[server]", "List the mutes and bans, and end one", (state, at) =>
    panel("sanctions", { room: placeOf(state, at === "server") }),
  ),
  row("audit", [], "", "List who changed what, and when", () => panel("audit")),
  row("away", ["afk"], "[TEXT]", "Show others that you are away", (state, text) => command({ type: "away", text })),
  row("back", [], "", "Show others that you are back", () => command({ type: "back" })),
  row("read", [], "", "Mark this room as read", (state) => [{ type: "readAll", room: state.current }]),
  row("unread", [], "", "Go to the first unread message", unread),
  row("reconnect", [], "", "Reconnect now", () => [{ type: "reconnect" }]),
  row("forget", ["logout"], "", "Log out: this browser forgets who you are", logOut),
];

function row(name, others, takes, about, run, offers = null) {
  return { name, others, takes, about, run, offers };
}

/** What a command does: a list of inputs, or a text that says what is wrong. */
export function run(state, line) {
  const [, name, argument] = /^\/(\S*)\s*([^]*)$/.exec(line);
  const found = COMMANDS.find((one) => one.name === name || one.others.includes(name));
  if (!found) return `There is no command /${name}. /help lists them; // at the start sends a line that begins with /`;
  const needs = found.takes !== "" && !found.takes.startsWith("[");
  if (needs && argument.trim() === "") return `Usage: /${found.name} ${found.takes}`;
  return found.run(state, argument.trim());
}

const panel = (kind, about = {}) => [{ type: "openPanel", panel: { kind, ...about } }];
const command = (it) => [{ type: "command", command: it }];

/** A question, and what is done if the user says yes. */
export const ask = (question, yes, inputs) =>
  typeof inputs === "string" ? inputs : panel("confirm", { question, yes, inputs });

const bare = (name) => name.replace(/^@/, "");
const roomNamed = (written) => (/^[#@]/.test(written) ? written : `#${written}`);
/** The room that an order is about; none for the lobby, where it is about the server. */
const placeOf = (state, isServer) => (isServer || state.current === "#lobby" ? undefined : state.current);

function join(state, written) {
  if (/\s/.test(written)) return "Room names can't contain spaces";
  return written.startsWith("@")
    ? [{ type: "openUser", name: bare(written) }]
    : [{ type: "join", room: roomNamed(written) }];
}

function leave(state, written) {
  const name = written === "" ? state.current : roomNamed(written);
  const room =
    roomOf(state, name) ?? [...state.rooms.values()].find((one) => isDirect(one.name) && `@${labelOf(one)}` === name);
  return room ? [{ type: "leave", room: room.name }] : `You're not in ${name}`;
}

/** A name at the beginning, which may have spaces if it is that of a known user, and the rest. */
function nameAndRest(state, written) {
  const text = bare(written);
  const parts = text.split(/\s+/);
  for (let count = Math.min(parts.length, 6); count > 1; count -= 1) {
    const name = parts.slice(0, count).join(" ");
    if (findUser(state, (user) => key(user.name) === key(name))) return [name, parts.slice(count).join(" ")];
  }
  return [parts[0], text.slice(parts[0].length).trim()];
}

function msg(state, written) {
  const [name, text] = nameAndRest(state, written);
  return [{ type: "openUser", name, text: text || undefined }];
}

function whois(state, written) {
  const user = findUser(state, (one) => key(one.name) === key(bare(written)));
  return user ? panel("user", { user }) : `No user "${bare(written)}" is online`;
}

function topic(state, text) {
  const room = currentRoom(state);
  if (text === "")
    return [
      {
        type: "tell",
        text: room.topic
          ? `Topic of ${labelOf(room)}: ${room.topic}`
          : `${labelOf(room)} has no topic. Set one with /topic TEXT`,
      },
    ];
  return command({ type: "topic", room: room.name, topic: text === "-delete" ? "" : text });
}

function quiet(state, written, on) {
  const room = written === "" ? state.current : roomNamed(written);
  const others = state.choices.quiet.filter((name) => name !== room);
  const text = on ? `${room} is quiet: it notifies of nothing. /unquiet ends that` : `${room} notifies again`;
  return [
    { type: "choose", choices: { quiet: on ? [...others, room] : others } },
    { type: "tell", text },
  ];
}

function ignore(state, written, on) {
  const is = (one) => key(one.name) === key(bare(written));
  const user = on ? findUser(state, is) : state.choices.ignored.find(is);
  if (!user) return on ? `No user "${bare(written)}" is online` : `${bare(written)} is not ignored`;
  if (user.id === state.me) return "You can't ignore yourself";
  return [
    { type: "ignore", user, on },
    {
      type: "tell",
      text: on
        ? `You don't see messages of ${user.name} any more. /unignore ends that`
        : `You see messages of ${user.name} again`,
    },
  ];
}

const LEVELS = { mentions: "mentions", all: "all", none: "off", default: null };

function notify(state, written) {
  const room = state.current;
  if (written === "") return panel("notify", { room });
  if (!Object.hasOwn(LEVELS, written)) return "Usage: /notify mentions, all, none or default";
  return [{ type: "level", room, level: LEVELS[written] }];
}

/** `/export html`. The settings of the browser decide where it stores the file. */
function exportTo(state, written) {
  const format = written === "" ? "text" : written;
  return Object.hasOwn(FORMATS, format) || format === "stop"
    ? [{ type: "export", format }]
    : "Usage: /export text, html, jsonl or stop";
}

/** The user that an order for owners is about; none is the user itself. */
const userOf = (name) => (name === "" ? {} : { user: bare(name) });

/** A code lets another device in as that user, so it is asked first. */
function linkOf(state, name) {
  return name === "" ? panel("link") : askLink(bare(name));
}

export const askLink = (name) =>
  ask(`Make a code with which another device logs in as ${name}? ${name} is told`, "Make a code", panel("link", { user: name }));

function drop(state, written) {
  const parts = bare(written).split(/\s+/);
  const id = parts.pop();
  const user = parts.length > 0 ? { user: parts.join(" ") } : {};
  return numbered(id, (number) => command({ type: "drop", id: number, ...user }));
}

export const free = (name) =>
  ask(`Free the name ${name}? The account stays, under a similar name`, "Free it", command({ type: "free", user: name }));

/** Goes to a day, as `2026-05-01`, `2026-05`, `today` or `yesterday`, in the time zone of the browser. */
function date(state, written) {
  const day = new Date();
  const [, year, month, date_] = /^(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?$/.exec(written) ?? [];
  if (year) day.setFullYear(Number(year), Number(month ?? 1) - 1, Number(date_ ?? 1));
  else if (written === "yesterday") day.setDate(day.getDate() - 1);
  else if (written !== "today") return "Usage: /date 2026-05-01, 2026-05, today or yesterday";
  day.setHours(0, 0, 0, 0);
  return [{ type: "date", time: day.toISOString() }];
}

/** `/invite 5 2d moderator for the night shift`. */
function invite(state, written) {
  const order = {};
  const rest = written.split(/\s+/).filter(Boolean);
  while (rest.length > 0) {
    const word = rest[0];
    if (/^\d+$/.test(word) && order.uses === undefined) order.uses = Number(word);
    else if (words.seconds(word) !== null && order.valid_s === undefined) order.valid_s = words.seconds(word);
    else if (["member", "moderator", "owner"].includes(word) && order.role === undefined) order.role = word;
    else if (word.startsWith("#") && order.room === undefined) order.room = word;
    else break;
    rest.shift();
  }
  if (rest.length > 0) order.note = rest.join(" ").replace(/^for /, "");
  return panel("invite", { order });
}

/** `/hook nightly`: an address to which a program posts what nightly says in this room. */
function hook(state, name) {
  if (isDirect(state.current)) return "Nothing is posted into a direct message";
  return name === "" ? "Usage: /hook NAME" : panel("hook", { room: state.current, name: bare(name) });
}

const numbered = (written, then) => (/^\d+$/.test(written) ? then(Number(written)) : `${written} is not a number`);

function role(state, written) {
  const parts = bare(written).split(/\s+/);
  const isServer = parts.at(-1) === "server";
  if (isServer) parts.pop();
  const given = parts.pop();
  if (!["member", "voice", "moderator", "owner"].includes(given)) return whois(state, [...parts, given].join(" "));
  if (parts.length === 0) return "Usage: /role NAME member, voice, moderator or owner";
  const room = placeOf(state, isServer);
  const order = command({ type: "grant", user: parts.join(" "), role: given, ...(room && { room }) });
  return given === "owner" ? ask(words.askOwner(parts.join(" "), room), "Make an owner", order) : order;
}

function rule(state, rules) {
  if (isDirect(state.current)) return "Direct messages have no rules";
  return command({ type: "rule", room: state.current, ...rules });
}

function slow(state, written) {
  const pause = written === "off" ? 0 : words.seconds(written);
  return pause === null ? "Usage: /slow 30s, 10m, 2h or off" : rule(state, { slow_s: pause });
}

function topicBy(state, written) {
  return ["all", "moderators"].includes(written)
    ? rule(state, { topic_by: written })
    : "Usage: /topic-by all, or moderators";
}

/** `/mute eva 10m cool down`; a network or `invite:4` in place of the name. */
function sanction(state, kind, written) {
  const [name, after] = nameAndRest(state, written);
  let rest = after.split(/\s+/).filter(Boolean);
  const isServer = rest[0] === "server";
  if (isServer) rest = rest.slice(1);
  const time = kind === "kick" ? null : words.seconds(rest[0] ?? "");
  if (time !== null) rest = rest.slice(1);
  const [removes] = rest.filter((word) => words.seconds(/^remove:(.+)$/.exec(word)?.[1] ?? "") !== null);
  rest = rest.filter((word) => word !== removes);
  const [, id] = /^invite:(\d+)$/.exec(name) ?? [];
  const isNetwork = /^[\d.]+(\/\d+)?$|:.*:/.test(name) && name.length > 6;
  const whom = id ? { invite: Number(id) } : isNetwork ? { network: name } : { user: name };
  return sanctionOf(state, kind, whom, {
    room: whom.user ? placeOf(state, isServer) : undefined,
    time,
    reason: rest.join(" "),
    removes: removes && words.seconds(removes.slice("remove:".length)),
  });
}

/** The order, after a question if it cannot be undone. */
export function sanctionOf(state, kind, whom, { room, time = null, reason = "", removes }) {
  const order = { type: "sanction", kind, ...whom, reason };
  if (room) order.room = room;
  if (time !== null) order.for_s = time;
  if (removes) order.remove_since_s = removes;
  const name = whom.user ?? whom.network ?? `all users of invite ${whom.invite}`;
  if (kind === "mute") return command(order);
  const does = kind === "kick" ? "Kick" : "Ban";
  const also = removes ? `, and remove what was written in the last ${words.duration(removes)}` : "";
  return ask(`${does} ${name} from ${room ?? "this server"}${also}?`, does, command(order));
}

function lift(state, written) {
  return panel("sanctions", {
    room: placeOf(state, / server$/.test(written)),
    part: bare(written.replace(/ server$/, "")),
  });
}

/** The question before the browser forgets the user. */
export function logOut({ outbox }) {
  const lost = outbox.pending.length;
  const queued = lost > 0 ? ` ${words.counted(lost, "queued message")} will not be sent.` : "";
  return ask(
    `Log out?${queued} Without a password or another device you can't come back as the same user`,
    "Log out",
    [{ type: "forget" }],
  );
}

function unread(state) {
  const room = currentRoom(state);
  return room.read < room.lastSeq ? [{ type: "goTo", room: room.name, seq: room.read + 1 }] : "Nothing is unread here";
}
