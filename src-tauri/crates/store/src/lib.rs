//! SQLite: one writer with group commit, readers, migrations, search.
