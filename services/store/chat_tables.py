"""What the chats show and what stands below it: messages, reactions, notices, people's names."""

from __future__ import annotations

CHATS = (
    # A row for each thing a chat shows ("draft:7", "job:12", "notice:posted:7:1"), committed before it is
    # sent. message is "" until the chat has answered; fingerprint is of the draft as the card shows it;
    # pictures tells which files are attached. since is when a post was first begun that is not known to have
    # arrived.
    """
    CREATE TABLE messages (
        chat TEXT NOT NULL,
        key TEXT NOT NULL,
        draft INTEGER REFERENCES drafts(number),
        channel TEXT NOT NULL DEFAULT '',
        message TEXT NOT NULL DEFAULT '',
        shown TEXT NOT NULL DEFAULT '',
        pictures TEXT NOT NULL DEFAULT '',
        fingerprint TEXT NOT NULL DEFAULT '',
        revision INTEGER NOT NULL DEFAULT 0,
        since TEXT,
        PRIMARY KEY (chat, key)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX messages_message ON messages(chat, message)",
    "CREATE INDEX messages_draft ON messages(draft)",
    # The reactions the journal knows. state: standing; removing (the operator takes it away, which is no
    # withdrawal); left (it decides nothing, but could not be taken away); missing (a denial that was not
    # there any more when it was read back); gone.
    """
    CREATE TABLE reactions (
        chat TEXT NOT NULL,
        message TEXT NOT NULL,
        voter TEXT NOT NULL,
        emoji TEXT NOT NULL,
        choice TEXT NOT NULL,
        state TEXT NOT NULL,
        fingerprint TEXT NOT NULL DEFAULT '',
        sequence INTEGER,
        at TEXT NOT NULL,
        PRIMARY KEY (chat, message, voter, emoji)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX reactions_removing ON reactions(chat, state)",
    # What the operator has to say by itself. One cause is one row, which counts up; over: when it ended.
    """
    CREATE TABLE notices (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL UNIQUE,
        level TEXT NOT NULL,
        draft INTEGER,
        title TEXT NOT NULL,
        text TEXT NOT NULL DEFAULT '',
        remedy TEXT NOT NULL DEFAULT '',
        times INTEGER NOT NULL DEFAULT 1,
        first TEXT NOT NULL,
        last TEXT NOT NULL,
        over TEXT
    )
    """,
    "CREATE INDEX notices_last ON notices(last)",
    "CREATE TABLE people (voter TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID",
)
