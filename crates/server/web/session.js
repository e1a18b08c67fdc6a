// Sessions begin and end: the user, the rooms, and the messages that are sent again.

import * as outbox from "./outbox.js";
import { changeOf } from "./changes.js";
import { entryOfOwn } from "./entries.js";
import * as log from "./log.js";
import * as exports from "./export.js";
import { begin as beginLog } from "./history.js";
import { giveBack, notice } from "./live.js";
import { ask as askKnown } from "./set-back.js";
import { FEATURES, LOBBY, currentRoom, makeRoom, newChoices, newSearch } from "./state.js";
import * as words from "./words.js";

/** The answer to this ping comes after all rooms of the user. */
const COMPLETE = "rooms";

/** A refused `hello` with one of these codes is sent again after a pause. */
const PASSING = new Set(["shutdown", "busy", "not_kept", "too_fast", "not_readable"]);
/** After a `goodbye` with one of these codes, the user decides whether to connect again. */
const FINAL = new Set(["kicked", "banned", "too_many_errors"]);

/** The page has been loaded. `known` is the user that the browser has stored, `choices` what it has chosen. */
export function start(state, fx, { known, left: messages, drafts, choices, invite }) {
  state.choices = { ...newChoices(), ...choices };
  makeRoom(state, LOBBY);
  state.form.invite = invite ?? "";
  if (known) {
    state.name = known.name;
    state.me = known.id ?? null;
    // What waits is shown before there is a connection.
    takeUp(state, { id: known.journal }, messages, drafts);
    state.wanted = invite ? { invite } : {};
    fx.push({ type: "connect" });
  } else {
    state.connection = { kind: "welcome" };
  }
}

/** The first screen was sent. */
export function enter(state, fx, { name, invite, password, code, serverPassword }) {
  state.wanted = { name, invite: secretOf(invite), password, code, serverPassword };
  state.form = { ...state.form, name, note: "" };
  state.connection = { kind: "connecting" };
  fx.push({ type: "connect" });
}

/** The secret of an invite: the part of its line after the `.`. */
function secretOf(line = "") {
  const written = line.trim();
  const hash = written.indexOf("#");
  const after = hash === -1 ? written : written.slice(hash + 1);
  const dot = after.indexOf(".");
  return dot === -1 ? after : after.slice(dot + 1);
}

/** The user logs out: the browser forgets the token. */
export function forget(state, fx) {
  fx.push({ type: "stop" }, { type: "forget", journal: state.journal }, { type: "reload" });
}

export function reconnect(state, fx) {
  state.connection = { kind: "connecting" };
  fx.push({ type: "connect" });
}

/** The state of the connection. */
export function link(state, fx, input) {
  if (input.state === "connecting") {
    // Also if the page itself has ended the session before.
    sessionEnded(state, fx, input.at);
    if (state.connection.kind !== "waiting") state.connection = { kind: "connecting" };
  } else if (input.state === "open") fx.push({ type: "send", command: { type: "about" } });
  else if (input.state === "waiting")
    state.connection = { kind: "waiting", until: input.until, why: state.ended?.text ?? null };
  else if (input.state === "lost") lost(state, fx, input.at);
}

/** There is no session: all messages are to be sent again, and nothing is answered. What is on the screen stays. */
function sessionEnded(state, fx, at) {
  outbox.sessionEnded(state.outbox);
  exports.paused(state);
  state.isComplete = false;
  state.known = null;
  state.typing = [];
  for (const { typed } of state.questions.splice(0)) if (typed) giveBack(state, fx, typed, at);
  state.search.isLoading = false;
  state.searches = [];
  if (state.panel) state.panel.isLoading = false;
  if (state.thread) state.thread.isAsked = false;
  for (const room of state.rooms.values()) {
    Object.assign(room, { isJoined: false, isRejoining: false, readSent: 0 });
    const { loading, date } = room;
    // What the user looks for is asked for again in the next session.
    Object.assign(room, { loading: null, date: loading?.time ?? date, retry: null, asked: [] });
  }
}

/** The session has ended, or did not begin. */
function lost(state, fx, at) {
  sessionEnded(state, fx, at);
  if (["expelled", "welcome"].includes(state.connection.kind)) return;
  if (state.ended && FINAL.has(state.ended.code)) {
    state.connection = { kind: "expelled", ...state.ended };
    fx.push({ type: "stop" });
  } else {
    fx.push({ type: "retry", atLeastMs: state.retryMs ?? 0 });
  }
  state.retryMs = 0;
}

/** The server has said which journal it has, and the browser what it has stored for it. */
export function profile(state, fx, { journal, user, left: messages, drafts, token, deviceName }) {
  if (state.journal !== journal.id) takeUp(state, journal, messages, drafts);
  const { name, invite, password, code, serverPassword } = state.wanted ?? {};
  const hello = {
    type: "hello",
    version: 1,
    name: name || user?.name || state.name,
    device: state.outbox.device,
    device_name: deviceName,
    features: FEATURES,
  };
  if (invite) hello.invite = invite;
  if (code) hello.link = code;
  else if (password) hello.password = password;
  else {
    Object.assign(hello, { token: user?.token ?? token, new: !user || user.isNew });
    if (hello.new && serverPassword) hello.password = serverPassword;
  }
  if (!user && !code && !password) {
    // Stored before it is sent: the user is not lost if the welcome does not arrive.
    fx.push({ type: "putUser", user: { journal: journal.id, name: hello.name, token, isNew: true }, then: hello });
  } else fx.push({ type: "send", command: hello });
}

/** Goes on with what is stored for a server, in place of another one. */
function takeUp(state, journal, messages, drafts) {
  const isOther = state.journal !== null;
  if (isOther) {
    state.rooms.clear();
    makeRoom(state, LOBBY);
    state.threadDrafts.clear();
    state.away.clear();
    Object.assign(state, { current: LOBBY, thread: null, compose: null, me: null, epoch: null, search: newSearch() });
    state.outbox = outbox.newOutbox(state.outbox.device);
  }
  state.journal = journal.id;
  for (const { room, text } of drafts) {
    if (room.includes(" ")) state.threadDrafts.set(room, text);
    else makeRoom(state, room).draft = text;
  }
  showPending(state, outbox.adopt(state.outbox, messages));
  if (isOther) notice(state, currentRoom(state), words.ANOTHER_SERVER, Date.parse(journal.at ?? "") || 0);
}

/** Another tab was closed, and has left messages without an answer. */
export function left(state, fx, { messages }) {
  showPending(state, outbox.adopt(state.outbox, messages));
  sendWaiting(state, fx);
}

/** Shows messages without an answer, or what they change. */
export function showPending(state, messages) {
  for (const message of messages) {
    const room = makeRoom(state, message.room);
    const id = outbox.idOf(message);
    const isRefused = message.refused !== undefined;
    const said = { kind: "text", ...message.body };
    const change = isRefused ? null : changeOf(said, { id: state.me, name: state.name }, true, message.at);
    const isEvent = message.body.target !== undefined;
    for (const one of logsOf(state, message.room)) {
      if (change) log.pushChange(one, id, change);
      const isHere = one === room.log || isInThread(state.thread, message.body);
      if (isEvent || message.body.kind === "topic" || !isHere) continue;
      const delivery = isRefused ? { delivery: "refused", why: message.refused } : {};
      const isStored = outbox.isStored(state.outbox, id);
      log.pushPending(one, { ...entryOfOwn(state, message), ...delivery, isStored });
    }
  }
}

export const isInThread = (thread, said) =>
  said.thread === thread.root || (said.thread === undefined && said.reply_to === thread.root);

/** The logs that show messages of a room: its own, and that of the open thread. */
export function logsOf(state, name) {
  const room = state.rooms.get(name);
  const logs = room ? [room.log] : [];
  if (state.thread?.room === name) logs.push(state.thread.log);
  return logs;
}

/** A session has begun. */
export function welcome(state, fx, event, at) {
  const { epoch } = event.journal;
  if (state.me !== null && state.me !== event.id) {
    state.rooms.clear();
    makeRoom(state, LOBBY);
    state.current = LOBBY;
  }
  if (state.epoch !== null && state.epoch !== epoch) restored(state, fx, at);
  Object.assign(state, {
    me: event.id,
    name: event.name,
    role: event.role ?? "member",
    epoch,
    ended: null,
    retryMs: 0,
    wanted: {},
  });
  state.features = new Set(event.features ?? []);
  state.limits = event.limits ?? {};
  state.connection = { kind: "connected" };
  state.away.clear();
  state.form.invite = "";
  askKnown(state, fx);
  takeBack(state, fx, at, (message) => message.epoch !== null && message.epoch !== epoch);
  fx.push({
    type: "putUser",
    user: { journal: state.journal, id: event.id, name: event.name, token: event.token, isNew: false },
  });
  for (const room of state.rooms.values()) {
    if (room.isRequested) fx.push({ type: "send", command: { type: "join", room: room.name } });
  }
  fx.push({ type: "send", command: { type: "ping", nonce: COMPLETE } });
  fx.push({ type: "left" });
}

/** The journal was restored from a backup, or set back: no `seq` is valid. */
function restored(state, fx, at) {
  for (const room of state.rooms.values()) {
    log.restored(room.log);
    Object.assign(room, {
      lastSeq: 0,
      read: 0,
      readSent: 0,
      since: [],
      line: null,
      counted: { lastSeq: 0, unread: 0, mentions: 0, more: false },
    });
  }
  state.thread = null;
  state.compose = null;
  notice(state, currentRoom(state), words.RESTORED, at);
}

/** The server's whole data was set back, in the same epoch: see `set-back.js`. */
export function setBack(state, fx, at) {
  restored(state, fx, at);
  takeBack(state, fx, at, (message) => outbox.namesMessages(message.body));
  fx.push({ type: "connect" });
}

/** Takes messages of the outbox back that name others by a `seq` that is void. */
function takeBack(state, fx, at, isVoid) {
  for (const { message } of state.outbox.pending.filter((one) => isVoid(one.message))) {
    const id = outbox.idOf(message);
    outbox.acknowledge(state.outbox, id);
    for (const one of logsOf(state, message.room)) {
      log.takePending(one, id);
      log.settleChange(one, id);
    }
    fx.push({ type: "removeMessage", message });
    notice(state, currentRoom(state), words.notChanged(message.body.kind, words.MESSAGE_GONE, message.body.text), at);
  }
}

/** The server has answered the ping: it has sent all rooms by now. The user has left the others elsewhere. */
export function roomsComplete(state, fx, { nonce }, at) {
  if (nonce !== COMPLETE) return;
  const needed = new Set(state.outbox.pending.map((one) => one.message.room));
  for (const room of [...state.rooms.values()]) {
    if (room.isJoined || room.isRequested) continue;
    if (needed.has(room.name)) {
      room.isRequested = true;
      fx.push({ type: "send", command: { type: "join", room: room.name } });
    } else if (room.name !== LOBBY && room.draft === "" && room.log.pending.length === 0)
      close(state, fx, room.name, at);
  }
  state.isComplete = true;
  state.known = null;
  sendWaiting(state, fx);
}

/** Sends all messages that wait and are stored. The server takes them in order, after the rooms that were asked for. */
export function sendWaiting(state, fx) {
  if (!state.isComplete) return;
  for (const command of outbox.take(state.outbox)) fx.push({ type: "send", command });
}

/** The server has refused the `hello`. */
export function helloRefused(state, fx, event) {
  if (PASSING.has(event.code)) {
    state.ended = { code: event.code, text: event.text };
    state.retryMs = event.retry_ms ?? 0;
    return;
  }
  fx.push({ type: "stop" });
  const name = state.wanted?.name || state.name;
  const wrong = state.wanted?.serverPassword ? "server" : state.wanted?.invite ? "invite" : "login";
  const needs = { invite_needed: "invite", password_needed: "server", bad_secret: wrong }[event.code] ?? null;
  if (event.code === "bad_token") fx.push({ type: "removeUser", journal: state.journal });
  if (["banned", "tls_needed", "bad_version"].includes(event.code)) {
    state.connection = { kind: "expelled", code: event.code, text: event.text };
    return;
  }
  state.connection = { kind: "welcome" };
  state.form = { ...state.form, name: event.suggestion ?? name, needs, note: words.helloRefused(name, event) };
}

/** The user is in a room no more. */
export function close(state, fx, name, at) {
  if (name === LOBBY) return;
  state.rooms.delete(name);
  if (state.thread?.room === name) state.thread = null;
  if (state.compose?.room === name) state.compose = null;
  if (state.current === name) {
    state.current = LOBBY;
    beginLog(state, fx, currentRoom(state));
  }
  exports.closed(state, fx, name, at);
}
