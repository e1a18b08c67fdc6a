// The search for messages, and the switch to a room or a user.

import { avatar } from "./avatar.js";
import { fill, h, set, setText } from "./dom.js";
import { byName, isDirect, labelOf, otherOf, roomList, unread } from "./state.js";
import { messageRow } from "./panel-lists.js";
import { describeUnread } from "./view.js";

/** A pause in typing of this length starts a search. */
const PAUSE_MS = 200;
/** Most rooms and users that are offered. */
const OFFERS_MAX = 30;

const HELP =
  "Words, “phrases”, from:ana, in:#rust, after:2026-05-01, before:today, has:link, has:code, mentions:me; - before a word leaves it out";

function search(view) {
  const { state, dispatch } = view;
  const input = h("input", {
    type: "search",
    class: "find",
    "aria-label": "Search messages",
    placeholder: "Search the messages of all your rooms",
    autofocus: true,
    value: state.search.query,
    autocomplete: "off",
  });
  const order = h("button", {
    type: "button",
    class: "text-button",
    on: { click: () => ask(state.search.order === "newest" ? "best" : "newest") },
  });
  const note = h("p", { class: "quiet", role: "status" });
  const hits = h("ul", { class: "panel-list" });
  const more = h("button", {
    type: "button",
    class: "text-button",
    text: "Show more",
    on: { click: () => dispatch({ type: "moreSearch" }) },
  });
  const ask = (by) => dispatch({ type: "search", query: dated(input.value), order: by });
  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    hits.querySelector("button")?.focus();
  });
  hits.addEventListener("keydown", (event) => {
    const all = [...hits.querySelectorAll("button")];
    const to = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!to) return;
    event.preventDefault();
    (all[all.indexOf(document.activeElement) + to] ?? input).focus();
  });
  let drawn = null;
  const draw = () => {
    const now = state.search;
    const { indexed, isLoading, hits: found, query } = now;
    const text =
      now.note ||
      (isLoading
        ? "Searching…"
        : query.trim() === ""
          ? HELP
          : found.length === 0
            ? now.next === null
              ? "Nothing found"
              : "Nothing found in the newest messages"
            : indexed !== null
              ? `${indexed} % of the messages can be found yet`
              : "");
    setText(note, text);
    set(note, { hidden: text === "" });
    set(more, { hidden: now.next === null || isLoading });
    setText(order, now.order === "newest" ? "Best first" : "Newest first");
    if (drawn === found) return;
    drawn = found;
    fill(
      hits,
      found.map((hit) => h("li", {}, messageRow(view, hit, marked(hit)))),
    );
  };
  return {
    title: "Search",
    element: h("div", { class: "panel-body" }, h("div", { class: "find-line" }, input, order), note, hits, more),
    draw,
  };
}

/** Days of `today` and `yesterday` in the time zone of the browser: those of the server are UTC's. */
function dated(query) {
  const day = (back) => {
    const date = new Date();
    date.setDate(date.getDate() - back);
    date.setHours(0, 0, 0, 0);
    return date.toISOString();
  };
  return query.replace(
    /\b(after|before):(today|yesterday)\b/g,
    (_, filter, when) => `${filter}:${day(when === "today" ? 0 : 1)}`,
  );
}

/** The text of a hit, with its matches marked. */
function marked({ text, marks }) {
  const chars = Array.from(text);
  const nodes = [];
  let at = 0;
  for (const [start, end] of marks) {
    nodes.push(chars.slice(at, start).join(""), h("mark", { text: chars.slice(start, end).join("") }));
    at = end;
  }
  return [...nodes, chars.slice(at).join("")];
}

/** Goes to a room or a user by a part of the name; those with mentions come first. */
function go(view) {
  const { state } = view;
  const input = h("input", {
    type: "search",
    class: "find",
    "aria-label": "Room or user",
    placeholder: "Room or user",
    autofocus: true,
    autocomplete: "off",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "go-list",
  });
  const items = h("ul", { class: "panel-list", role: "listbox", id: "go-list", "aria-label": "Rooms and users" });
  let offers = [];
  let chosen = 0;

  function find() {
    const part = input.value.trim().toLowerCase().replace(/^[#@]/, "");
    const weight = (room) => unread(state, room).mentions * 1000 + Math.min(unread(state, room).count, 999);
    const rooms = roomList(state)
      .filter((room) => room.name !== state.current && labelOf(room).toLowerCase().includes(part))
      .sort((a, b) => weight(b) - weight(a));
    const users = new Map();
    for (const room of roomList(state)) for (const user of room.users) users.set(user.id, user);
    const known = new Set(rooms.filter((room) => isDirect(room.name)).map((room) => otherOf(state, room.name)));
    const others =
      part === ""
        ? []
        : [...users.values()]
            .filter((user) => user.id !== state.me && !known.has(user.id) && user.name.toLowerCase().includes(part))
            .sort((a, b) => byName(a.name, b.name));
    offers = [
      ...rooms.map((room) => ({
        label: labelOf(room),
        about: describeUnread(unread(state, room)).slice(2),
        input: { type: "openRoom", room: room.name },
        user: isDirect(room.name) ? { id: otherOf(state, room.name), name: labelOf(room) } : null,
      })),
      ...others.map((user) => ({
        label: user.name,
        about: `number ${user.id}`,
        input: { type: "openUser", id: user.id, name: user.name },
        user,
      })),
    ].slice(0, OFFERS_MAX);
    chosen = 0;
    show();
  }

  function show() {
    fill(
      items,
      offers.map((offer, index) =>
        h(
          "li",
          {
            role: "option",
            id: `go-${index}`,
            "aria-selected": String(index === chosen),
            class: "list-button",
            on: { click: () => take(index) },
          },
          offer.user ? avatar(offer.user) : h("span", { class: "sign", text: "#", "aria-hidden": "true" }),
          h("span", { class: "label", dir: "auto", text: offer.label.replace(/^#/, "") }),
          h("span", { class: "quiet small", text: offer.about }),
        ),
      ),
    );
    if (offers.length > 0) input.setAttribute("aria-activedescendant", `go-${chosen}`);
    items.children[chosen]?.scrollIntoView({ block: "nearest" });
  }

  function take(index) {
    const offer = offers[index];
    if (!offer) return;
    view.closePanel();
    view.act(offer.input);
  }

  input.addEventListener("input", find);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") take(chosen);
    else if (step && offers.length > 0) {
      chosen = (chosen + step + offers.length) % offers.length;
      show();
    } else return;
    event.preventDefault();
  });
  find();
  return { title: "Go to", element: h("div", { class: "panel-body" }, input, items) };
}

export const KINDS = { search, go };
