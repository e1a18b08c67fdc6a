// Lists and orders that are sent at once or not at all: searches, invites, roles, rules, mutes, kicks and bans, the
// account. Each opens a panel, or says what has changed.

import { entryOf } from "./entries.js";
import { fail, listAway, notice, say } from "./live.js";
import { LOBBY, hitsMe, isConnected, isMe, newSearch, roomOf } from "./state.js";
import * as words from "./words.js";

/** Longest query in bytes. */
const QUERY_BYTES_MAX = 512;

/** The command that fills a panel of each kind; `more` is where the next page begins. */
const COMMANDS = {
  rooms: (panel, after) => ({ type: "rooms", after }),
  people: (panel, after) => ({ type: "who", room: panel.room, after }),
  mentions: (panel, before) => ({ type: "mentions", before, limit: 50 }),
  pins: (panel, after) => ({ type: "pins", room: panel.room, after }),
  versions: (panel, after) => ({ type: "versions", room: panel.room, seq: panel.seq, after }),
  invites: (panel, before) => ({ type: "invites", before }),
  invite: (panel) => ({ type: "invite", ...panel.order }),
  hooks: (panel, before) => ({ type: "hooks", before }),
  hook: (panel) => ({ type: "hook", room: panel.room, name: panel.name }),
  sanctions: (panel, after) => ({ type: "sanctions", room: panel.room, after }),
  audit: (panel, before) => ({ type: "audit", before }),
  account: ({ user }) => ({ type: "account", user }),
  link: ({ user }) => ({ type: "link", user }),
};

export const INPUTS = {
  openPanel,
  closePanel: (state) => void (state.panel = null),
  morePanel,
  search,
  moreSearch: (state, fx) => find(state, fx, state.search.next),
};

/** Opens a panel: `panel` has its kind, and what it is about. */
function openPanel(state, fx, { panel, at, typed }) {
  // An invite is made once its form is filled in.
  const needsServer = Object.hasOwn(COMMANDS, panel.kind) && panel.order !== null;
  if (needsServer && !isConnected(state)) return fail(state, fx, words.OFFLINE, at, typed);
  state.panel = { items: [], more: null, note: "", isLoading: needsServer, ...panel };
  if (panel.kind === "search" && panel.query !== undefined) search(state, fx, { query: panel.query });
  if (needsServer) fx.push({ type: "send", command: COMMANDS[panel.kind](state.panel) });
}

function morePanel(state, fx) {
  const { panel } = state;
  if (!panel || panel.more === null || panel.isLoading || !isConnected(state)) return;
  panel.isLoading = true;
  fx.push({ type: "send", command: COMMANDS[panel.kind](panel, panel.more) });
}

/** The query has changed; the view waits for a pause in typing. */
function search(state, fx, { query, order }) {
  state.search = { ...newSearch(), query, order: order ?? state.search.order };
  if (query.trim() === "") return;
  if (new TextEncoder().encode(query).length > QUERY_BYTES_MAX) state.search.note = words.QUERY_TOO_LONG;
  else if (!isConnected(state)) state.search.note = words.OFFLINE;
  else if (!state.features.has("search")) state.search.note = words.NO_SEARCH;
  else find(state, fx);
}

function find(state, fx, before) {
  const { search: wanted } = state;
  if (before === null || wanted.isLoading) return;
  wanted.isLoading = true;
  state.searches.push(wanted);
  fx.push({ type: "send", command: { type: "search", query: wanted.query, order: wanted.order, before } });
}

export const EVENTS = {
  rooms: page("rooms", (event) => event.rooms, "room"),
  users: (state, fx, event) => {
    listAway(state, event);
    const roles = new Map((event.roles ?? []).map((one) => [one.id, one.role]));
    const users = event.users.map((user) => ({ ...user, role: roles.get(user.id) }));
    page("people", () => users, "name")(state, fx, event);
  },
  mentions: (state, fx, event) => {
    if (state.panel?.isLoading) fill(state, "mentions", messages(state, event.messages), event.next ?? null);
  },
  pins: page("pins", (event, state) => messages(state, event.messages), "seq"),
  versions: page("versions", (event) => event.versions, "seq"),
  invites: page("invites", (event) => event.invites, "id", true),
  hooks: page("hooks", (event) => event.hooks, "id", true),
  sanctions: page("sanctions", (event) => event.sanctions, "id"),
  audit: page("audit", (event) => event.records, "id"),
  found,
  invite: (state, fx, event) => fillOne(state, "invite", { line: event.line, invite: event.invite }),
  hook: (state, fx, event) => fillOne(state, "hook", { url: event.url, hook: event.hook, key: event.key }),
  link: (state, fx, event, at) => fillOne(state, "link", { code: event.code, until: at + event.valid_ms }),
  account,
  account_changed: (state, fx, event, at) => notice(state, null, words.accountChanged(event), at),
  role,
  rules,
  asked_in: askedIn,
  sanction,
  pardoned,
};

/**
 * Handles a page of a list. The next page begins after the last item, by this field of it. A list that was changed by
 * an order, such as the invites, is replaced.
 */
function page(kind, itemsOf, field, isReplaced = false) {
  return (state, fx, event) => {
    const { panel } = state;
    if (isReplaced && panel?.kind === kind && !panel.more) panel.items = [];
    // Of a list that was open before, or was asked for twice.
    else if (panel?.kind !== kind || !panel.isLoading || !isAbout(event, panel)) return;
    const items = itemsOf(event, state);
    fill(state, kind, items, event.more ? items.at(-1)?.[field] : null);
  };
}

function fill(state, kind, items, more) {
  const { panel } = state;
  if (panel?.kind !== kind) return;
  Object.assign(panel, { items: [...panel.items, ...items], more: more ?? null, isLoading: false });
}

function fillOne(state, kind, fields) {
  if (state.panel?.kind === kind) Object.assign(state.panel, fields, { isLoading: false });
}

const messages = (state, list) => list.map((message) => ({ ...entryOf(state, message), room: message.room }));

function account(state, fx, event, at) {
  if (state.panel?.kind === "account") fillOne(state, "account", { account: event });
  else if (state.panel?.kind === "password") {
    state.panel = null;
    say(state, words.PASSWORD_SET, at);
  }
}

function found(state, fx, event) {
  const { query, order = "newest" } = event;
  const index = state.searches.findIndex((one) => one.query === query && one.order === order);
  if (index === -1 || state.searches.splice(0, index + 1).at(-1) !== state.search) return;
  const hits = event.hits.map((hit) => ({ ...hit, at: Date.parse(hit.at) }));
  Object.assign(state.search, {
    hits: [...state.search.hits, ...hits],
    next: event.next ?? null,
    indexed: event.indexed ?? null,
    isLoading: false,
  });
  // A page may have no hits and still a next one.
  if (hits.length === 0 && event.next !== undefined) find(state, fx, event.next);
}

function role(state, fx, event, at) {
  const { room: name, user, role: now, by } = event;
  if (name === undefined) {
    if (isMe(state, user.id)) state.role = now;
    if (isMe(state, user.id) || isMe(state, by?.id)) notice(state, null, words.roleGiven(state, event), at);
    return;
  }
  const room = roomOf(state, name);
  if (!room) return;
  room.roles.set(user.id, now);
  if (by) notice(state, room, words.roleGiven(state, event), at);
}

function rules(state, fx, event, at) {
  const room = roomOf(state, event.room);
  if (!room) return;
  const before = room.rules ?? {};
  room.rules = event.rules;
  notice(state, room, words.rulesSet(state, event, before), at);
}

function askedIn(state, fx, event, at) {
  const room = isMe(state, event.user.id) ? null : roomOf(state, event.room);
  notice(state, room, words.askedIn(state, event), at);
}

function sanction(state, fx, event, at) {
  const room = event.room === undefined ? null : roomOf(state, event.room);
  if (event.kind === "mute" && hitsMe(state, event)) {
    for (const one of event.room === undefined ? state.rooms.values() : [room]) {
      if (one) one.muted = { until: event.until ?? null, id: event.id };
    }
  }
  notice(state, room ?? roomOf(state, LOBBY), words.sanctioned(state, event, at), at);
}

function pardoned(state, fx, event, at) {
  const { sanction: it } = event;
  for (const one of state.rooms.values()) if (one.muted?.id === it.id) one.muted = null;
  const room = it.room === undefined ? roomOf(state, LOBBY) : roomOf(state, it.room);
  notice(state, room, words.pardoned(state, event), at);
  const { panel } = state;
  if (panel?.kind === "sanctions") panel.items = panel.items.filter((one) => one.id !== it.id);
}

/** Whether an answer can be one of a panel: there are others, and other commands may be refused, while it waits. */
const isAbout = (it, { room, order, seq }) =>
  (it.room === undefined || it.room === (room ?? order?.room)) && (it.seq === undefined || it.seq === seq);

/** The server has refused a command. Returns whether it was one of a panel or of the search. */
export function refused(state, it) {
  if (it.code.startsWith("search_")) {
    if (state.searches.shift() !== state.search) return true;
    Object.assign(state.search, { isLoading: false, note: words.sentence(it.text) });
    return true;
  }
  const { panel } = state;
  if (!panel || !(panel.isLoading || panel.kind === "password") || !isAbout(it, panel)) return false;
  Object.assign(panel, { isLoading: false, note: words.sentence(it.text) });
  return true;
}
