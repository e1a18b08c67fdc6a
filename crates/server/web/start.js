// Starts the page. If the connection broke before a script of it had come, the page is loaded again, since a browser
// does not ask again for a script; those that came are in its cache. Nothing has been shown or typed by then.

/** Loads after the first one, and the pause before the first of them, in milliseconds; it doubles each time. */
const TRIES_MAX = 3;
const PAUSE_MS = 500;
/** The key in the storage of the tab of how often it has loaded the page again. */
const TRIES = "tries";

import("./app.js").then(
  () => sessionStorage.removeItem(TRIES),
  (error) => {
    const tries = Number(sessionStorage.getItem(TRIES));
    if (tries < TRIES_MAX) {
      sessionStorage.setItem(TRIES, tries + 1);
      setTimeout(() => location.reload(), PAUSE_MS * 2 ** tries);
      return;
    }
    sessionStorage.removeItem(TRIES);
    document.getElementById("splash").dataset.lost = "";
    throw error;
  },
);
