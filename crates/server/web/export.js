// Exports a room: asks for its messages page by page, the newest first, and gives the parts of the file to the browser.
// The formats are those of the server and of the terminal client (`crates/proto/src/export.rs`).

import { isEvent } from "./entries.js";
import { fail, notice, say } from "./live.js";
import * as pages from "./pages.js";
import { currentRoom, isConnected, labelOf, roomOf } from "./state.js";
import * as words from "./words.js";

/** Messages that are asked for at once. */
const PAGE = 200;
/** The formats, and the ends of the names of their files. */
export const FORMATS = { text: ".txt", html: ".html", jsonl: ".jsonl" };

/** Begins to export the room that is open, or stops it. */
export function start(state, fx, { format, at, typed }) {
  const { exporting } = state;
  if (format === "stop") {
    if (!exporting) return say(state, "Nothing is being exported", at, true);
    return stop(state, fx, `${exporting.label} is not exported: you stopped it`, at);
  }
  if (exporting) return say(state, `${exporting.label} is being exported. /export stop ends that`, at, true);
  if (!isConnected(state)) return fail(state, fx, words.OFFLINE, at, typed);
  const room = currentRoom(state);
  const label = labelOf(room);
  if (room.lastSeq === 0) return say(state, words.noMessages(room), at, true);
  const { lastSeq: last } = room;
  state.exporting = { room: room.name, label, format, epoch: state.epoch, last, before: last + 1, count: 0, asked: null };
  fx.push({ type: "exportBegin" });
  ask(state, fx);
}

function ask(state, fx) {
  const { exporting } = state;
  exporting.asked = pages.ask(fx, roomOf(state, exporting.room), { before: exporting.before, limit: PAGE });
}

/** The user is in a room in this session: goes on, or ends if its messages are not the same any more. */
export function resume(state, fx, room, at) {
  const { exporting } = state;
  if (exporting?.room !== room.name || exporting.asked) return;
  if (exporting.epoch !== state.epoch)
    return stop(state, fx, `${exporting.label} is not exported: the server was restored meanwhile`, at);
  ask(state, fx);
}

/** The session has ended. */
export function paused(state) {
  if (state.exporting) state.exporting.asked = null;
}

/** The user is no longer in a room. The status line says why, so the end of the export is a notice in the log. */
export function closed(state, fx, name, at) {
  const { exporting } = state;
  if (exporting?.room !== name) return;
  abandon(state, fx);
  notice(state, null, `${exporting.label} is not exported: you're not there any more`, at);
}

/** The server could not read older messages of a room. Returns whether an export has ended by that. */
export function notReadable(state, fx, { room, text }, at) {
  if (state.exporting?.room !== room) return false;
  pages.forget(roomOf(state, room), state.exporting.asked);
  stop(state, fx, `${state.exporting.label} is not exported: ${text}. Try again later`, at);
  return true;
}

function stop(state, fx, why, at) {
  abandon(state, fx);
  say(state, why, at, true);
}

function abandon(state, fx) {
  state.exporting = null;
  fx.push({ type: "exportEnd", name: null });
}

/** The answer to the request `asked` has come: writes it if the export has asked. */
export function page(state, fx, asked, { messages, more }, at) {
  const { exporting } = state;
  if (exporting?.asked !== asked) return;
  const written = messages.map((message) => textOf(exporting.format, message));
  exporting.count += written.filter(Boolean).length;
  exporting.before = messages[0]?.seq ?? 1;
  fx.push({ type: "exportPart", text: written.join("") });
  if (more && messages.length > 0) {
    say(state, `Exporting ${exporting.label}: ${Math.floor((100 * (exporting.last - exporting.before)) / exporting.last)} %`, at);
    return ask(state, fx);
  }
  const name = `${exporting.label.slice(1).replace(/[^\p{L}\p{N}_-]/gu, "_")}${FORMATS[exporting.format]}`;
  const [head, tail] = frameOf(exporting.format, exporting.label);
  fx.push({ type: "exportEnd", name, head, tail });
  say(state, `Exported ${words.counted(exporting.count, "message")} of ${exporting.label} to ${name}`, at);
  state.exporting = null;
}

/** The beginning and the end of a file. */
export function frameOf(format, label) {
  if (format !== "html") return ["", ""];
  const title = escaped(label);
  return [
    `<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>${title}</title>\n<style>p { white-space: pre-wrap; margin: 0.3em 0 } time, small, p > a { color: gray }</style>\n</head>\n<body>\n<h1>${title}</h1>\n`,
    "</body>\n</html>\n",
  ];
}

/** One message, with the line end; empty if it is an event about another one, or was deleted. */
export function textOf(format, message) {
  if (isEvent(message) || message.deleted) return "";
  if (format === "jsonl") return `${JSON.stringify(forAnybody(message))}\n`;
  return format === "html" ? htmlOf(message) : plainOf(message);
}

const saysWhatItDoes = ({ kind }) => kind === "action" || kind === "topic";

function plainOf(message) {
  const { seq, at, from, edited } = message;
  const text = message.text.replaceAll("\n", "\n    ");
  const answers = answersOf(message, String);
  const said = saysWhatItDoes(message) ? `* ${from.name} ${text}` : `${from.name}: ${text}`;
  const below = stateOf(message);
  return `${at} [${seq}]${answers && ` ${answers}`} ${said}${edited ? " (edited)" : ""}\n${below && `    ${below}\n`}`;
}

function htmlOf(message) {
  const { seq, at, from, edited } = message;
  const link = (to) => `<a href="#${to}">${to}</a>`;
  const name = `<b>${escaped(from.name)}</b>`;
  const text = escaped(message.text);
  const answers = answersOf(message, link);
  const said = saysWhatItDoes(message) ? `* ${name} ${text}` : `${name}: ${text}`;
  const below = stateOf(message);
  const small = `${edited ? " <small>(edited)</small>" : ""}${below && `\n<small>${escaped(below)}</small>`}`;
  return `<p id="${seq}"><time datetime="${at}">${at}</time> ${link(seq)}${answers && ` ${answers}`} ${said}${small}</p>\n`;
}

/** The messages that another one answers. */
function answersOf({ thread, reply_to: to }, named) {
  const parts = [thread !== undefined && `thread ${named(thread)}`, to !== undefined && `to ${named(to)}`].filter(Boolean);
  return parts.length > 0 ? `(${parts.join(", ")})` : "";
}

/** The reactions of a message, with the first users of each, and whether it is pinned. */
function stateOf({ pinned, reactions = [] }) {
  const parts = reactions.map(({ emoji, count, users }) => {
    const names = users.map((user) => user.name);
    return `${emoji} ${count} (${[...names, ...(count > names.length ? ["…"] : [])].join(", ")})`;
  });
  return [...(pinned ? ["pinned"] : []), ...parts].join(" · ");
}

/** A message without what is for its reader alone. */
function forAnybody({ type, device, n, ...message }) {
  if (!message.reactions) return message;
  return { ...message, reactions: message.reactions.map(({ own, ...reaction }) => reaction) };
}

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text) => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign]);
