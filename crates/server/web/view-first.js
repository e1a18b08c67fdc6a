// The first screen: the name, and the secrets by which the server lets a user in.

import { byId, set, setText } from "./dom.js";

export function makeFirst({ state, dispatch }) {
  const field = (id) => byId(`first-${id}`);
  let wasShown = false;
  let shownName = null;

  byId("first-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const name = field("name").value.trim();
    if (name === "") return field("name").focus();
    dispatch({
      type: "enter",
      name,
      invite: field("invite").value,
      password: field("password").value,
      code: field("code").value.trim(),
      serverPassword: field("server").value,
    });
    field("password").value = "";
    field("code").value = "";
  });

  return {
    draw() {
      const isShown = state.connection.kind === "welcome";
      if (!isShown) {
        wasShown = false;
        // It is asked for again only if it was wrong, or if the name was.
        if (state.connection.kind === "connected") field("server").value = "";
        return;
      }
      if (state.form.name && state.form.name !== shownName) {
        shownName = state.form.name;
        field("name").value = shownName;
      }
      setText(field("note"), state.form.note);
      set(field("note"), { hidden: state.form.note === "" });
      if (wasShown) return;
      wasShown = true;
      if (state.form.invite) {
        // Folded: it is a secret, and others may look at the screen.
        field("invite").value = state.form.invite;
        setText(field("invite-fold").querySelector("summary"), "Your invite is filled in");
      }
      field("invite-fold").open = state.form.needs === "invite";
      field("login-fold").open = state.form.needs === "login";
      field("server-fold").open = state.form.needs === "server";
      const isAsked = ["invite", "server"].includes(state.form.needs) && state.form.name;
      field(isAsked ? state.form.needs : "name").focus();
    },
  };
}
