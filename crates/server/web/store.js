// The store, which outlives the page: the token, the messages without an answer, drafts and choices, in IndexedDB.
//
// Each tab has a slot, which a lock of the browser keeps for it. What a closed tab has left in its slot is taken over
// by the next one. A message has its device and number from the start, so it is stored once by the server even if
// two tabs send it.

import * as tab from "./tab.js";

const DATABASE = "chat";
const VERSION = 1;
/** Most slots: tabs at the same time whose drafts are kept apart. */
const SLOTS_MAX = 32;
/**
 * Longest time in milliseconds until the slot of a page that is loaded again is free; a copy of a tab never gets it.
 */
const RELOAD_MS = 1000;

/** Opens the store. Without a database, or if it fails, what is stored is gone with the page: `lasts` is false. */
export async function openStore() {
  let database = null;
  try {
    database = await open();
  } catch {
    // A private window of some browsers has none.
  }
  const slot = await takeSlot();
  return database ? lasting(database, slot) : passing(slot);
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, VERSION);
    request.onupgradeneeded = () => {
      const database = request.result;
      // Users by the journal of their server; messages by device and number; drafts by journal, slot and room.
      database.createObjectStore("users", { keyPath: "journal" });
      database.createObjectStore("outbox", { keyPath: ["device", "n"] });
      database.createObjectStore("drafts", { keyPath: ["journal", "slot", "room"] });
      database.createObjectStore("choices", { keyPath: "id" });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("another tab uses an older version of the page"));
  });
}

/** The lowest free slot, or the one that this tab had before it was loaded again. */
async function takeSlot() {
  const mine = tab.get("slot");
  if (!navigator.locks) {
    const slot = mine ?? `tab-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
    tab.set("slot", slot);
    return slot;
  }
  const numbers = Array.from({ length: SLOTS_MAX }, (_, index) => `slot-${index + 1}`);
  // The page that this one takes the place of may not have let go of it yet.
  if (mine && (await hold(mine, { signal: AbortSignal.timeout(RELOAD_MS) }))) return mine;
  for (const slot of numbers) {
    if (await hold(slot, { ifAvailable: true })) {
      tab.set("slot", slot);
      return slot;
    }
  }
  return `tab-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
}

/** Takes a lock for as long as the tab is open. Returns whether it could be had. */
function hold(name, options) {
  return new Promise((resolve) => {
    const held = navigator.locks.request(name, options, (lock) => {
      resolve(lock !== null);
      return lock && new Promise(() => {});
    });
    held.catch(() => resolve(false));
  });
}

function lasting(database, slot) {
  /** Runs `body` in a transaction; resolves once it is on the disk. */
  const transact = (names, body) =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(names, "readwrite", { durability: "strict" });
      let result;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = transaction.onerror = () =>
        reject(transaction.error ?? new Error("the browser gave no reason"));
      body(transaction, (value) => (result = value));
    });
  const read = (name, query) =>
    transact([name], (transaction, done) => {
      const request = query(transaction.objectStore(name));
      request.onsuccess = () => done(request.result);
    });

  return {
    lasts: true,
    slot,
    user: (journal) => read("users", (users) => users.get(journal)),
    putUser: (user) => transact(["users"], (transaction) => void transaction.objectStore("users").put(user)),
    removeUser: (journal) =>
      transact(["users"], (transaction) => void transaction.objectStore("users").delete(journal)),
    /** The user of the last session, of whatever server answered then; null if that one has logged out. */
    lastUser: async () =>
      (await read("users", (users) => users.getAll()))
        .filter((user) => user.at > 0)
        .sort((a, b) => b.at - a.at)[0] ?? null,

    /** Removes the user, and all that it has written: another user of this browser must not send it. */
    forget: (journal) =>
      transact(["users", "outbox", "drafts"], (transaction) => {
        const users = transaction.objectStore("users");
        users.delete(journal);
        // The page does not begin as a user of another server either.
        const others = users.getAll();
        others.onsuccess = () => others.result.forEach((user) => users.put({ ...user, at: 0 }));
        for (const name of ["outbox", "drafts"]) {
          const request = transaction.objectStore(name).openCursor();
          request.onsuccess = () => {
            const cursor = request.result;
            if (cursor?.value.journal === journal) cursor.delete();
            cursor?.continue();
          };
        }
      }),

    /** Stores a message, in place of `old` if that has another number now. */
    putMessage: (journal, message, old = null) =>
      transact(["outbox"], (transaction) => {
        const outbox = transaction.objectStore("outbox");
        if (old) outbox.delete([old.device, old.n]);
        outbox.put({ ...message, journal, slot });
      }),
    removeMessage: (message) =>
      transact(["outbox"], (transaction) => void transaction.objectStore("outbox").delete([message.device, message.n])),

    /** The messages of this slot, and those of slots whose tabs are closed. */
    async left(journal) {
      const all = (await read("outbox", (outbox) => outbox.getAll())).filter((message) => message.journal === journal);
      const closed = new Set();
      for (const other of new Set(all.map((message) => message.slot))) {
        if (other === slot || !navigator.locks || (await isFree(other))) closed.add(other);
      }
      const left = await transact(["outbox"], (transaction, done) => {
        const outbox = transaction.objectStore("outbox");
        const taken = [];
        done(taken);
        for (const message of all.filter((one) => closed.has(one.slot))) {
          // It may be answered and removed by now, or taken by another tab.
          const request = outbox.get([message.device, message.n]);
          request.onsuccess = () => {
            if (request.result?.slot !== message.slot) return;
            outbox.put({ ...message, slot });
            taken.push(message);
          };
        }
      });
      return left.sort((a, b) => a.at - b.at || a.n - b.n);
    },

    async drafts(journal) {
      const all = await read("drafts", (drafts) => drafts.getAll());
      return all.filter((draft) => draft.journal === journal && draft.slot === slot);
    },
    putDraft: (journal, room, text) =>
      transact(["drafts"], (transaction) => {
        const drafts = transaction.objectStore("drafts");
        if (text === "") drafts.delete([journal, slot, room]);
        else drafts.put({ journal, slot, room, text });
      }),

    choices: () => read("choices", (choices) => choices.get("choices")),
    putChoices: (choices) =>
      transact(
        ["choices"],
        (transaction) => void transaction.objectStore("choices").put({ ...choices, id: "choices" }),
      ),
  };
}

const isFree = async (name) => !(await navigator.locks.query()).held.some((lock) => lock.name === name);

/** A store that forgets with the page. */
function passing(slot) {
  const users = new Map();
  const nothing = async () => {};
  return {
    lasts: false,
    slot,
    user: async (journal) => users.get(journal),
    putUser: async (user) => void users.set(user.journal, user),
    removeUser: async (journal) => void users.delete(journal),
    lastUser: async () => null,
    forget: async (journal) => void users.delete(journal),
    putMessage: async () => {
      throw new Error("no storage");
    },
    removeMessage: nothing,
    left: async () => [],
    drafts: async () => [],
    putDraft: nothing,
    choices: async () => undefined,
    putChoices: nothing,
  };
}
