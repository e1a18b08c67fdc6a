// The loop: inputs, update, effects, and a drawing at most once a frame.

import "./loaded.js";
import { makeLink } from "./link.js";
import { COMMANDS, run } from "./commands.js";
import { isConnected, newState, placeOf } from "./state.js";
import { openStore } from "./store.js";
import * as tab from "./tab.js";
import { update } from "./update.js";
import { makeView } from "./view.js";

/** Time after the last key until a draft is stored, and until the storage of the tab has it, in milliseconds. */
const DRAFT_MS = 300;
const TAB_MS = 100;
/** The drafts of this tab that are not stored yet, in the storage of the tab. */
const UNSTORED = "drafts";
/** Longest time until a page without frames is drawn. */
const UNSEEN_MS = 250;
/**
 * After a drawing the page rests this many times as long as that took, at most `REST_MAX_MS`: then a key is on the
 * screen soon, however many messages come. What the user does is drawn at once.
 */
const REST = 3;
const REST_MAX_MS = 250;
/** Messages are drawn this long after a key at the earliest, in milliseconds: not in the frame that shows the key. */
const KEY_MS = 24;
/** Inputs of keys in a box, which shows them by itself. */
const KEYS = new Set(["draft", "threadDraft"]);
/** Inputs that are not the user's, or that the box shows by itself. */
const PATIENT = new Set(["event", "tick", "stored", "draft", "threadDraft", "looked", "seen"]);
/** Time between two ticks, by which what holds for a while ends. */
const TICK_MS = 500;

const hex = (bytes) =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const state = newState(`web-${hex(8)}`);
const store = await openStore();
let queue = Promise.resolve();
/** The parts of the file of a room that is exported, the newest first. */
let exported = [];
/** The user that was stored last in this run. */
let lastPut = null;
/** The drawing that is due: a function that cancels it. */
let cancelDrawing = null;
/** Whether the user waits for it, and when it is made at the latest, however many keys come. */
let isAwaited = false;
let drawnBy = 0;
let restsUntil = 0;

/** Takes an input: changes the state, carries out the effects, and draws. */
function dispatch(input) {
  for (const effect of update(state, { at: Date.now(), ...input })) EFFECTS[effect.type](effect);
  drawSoon(!PATIENT.has(input.type), KEYS.has(input.type));
}

/** Draws with the next frame. A page that is not looked at has none; its title has to say what is new all the same. */
function drawSoon(isUrgent, isKey) {
  const now = performance.now();
  if (!cancelDrawing) drawnBy = now + REST_MAX_MS;
  if (isKey) restsUntil = Math.max(restsUntil, Math.min(now + KEY_MS, drawnBy));
  if (cancelDrawing && (isAwaited || !(isUrgent || isKey))) return;
  cancelDrawing?.();
  isAwaited = isUrgent;
  const rest = isUrgent ? 0 : Math.max(0, restsUntil - now);
  let [frame, start] = [0, 0];
  const ask = () => (frame = requestAnimationFrame(draw));
  if (rest === 0) ask();
  else start = setTimeout(ask, rest);
  const unseen = setTimeout(draw, rest + UNSEEN_MS);
  cancelDrawing = () => {
    cancelAnimationFrame(frame);
    clearTimeout(start);
    clearTimeout(unseen);
    cancelDrawing = null;
  };
}

const drawn = new MessageChannel();
let drawnFrom = 0;
function draw() {
  cancelDrawing();
  drawnFrom = performance.now();
  view.draw();
  // Arrives after the frame.
  drawn.port2.postMessage(null);
}
drawn.port1.onmessage = () => {
  const now = performance.now();
  restsUntil = Math.max(restsUntil, now + Math.min(REST_MAX_MS, REST * (now - drawnFrom)));
};

const link = makeLink(dispatch);

/** What `send` means in the box: a command, or a message. If it cannot be done, `typed` says what is given back. */
function submit(text, about) {
  const typed = { place: placeOf(about.room, about.thread), text };
  if (!text.startsWith("/") || text.startsWith("//"))
    return dispatch({ type: "say", ...about, kind: "text", text: text.replace(/^\/\//, "/"), typed });
  const inputs = run(state, text);
  if (typeof inputs === "string") return dispatch({ type: "tell", text: inputs, isError: true, typed });
  inputs.forEach((input) => act({ ...input, typed }, about));
}

/** Carries out an input of a command or a menu. */
function act(input, about = {}) {
  if (input.type === "sayHere") dispatch({ room: state.current, ...about, ...input, type: "say" });
  else dispatch(input);
}

const view = makeView(state, { dispatch, submit, act, commands: COMMANDS, hurry: link.hurry });

/** Stores something, after what was given before. Resolves to what went wrong, or null. */
function keep(work) {
  const done = queue.then(work).then(
    () => null,
    (error) => String(error?.message ?? error),
  );
  queue = done;
  return done;
}

/**
 * Drafts that are not in the database yet. A page that is loaded again cannot wait for that, so the tab has them, too.
 * Its storage takes a third of the work for a key, so it is written between keys, and when the page goes.
 */
const drafts = new Map();
let tabTimer = null;
function keepInTab() {
  clearTimeout(tabTimer);
  tabTimer = null;
  if (drafts.size > 0) tab.set(UNSTORED, JSON.stringify([...drafts].map(([room, { text }]) => ({ room, text }))));
}
async function storeDrafts() {
  keepInTab();
  const taken = [...drafts];
  if (taken.length === 0) return;
  drafts.clear();
  const errors = await Promise.all(
    taken.map(([room, { text, timer }]) => {
      clearTimeout(timer);
      return keep(() => store.putDraft(state.journal, room, text));
    }),
  );
  // If the page ends meanwhile, the browser stops the database, and the next page finds the drafts in the tab.
  if (drafts.size === 0 && errors.every((error) => error === null)) tab.remove(UNSTORED);
}

const EFFECTS = {
  connect: link.connect,
  stop: link.stop,
  retry: ({ atLeastMs }) => link.retry(atLeastMs),
  send: ({ command }) => link.send(command),
  input: ({ input }) => dispatch(input),
  reload: () => keep(async () => location.reload()),
  async load({ journal }) {
    await queue;
    // If the browser does not read it now, the page goes on as the user that it was.
    const nothing = { user: lastPut?.journal === journal.id ? lastPut : undefined, left: [], drafts: [] };
    const read = async () => ({
      user: await store.user(journal.id),
      left: await store.left(journal.id),
      drafts: await store.drafts(journal.id),
    });
    const loaded = await read().catch(() => nothing);
    dispatch({ type: "profile", journal, ...loaded, token: hex(32), deviceName: deviceName() });
  },
  async putUser({ user, then }) {
    lastPut = user;
    const error = await keep(() => store.putUser({ ...user, at: Date.now() }));
    if (error) dispatch({ type: "stored", error });
    if (then) link.send(then);
  },
  forget({ journal }) {
    for (const { timer } of drafts.values()) clearTimeout(timer);
    drafts.clear();
    tab.remove(UNSTORED);
    keep(() => store.forget(journal));
  },
  removeUser({ journal }) {
    lastPut = null;
    keep(() => store.removeUser(journal));
  },
  renamed: ({ journal, name }) => keep(async () => store.putUser({ ...(await store.user(journal)), name })),
  async putMessage({ message, old }) {
    const error = await keep(() => store.putMessage(state.journal, message, old));
    dispatch({ type: "stored", id: `${message.device}/${message.n}`, error });
  },
  removeMessage: ({ message }) => keep(() => store.removeMessage(message)),
  async left() {
    const messages = await store.left(state.journal).catch(() => []);
    if (messages.length > 0) dispatch({ type: "left", messages });
  },
  putDraft({ room, text }) {
    clearTimeout(drafts.get(room)?.timer);
    drafts.set(room, { text, timer: setTimeout(storeDrafts, DRAFT_MS) });
    tabTimer ??= setTimeout(keepInTab, TAB_MS);
  },
  exportBegin: () => void (exported = []),
  // A blob may be on the disk; a room may have more messages than fit into memory.
  exportPart: ({ text }) => void exported.push(new Blob([text])),
  exportEnd({ name, head, tail }) {
    if (name !== null) view.download(new Blob([head, ...exported.reverse(), tail]), name);
    exported = [];
  },
  putChoices: ({ choices }) => keep(() => store.putChoices(choices)),
  notify: (effect) => view.notify(effect),
  announce: (effect) => view.announce(effect),
  opened: (effect) => view.opened(effect),
  toEnd: () => view.toEnd(),
  restoreText: (effect) => view.restoreText(effect),
};

/** What the user calls the machine: the browser and its system. */
function deviceName() {
  const agent = navigator.userAgent;
  const browser = ["Firefox", "Edg", "OPR", "Chrome", "Safari"].find((name) => agent.includes(`${name}/`)) ?? "browser";
  const system = ["Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"].find((name) => agent.includes(name)) ?? "";
  return `${browser.replace("Edg", "Edge").replace("OPR", "Opera")} ${system && `on ${system}`}`.trim();
}

/** The secret of an invite in the address of the page, which is taken out of it: others may look at the screen. */
function inviteOfAddress() {
  const hash = location.hash.slice(1);
  if (hash) history.replaceState(null, "", location.pathname);
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}

function unstored() {
  try {
    return JSON.parse(tab.get(UNSTORED) ?? "[]");
  } catch {
    return [];
  }
}

/** Asks again for style sheets whose connection broke: without one, the page could hardly be used. */
for (const element of document.querySelectorAll("link[rel=stylesheet]")) {
  if (!element.sheet) element.replaceWith(element.cloneNode());
}

const isLooking = () => !document.hidden && document.hasFocus();
for (const type of ["visibilitychange", "focus", "blur", "pageshow"]) {
  (type === "visibilitychange" ? document : window).addEventListener(type, () => {
    dispatch({ type: "visible", isVisible: isLooking() });
    if (document.hidden) storeDrafts();
    else link.hurry();
  });
}
addEventListener("pagehide", storeDrafts);
addEventListener("online", link.hurry);
setInterval(() => dispatch({ type: "tick" }), TICK_MS);
setInterval(() => isConnected(state) && EFFECTS.left(), 60000);

state.isVisible = isLooking();
if (!store.lasts) dispatch({ type: "stored", error: "no storage" });
const [known, choices] = await Promise.all([store.lastUser(), store.choices()]).catch(() => [null, undefined]);
const read = known
  ? await Promise.all([store.left(known.journal), store.drafts(known.journal)]).catch(() => [[], []])
  : [[], []];
const unsaved = known ? unstored() : [];
dispatch({
  type: "start",
  known,
  left: read[0],
  drafts: [...read[1], ...unsaved],
  choices,
  invite: inviteOfAddress(),
});
unsaved.forEach(EFFECTS.putDraft);
view.installWorker();
