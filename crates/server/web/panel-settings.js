// The settings, the help, and the page of a user.

import { avatar } from "./avatar.js";
import { h, setText } from "./dom.js";
import { choice, field } from "./panel-forms.js";
import { findUser, roleIn } from "./state.js";
import { KEYS } from "./view-keys.js";

function settings(view) {
  const { state, dispatch } = view;
  const choose = (choices) => dispatch({ type: "choose", choices });
  const select = (label, name, options, about) => {
    const control = choice(options, state.choices[name]);
    control.addEventListener("change", () => choose({ [name]: control.value }));
    return field(label, control, about);
  };
  const check = (label, name, about) => {
    const control = h("input", { type: "checkbox" });
    control.checked = state.choices[name];
    control.addEventListener("change", () => choose({ [name]: control.checked }));
    return h(
      "div",
      { class: "field check" },
      h("label", {}, control, h("span", { text: label })),
      about ? h("p", { class: "quiet small", text: about }) : null,
    );
  };
  const notify = select(
    "Notifications",
    "notify",
    { off: "None", mentions: "Mentions and direct messages", all: "All messages" },
    "While this page is open and you look at something else.",
  );
  const note = h("p", { class: "bad small", role: "status" });
  notify.querySelector("select").addEventListener("change", async (event) => {
    if (event.target.value === "off") return;
    const isThere = typeof Notification !== "undefined";
    const answer = isThere ? await Notification.requestPermission() : "denied";
    setText(
      note,
      answer === "granted"
        ? ""
        : "The browser does not let this page notify you. Allow it in the settings of the browser; until then only the title and the sound say so.",
    );
  });
  const ignored = state.choices.ignored.map((user) =>
    h(
      "p",
      { class: "list-item" },
      h("span", { class: "label", dir: "auto", text: user.name }),
      h("button", {
        type: "button",
        class: "text-button",
        text: "Show messages again",
        on: {
          click: (event) => {
            dispatch({ type: "ignore", user, on: false });
            event.target.closest("p").remove();
          },
        },
      }),
    ),
  );
  const open = (text, kind) =>
    h("button", { type: "button", text, on: { click: () => dispatch({ type: "openPanel", panel: { kind } }) } });
  const element = h(
    "div",
    { class: "panel-body" },
    select("Theme", "theme", { auto: "As the system", light: "Light", dark: "Dark" }),
    select("Size of the text", "size", { small: "Small", normal: "Normal", large: "Large", huge: "Very large" }),
    select(
      "Enter",
      "enter",
      { send: "Sends", line: "Starts a new line" },
      "Shift-Enter starts a new line if Enter sends; if not, Ctrl-Enter sends.",
    ),
    notify,
    note,
    check("A sound with each notification", "sound"),
    check("Others see that you are typing", "typing"),
    ignored.length > 0 ? h("h3", { text: "Hidden users" }) : null,
    ...ignored,
    h(
      "p",
      { class: "buttons" },
      open("Your account and devices", "account"),
      open("Change your name", "name"),
      open("Commands and keys", "help"),
    ),
  );
  return { title: "Settings", element };
}

/** What is known of a user. */
function user(view, panel) {
  const { state } = view;
  const { id, name: of } = panel.user;
  const isOnline = findUser(state, (one) => one.id === id) !== null;
  const away = state.away.get(id);
  const rooms = [...state.rooms.values()].filter(
    (room) => room.users.some((one) => one.id === id) && room.name.startsWith("#"),
  );
  const facts = [
    `Number ${id}`,
    isOnline ? (away === undefined ? "online" : away ? `away: ${away}` : "away") : "offline",
    rooms.length > 0
      ? `in ${rooms.map((room) => `${room.name}${["member", "guest"].includes(roleIn(room, id)) ? "" : ` (${roleIn(room, id)})`}`).join(", ")}`
      : null,
  ];
  return {
    title: of,
    element: h(
      "div",
      { class: "panel-body about-user" },
      avatar(panel.user),
      h("p", { dir: "auto", text: facts.filter(Boolean).join(" · ") }),
    ),
  };
}

function help(view) {
  const table = (caption, rows) =>
    h(
      "table",
      {},
      h("caption", { text: caption }),
      h(
        "tbody",
        {},
        rows.map(([what, about]) =>
          h("tr", {}, h("th", { scope: "row" }, h("code", { text: what })), h("td", { text: about })),
        ),
      ),
    );
  return {
    title: "Commands and keys",
    element: h(
      "div",
      // Keys scroll what has the focus, and nothing else in it can have it.
      { class: "panel-body", tabindex: "0", role: "group", "aria-labelledby": "panel-title" },
      table("Keys", KEYS),
      table(
        "Commands",
        view.commands.map((one) => [`/${one.name} ${one.takes}`.trim(), one.about]),
      ),
      h("p", {
        class: "quiet",
        text: "*bold*, _italic_, ~~struck~~, `code`, > quotes, and blocks between ``` are shown as such.",
      }),
    ),
  };
}

export const KINDS = { settings, user, help };
