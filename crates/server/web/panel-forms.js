// The forms of the dialog: questions before an action, and fields that the user fills in.

import { ask } from "./commands.js";
import { clock } from "./dates.js";
import { fill, h, set, setText } from "./dom.js";
import { LOBBY, currentRoom, isConnected, isDirect, labelOf, roleIn, roomList, roomOf } from "./state.js";
import * as words from "./words.js";

let fields = 0;

/** A field with its label. */
export function field(label, control, about = null) {
  control.id ||= `field-${(fields += 1)}`;
  return h(
    "div",
    { class: "field" },
    h("label", { for: control.id, text: label }),
    control,
    about ? h("p", { class: "quiet small", text: about }) : null,
  );
}

export const choice = (options, now) => {
  const select = h(
    "select",
    {},
    Object.entries(options).map(([value, text]) => h("option", { value, text })),
  );
  select.value = now;
  return select;
};

/**
 * A form with one button; `submit` returns the inputs, or a text that says what is wrong. The dialog closes unless
 * `stays`.
 */
function form(view, panel, title, controls, button, submit, { stays = false } = {}) {
  const note = h("p", { class: "bad", role: "alert" });
  const element = h(
    "form",
    { class: "panel-body", autocomplete: "off" },
    ...controls,
    note,
    h("p", { class: "buttons" }, h("button", { class: "primary", type: "submit", text: button })),
  );
  const draw = () => {
    setText(note, panel.note);
    set(note, { hidden: panel.note === "" });
  };
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    let inputs = submit();
    if (!isConnected(view.state) && inputs.some?.((input) => input.type === "command")) inputs = words.OFFLINE;
    if (typeof inputs === "string") {
      panel.note = inputs;
      return draw();
    }
    if (!stays) view.closePanel();
    inputs.forEach((input) => view.act(input));
  });
  return { title, element, draw };
}

const order = (command) => [{ type: "command", command }];

function confirm(view, panel) {
  const made = form(view, panel, "Are you sure?", [h("p", { text: panel.question })], panel.yes, () => panel.inputs);
  const yes = made.element.querySelector("button");
  yes.classList.add("bad-button");
  yes.before(h("button", { type: "button", autofocus: true, text: "Cancel", on: { click: view.closePanel } }));
  return made;
}

function name(view, panel) {
  const input = h("input", {
    value: view.state.name,
    maxlength: "64",
    autofocus: true,
    dir: "auto",
    autocomplete: "username",
    spellcheck: "false",
  });
  return form(view, panel, "Change your name", [field("Your name", input)], "Change it", () =>
    input.value.trim() ? order({ type: "rename", name: input.value.trim() }) : "Type a name",
  );
}

function topic(view, panel) {
  const room = roomOf(view.state, panel.room);
  const input = h("input", { value: room.topic, maxlength: "512", autofocus: true, dir: "auto" });
  return form(view, panel, `Topic of ${room.name}`, [field("Topic", input, "An empty one removes it.")], "Set it", () =>
    order({ type: "topic", room: room.name, topic: input.value.trim() }),
  );
}

function askIn(view, panel) {
  const input = h("input", { autofocus: true, dir: "auto", spellcheck: "false" });
  return form(
    view,
    panel,
    `Ask somebody into ${panel.room}`,
    [field("Name of the user", input, "The user reads it, and joins with /join.")],
    "Ask",
    () => (input.value.trim() ? order({ type: "ask_in", room: panel.room, user: input.value.trim() }) : "Type a name"),
  );
}

function rules(view, panel) {
  const room = roomOf(view.state, panel.room);
  const now = room.rules ?? { privacy: "public" };
  const privacy = choice(
    {
      public: "Everybody finds it, joins it and writes",
      private: "Only users who were asked in",
      announce: "Everybody joins; only voices, moderators and owners write",
    },
    now.privacy,
  );
  const slow = choice(
    { 0: "None", 5: "5 seconds", 30: "30 seconds", 60: "1 minute", 600: "10 minutes", 3600: "1 hour" },
    String(now.slow_s ?? 0),
  );
  const by = choice({ all: "Everybody", moderators: "Moderators and owners" }, now.topic_by ?? "all");
  return form(
    view,
    panel,
    `Rules of ${room.name}`,
    [
      field("Who is in it", privacy),
      field("Pause between two messages of one user", slow),
      field("Who sets the topic and pins messages", by),
    ],
    "Set the rules",
    () => {
      const command = {
        type: "rule",
        room: room.name,
        privacy: privacy.value,
        slow_s: Number(slow.value || now.slow_s),
        topic_by: by.value,
      };
      if (privacy.value !== "public" || now.privacy !== "private") return order(command);
      return ask(words.askPublic(room.name), "Make it public", order(command));
    },
  );
}

function role(view, panel) {
  const { user, room } = panel;
  const now = roleIn(currentRoom(view.state), user.id);
  const options = room
    ? { member: "Member", voice: "Voice: writes in a room for announcements", moderator: "Moderator", owner: "Owner" }
    : { member: "Member", moderator: "Moderator", owner: "Owner" };
  const select = choice(options, now);
  return form(
    view,
    panel,
    `Role of ${user.name} ${room ? `in ${room}` : "on this server"}`,
    [field("Role", select)],
    "Give it",
    () => {
      const inputs = order({ type: "grant", user: user.name, role: select.value, ...(room && { room }) });
      if (select.value !== "owner") return inputs;
      return ask(words.askOwner(user.name, room), "Make an owner", inputs);
    },
  );
}

function password(view, panel) {
  const secret = (autocomplete) => h("input", { type: "password", autocomplete });
  const [old, first, second] = [secret("current-password"), secret("new-password"), secret("new-password")];
  first.autofocus = true;
  const controls = [
    field("New password", first, "At least 8 characters."),
    field("The same again", second),
    field("Present password, if you have one", old),
  ];
  return form(
    view,
    panel,
    "Your password",
    controls,
    "Set it",
    () => {
      if (first.value !== second.value) return "The two are not the same";
      panel.note = "";
      return order({ type: "set_password", password: first.value, ...(old.value && { old: old.value }) });
    },
    { stays: true },
  );
}

/** Which messages of a room notify. */
function notify(view, panel) {
  const room = roomOf(view.state, panel.room);
  const select = choice(
    { default: "As in the settings", all: "All messages", mentions: "Mentions of you", off: "Nothing" },
    view.state.choices.levels[panel.room] ?? "default",
  );
  return form(view, panel, `Notifications of ${labelOf(room)}`, [field("Notify of", select)], "Set it", () => {
    const level = select.value === "default" ? null : select.value;
    if (level !== null && level !== "off" && typeof Notification !== "undefined") Notification.requestPermission();
    return [{ type: "level", room: panel.room, level }];
  });
}

function exports(view, panel) {
  const select = choice({ text: "Text", html: "A page for a browser", jsonl: "JSON, a message a line" }, "text");
  const controls = [
    field("Format", select, "All messages of the room, with their reactions; deleted ones are left out."),
  ];
  const label = labelOf(roomOf(view.state, panel.room));
  return form(view, panel, `Export ${label}`, controls, "Export", () => [{ type: "export", format: select.value }]);
}

/** A code for another device, valid for five minutes. */
function link(view, panel) {
  const body = h("div", { class: "panel-body" }, h("p", { role: "status", text: "Loading…" }));
  let drawn = null;
  const draw = () => {
    if (panel.note) return fill(body, h("p", { class: "bad", role: "alert", text: panel.note }));
    if (!panel.code || drawn === panel.code) return;
    drawn = panel.code;
    fill(
      body,
      h("p", { class: "code-shown", text: `${drawn.slice(0, 4)}-${drawn.slice(4)}` }),
      h("p", {
        text: panel.user
          ? `With this code another device logs in as ${panel.user}, once, until ${clock(panel.until)}. Give it to ${panel.user} in private: anybody who has it can log in as ${panel.user}.`
          : `Type it on the other device, under “I was here before”, or in chat-tui after /login. It is valid once, until ${clock(panel.until)}.`,
      }),
    );
  };
  const title = panel.user ? `Code for a device of ${panel.user}` : "Log in another device";
  return { title, element: body, draw };
}

/** Makes an invite, and shows its line this once. */
function invite(view, panel) {
  if (panel.order === null) return inviteForm(view, panel);
  const body = h("div", { class: "panel-body" }, h("p", { role: "status", text: "Loading…" }));
  let drawn = null;
  const draw = () => {
    if (panel.note) return fill(body, h("p", { class: "bad", role: "alert", text: panel.note }));
    if (!panel.line || drawn === panel.line) return;
    drawn = panel.line;
    const { uses, role: given = "member", until, room } = panel.invite;
    const hash = drawn.indexOf("#");
    const page = `${location.origin}/${hash === -1 ? "" : drawn.slice(hash)}`;
    fill(
      body,
      h("p", {
        text: `It lets ${words.counted(uses, `new ${given}`)} in${room ? ` and into ${room}` : ""}, until ${clock(Date.parse(until))} on ${new Date(until).toLocaleDateString()}. It is shown this once. Send it in private: a person who has it comes in.`,
      }),
      qrOf(page),
      shown("For a browser", page, view),
      shown("For chat-tui", drawn, view),
      h(
        "p",
        { class: "buttons" },
        h("button", {
          type: "button",
          text: "All invites",
          on: { click: () => view.dispatch({ type: "openPanel", panel: { kind: "invites" } }) },
        }),
      ),
    );
  };
  return { title: "Invite", element: body, draw };
}

/** The QR code of an address. The page loads the code for it only here, because few need it. */
function qrOf(text) {
  const frame = h("figure", { class: "qr", hidden: true });
  import("./qr.js").then(
    ({ qr }) => {
      const code = qr(text);
      frame.hidden = code === null;
      if (code) frame.append(code.picture("QR code of the address for a browser"));
    },
    () => {},
  );
  return frame;
}

/** The option with which curl takes this key of a server, and no other. */
const pinnedForCurl = (key) => `--pinnedpubkey sha256//${key.replaceAll("-", "+").replaceAll("_", "/")}=`;

/** Makes a hook, and shows its address this once. */
function hook(view, panel) {
  const body = h("div", { class: "panel-body" }, h("p", { role: "status", text: "Loading…" }));
  let drawn = null;
  const draw = () => {
    if (panel.note) return fill(body, h("p", { class: "bad", role: "alert", text: panel.note }));
    if (!panel.url || drawn === panel.url) return;
    drawn = panel.url;
    // The address by which this browser has come leads here.
    const url = `${location.origin}${new URL(drawn).pathname}`;
    const { room, bot } = panel.hook;
    const pinned = location.protocol === "https:" && panel.key && pinnedForCurl(panel.key);
    fill(
      body,
      h("p", {
        text: `${bot.name} says in ${room} what a program posts to this address. It is shown this once. A person or program that has it can write in the room as ${bot.name}.`,
      }),
      shown("The address", url, view),
      shown("To try it", `curl -d 'hello' ${url}`, view),
      pinned && shown("If curl does not trust the certificate", `curl -k ${pinned} -d 'hello' ${url}`, view),
      h(
        "p",
        { class: "buttons" },
        h("button", {
          type: "button",
          text: "All hooks",
          on: { click: () => view.dispatch({ type: "openPanel", panel: { kind: "hooks" } }) },
        }),
      ),
    );
  };
  return { title: "Hook", element: body, draw };
}

/** A line that the user copies. */
function shown(label, line, view) {
  const input = h("input", { value: line, readonly: true, dir: "ltr" });
  const copy = async () => {
    input.select();
    await navigator.clipboard
      ?.writeText(line)
      .then(() => view.dispatch({ type: "tell", text: "Copied" }))
      .catch(() => {});
  };
  const made = field(label, input);
  made.append(h("button", { type: "button", class: "text-button", text: "Copy", on: { click: copy } }));
  return made;
}

function inviteForm(view, panel) {
  const uses = h("input", { type: "number", min: "1", max: "1000", value: "1", autofocus: true });
  const valid = choice({ 86400: "1 day", 172800: "2 days", 604800: "7 days", 2592000: "30 days" }, "604800");
  const given = choice({ member: "Member", moderator: "Moderator", owner: "Owner" }, "member");
  const rooms = roomList(view.state).filter(({ name }) => name !== LOBBY && !isDirect(name));
  const room = choice({ "": "No other room", ...Object.fromEntries(rooms.map(({ name }) => [name, name])) }, "");
  return form(
    view,
    panel,
    "Invite",
    [
      field("How many users may come in by it", uses),
      field("Valid for", valid),
      field("As", given),
      field("They join the lobby, and", room),
    ],
    "Make an invite",
    () => [
      {
        type: "openPanel",
        panel: {
          kind: "invite",
          order: {
            uses: Number(uses.value),
            valid_s: Number(valid.value),
            role: given.value,
            ...(room.value && { room: room.value }),
          },
        },
      },
    ],
    { stays: true },
  );
}

export const KINDS = { confirm, name, topic, askIn, rules, role, password, link, invite, hook, notify, exports };
