// All scripts of the page have come: `start.js` does not load it again. This one runs before all others.

document.getElementById("splash").dataset.loaded = "";
