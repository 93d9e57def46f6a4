//! Jobs.
use crate::fault::Outcome;
use crate::folder::Folder;
use rusqlite::Connection;
pub(crate) fn interrupt_dead(_connection: &Connection, _folder: &Folder) -> Outcome<()> {
    Ok(())
}
