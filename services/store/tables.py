"""The statements that make the tables of operator.db, migration by migration; never edited once released."""

from __future__ import annotations

FIRST = (
    # A draft is one number, one row, one card; what it shows lies in its current revision.
    """
    CREATE TABLE drafts (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        tag TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL,
        revision INTEGER NOT NULL,
        job INTEGER REFERENCES jobs(id),
        sample INTEGER NOT NULL,
        created TEXT NOT NULL,
        changed TEXT NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        decided_by TEXT NOT NULL DEFAULT '',
        decided_at TEXT,
        decided_sequence INTEGER,
        post_now INTEGER NOT NULL DEFAULT 0,
        post_at TEXT,
        permalink TEXT NOT NULL DEFAULT '',
        posted_at TEXT,
        posted_by_hand INTEGER NOT NULL DEFAULT 0,
        last_word TEXT NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX drafts_state ON drafts(state)",
    """
    CREATE TABLE revisions (
        draft INTEGER NOT NULL REFERENCES drafts(number),
        revision INTEGER NOT NULL,
        title TEXT NOT NULL,
        caption TEXT NOT NULL,
        strategy TEXT NOT NULL,
        description TEXT NOT NULL,
        labels TEXT NOT NULL,
        resources TEXT NOT NULL,
        movie TEXT NOT NULL,
        planner TEXT NOT NULL,
        seed INTEGER,
        contents TEXT NOT NULL DEFAULT '{}',
        notes TEXT NOT NULL DEFAULT '[]',
        rendered TEXT,
        PRIMARY KEY (draft, revision)
    )
    """,
    # Every decision, edit and change of state, in the only order that counts.
    """
    CREATE TABLE journal (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        draft INTEGER REFERENCES drafts(number),
        revision INTEGER,
        kind TEXT NOT NULL,
        voter TEXT NOT NULL,
        text TEXT NOT NULL DEFAULT '',
        fingerprint TEXT NOT NULL DEFAULT '',
        data TEXT NOT NULL DEFAULT '{}',
        at TEXT NOT NULL
    )
    """,
    "CREATE INDEX journal_draft ON journal(draft, sequence)",
    """
    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        params TEXT NOT NULL,
        state TEXT NOT NULL,
        stage TEXT NOT NULL DEFAULT '',
        done REAL NOT NULL DEFAULT 0,
        total REAL NOT NULL DEFAULT 0,
        message TEXT NOT NULL DEFAULT '',
        result TEXT NOT NULL DEFAULT '{}',
        error TEXT NOT NULL DEFAULT '',
        by TEXT NOT NULL DEFAULT '',
        created TEXT NOT NULL,
        started TEXT,
        finished TEXT
    )
    """,
    "CREATE INDEX jobs_state ON jobs(state)",
    # The two guards: a row is committed before the call that must not happen twice.
    """
    CREATE TABLE renders (
        draft INTEGER NOT NULL REFERENCES drafts(number),
        revision INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        key TEXT NOT NULL UNIQUE,
        handle TEXT,
        state TEXT NOT NULL,
        progress REAL NOT NULL DEFAULT 0,
        message TEXT NOT NULL DEFAULT '',
        intent_at TEXT NOT NULL,
        finished_at TEXT,
        PRIMARY KEY (draft, revision, attempt)
    )
    """,
    """
    CREATE TABLE publications (
        draft INTEGER NOT NULL REFERENCES drafts(number),
        revision INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        fingerprint TEXT NOT NULL,
        publisher TEXT NOT NULL,
        container TEXT NOT NULL,
        state TEXT NOT NULL,
        acts INTEGER NOT NULL DEFAULT 0,
        message TEXT NOT NULL DEFAULT '',
        prepared_at TEXT NOT NULL,
        intent_at TEXT,
        finished_at TEXT,
        media_id TEXT NOT NULL DEFAULT '',
        permalink TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (draft, revision, attempt)
    )
    """,
    # What the sheet last showed of a draft; the write number makes stale copies recognisable.
    """
    CREATE TABLE rows (
        draft INTEGER PRIMARY KEY REFERENCES drafts(number),
        write_number INTEGER NOT NULL,
        shown TEXT NOT NULL
    )
    """,
    # The catalogue of the bucket: a row for each file, its facts read once for each generation.
    """
    CREATE TABLE media (
        key TEXT PRIMARY KEY,
        id TEXT NOT NULL,
        folder TEXT NOT NULL,
        path TEXT NOT NULL,
        size INTEGER NOT NULL,
        generation TEXT NOT NULL,
        created TEXT NOT NULL,
        updated TEXT NOT NULL,
        content_type TEXT NOT NULL,
        storage_class TEXT NOT NULL,
        category TEXT NOT NULL,
        facts TEXT,
        problem TEXT
    ) WITHOUT ROWID
    """,
    "CREATE INDEX media_id ON media(id)",
    "CREATE INDEX media_folder ON media(folder, category, key)",
    "CREATE INDEX media_category ON media(category, updated)",
    "CREATE INDEX media_updated ON media(updated)",
    # How the account stood when it was read: trends come from here.
    """
    CREATE TABLE snapshots (
        at TEXT PRIMARY KEY,
        source TEXT NOT NULL,
        data TEXT NOT NULL
    )
    """,
    # Cron slots that were served, so that a slot is never served twice.
    """
    CREATE TABLE slots (
        operation TEXT NOT NULL,
        slot TEXT NOT NULL,
        result TEXT NOT NULL DEFAULT '',
        at TEXT NOT NULL,
        PRIMARY KEY (operation, slot)
    )
    """,
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
)

INBOX = (
    # What was written under each write number of a row: an edit is the difference from it. seen_status and
    # seen_caption are what a person's save last said under this number, once it was dealt with.
    """
    CREATE TABLE bases (
        draft INTEGER NOT NULL REFERENCES drafts(number),
        write_number INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        fingerprint TEXT NOT NULL,
        status TEXT NOT NULL,
        caption TEXT NOT NULL,
        cells TEXT NOT NULL,
        digest TEXT NOT NULL,
        seen_status TEXT,
        seen_caption TEXT,
        PRIMARY KEY (draft, write_number)
    ) WITHOUT ROWID
    """,
    # The highest number known to have reached the sheet; a word that waits for a publish to be cleared up.
    "ALTER TABLE rows ADD COLUMN written INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE rows ADD COLUMN waiting TEXT NOT NULL DEFAULT ''",
    "UPDATE rows SET written = write_number",
)

PLANNING = (
    # One row for each call, written at once; cost in US dollars, NULL where no price is known.
    """
    CREATE TABLE usage (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run TEXT NOT NULL,
        purpose TEXT NOT NULL,
        model TEXT NOT NULL,
        input INTEGER NOT NULL,
        cached INTEGER NOT NULL,
        output INTEGER NOT NULL,
        reasoning INTEGER NOT NULL,
        cost REAL,
        estimated INTEGER NOT NULL DEFAULT 0,
        at TEXT NOT NULL
    )
    """,
    "CREATE INDEX usage_at ON usage(at)",
    """
    CREATE TABLE conversations (
        run TEXT PRIMARY KEY,
        id TEXT NOT NULL,
        configuration TEXT NOT NULL,
        model TEXT NOT NULL,
        at TEXT NOT NULL
    )
    """,
    "CREATE TABLE uploads (digest TEXT PRIMARY KEY, id TEXT NOT NULL, expires TEXT NOT NULL)",
)

# No column here is called as one of the catalogue's, which these tables are joined to.
FOOTAGE = (
    # Which content each file had when it was looked at; another generation has to be looked at anew.
    """
    CREATE TABLE looked (
        file TEXT PRIMARY KEY,
        as_of TEXT NOT NULL,
        content TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX looked_content ON looked(content)",
    # What each content shows (JSON), what it is found by, and the family of contents that look alike.
    """
    CREATE TABLE footage (
        content TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        version INTEGER NOT NULL,
        look TEXT NOT NULL,
        trouble TEXT,
        words TEXT NOT NULL,
        tempo REAL,
        seconds REAL,
        marks BLOB NOT NULL,
        family TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX footage_family ON footage(family)",
    # What a vision model said of a content. It cost money: kept also when the file is gone.
    """
    CREATE TABLE descriptions (
        content TEXT PRIMARY KEY,
        sentence TEXT NOT NULL,
        tags TEXT NOT NULL,
        model TEXT NOT NULL,
        described TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX descriptions_described ON descriptions(described)",
    # Which files are of one piece, by their names and the brand's mappings.
    """
    CREATE TABLE kin (
        member TEXT PRIMARY KEY,
        piece TEXT NOT NULL,
        role TEXT NOT NULL,
        object TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX kin_piece ON kin(piece)",
)

VARIETY = (
    # How far a revision was from the nearest other draft when it was planned; NULL: nobody measured.
    "ALTER TABLE revisions ADD COLUMN distance REAL",
    "ALTER TABLE revisions ADD COLUMN neighbour TEXT NOT NULL DEFAULT ''",
    # How a posted draft did, read once at each age ("24h", "7d"); data is JSON, late ones were read later.
    """
    CREATE TABLE results (
        draft INTEGER NOT NULL REFERENCES drafts(number),
        age TEXT NOT NULL,
        media_id TEXT NOT NULL,
        data TEXT NOT NULL,
        late INTEGER NOT NULL DEFAULT 0,
        at TEXT NOT NULL,
        PRIMARY KEY (draft, age)
    ) WITHOUT ROWID
    """,
)

PAID_RENDERS = (
    # Whose handle it is: the settings may select another renderer while one is under way. "": not told.
    "ALTER TABLE renders ADD COLUMN renderer TEXT NOT NULL DEFAULT ''",
    # What paid renders cost, in the service's credits: estimated before, settled when it is known.
    """
    CREATE TABLE credits (
        key TEXT PRIMARY KEY,
        handle TEXT,
        credits INTEGER NOT NULL,
        settled INTEGER NOT NULL DEFAULT 0,
        at TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX credits_at ON credits(at)",
)
