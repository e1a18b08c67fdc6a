// The messages of the user that have no answer of the server yet. Each has its device and number from the start,
// and is sent with them however often it is sent, so it is in the room once. None is sent before it is stored, or
// could not be. The rules are those of `crates/client/src/outbox.rs`.

/** Most messages that wait, as in the terminal client. */
const OUTBOX_MAX = 1000;

/** Most answered messages that are remembered: the store may have been read just before it has forgotten them. */
const SETTLED_MAX = 1000;

/** An outbox of this run of the page, with the messages `left` by earlier runs. */
export function newOutbox(device, left = []) {
  const pending = left.map((message) => ({ message, sent: false, stored: true }));
  return { device, lastN: Math.max(0, ...left.map((message) => message.n)), pending, settled: new Set() };
}

export const idOf = (message) => `${message.device}/${message.n}`;
export const isFull = (outbox) => outbox.pending.length >= OUTBOX_MAX;
export const waiting = (outbox) => outbox.pending.filter((one) => !one.sent).length;

/** Adds a message, and returns it with its device and number. `body` has the fields of a `say`. */
export function put(outbox, room, body, epoch, at) {
  const message = {
    device: outbox.device,
    n: nextN(outbox),
    room,
    body,
    epoch: namesMessages(body) ? epoch : null,
    at,
  };
  outbox.pending.push({ message, sent: false, stored: false });
  return message;
}

const nextN = (outbox) => (outbox.lastN += 1);

/** Whether a message is about others, by their `seq`: it is void if the journal is restored from a backup. */
export const namesMessages = (body) => [body.target, body.reply_to, body.thread].some((seq) => seq !== undefined);

/** Adds messages that another run has left, and returns those that are new here. Refused ones are not sent again. */
export function adopt(outbox, left) {
  const has = new Set(outbox.pending.map((one) => idOf(one.message)));
  const added = left.filter((message) => !has.has(idOf(message)) && !outbox.settled.has(idOf(message)));
  for (const message of added) {
    if (message.refused === undefined) outbox.pending.push({ message, sent: false, stored: true });
    else settle(outbox, idOf(message));
  }
  outbox.lastN = Math.max(outbox.lastN, 0, ...added.map((message) => message.n));
  return added;
}

/** A message is stored, or could not be: it may be sent. Returns it. */
export function markStored(outbox, id) {
  const found = outbox.pending.find((one) => idOf(one.message) === id);
  if (found) found.stored = true;
  return found?.message;
}

/** Whether a message is still there if the tab is closed now. */
export const isStored = (outbox, id) => outbox.pending.some((one) => one.stored && idOf(one.message) === id);

/**
 * Takes the messages to send: those that are stored and not sent in this session, in order, up to the first that is not
 * stored.
 */
export function take(outbox) {
  const taken = [];
  for (const one of outbox.pending) {
    if (!one.stored) break;
    if (one.sent) continue;
    one.sent = true;
    taken.push(command(outbox, one.message));
  }
  return taken;
}

function command(outbox, { device, n, room, body }) {
  const named = device === outbox.device ? {} : { device };
  return { type: "say", room, n, ...named, ...body };
}

/** The message that an answer is about. */
export function answered(outbox, device, n) {
  const wanted = device ?? outbox.device;
  return outbox.pending.find((one) => one.message.n === n && one.message.device === wanted)?.message ?? null;
}

/** Removes a message that the server has answered, and returns it. */
export function acknowledge(outbox, id) {
  const index = outbox.pending.findIndex((one) => idOf(one.message) === id);
  if (index === -1) return null;
  settle(outbox, id);
  return outbox.pending.splice(index, 1)[0].message;
}

function settle(outbox, id) {
  outbox.settled.add(id);
  if (outbox.settled.size > SETTLED_MAX) outbox.settled.delete(outbox.settled.values().next().value);
}

/** Another message has the number of this one: gives it a new one, which is to be stored before it is sent. */
export function renumber(outbox, id) {
  const found = outbox.pending.find((one) => idOf(one.message) === id);
  if (!found) return null;
  outbox.settled.add(id);
  found.message = { ...found.message, device: outbox.device, n: nextN(outbox) };
  found.sent = false;
  found.stored = false;
  return found.message;
}

/** The session has ended: all messages are to be sent again. */
export function sessionEnded(outbox) {
  for (const one of outbox.pending) one.sent = false;
}
