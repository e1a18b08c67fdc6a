// Tests of the pure parts of the page, without a browser: `just web-check`. The cases are those of the Rust tests.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { qr } from "../../crates/server/web/qr.js";
import * as changes from "../../crates/server/web/changes.js";
import * as clean from "../../crates/server/web/clean.js";
import * as exports from "../../crates/server/web/export.js";
import { parse } from "../../crates/server/web/markup.js";
import { mentions } from "../../crates/server/web/mention.js";
import * as outbox from "../../crates/server/web/outbox.js";
import * as rows from "../../crates/server/web/log.js";
import { savedOf } from "../../crates/server/web/saved.js";
import { byName, isOtherOnline, newState, roomList, unread } from "../../crates/server/web/state.js";
import { update } from "../../crates/server/web/update.js";
import * as windows from "../../crates/server/web/view-window.js";
import * as words from "../../crates/server/web/words.js";

const cases = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url)));

test("a text is sanitized as the terminal client does it", () => {
  for (const { dirty, clean: expected } of cases("clean")) {
    assert.equal(clean.text(dirty), expected, JSON.stringify(dirty));
    assert.equal(clean.text(expected), expected, JSON.stringify(dirty));
  }
});

test("a reaction that cannot be seen is shown as a replacement", () => {
  for (const { written, shown } of cases("emoji")) assert.equal(clean.emoji(written), shown, JSON.stringify(written));
});

test("the name of a device is shown in an account, and compared elsewhere", () => {
  const dirty = "la\u202Eptop";
  const { devices, sessions } = clean.event({ type: "account", devices: [{ device: dirty }], sessions: [{ device: dirty }] });
  assert.deepEqual([devices[0].device, sessions[0].device], ["la\uFFFDptop", "la\uFFFDptop"]);
  assert.equal(clean.event({ type: "message", device: dirty }).device, dirty);
});

test("a name is mentioned where the server finds it", () => {
  for (const { text, name, found } of cases("mention")) {
    assert.deepEqual(
      mentions(text, name).map(([start, end]) => text.slice(start, end)),
      found,
      JSON.stringify(text),
    );
  }
});

const LETTERS = [
  ["b", "bold"],
  ["i", "italic"],
  ["s", "struck"],
  ["c", "code"],
  ["a", "link"],
  ["@", "mention"],
];

/** A text as it is shown, with the formats of its parts: `{b|bold}`. */
function shown(text) {
  const part = (one) => {
    const letters = LETTERS.filter(([, kind]) => one[kind])
      .map(([letter]) => letter)
      .join("");
    return letters ? `{${letters}|${one.text}}` : one.text;
  };
  const lines = (block) => block.lines.map((parts) => parts.map(part).join("")).join("\n");
  return parse(text)
    .map((block) => (block.lines ? lines(block) : block.code ? `{c|${block.code}}` : ""))
    .join("\n");
}

test("markup is what it is in the terminal client", () => {
  for (const { text, shown: expected } of cases("markup")) assert.equal(shown(text), expected, JSON.stringify(text));
});

const said = (box, text) => {
  const message = outbox.put(box, "#lobby", { kind: "text", text }, null, 0);
  outbox.markStored(box, outbox.idOf(message));
  return message;
};

test("a message without an answer is sent again under its number", () => {
  const box = outbox.newOutbox("this");
  for (const text of ["one", "two", "three"]) said(box, text);
  assert.deepEqual(
    outbox.take(box).map((say) => say.n),
    [1, 2, 3],
  );
  assert.ok(outbox.acknowledge(box, "this/1"));
  assert.equal(outbox.acknowledge(box, "this/1"), null);
  outbox.sessionEnded(box);
  assert.deepEqual(
    outbox.take(box).map((say) => [say.n, say.text]),
    [
      [2, "two"],
      [3, "three"],
    ],
  );
  assert.deepEqual(outbox.take(box), []);
});

test("nothing is sent before it is stored, and nothing overtakes it", () => {
  const box = outbox.newOutbox("this");
  const first = outbox.put(box, "#lobby", { kind: "text", text: "one" }, null, 0);
  said(box, "two");
  assert.deepEqual(outbox.take(box), []);
  outbox.markStored(box, outbox.idOf(first));
  assert.deepEqual(
    outbox.take(box).map((say) => say.n),
    [1, 2],
  );
});

test("messages of earlier runs are sent under their devices, and new numbers are greater", () => {
  const left = (device, n) => ({ device, n, room: "#lobby", body: { kind: "text", text: "left" }, epoch: null, at: 0 });
  const box = outbox.newOutbox("this");
  outbox.adopt(box, [left("one", 7), left("two", 3)]);
  said(box, "new");
  assert.deepEqual(
    outbox.take(box).map((say) => [say.device, say.n]),
    [
      ["one", 7],
      ["two", 3],
      [undefined, 8],
    ],
  );
  outbox.acknowledge(box, "one/7");
  assert.deepEqual(outbox.adopt(box, [left("one", 7)]), [], "it was answered just before the store was read");
  const again = outbox.renumber(box, "two/3");
  assert.deepEqual([again.device, again.n], ["this", 9]);
});

test("changes of a message count once, in the order of the room", () => {
  const user = { id: 3, name: "ana" };
  const base = {
    seq: 1,
    asOf: 4,
    text: "one",
    deleted: false,
    edited: null,
    reactions: [],
    replies: null,
    pinned: false,
  };
  const made = changes.newChanges();
  const edit = (seq, text) =>
    changes.add(made, seq, changes.changeOf({ kind: "edit", target: 1, text }, user, false, 0));
  edit(7, "three");
  edit(6, "two");
  edit(3, "counts in the message already");
  const react = (seq, on) =>
    changes.add(made, seq, changes.changeOf({ kind: "reaction", target: 1, emoji: "👍", on }, user, false, 0));
  react(8, true);
  react(8, true);
  const now = changes.changed(made, base);
  assert.deepEqual([now.text, now.edited.count, now.reactions[0].count], ["three", 2, 1]);
  react(9, false);
  assert.deepEqual(changes.changed(made, base).reactions, []);
  changes.add(made, 10, changes.changeOf({ kind: "delete", target: 1 }, user, false, 0));
  assert.deepEqual([changes.changed(made, base).deleted, changes.changed(made, base).text], [true, ""]);
  assert.equal(base.text, "one");
});

const roomOf = (fields) => ({
  type: "room",
  room: "#lobby",
  topic: "",
  count: 1,
  users: [{ id: 7, name: "bob" }],
  last_seq: 0,
  read: 0,
  unread: 0,
  mentions: 0,
  ...fields,
});

/** A page of history of the lobby: the messages `from` to `to`. */
const historyOf = (from, to, more) => ({
  type: "history",
  room: "#lobby",
  messages: Array.from({ length: to - from + 1 }, (_, index) => message(from + index, `${from + index}`)),
  more,
});

/** A page that is in `#lobby`, and what it has sent. */
function connected(fields = {}, left = []) {
  const state = newState("web-1");
  const sent = [];
  const restored = [];
  const effects = [];
  const take = (input) => {
    for (const effect of update(state, { at: 1000, ...input })) {
      effects.push(effect);
      if (effect.type === "restoreText") restored.push([effect.place, effect.text]);
      if (effect.type === "input") take(effect.input);
      if (effect.type === "send") sent.push(effect.command);
      if (effect.type === "putMessage") take({ type: "stored", id: outbox.idOf(effect.message) });
      if (effect.type === "putUser" && effect.then) sent.push(effect.then);
    }
  };
  const event = (one) => take({ type: "event", event: one });
  const begin = (now = {}, nonce = "rooms") => {
    take({ type: "link", state: "open" });
    event({ type: "about", server: {}, journal: { id: "j", epoch: "e" } });
    take({
      type: "profile",
      journal: { id: "j", epoch: "e" },
      user: undefined,
      left,
      drafts: [],
      token: "t",
      deviceName: "",
    });
    event({
      type: "welcome",
      id: 7,
      name: "bob",
      token: "t",
      journal: { id: "j", epoch: "e" },
      features: ["events"],
      limits: {},
    });
    event(roomOf(now));
    event({ type: "pong", nonce });
  };
  take({ type: "start", known: null, choices: undefined, left: [], drafts: [], invite: "" });
  take({ type: "enter", name: "bob", invite: "", password: "", code: "" });
  begin(fields);
  return { state, sent, restored, effects, take, event, begin };
}

const log = (state) => state.rooms.get("#lobby").log;

test("what is said offline is sent once, under its first number, and is in its place once it is accepted", () => {
  const { state, sent, take, event, begin } = connected();
  take({ type: "link", state: "lost" });
  take({ type: "say", room: "#lobby", kind: "text", text: "hi" });
  assert.equal(log(state).pending.length, 1);
  sent.length = 0;
  begin();
  const says = sent.filter((command) => command.type === "say");
  assert.deepEqual(
    says.map((say) => [say.n, say.text]),
    [[1, "hi"]],
  );
  event({
    type: "message",
    room: "#lobby",
    seq: 2,
    from: { id: 3, name: "ana" },
    at: "2026-11-22T14:02:07.123Z",
    kind: "text",
    text: "first",
  });
  event({ type: "accepted", n: 1, room: "#lobby", seq: 1, at: "2026-11-22T14:02:06.123Z" });
  assert.deepEqual(
    log(state)
      .entries.filter((entry) => entry.seq)
      .map((entry) => [entry.seq, entry.text]),
    [
      [1, "hi"],
      [2, "first"],
    ],
  );
  assert.equal(log(state).pending.length, 0);
});

const message = (seq, text, fields = {}) => ({
  room: "#lobby",
  seq,
  from: { id: 3, name: "ana" },
  at: "2026-11-22T14:02:07.123Z",
  kind: "text",
  text,
  ...fields,
});
const texts = (state) =>
  log(state)
    .entries.filter((entry) => entry.seq)
    .map((entry) => entry.text);

test("what names a message says when that was stored, so that it changes no other one", () => {
  const { sent, take, event } = connected();
  event({ type: "message", ...message(1, "one") });
  event({ type: "message", ...message(2, "two", { at: "2026-11-22T14:02:08.001Z" }) });
  take({ type: "change", room: "#lobby", body: { kind: "pin", target: 1, on: true } });
  take({ type: "say", room: "#lobby", kind: "text", text: "x", replyTo: 2, thread: 1 });
  take({ type: "say", room: "#lobby", kind: "text", text: "x" });
  assert.deepEqual(
    sent.filter((command) => command.type === "say").map((say) => say.named_at),
    ["2026-11-22T14:02:07.123Z", "2026-11-22T14:02:08.001Z", undefined],
  );
});

/** A page that has read two messages of the lobby, and was connected again: the lobby has grown. */
function again() {
  const page = connected();
  page.event({ type: "message", ...message(1, "one") });
  page.event({ type: "message", ...message(2, "two", { at: "2026-11-22T14:02:09.001Z" }) });
  page.take({ type: "seen", room: "#lobby", first: 1, last: 2 });
  page.take({ type: "link", state: "lost" });
  page.sent.length = 0;
  page.begin({ last_seq: 9 }, null);
  const reads = () => page.sent.filter((command) => command.type === "read").map((command) => command.seq);
  /** The answer to the question for message 2: the message there was stored then. */
  const answer = (at) => page.event({ ...historyOf(2, 2, true), messages: [message(2, "there", { at })] });
  return { ...page, reads, answer };
}

test("after a reconnect the newest known message is asked for, and no read position is sent before the answer", () => {
  const { state, sent, take, reads, answer } = again();
  assert.deepEqual(
    sent.filter((command) => command.type === "history"),
    [{ type: "history", room: "#lobby", before: 3, limit: 1 }],
  );
  take({ type: "tick" });
  assert.deepEqual(reads(), []);
  answer("2026-11-22T14:02:09.001Z");
  assert.deepEqual(texts(state), ["one", "two"], "it is the same message");
  take({ type: "tick" });
  assert.deepEqual(reads(), [2]);
});

test("if another message has the place of the known one, the server was set back, and no seq is valid", () => {
  const { state, begin, sent, effects, answer } = again();
  effects.length = 0;
  answer("2026-11-22T14:02:09.002Z");
  assert.ok(effects.some((effect) => effect.type === "connect"));
  const lobby = state.rooms.get("#lobby");
  assert.deepEqual([texts(state), lobby.lastSeq, lobby.read, lobby.log.first], [[], 0, 0, null]);
  sent.length = 0;
  begin({ last_seq: 9, read: 9 });
  assert.deepEqual(
    sent.filter((command) => command.type === "history").map((command) => command.before),
    [10],
    "nothing is known of it: the room is loaded",
  );
});

test("a known message that was removed or cannot be read, or is asked for from outside, says nothing", () => {
  const damaged = { ...historyOf(2, 2, true), messages: [message(2, "", { damaged: true })] };
  const outside = { type: "refused", code: "not_in_room", text: "you are not in the room", room: "#lobby" };
  for (const answer of [historyOf(1, 0, false), damaged, outside, { type: "pong", nonce: "rooms" }]) {
    const { state, take, event, effects, reads } = again();
    effects.length = 0;
    event(answer);
    assert.ok(!effects.some((effect) => effect.type === "connect"), JSON.stringify(answer));
    assert.equal(state.said, null);
    take({ type: "tick" });
    assert.deepEqual(reads(), [2]);
  }
});

test("what was missed is asked for once, and comes in order, without a gap", () => {
  const { state, sent, take, event, begin } = connected();
  event({ type: "message", ...message(1, "one") });
  take({ type: "link", state: "lost" });
  sent.length = 0;
  begin({ last_seq: 3, unread: 3 });
  assert.deepEqual(
    sent.filter((command) => command.type === "join"),
    [{ type: "join", room: "#lobby", since: 1 }],
  );
  event({ type: "message", ...message(4, "live, before the answer") });
  assert.deepEqual(texts(state), ["one"]);
  event(roomOf({ last_seq: 4 }));
  for (const [seq, text] of [
    [2, "two"],
    [3, "three"],
    [4, "four"],
  ])
    event({ type: "message", ...message(seq, text) });
  assert.deepEqual(texts(state), ["one", "two", "three", "four"]);
  assert.equal(log(state).last, 4);
});

test("a room with many unread messages opens at the first of them, and goes on in pages", () => {
  const { state, sent, take, event } = connected({ last_seq: 1000, read: 500, unread: 500 });
  const asked = () => sent.filter((command) => command.type === "history").at(-1);
  assert.deepEqual([asked().before, log(state).first], [701, null]);
  const page = (from, to) => event(historyOf(from, to, true));
  // A line holds as many as fit: the newest of them.
  page(600, 700);
  assert.deepEqual([asked().before, asked().limit], [600, 129]);
  page(471, 599);
  assert.deepEqual([log(state).first, log(state).last, log(state).isCut, log(state).hasOlder], [471, 700, true, true]);
  event({ type: "message", ...message(1001, "live") });
  assert.equal(texts(state).at(-1), "700");
  take({ type: "seen", room: "#lobby", first: 600, last: 620 });
  assert.equal(state.rooms.get("#lobby").read, 500, "what is above was not seen");
  take({ type: "seen", room: "#lobby", first: 495, last: 510 });
  assert.equal(state.rooms.get("#lobby").read, 510);
});

test("a refused message stays with its reason, and can be sent again as another one", () => {
  const { state, sent, take, event } = connected();
  take({ type: "say", room: "#lobby", kind: "text", text: "hi" });
  event({ type: "refused", code: "slow", text: "wait", n: 1, room: "#lobby", retry_ms: 1000 });
  const [refused] = log(state).pending;
  assert.deepEqual([refused.delivery, refused.why], ["refused", "wait"]);
  take({ type: "sayAgain", room: "#lobby", id: refused.id });
  assert.deepEqual(
    sent.filter((command) => command.type === "say").map((say) => say.n),
    [1, 2],
  );
});

test("a refused message is still there, and not sent, after the page was loaded again", () => {
  const kept = new Map();
  const keep = (effects) => {
    for (const { type, message } of effects) {
      if (type === "putMessage") kept.set(outbox.idOf(message), message);
      if (type === "removeMessage") kept.delete(outbox.idOf(message));
    }
  };
  const first = connected();
  const said = (state, input) => keep(update(state, { at: 1000, ...input }));
  said(first.state, { type: "say", room: "#lobby", kind: "text", text: "hi" });
  const refused = { type: "refused", code: "slow", text: "wait", n: 1, room: "#lobby" };
  said(first.state, { type: "event", event: refused });
  const { state } = connected({}, [...kept.values()]);
  const [entry] = log(state).pending;
  assert.deepEqual([entry.text, entry.delivery, entry.why], ["hi", "refused", "wait"]);
  assert.deepEqual(state.outbox.pending, []);
  said(state, { type: "sayAgain", room: "#lobby", id: entry.id });
  assert.deepEqual(
    [...kept.values()].map((message) => [message.n, message.refused]),
    [[2, undefined]],
  );
});

test("what is said to a user who is not known is given back, and to no other user", () => {
  const { state, sent, restored, take, event } = connected();
  const typed = { place: "#lobby", text: "/msg anna hi" };
  take({ type: "openUser", name: "anna", text: "hi", typed });
  event({ type: "refused", code: "no_such_user", text: "nobody has that name", room: "@anna" });
  assert.deepEqual(restored, [["#lobby", "/msg anna hi"]]);
  take({ type: "openUser", name: "Ana" });
  event(roomOf({ room: "@3-7", title: "ana" }));
  assert.equal(state.current, "@3-7");
  assert.deepEqual(
    sent.filter((command) => command.type === "say"),
    [],
  );
  take({ type: "openUser", id: 3, name: "ana", text: "hello" });
  assert.deepEqual(
    sent.filter((command) => command.type === "say").map((say) => [say.room, say.text]),
    [["@3-7", "hello"]],
  );
});

test("what cannot be done is given back, or shown if something else is typed by then", () => {
  const { state, restored, take } = connected();
  const typed = { place: "#lobby", text: "/topic long" };
  take({ type: "link", state: "lost" });
  take({ type: "link", state: "waiting", until: 2000 });
  take({ type: "command", command: { type: "topic" }, typed });
  assert.deepEqual(restored, [["#lobby", "/topic long"]]);
  take({ type: "draft", room: "#lobby", text: "something else" });
  take({ type: "command", command: { type: "topic" }, typed });
  assert.equal(restored.length, 1);
  assert.ok(log(state).entries.at(-1).text.includes("/topic long"));
});

test("a message that is refused after its room was closed is shown elsewhere", () => {
  const { state, take, event } = connected();
  take({ type: "join", room: "#rust" });
  event(roomOf({ room: "#rust" }));
  take({ type: "say", room: "#rust", kind: "text", text: "hi all" });
  event({ type: "left", room: "#rust", user: { id: 7, name: "bob" }, reason: "kicked" });
  event({ type: "refused", code: "not_in_room", text: "join it first", n: 1, room: "#rust" });
  assert.ok(log(state).entries.at(-1).text.includes("hi all"));
});

test("a room whose name the server refuses is not in the list", () => {
  const { state, take, event } = connected();
  take({ type: "join", room: "#_" });
  event({ type: "refused", code: "bad_room", text: "a name has letters" });
  assert.deepEqual([...state.rooms.keys()], ["#lobby"]);
});

test("what has no answer is sent again if the user connects again", () => {
  const { sent, take, begin } = connected();
  take({ type: "say", room: "#lobby", kind: "text", text: "hi" });
  take({ type: "reconnect" });
  take({ type: "link", state: "connecting" });
  begin();
  assert.deepEqual(
    sent.filter((command) => command.type === "say").map((say) => say.n),
    [1, 1],
  );
});

test("the invite of a line is the part after its last key", () => {
  const { state, take } = connected();
  for (const [line, secret] of [
    ["chat://h:1/#KEY.SECRET", "SECRET"],
    ["KEY.SECRET", "SECRET"],
    ["SECRET", "SECRET"],
    ["", ""],
  ]) {
    take({ type: "enter", name: "bob", invite: line, password: "", code: "" });
    assert.equal(state.wanted.invite, secret);
  }
});

test("durations are read and said as in the terminal client", () => {
  assert.deepEqual(["30s", "10m", "2H", "7d", "1w", "0m", "10", "m", ""].map(words.seconds), [
    30,
    600,
    7200,
    604800,
    604800,
    null,
    null,
    null,
    null,
  ]);
  assert.deepEqual([1, 60, 90, 5400, 86400, 172800].map(words.duration), [
    "1 second",
    "1 minute",
    "90 seconds",
    "90 minutes",
    "1 day",
    "2 days",
  ]);
});

const entriesOf = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => ({ seq: from + index, pos: from + index }));

/** A log of messages with these `seq`. */
function logOf(from, to) {
  const made = rows.newLog();
  for (const entry of entriesOf(from, to)) rows.insert(made, { ...entry, reactions: [], asOf: 0 });
  rows.cover(made, from, to);
  return made;
}

test("what is taken away from a full log is far from the reader, at both ends", () => {
  const ends = (made) => [made.first, made.last, made.hasOlder, made.isCut, made.base.size];
  const atEnd = logOf(1, 30);
  rows.trim(atEnd, null, 20);
  assert.deepEqual(ends(atEnd), [11, 30, true, false, 20]);
  const atBegin = logOf(1, 30);
  rows.trim(atBegin, 3, 20);
  assert.deepEqual(ends(atBegin), [1, 20, false, true, 20]);
  const within = logOf(1, 30);
  rows.trim(within, 15, 20);
  assert.deepEqual(ends(within), [5, 24, true, true, 20]);
  assert.deepEqual(
    within.entries.map((entry) => entry.seq),
    entriesOf(5, 24).map((entry) => entry.seq),
  );
});

test("the rows of a long log are those around the reader, and the others keep their height", () => {
  const entries = entriesOf(1, 1000);
  const window = windows.newWindow();
  const shown = () => [entries[window.from].seq, entries[window.to - 1].seq];
  windows.follow(window, entries, true);
  assert.deepEqual(shown(), [801, 1000]);
  const average = window.above / 800;
  assert.ok(windows.move(window, entries, true, 30 * average));
  assert.deepEqual(shown(), [771, 970]);
  windows.settle(window, 30 * 40, -30 * 40);
  assert.equal(window.above + 30 * 40, 800 * average, "30 rows of 40 pixels were empty space");
  assert.equal(window.below, 30 * 40);
  // Older messages are loaded, and new ones come: the window stays where it is.
  const above = window.above;
  entries.unshift(...entriesOf(-99, 0));
  entries.push(...entriesOf(1001, 1010));
  windows.follow(window, entries, false);
  assert.deepEqual(shown(), [771, 970]);
  assert.equal(window.above, above + 100 * average);
  assert.equal(window.below, 30 * 40 + 10 * average);
  windows.jump(window, entries, windows.indexAbove(window, window.above / 2));
  assert.ok(window.from < 435 && 435 < window.to, "the middle of the space above");
  // All of it was higher than the rows that took its place.
  windows.settle(window, 1e6, 0);
  assert.equal(window.above, window.from);
  while (windows.move(window, entries, true, 1000));
  windows.settle(window, 0, 0);
  assert.deepEqual([shown()[0], window.above], [-99, 0]);
});

test("the window goes with the end of a room, and has a bound", () => {
  const entries = entriesOf(1, 10);
  const window = windows.newWindow();
  for (let seq = 11; seq <= 1000; seq += 1) {
    entries.push({ seq, pos: seq });
    windows.follow(window, entries, true);
    assert.equal(window.to, entries.length);
    assert.ok(window.to - window.from <= windows.ROWS_MAX);
  }
  entries.length = 0;
  windows.follow(window, entries, false);
  assert.deepEqual([window.from, window.to], [0, 0]);
});

test("a room is exported as by the terminal client", () => {
  for (const { message, ...formats } of cases("export")) {
    for (const format of ["text", "html"]) assert.equal(exports.textOf(format, message), formats[format]);
  }
  const [line] = cases("export").filter((one) => one.message.seq === 9);
  const written = JSON.parse(exports.textOf("jsonl", { ...line.message, type: "message", device: "d", n: 3 }));
  assert.deepEqual([written.type, written.device, written.n, written.reactions[0].own], [undefined, undefined, undefined, undefined]);
});

test("an export asks for all pages, also in another session, and takes none of the log", () => {
  const { state, sent, take, event, begin } = connected({ last_seq: 300, read: 300 });
  const asked = () => sent.filter((command) => command.type === "history").at(-1);
  const page = (from, to, more) => event(historyOf(from, to, more));
  page(241, 300, true);
  take({ type: "export", format: "text" });
  assert.deepEqual([asked().before, asked().limit], [301, 200]);
  page(101, 300, true);
  assert.equal(asked().before, 101);
  assert.equal(log(state).first, 241);
  take({ type: "link", state: "lost" });
  sent.length = 0;
  begin({ last_seq: 300 });
  assert.equal(asked().before, 101);
  page(1, 100, false);
  assert.equal(state.exporting, null);
  assert.ok(state.said.text.includes("300 messages"));
});

test("an export ends if the server cannot read the room, and a late page of it is none of the log", () => {
  const { state, sent, take, event } = connected({ last_seq: 300, read: 300 });
  const page = (from, to) => event(historyOf(from, to, true));
  page(241, 300);
  take({ type: "export", format: "text" });
  page(101, 300);
  take({ type: "export", format: "stop" });
  take({ type: "older", room: "#lobby" });
  page(1, 100);
  assert.equal(log(state).first, 241);
  page(41, 240);
  assert.equal(log(state).first, 41);
  take({ type: "export", format: "text" });
  event({ type: "refused", code: "not_readable", text: "the disk is ill", room: "#lobby" });
  assert.equal(state.exporting, null);
  assert.match(state.said.text, /^#lobby is not exported: the disk is ill/);
  assert.equal(sent.at(-1).type, "history");
  // What was refused has no answer, so the same page is that of another export.
  take({ type: "export", format: "text" });
  page(101, 300);
  assert.equal(state.exporting.before, 101);
});

test("an export says why it ends if the user leaves the room", () => {
  const { state, take, event } = connected();
  take({ type: "join", room: "#rust" });
  event(roomOf({ room: "#rust", last_seq: 300 }));
  take({ type: "export", format: "text" });
  assert.equal(state.exporting.room, "#rust");
  event({ type: "left", room: "#rust", user: { id: 7, name: "bob" }, reason: "bye" });
  assert.equal(state.exporting, null);
  assert.match(log(state).entries.at(-1).text, /^#rust is not exported: you're not there any more/);
});

test("a date waits for the page that is on its way, and takes no other one for its message", () => {
  const { state, sent, take, event } = connected({ last_seq: 900, read: 900 });
  event(historyOf(841, 900, true));
  take({ type: "older", room: "#lobby" });
  take({ type: "date", time: "2026-05-01T00:00:00.000Z" });
  assert.equal(sent.at(-1).before, 841);
  event(historyOf(641, 840, true));
  assert.equal(log(state).first, 641);
  assert.equal(state.goal, null);
  assert.equal(sent.at(-1).at, "2026-05-01T00:00:00.000Z");
  event(historyOf(100, 100, true));
  assert.equal(state.goal.seq, 100);
  assert.equal(sent.at(-1).before, 161);
});

test("a page of an export and the message of a date are not taken for each other", () => {
  const { state, sent, take, event } = connected({ last_seq: 900, read: 900 });
  event(historyOf(841, 900, true));
  take({ type: "export", format: "text" });
  take({ type: "date", time: "2026-05-01T00:00:00.000Z" });
  event(historyOf(701, 900, true));
  assert.deepEqual([state.exporting.before, state.goal], [701, null]);
  // The one message of the date may be the last one of the page that the export waits for.
  event(historyOf(700, 700, true));
  assert.deepEqual([state.exporting.before, state.goal.seq], [701, 700]);
  assert.equal(log(state).first, null, "the window of that message is on its way");
  event(historyOf(501, 700, true));
  assert.deepEqual([state.exporting.before, state.exporting.count], [501, 400]);
  assert.equal(sent.filter((command) => command.type === "history").at(-1).before, 501);
  event(historyOf(671, 760, true));
  assert.deepEqual([log(state).first, log(state).last], [671, 760]);
});

test("users who are written to at once get what is for them, and nothing is lost with the connection", () => {
  const { state, sent, restored, take, event } = connected();
  for (const [name, text] of [["ana", "one"], ["carl", "two"], ["dora", "three"]])
    take({ type: "openUser", name, text, typed: { place: "#lobby", text: `/msg ${name} ${text}` } });
  event(roomOf({ room: "@7-9", title: "carl" }));
  event({ type: "refused", code: "no_such_user", text: "nobody has that name", room: "@dora" });
  assert.deepEqual(
    sent.filter((command) => command.type === "say").map((say) => [say.room, say.text]),
    [["@7-9", "two"]],
  );
  take({ type: "draft", room: "#lobby", text: "" });
  take({ type: "link", state: "lost" });
  assert.deepEqual(restored, [
    ["#lobby", "/msg dora three"],
    ["#lobby", "/msg ana one"],
  ]);
  assert.deepEqual(state.questions, []);
});

test("a search has its own hits once, whatever was asked before", () => {
  const { state, sent, take, event } = connected();
  state.features.add("search");
  const found = (query, seq, fields = {}) =>
    event(clean.event({ type: "found", query, hits: [{ room: "#lobby", seq, from: { id: 3, name: "ana" }, at: "2026-11-22T14:02:07.123Z", text: query, marks: [] }], ...fields }));
  const hits = () => state.search.hits.map((hit) => hit.seq);
  for (const query of ["a", "ab", "a"]) take({ type: "search", query });
  found("a", 1);
  found("ab", 2);
  assert.deepEqual([hits(), state.search.isLoading], [[], true]);
  found("a", 3, { next: "x" });
  assert.deepEqual(hits(), [3]);
  sent.length = 0;
  take({ type: "moreSearch" });
  take({ type: "moreSearch" });
  assert.equal(sent.length, 1);
  take({ type: "search", query: "a", order: "best" });
  found("a", 4);
  assert.deepEqual(hits(), [], "those are the newest, not the best");
  found("a", 5, { order: "best" });
  assert.deepEqual(hits(), [5]);
  // Pasted, with a soft hyphen.
  take({ type: "search", query: "long\u00ADword", order: "newest" });
  found("long\u00ADword", 6);
  assert.deepEqual(hits(), [6]);
  take({ type: "search", query: "e" });
  take({ type: "search", query: "ex" });
  event({ type: "refused", code: "search_too_broad", text: "too many" });
  assert.deepEqual([state.search.note, state.search.isLoading], ["", true]);
});

test("a dialog takes the answer to its own question, once", () => {
  const { state, take, event } = connected();
  const pins = (room, seq) => event({ type: "pins", room, messages: [message(seq, "pinned", { room })], more: false });
  const seqs = () => state.panel.items.map((one) => one.seq);
  take({ type: "openPanel", panel: { kind: "pins", room: "#rust" } });
  take({ type: "openPanel", panel: { kind: "pins", room: "#lobby" } });
  pins("#rust", 1);
  assert.deepEqual(seqs(), []);
  pins("#lobby", 2);
  pins("#lobby", 2);
  assert.deepEqual(seqs(), [2]);
});

test("a refusal of the log is not one of the dialog, and leaves nothing waiting", () => {
  const { state, sent, take, event } = connected({ last_seq: 300, read: 300 });
  event(historyOf(241, 300, true));
  take({ type: "older", room: "#lobby" });
  take({ type: "openPanel", panel: { kind: "mentions" } });
  event({ type: "refused", code: "not_readable", text: "the disk is ill", room: "#lobby" });
  assert.deepEqual([state.panel.isLoading, state.panel.note], [true, ""]);
  event({ type: "mentions", messages: [] });
  take({ type: "openPanel", panel: { kind: "pins", room: "#lobby" } });
  take({ type: "tick", at: 4000 });
  assert.equal(sent.at(-1).type, "history");
  event({ type: "refused", code: "not_readable", text: "the disk is ill", room: "#lobby" });
  assert.equal(state.rooms.get("#lobby").loading, null);
});

test("a page that the server cannot read is asked for again after a pause that grows, and not with each drawing", () => {
  const { state, sent, take, event, begin } = connected({ last_seq: 300, read: 300 });
  const room = () => state.rooms.get("#lobby");
  const refuse = (at) =>
    take({ type: "event", at, event: { type: "refused", code: "not_readable", text: "the disk is ill", room: "#lobby" } });
  const asked = (input) => {
    sent.length = 0;
    take(input);
    return sent.filter((one) => one.type === "history").map((one) => one.before);
  };
  refuse(1000);
  assert.deepEqual(asked({ type: "openRoom", room: "#lobby" }), [], "the room opens");
  assert.deepEqual(asked({ type: "tick", at: 2900 }), []);
  assert.deepEqual(asked({ type: "tick", at: 3000 }), [301]);
  event(historyOf(241, 300, true));
  assert.equal(room().retry, null);
  state.said = null;
  assert.deepEqual(asked({ type: "older", room: "#lobby" }), [241]);
  refuse(10000);
  assert.match(state.said.text, /the disk is ill/);
  state.said = null;
  assert.deepEqual(asked({ type: "older", room: "#lobby" }), [], "drawn again");
  assert.deepEqual(asked({ type: "tick", at: 12000 }), [241]);
  refuse(12100);
  assert.equal(state.said, null, "it is known");
  assert.deepEqual(asked({ type: "tick", at: 16000 }), [], "the second pause is longer");
  assert.deepEqual(asked({ type: "tick", at: 16100 }), [241]);
  refuse(16200);
  assert.deepEqual(asked({ type: "date", time: "2026-05-01T00:00:00Z", at: 16300 }).length, 1, "the user does not wait");
  event({ type: "history", room: "#lobby", messages: [], more: false });
  refuse(16400);
  take({ type: "link", state: "lost" });
  begin({ last_seq: 300, read: 300 });
  assert.deepEqual(asked({ type: "older", room: "#lobby" }), [241], "another session");
  // A clock that was set back.
  refuse(1000000);
  assert.deepEqual(asked({ type: "tick", at: 20000 }), [241]);
});

test("a page that does not continue the log any more is not taken", () => {
  const { state, take, event } = connected({ last_seq: 3000, read: 3000 });
  event(historyOf(2941, 3000, true));
  for (let first = 2941; first > 1000; first -= 200) {
    take({ type: "older", room: "#lobby" });
    event(historyOf(first - 200, first - 1, true));
  }
  const before = log(state).first;
  take({ type: "looked", room: "#lobby", pos: null });
  take({ type: "older", room: "#lobby" });
  // The reader goes to another room, and what is far from the end is taken away.
  take({ type: "openUser", id: 3, name: "ana" });
  event({ ...roomOf({ last_seq: 0 }), room: "@3-7", title: "ana" });
  assert.equal(log(state).first, 2601);
  event(historyOf(before - 200, before - 1, true));
  assert.deepEqual([log(state).first, log(state).entries[0].seq, log(state).hasOlder], [2601, 2601, true]);
});

test("rooms and users are sorted by the value of the numbers in their names", () => {
  const { state, event } = connected();
  for (const name of ["#team-10", "#team-2", "#team-1"]) event({ ...roomOf(), room: name });
  assert.deepEqual(roomList(state).map((room) => room.name), ["#lobby", "#team-1", "#team-2", "#team-10"]);
  assert.deepEqual(["user10", "User2", "user1"].sort(byName), ["user1", "User2", "user10"]);
});

test("the other user of a new direct message is online if the lobby lists it", () => {
  const users = [{ id: 3, name: "ana" }, { id: 7, name: "bob" }];
  const { state, take, event } = connected({ users });
  take({ type: "openUser", id: 3, name: "ana" });
  event(roomOf({ room: "@3-7", title: "ana" }));
  const room = state.rooms.get("@3-7");
  assert.equal(isOtherOnline(state, room), true);
  event({ type: "left", room: "#lobby", user: users[0], reason: "bye" });
  assert.equal(isOtherOnline(state, room), false);
});

test("a message is remembered on its server, and forgotten when it is chosen again", () => {
  const { state, take, event } = connected();
  event({ type: "message", ...message(1, "> a quote\nthe text") });
  take({ type: "save", room: "#lobby", seq: 1 });
  assert.deepEqual(
    savedOf(state).map((one) => [one.room, one.seq, one.text]),
    [["#lobby", 1, "the text"]],
  );
  take({ type: "save", room: "#lobby", seq: 1 });
  assert.deepEqual(savedOf(state), []);
});

test("messages that are marked as unread stay so until the room is opened again, and the server is not told", () => {
  const { state, sent, take, event } = connected();
  for (const seq of [1, 2, 3]) event({ type: "message", ...message(seq, seq === 2 ? "@bob" : "hi") });
  const lobby = state.rooms.get("#lobby");
  take({ type: "seen", room: "#lobby", first: 1, last: 3 });
  assert.equal(unread(state, lobby).count, 0);
  take({ type: "markUnread", room: "#lobby", seq: 2 });
  take({ type: "seen", room: "#lobby", first: 1, last: 3 });
  assert.deepEqual([unread(state, lobby).count, unread(state, lobby).mentions, lobby.line], [2, 1, 1]);
  take({ type: "join", room: "#rust" });
  event(roomOf({ room: "#rust" }));
  take({ type: "openRoom", room: "#lobby" });
  take({ type: "seen", room: "#lobby", first: 1, last: 3 });
  assert.equal(unread(state, lobby).count, 0);
  take({ type: "tick" });
  assert.ok(!sent.some((command) => command.type === "read" && command.seq < 3));
});

test("a room notifies by its own level, if it has one", () => {
  const { state } = connected();
  const notified = (fields) => {
    const event = { type: "message", ...fields };
    return update(state, { type: "event", at: 1000, event }).some((effect) => effect.type === "notify");
  };
  state.isVisible = false;
  assert.equal(notified(message(1, "hi")), false);
  update(state, { type: "level", at: 1000, room: "#lobby", level: "all" });
  assert.equal(notified(message(2, "hi")), true);
  update(state, { type: "level", at: 1000, room: "#lobby", level: "mentions" });
  assert.deepEqual([notified(message(3, "hi")), notified(message(4, "@bob"))], [false, true]);
  update(state, { type: "level", at: 1000, room: "#lobby", level: null });
  assert.deepEqual(state.choices.levels, {});
});

test("a QR code has the three large squares, and the size of its text", () => {
  const { rows } = qr("https://192.0.2.7:12345/#KEY.SECRET");
  assert.equal(rows.length, 29);
  const square = (x, y) => rows.slice(y, y + 7).map((row) => row.slice(x, x + 7).join(""));
  const expected = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"];
  for (const [x, y] of [
    [0, 0],
    [22, 0],
    [0, 22],
  ])
    assert.deepEqual(square(x, y), expected);
  assert.equal(qr("x".repeat(272)), null);
});

test("a message that comes into a short room gets a row, whichever side has more space", () => {
  const entries = [1, 2, 3].map((pos) => ({ pos }));
  const window = windows.newWindow();
  windows.follow(window, entries, true);
  entries.push({ pos: 4 });
  windows.follow(window, entries, false);
  assert.equal(window.hidden, 1);
  const isUp = windows.isUpNext(window, -300, -20);
  assert.ok(windows.move(window, entries, isUp, 1000 + 20));
  assert.equal(window.hidden, 0);
  assert.equal(windows.isUpNext({ from: 10, hidden: 10 }, 100, 500), true);
  assert.equal(windows.isUpNext({ from: 10, hidden: 10 }, 500, 100), false);
  assert.equal(windows.isUpNext({ from: 10, hidden: 0 }, 500, 100), true);
});

test("what comes while a room is loaded up to its end is in its log then", () => {
  const { state, take, event } = connected({ last_seq: 300, read: 300 });
  event({ type: "message", ...message(301, "live") });
  take({ type: "say", room: "#lobby", kind: "text", text: "mine" });
  event({ type: "accepted", n: 1, room: "#lobby", seq: 302, at: "2026-11-22T14:02:07.123Z" });
  assert.deepEqual(texts(state), [], "the window is on its way");
  event(historyOf(241, 300, true));
  assert.deepEqual([...texts(state).slice(-3), log(state).last], ["300", "live", "mine", 302]);
  // The same after the reader was somewhere else.
  take({ type: "goTo", room: "#lobby", seq: 100 });
  event(historyOf(71, 160, true));
  take({ type: "newest", room: "#lobby" });
  event({ type: "message", ...message(303, "again") });
  event(historyOf(243, 302, true));
  assert.deepEqual([...texts(state).slice(-2), log(state).last, log(state).isCut], ["302", "again", 303, false]);
});

test("what comes while a room is loaded has a bound, and the rest is loaded as further down", () => {
  const { state, sent, take, event } = connected({ last_seq: 300, read: 300 });
  for (let seq = 301; seq <= 1000; seq += 1) event({ type: "message", ...message(seq, `${seq}`) });
  event(historyOf(241, 300, true));
  assert.deepEqual([texts(state).at(-1), log(state).last, log(state).isCut], ["300", 300, true]);
  take({ type: "newer", room: "#lobby" });
  assert.deepEqual([sent.at(-1).before, sent.at(-1).limit], [501, 200]);
});

test("a message that is accepted before those in front of it come leaves no gap behind it", () => {
  const { state, sent, take, event, begin } = connected();
  event({ type: "message", ...message(1, "one") });
  for (const text of ["mine", "mine, too"]) take({ type: "say", room: "#lobby", kind: "text", text });
  event({ type: "accepted", n: 1, room: "#lobby", seq: 3, at: "2026-11-22T14:02:07.123Z" });
  event({ type: "accepted", n: 2, room: "#lobby", seq: 4, at: "2026-11-22T14:02:07.123Z" });
  assert.equal(log(state).last, 1, "message 2 is on its way");
  event({ type: "message", ...message(2, "two") });
  assert.equal(log(state).last, 4);
  take({ type: "link", state: "lost" });
  sent.length = 0;
  begin({ last_seq: 4 });
  assert.deepEqual(sent.filter((command) => command.since !== undefined), [], "nothing was missed");
});

test("a date is looked for although the page that it waits for cannot be read, and in another session", () => {
  const { state, sent, take, event, begin } = connected({ last_seq: 900, read: 900 });
  event(historyOf(841, 900, true));
  take({ type: "older", room: "#lobby" });
  take({ type: "date", time: "2026-05-01T00:00:00.000Z" });
  event({ type: "refused", code: "not_readable", text: "the disk is ill", room: "#lobby" });
  assert.equal(sent.at(-1).at, "2026-05-01T00:00:00.000Z");
  take({ type: "link", state: "lost" });
  sent.length = 0;
  begin({ last_seq: 900 });
  assert.deepEqual(sent.flatMap((command) => command.at ?? []), ["2026-05-01T00:00:00.000Z"]);
  event(historyOf(100, 100, true));
  assert.equal(state.goal.seq, 100);
});

test("a command that cannot be sent comes back into the box", () => {
  const { state, restored, take } = connected();
  const join = (n) => take({ type: "join", room: `#r${n}`, typed: { place: "#lobby", text: `/join #r${n}` } });
  for (let n = 1; n <= 17; n += 1) join(n);
  assert.deepEqual(restored.splice(0), [["#lobby", "/join #r17"]]);
  assert.ok(!state.rooms.has("#r17"));
  take({ type: "link", state: "lost" });
  take({ type: "link", state: "waiting", until: 2000 });
  const typed = { place: "#lobby", text: "/a command" };
  const inputs = [
    { type: "join", room: "#rust" },
    { type: "leave", room: "#r1" },
    { type: "date", time: "2026-05-01T00:00:00.000Z" },
    { type: "export", format: "text" },
    { type: "openPanel", panel: { kind: "invite", order: { uses: 5 } } },
  ];
  for (const input of inputs) {
    take({ ...input, typed });
    assert.deepEqual(restored.splice(0), [["#lobby", "/a command"]], input.type);
  }
});
