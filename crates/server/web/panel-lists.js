// The lists of the dialog: each asks the server, page by page, and shows what has come.

import { avatar, colourOf } from "./avatar.js";
import { logOut } from "./commands.js";
import { exact, moment } from "./dates.js";
import { fill, h, set, setText } from "./dom.js";
import { savedOf } from "./saved.js";
import { byName, labelOf, roomOf } from "./state.js";
import { firstLine, textNodes } from "./text.js";
import * as words from "./words.js";

/** Makes a list: `row` makes the elements of an item, `filter` says what is searched in it, `name` sorts them. */
function list(title, row, { empty, filter = null, intro = null, name = null } = {}) {
  return (view, panel) => {
    const { dispatch } = view;
    const items = h("ul", { class: "panel-list" });
    const note = h("p", { class: "quiet", role: "status" });
    const more = h("button", {
      type: "button",
      class: "text-button",
      text: "Show more",
      on: { click: () => dispatch({ type: "morePanel" }) },
    });
    const part = filter
      ? h("input", {
          type: "search",
          class: "find",
          "aria-label": "Find",
          placeholder: "Find",
          autofocus: true,
          value: panel.part ?? "",
        })
      : null;
    let drawn = null;
    const draw = () => {
      const wanted = (part?.value ?? "").trim().toLowerCase();
      const now = `${panel.items.length} ${wanted} ${panel.isLoading} ${panel.note} ${panel.more}`;
      if (now === drawn && panel.items === draw.items) return;
      drawn = now;
      draw.items = panel.items;
      const all = name ? [...panel.items].sort((a, b) => byName(name(a), name(b))) : panel.items;
      const found = wanted ? all.filter((item) => filter(item).toLowerCase().includes(wanted)) : all;
      fill(
        items,
        found.map((item) => h("li", {}, row(view, item, panel))),
      );
      const text =
        panel.note || (panel.isLoading ? "Loading…" : found.length === 0 ? (wanted ? "Nothing found" : empty) : "");
      setText(note, text);
      set(note, { hidden: text === "" });
      set(more, { hidden: panel.more === null });
    };
    part?.addEventListener("input", draw);
    const element = h("div", { class: "panel-body" }, part, intro?.(view, panel), note, items, more);
    return { title: typeof title === "function" ? title(view, panel) : title, element, draw };
  };
}

const doing = (view, text, ...inputs) =>
  h("button", {
    type: "button",
    class: "text-button",
    text,
    on: { click: () => inputs.forEach((input) => view.act(input)) },
  });

/** A button that goes somewhere and closes the dialog. */
function going(view, input, ...content) {
  return h(
    "button",
    {
      type: "button",
      class: "list-button",
      on: {
        click: () => {
          view.closePanel();
          view.act(input);
        },
      },
    },
    ...content,
  );
}

/** A message in a list, which leads to its place. */
export function messageRow(view, { room, seq, from, at }, ...text) {
  const of = roomOf(view.state, room);
  return going(
    view,
    { type: "goTo", room, seq },
    avatar(from),
    h(
      "span",
      { class: "label" },
      h(
        "span",
        { class: "row-head" },
        h("span", { class: `name colour-${colourOf(from.id)}`, dir: "auto", text: from.name }),
        h("span", { class: "quiet small", text: `${of ? labelOf(of) : room} · ${moment(at, Date.now())}` }),
      ),
      h("span", { class: "row-text", dir: "auto" }, ...text),
    ),
  );
}

const messages = (title, empty) =>
  list(title, (view, entry) => messageRow(view, entry, entry.deleted ? words.DELETED : firstLine(entry.text)), {
    empty,
  });

/** The messages that the user remembers. Of one from before a restore of the server, there is only the beginning. */
function saved(view) {
  const body = h("div", { class: "panel-body" });
  let drawn = null;
  const draw = () => {
    const all = savedOf(view.state);
    if (drawn === view.state.choices.saved) return;
    drawn = view.state.choices.saved;
    const row = (message) =>
      h(
        "li",
        { class: "saved-row" },
        message.epoch === view.state.epoch
          ? messageRow(view, message, message.text)
          : listItem("div", message.text, `${message.from.name} · before the server was restored`, null),
        doing(view, "Forget", { type: "unsave", message }),
      );
    fill(
      body,
      all.length === 0
        ? h("p", { class: "quiet", role: "status", text: "You remember no messages yet. Choose “Remember it” in the menu of a message" })
        : h("ul", { class: "panel-list" }, all.map(row)),
    );
  };
  return { title: "Messages you remember", element: body, draw };
}

function roomRow(view, { room, topic, count }) {
  const isIn = roomOf(view.state, room) !== null;
  return going(
    view,
    { type: "join", room },
    h("span", { class: "sign", text: "#", "aria-hidden": "true" }),
    h(
      "span",
      { class: "label" },
      h("span", { class: "name", dir: "auto", text: room.slice(1) }),
      topic ? h("span", { class: "quiet small", dir: "auto", text: topic }) : null,
    ),
    h("span", { class: "quiet small", text: `${count} here${isIn ? ", you too" : ""}` }),
  );
}

function newRoom(view) {
  const input = h("input", {
    name: "room",
    "aria-label": "Name of a new room",
    placeholder: "Name of a new room",
    autocomplete: "off",
    spellcheck: "false",
  });
  const form = h(
    "form",
    { class: "line-form" },
    input,
    h("button", { class: "primary", type: "submit", text: "Join or create" }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = input.value.trim().replace(/^#/, "");
    if (name === "") return;
    view.closePanel();
    view.act({ type: "join", room: `#${name}` });
  });
  return form;
}

/** A row of a list: a title, what there is to know about it, and a button or nothing. */
function listItem(tag, title, about, button) {
  return h(
    tag,
    { class: "list-item" },
    h(
      "span",
      { class: "label" },
      h("span", { dir: "auto", text: title }),
      h("span", { class: "quiet small", dir: "auto", text: about }),
    ),
    button,
  );
}

function inviteRow(view, { id, by, role = "member", uses, used, until, note }) {
  const about = [
    `${used} of ${uses} used`,
    `until ${moment(Date.parse(until), Date.now())}`,
    by ? `by ${by.name}` : "by the operator",
    note,
  ]
    .filter(Boolean)
    .join(" · ");
  const end = doing(view, "End it", { type: "command", command: { type: "revoke", id } });
  return listItem("div", `Invite ${id} · ${role}`, about, end);
}

function hookRow(view, { id, room, bot, by, made_at }) {
  const about = [
    `in ${room}`,
    `made ${moment(Date.parse(made_at), Date.now())}`,
    by ? `by ${by.name}` : "by the operator",
  ].join(" · ");
  const end = doing(view, "End it", { type: "command", command: { type: "revoke_hook", id } });
  return listItem("div", `Hook ${id} · ${bot.name}`, about, end);
}

function sanctionRow(view, it) {
  const { state } = view;
  const about = [
    it.until ? `until ${moment(Date.parse(it.until), Date.now())}` : "without an end",
    `by ${words.who(state, it.by)}`,
    it.reason,
  ]
    .filter(Boolean)
    .join(" · ");
  const end = doing(view, "End it", { type: "command", command: { type: "pardon", id: it.id } });
  return listItem("div", words.sanctionTitle(state, it), about, end);
}

function auditRow(view, { at, by, what, about, reason }) {
  const author = what === "tries" ? "Somebody" : words.who(view.state, by);
  const head = `${author} · ${what} · ${moment(Date.parse(at), Date.now())}`;
  return listItem("div", about, reason ? `${head} · ${reason}` : head, null);
}

function versionRow(view, { at, text }) {
  return h(
    "div",
    { class: "list-item" },
    h(
      "span",
      { class: "label" },
      h("span", { class: "quiet small", text: exact(Date.parse(at)) }),
      h("div", { class: "text" }, textNodes(text, view.state.name)),
    ),
  );
}

function personRow(view, user) {
  const away = view.state.away.get(user.id);
  const about = [user.role, away === undefined ? null : away ? `away: ${away}` : "away"].filter(Boolean).join(" · ");
  return going(
    view,
    { type: "openUser", id: user.id, name: user.name },
    avatar(user),
    h(
      "span",
      { class: "label" },
      h("span", { class: "name", dir: "auto", text: user.name }),
      about ? h("span", { class: "quiet small", dir: "auto", text: about }) : null,
    ),
    h("span", { class: "number", text: user.id }),
  );
}

/** The devices and the sessions of the user. */
function account(view, panel) {
  const body = h("div", { class: "panel-body" }, h("p", { role: "status", text: "Loading…" }));
  let drawn = null;
  const draw = () => {
    if (panel.note && drawn !== panel.note) {
      drawn = panel.note;
      const note = h("p", { class: "bad", role: "alert", text: drawn });
      if (panel.account) body.prepend(note);
      else fill(body, note);
    }
    if (!panel.account || drawn === panel.account) return;
    drawn = panel.account;
    const title = (name, it) => `${name}${it.this ? " · this one" : ""}`;
    const device = (it) => {
      const seen = `last used ${moment(Date.parse(it.seen_at), Date.now())}`;
      const order = { type: "drop", id: it.id, ...(panel.user && { user: panel.user }) };
      const drop = it.this ? null : doing(view, "Drop", { type: "command", command: order });
      return listItem("li", title(it.device || "A device without a name", it), seen, drop);
    };
    const session = (it) => {
      const since = `since ${moment(Date.parse(it.since), Date.now())}${it.network ? ` · ${it.network}` : ""}`;
      const end = it.this ? null : doing(view, "End", { type: "command", command: { type: "end", session: it.id } });
      return listItem("li", title(it.device || it.door, it), since, end);
    };
    const asksToLogOut = () => logOut(view.state).forEach((input) => view.act(input));
    const open = (text, kind) => doing(view, text, { type: "openPanel", panel: { kind } });
    const own = [
      h("p", {
        text: `You are ${view.state.name}, number ${view.state.me}. ${drawn.has_password ? "You have a password." : "You have no password: if this browser forgets you, you can't come back as the same user."}`,
      }),
      h(
        "p",
        { class: "buttons" },
        open(drawn.has_password ? "Change the password" : "Set a password", "password"),
        open("Log in another device", "link"),
        h("button", { type: "button", class: "text-button", text: "Log out here", on: { click: asksToLogOut } }),
      ),
    ];
    fill(
      body,
      panel.user ? h("p", { text: `${drawn.name}, number ${drawn.id}, ${drawn.has_password ? "has" : "has no"} password.` }) : own,
      h("h3", { text: "Devices" }),
      h("ul", { class: "panel-list" }, drawn.devices.map(device)),
      h("h3", { text: "Sessions" }),
      h("ul", { class: "panel-list" }, drawn.sessions.map(session)),
    );
  };
  return { title: panel.user ? `Account of ${panel.user}` : "Your account", element: body, draw };
}

export const KINDS = {
  rooms: list("Rooms", roomRow, {
    empty: "There are no rooms yet. Create one",
    filter: (item) => `${item.room} ${item.topic}`,
    name: (item) => item.room,
    intro: newRoom,
  }),
  people: list((view, panel) => `Users in ${panel.room}`, personRow, {
    empty: "Nobody is here",
    filter: (item) => item.name,
    name: (item) => item.name,
  }),
  mentions: messages("Mentions of you", "Nobody has mentioned you yet"),
  pins: messages(
    (view, panel) => `Pinned in ${labelOf(roomOf(view.state, panel.room))}`,
    "Nothing is pinned here. A message is pinned by its menu",
  ),
  versions: list("What it said before", versionRow, { empty: "The server does not have it any more" }),
  invites: list("Invites", inviteRow, { empty: "There are no valid invites" }),
  hooks: list("Hooks", hookRow, { empty: "No room that you moderate has a hook. /hook NAME makes one" }),
  sanctions: list(
    (view, panel) => `Mutes and bans ${panel.room ? `in ${panel.room}` : "on this server"}`,
    sanctionRow,
    {
      empty: "Nobody is muted or banned here",
      filter: (item) => `${item.user?.name ?? item.network ?? `invite:${item.invite}`}`,
    },
  ),
  saved,
  audit: list("Audit log", auditRow, { empty: "Nothing is recorded yet" }),
  account,
};
