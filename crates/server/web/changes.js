// The changes of messages after they were sent: edits, deletions, reactions, pins and replies. The state of a
// message is the one that it came with, then each later change once, in the order of the room, then those of the
// user that have no answer. So it does not matter in which order they come, or how often.
// The rules are those of `crates/client/src/log/changes.rs`.

/** Most changes that are held: more than arrive while a page is on its way. */
const CHANGES_MAX = 1000;

/** Users that are listed with a reaction. */
const REACTORS_MAX = 3;

export const newChanges = () => ({ bySeq: new Map(), pending: [], count: 0 });

/** The change that an event, or a `say` of the user, makes to another message, or null. */
export function changeOf(said, from, isMe, at) {
  const on = said.on ?? true;
  switch (said.kind) {
    case "edit":
      return { target: said.target, at, kind: "edit", text: said.text };
    case "delete":
      return { target: said.target, at, kind: "delete" };
    case "reaction":
      return { target: said.target, at, kind: "react", user: from, isMe, emoji: said.emoji, on };
    case "pin":
      return { target: said.target, at, kind: "pin", on };
    case "topic":
      return null;
    default: {
      const target = said.thread ?? said.reply_to;
      return target === undefined ? null : { target, at, kind: "reply" };
    }
  }
}

/** Adds change `seq` of the room. */
export function add(changes, seq, change) {
  let of = changes.bySeq.get(change.target);
  if (!of) changes.bySeq.set(change.target, (of = new Map()));
  if (of.has(seq)) return;
  of.set(seq, change);
  changes.count += 1;
  if (changes.count > CHANGES_MAX) {
    const [oldest, dropped] = changes.bySeq.entries().next().value;
    changes.bySeq.delete(oldest);
    changes.count -= dropped.size;
  }
}

/** Adds, or removes, a change of the user that has no answer. */
export const push = (changes, id, change) => void changes.pending.push({ id, change });
export function takePending(changes, id) {
  const index = changes.pending.findIndex((one) => one.id === id);
  return index === -1 ? null : changes.pending.splice(index, 1)[0].change;
}

/** The message `base`, as it came, with its changes. */
export function changed(changes, base) {
  const later = [...(changes.bySeq.get(base.seq) ?? [])].filter(([seq]) => seq > base.asOf);
  const own = changes.pending.filter((one) => one.change.target === base.seq);
  if (later.length === 0 && own.length === 0) return base;
  const now = { ...base, reactions: base.reactions.map((one) => ({ ...one, users: [...one.users] })) };
  later.sort(([a], [b]) => a - b);
  for (const [seq, change] of later) apply(now, seq, change);
  for (const { change } of own) apply(now, Number.MAX_SAFE_INTEGER, change);
  now.changing = own.some((one) => one.change.kind !== "reply");
  return now;
}

function apply(now, seq, change) {
  if (change.kind === "reply") {
    now.replies = { count: (now.replies?.count ?? 0) + 1, last_seq: seq, last_at: change.at };
  } else if (now.deleted) {
    // Nothing else changes it any more.
  } else if (change.kind === "edit") {
    now.edited = { at: change.at, count: (now.edited?.count ?? 0) + 1 };
    now.text = change.text;
  } else if (change.kind === "delete") {
    Object.assign(now, { deleted: true, text: "", edited: null, reactions: [], pinned: false });
  } else if (change.kind === "pin") {
    now.pinned = change.on;
  } else if (change.on) react(now.reactions, change);
  else unreact(now.reactions, change);
}

/** A user reacts. A user who already does so is counted once. */
function react(reactions, { emoji, user, isMe }) {
  let reaction = reactions.find((one) => one.emoji === emoji);
  if (!reaction) reactions.push((reaction = { emoji, count: 0, own: false, users: [] }));
  if (reaction.users.some((one) => one.id === user.id) || (isMe && reaction.own)) return;
  reaction.count += 1;
  reaction.own = reaction.own || isMe;
  if (reaction.users.length < REACTORS_MAX) reaction.users.push(user);
}

/** A user takes a reaction back, if there is one. */
function unreact(reactions, { emoji, user, isMe }) {
  const index = reactions.findIndex((one) => one.emoji === emoji);
  if (index === -1) return;
  const reaction = reactions[index];
  const isListed = reaction.users.some((one) => one.id === user.id);
  const areAllListed = reaction.users.length >= reaction.count;
  if ((isMe && !reaction.own) || (!isMe && !isListed && areAllListed)) return;
  reaction.users = reaction.users.filter((one) => one.id !== user.id);
  reaction.own = reaction.own && !isMe;
  reaction.count -= 1;
  if (reaction.count <= 0) reactions.splice(index, 1);
}
