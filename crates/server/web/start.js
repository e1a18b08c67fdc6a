// Starts the page. If the connection broke before a script of it had come, the page is loaded again, since a browser
// does not ask again for a script; those that came are in its cache. Nothing has been shown or typed by then.

/** Loads after the first one, and the pause before the first of them, in milliseconds; it doubles each time. */
const TRIES_MAX = 3;
const PAUSE_MS = 500;
/** The key in the storage of the tab of how often it has loaded the page again. */
const TRIES = "tries";

import("./app.js").then(() => store(0), failed);

function failed(error) {
  const splash = document.getElementById("splash");
  const tries = stored();
  // A fault of the page itself would come again.
  if (!("loaded" in splash.dataset) && tries < TRIES_MAX) {
    store(tries + 1);
    setTimeout(() => location.reload(), PAUSE_MS * 2 ** tries);
    return;
  }
  store(0);
  splash.dataset.lost = "";
  throw error;
}

/**
 * How often the page was loaded again. If the browser stores nothing, that cannot be counted, so the page is not loaded
 * again. `tab.js` does the same for other scripts, but may be the one that is lost.
 */
function stored() {
  try {
    return Number(sessionStorage.getItem(TRIES));
  } catch {
    return TRIES_MAX;
  }
}

function store(tries) {
  try {
    if (tries > 0) sessionStorage.setItem(TRIES, tries);
    else sessionStorage.removeItem(TRIES);
  } catch {
    // See `stored`.
  }
}
