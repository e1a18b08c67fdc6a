// `update`: changes the state by one input, and returns the effects that are to be carried out. Nothing else changes
// the state. Pure: no clock, no network, no storage, no page. `input.at` is the time in milliseconds.

import * as events from "./events.js";
import { retry } from "./history.js";
import * as log from "./log.js";
import * as orders from "./orders.js";
import * as outbox from "./outbox.js";
import * as requests from "./requests.js";
import * as session from "./session.js";
import { expireTyping, resetSaid } from "./live.js";

/** What an input of each type does. Each function takes the state, the list of effects, and the input. */
const INPUTS = {
  start: session.start,
  link: session.link,
  profile: session.profile,
  enter: session.enter,
  forget: session.forget,
  reconnect: session.reconnect,
  left: session.left,
  event: events.event,
  stored,
  tick,
  ...requests.INPUTS,
  ...orders.INPUTS,
};

/** Applies an input to `state`. Returns what is to be done, in that order. */
export function update(state, input) {
  const fx = [];
  INPUTS[input.type](state, fx, input);
  return fx;
}

/** The store has answered, so a message that waited for it may be sent, also if it could not be stored. */
function stored(state, fx, { id, error }) {
  if (error || id) state.notStored = error || null;
  if (!id) return;
  const message = outbox.markStored(state.outbox, id);
  if (message && !error)
    for (const one of session.logsOf(state, message.room)) log.updatePending(one, id, { isStored: true });
  session.sendWaiting(state, fx);
}

function tick(state, fx, { at }) {
  expireTyping(state, at);
  resetSaid(state, at);
  requests.sendRead(state, fx);
  retry(state, fx, at);
}
