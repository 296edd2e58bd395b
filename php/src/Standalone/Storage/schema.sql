-- The standalone host's store. Times are UTC, ISO 8601. Where there is no rowid, the key's columns come first: SQLite 3.40's
-- integrity_check reports sound rows otherwise.
CREATE TABLE mailboxes (
    id           INTEGER PRIMARY KEY,
    address      TEXT NOT NULL UNIQUE,
    completed_at TEXT,  -- when it was last read to the end
    failed_at    TEXT,
    failure      TEXT,  -- why the newest run did not read it to the end
    retry_at     TEXT   -- the server asked to be left alone with it until
);
CREATE TABLE folders (
    id         INTEGER PRIMARY KEY,
    mailbox_id INTEGER NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    folder_id  TEXT NOT NULL,  -- EWS FolderId
    name       TEXT NOT NULL,
    path       TEXT NOT NULL,
    type       TEXT NOT NULL,  -- inbox, sent, trash, drafts, spam, other, root
    checkpoint TEXT,           -- opaque; everything before it is stored
    UNIQUE (mailbox_id, folder_id)
);
CREATE TABLE emails (
    id              INTEGER PRIMARY KEY,
    identity        TEXT NOT NULL UNIQUE,  -- Message-ID, sent_at, sender and subject: what tells it from other e-mails
    message_id      TEXT NOT NULL,         -- RFC 5322 Message-ID, with angle brackets; several e-mails may share one
    direction       TEXT NOT NULL,         -- incoming, outgoing
    subject         TEXT NOT NULL,
    from_name       TEXT,
    from_email      TEXT NOT NULL,
    sent_at         TEXT NOT NULL,
    received_at     TEXT NOT NULL,
    importance      TEXT NOT NULL,         -- low, normal, high
    item_class      TEXT NOT NULL,
    size            INTEGER NOT NULL,      -- bytes
    in_reply_to     TEXT,
    refs            TEXT NOT NULL,         -- JSON list of the References header's Message-IDs
    thread_id       TEXT,
    accept_language TEXT
);
CREATE TABLE recipients (
    email_id INTEGER NOT NULL REFERENCES emails ON DELETE CASCADE,
    role     TEXT NOT NULL,                -- to, cc, bcc
    email    TEXT NOT NULL,
    position INTEGER NOT NULL,
    name     TEXT,
    PRIMARY KEY (email_id, role, email)
) WITHOUT ROWID;
CREATE TABLE copies (
    id         INTEGER PRIMARY KEY,
    mailbox_id INTEGER NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    email_id   INTEGER NOT NULL REFERENCES emails ON DELETE CASCADE,
    folder_id  INTEGER REFERENCES folders ON DELETE SET NULL,
    item_id    TEXT NOT NULL,              -- EWS ItemId
    is_read    INTEGER NOT NULL,
    is_gone    INTEGER NOT NULL DEFAULT 0, -- deleted on the server, or its new place was not told yet
    is_seen    INTEGER NOT NULL DEFAULT 1, -- since its folder was read from its beginning the last time
    UNIQUE (mailbox_id, item_id)
);
CREATE INDEX copies_of_email ON copies (email_id, mailbox_id);
CREATE TABLE matches (
    email_id INTEGER NOT NULL REFERENCES emails ON DELETE CASCADE,
    kind     TEXT NOT NULL,                -- contact, user
    owner_id INTEGER NOT NULL,
    email    TEXT NOT NULL,                -- lower case
    role     TEXT NOT NULL,                -- from, to, cc, bcc
    PRIMARY KEY (email_id, kind, owner_id, email)
) WITHOUT ROWID;
CREATE INDEX matches_of_owner ON matches (kind, owner_id);
CREATE INDEX matches_of_address ON matches (email);
CREATE TABLE bodies (
    email_id INTEGER PRIMARY KEY REFERENCES emails ON DELETE CASCADE,
    text     TEXT,
    html     TEXT
);
CREATE TABLE attachments (
    id           INTEGER PRIMARY KEY,
    email_id     INTEGER NOT NULL REFERENCES emails ON DELETE CASCADE,
    file_name    TEXT NOT NULL,
    content_type TEXT NOT NULL,
    content_id   TEXT,
    is_inline    INTEGER NOT NULL,
    size         INTEGER NOT NULL,         -- bytes
    content      BLOB NOT NULL
);
CREATE INDEX attachments_of_email ON attachments (email_id);
CREATE TABLE skipped_items (
    mailbox_id INTEGER NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    item_id    TEXT NOT NULL,
    folder     TEXT,
    reason     TEXT NOT NULL,
    skipped_at TEXT NOT NULL,
    PRIMARY KEY (mailbox_id, item_id)
) WITHOUT ROWID;
