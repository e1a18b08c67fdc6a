//! The statements of each version of the schema.

/// The steps from an empty file to the current schema. Step `k` upgrades version `k` to version `k + 1`. A released
/// step never changes; a change of the schema is a new step.
///
/// A message's `place` is its room's number and its `seq` in one integer ([`super::super::rows::place`]): the table is
/// its own index, in the order in which it is read. A message contains the name that its author had. A room's `key` is
/// the form of its name that is compared; that of a direct message is `@3@7`, by the numbers of its two users, and its
/// `name` is empty.
pub(super) const STEPS: &[&str] = &[
    "
    CREATE TABLE number (
        last_user INTEGER NOT NULL
    ) STRICT;
    INSERT INTO number VALUES (0);
    CREATE TABLE user (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        key TEXT NOT NULL UNIQUE,
        token BLOB NOT NULL UNIQUE,
        seen_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE device (
        user INTEGER NOT NULL,
        name TEXT NOT NULL,
        last_n INTEGER NOT NULL,
        PRIMARY KEY (user, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE room (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        topic TEXT NOT NULL DEFAULT ''
    ) STRICT;
    INSERT INTO room VALUES (1, '#lobby', '#lobby', '');
    CREATE TABLE member (
        user INTEGER NOT NULL,
        room INTEGER NOT NULL,
        is_in INTEGER NOT NULL,
        read_seq INTEGER NOT NULL,
        PRIMARY KEY (user, room)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE message (
        place INTEGER PRIMARY KEY,
        from_id INTEGER NOT NULL,
        from_name TEXT NOT NULL,
        at INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        device TEXT NOT NULL,
        n INTEGER,
        text TEXT NOT NULL
    ) STRICT;
",
    "
    -- Each row has a checksum, see `checksum.rs`.
    ALTER TABLE message ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
    UPDATE message SET sum = checksum(place, from_id, from_name, at, kind, device, n, text);
    ALTER TABLE user ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
    UPDATE user SET sum = checksum(id, name, key, token, seen_at);
    ALTER TABLE room ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
    UPDATE room SET sum = checksum(id, key, name, topic);
    ALTER TABLE member ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
    UPDATE member SET sum = checksum(user, room, is_in, read_seq);
    -- Which numbers the devices have given to messages, see `numbers.rs`; n is less by 2^63.
    CREATE TABLE sent (
        from_id INTEGER NOT NULL,
        device TEXT NOT NULL,
        n INTEGER NOT NULL,
        place INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (from_id, device, n)
    ) STRICT, WITHOUT ROWID;
    WITH numbered AS (
        SELECT from_id, device, place, CASE
            WHEN n < 0 THEN n + 9223372036854775807 + 1
            ELSE n - 9223372036854775807 - 1
        END AS n FROM message WHERE n IS NOT NULL
    ), compared AS (
        SELECT *, lag(n) OVER device + 1 = n AND lag(place) OVER device + 1 = place AS goes_on
        FROM numbered WINDOW device AS (PARTITION BY from_id, device ORDER BY n)
    ), counted AS (
        SELECT *, sum(goes_on IS NOT 1) OVER (PARTITION BY from_id, device ORDER BY n) AS run
        FROM compared
    )
    INSERT OR IGNORE INTO sent
    SELECT from_id, device, min(n), min(place), count(*) FROM counted
    GROUP BY from_id, device, run;
    DROP TABLE device;
    -- Which journal this is: `id` is made with it, `epoch` is another one after each restore.
    CREATE TABLE identity (
        id TEXT NOT NULL,
        epoch TEXT NOT NULL
    ) STRICT;
    INSERT INTO identity VALUES (lower(hex(randomblob(8))), lower(hex(randomblob(8))));
",
    "
    -- Unused rooms are removed, and their numbers are never used again.
    ALTER TABLE number ADD COLUMN last_room INTEGER NOT NULL DEFAULT 1;
    UPDATE number SET last_room = (SELECT coalesce(max(id), 1) FROM room);
",
    "
    -- A user has its number from its record on, not from its first message.
    UPDATE number SET last_user = max(last_user, (SELECT coalesce(max(id), 0) FROM user));
    ALTER TABLE number ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
    UPDATE number SET sum = checksum(last_user, last_room);
    ALTER TABLE sent ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
    UPDATE sent SET sum = checksum(from_id, device, n, place, count);
    -- Pages of the file that belonged to a damaged table, see `rebuild.rs`.
    CREATE TABLE abandoned (
        page INTEGER PRIMARY KEY
    ) STRICT;
",
    "
    -- A user has any number of credentials, each a row of its own; `kind` says how to read the `value`, and
    -- `label` is what its owner calls it. See `credentials.rs`.
    CREATE TABLE credential (
        value BLOB PRIMARY KEY,
        user INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        label TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        sum INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT OR IGNORE INTO credential (value, user, kind, label, created_at, sum)
    SELECT token, id, 1, '', 0, checksum(token, id, 1, '', 0) FROM user
    WHERE typeof(token) = 'blob' AND length(token) = 32 ORDER BY id;
    CREATE TABLE account (
        id INTEGER PRIMARY KEY,
        kind INTEGER NOT NULL,
        name TEXT NOT NULL,
        key TEXT NOT NULL UNIQUE,
        seen_at INTEGER NOT NULL,
        sum INTEGER NOT NULL
    ) STRICT;
    INSERT OR IGNORE INTO account (id, kind, name, key, seen_at, sum)
    SELECT id, 1, name, key, seen_at, checksum(id, 1, name, key, seen_at) FROM user
    WHERE sum = checksum(id, name, key, token, seen_at);
    -- A record that was damaged stays damaged: it must not get a checksum that is right.
    INSERT INTO account (id, kind, name, key, seen_at, sum)
    SELECT id, 1, '', '!' || id, 0, -1 FROM user WHERE id NOT IN (SELECT id FROM account);
    DROP TABLE user;
    ALTER TABLE account RENAME TO user;
",
    "
    -- The table of message numbers has lists of them, and may lag: see `numbers.rs`. The start fills it from the
    -- messages.
    DROP TABLE IF EXISTS sent;
    CREATE TABLE sent (
        from_id INTEGER NOT NULL,
        device TEXT NOT NULL,
        n INTEGER NOT NULL,
        runs BLOB NOT NULL,
        sum INTEGER NOT NULL,
        PRIMARY KEY (from_id, device, n)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE indexed (
        room INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL,
        sum INTEGER NOT NULL
    ) STRICT;
",
    "
    -- Events about messages, replies, threads and mentions, see `rows.rs`. What is NULL is not in the checksum.
    ALTER TABLE message ADD COLUMN target INTEGER;
    ALTER TABLE message ADD COLUMN thread INTEGER;
    ALTER TABLE message ADD COLUMN flags INTEGER;
    ALTER TABLE message ADD COLUMN mentions TEXT;
    -- Which events count in the state of a message, see `events.rs`; and who is mentioned where, see `mentions.rs`.
    CREATE TABLE about (
        target INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        emoji TEXT NOT NULL,
        user INTEGER NOT NULL,
        place INTEGER NOT NULL,
        PRIMARY KEY (target, kind, emoji, user, place)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX pinned ON about (target) WHERE kind = 5;
    CREATE TABLE mention (
        user INTEGER NOT NULL,
        place INTEGER NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (user, place)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX mention_at ON mention (user, at, place);
    -- Up to which message of a room no mention was looked for yet, see `backlog.rs`. The start bounds it by the last one.
    CREATE TABLE mention_backlog (
        room INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL
    ) STRICT;
    INSERT INTO mention_backlog SELECT id, (1 << 40) - 1 FROM room;
",
    "
    -- Roles. `role` of a user: 0 member, 1 moderator, 2 owner; `invite` is the number of the invite by which it came.
    -- A record that was damaged stays damaged: only one with a right checksum gets another one.
    ALTER TABLE user ADD COLUMN role INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE user ADD COLUMN invite INTEGER;
    ALTER TABLE user ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
    UPDATE user
    SET created_at = seen_at, sum = checksum(id, kind, name, key, seen_at, 0, NULL, seen_at)
    WHERE sum = checksum(id, kind, name, key, seen_at);
    UPDATE user
    SET created_at = first.at, sum = checksum(id, kind, name, key, seen_at, 0, NULL, first.at)
    FROM (SELECT user, min(created_at) AS at FROM credential
          WHERE sum = checksum(value, user, kind, label, created_at) GROUP BY user) AS first
    WHERE first.user = user.id AND first.at < user.created_at
    AND user.sum = checksum(id, kind, name, key, seen_at, 0, NULL, user.created_at);
    -- `id` names a credential, also once others are gone; `seen_at` is when a session began with it. `kind`: 1 token,
    -- 2 password, 3 SSH key.
    ALTER TABLE credential ADD COLUMN id INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE credential ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
    UPDATE credential
    SET id = numbered.id, seen_at = numbered.seen_at,
        sum = checksum(numbered.value, user, kind, label, created_at, numbered.id, numbered.seen_at)
    FROM (SELECT value, row_number() OVER (ORDER BY user, value) AS id,
                 coalesce((SELECT seen_at FROM user WHERE user.id = credential.user AND sum = checksum(
                     id, kind, name, key, seen_at, role, invite, created_at)), created_at) AS seen_at
          FROM credential WHERE sum = checksum(value, user, kind, label, created_at)) AS numbered
    WHERE numbered.value = credential.value;
    -- The rules of a room. `privacy`: 0 public, 1 private, 2 announce; `slow_s`: seconds between two messages of one
    -- member; `topic_by`: 0 all, 1 moderators.
    ALTER TABLE room ADD COLUMN privacy INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE room ADD COLUMN slow_s INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE room ADD COLUMN topic_by INTEGER NOT NULL DEFAULT 0;
    UPDATE room SET sum = checksum(id, key, name, topic, 0, 0, 0) WHERE sum = checksum(id, key, name, topic);
    -- `role` in a room: 0 member, 1 voice, 2 moderator, 3 owner; `asked_by`: who has asked the user in, until it joins.
    ALTER TABLE member ADD COLUMN role INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE member ADD COLUMN asked_by INTEGER;
    UPDATE member SET sum = checksum(user, room, is_in, read_seq, 0, NULL)
    WHERE sum = checksum(user, room, is_in, read_seq);
    -- The greatest number that a credential, an invite or a sanction ever had.
    ALTER TABLE number ADD COLUMN last_record INTEGER NOT NULL DEFAULT 0;
    UPDATE number SET last_record = (SELECT coalesce(max(id), 0) FROM credential),
        sum = checksum(last_user, last_room, (SELECT coalesce(max(id), 0) FROM credential))
    WHERE sum = checksum(last_user, last_room);
    -- Invites to the server, at most 10,000. `hash` is the SHA-256 of the secret; `role` as that of a user; `room` is one
    -- into which it invites, too. It ends once it is used `uses` times, or at the time `until`.
    CREATE TABLE invite (
        id INTEGER PRIMARY KEY,
        hash BLOB NOT NULL,
        by_id INTEGER NOT NULL,
        role INTEGER NOT NULL,
        room INTEGER,
        uses INTEGER NOT NULL,
        used INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        until INTEGER NOT NULL,
        note TEXT NOT NULL,
        sum INTEGER NOT NULL
    ) STRICT;
    -- Sanctions, at most 10,000. `kind`: 1 mute, 2 ban; of a `user`, of a `network`, or of all who came by an `invite`;
    -- in a `room`, or on the server if that is NULL. It ends at the time `until`, or never if that is NULL.
    CREATE TABLE sanction (
        id INTEGER PRIMARY KEY,
        kind INTEGER NOT NULL,
        room INTEGER,
        user INTEGER,
        network TEXT,
        invite INTEGER,
        by_id INTEGER NOT NULL,
        reason TEXT NOT NULL,
        at INTEGER NOT NULL,
        until INTEGER,
        sum INTEGER NOT NULL
    ) STRICT;
    -- The audit log, see `audit.rs`. `by_id` is 0 for the operator.
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        by_id INTEGER NOT NULL,
        what TEXT NOT NULL,
        user INTEGER,
        room INTEGER,
        about TEXT NOT NULL,
        reason TEXT NOT NULL,
        sum INTEGER NOT NULL
    ) STRICT;
",
    "
    -- Hooks, at most 1,000. `hash` is the SHA-256 of the secret; `bot` is the user that says in `room` what is posted. A
    -- user with `kind` 2 is a bot, which has no credential.
    CREATE TABLE hook (
        id INTEGER PRIMARY KEY,
        hash BLOB NOT NULL,
        bot INTEGER NOT NULL,
        room INTEGER NOT NULL,
        by_id INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        sum INTEGER NOT NULL
    ) STRICT;
",
];
