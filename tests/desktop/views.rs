//! Every view and state of the real window, with something in it, as pictures in both themes: `target/screens`.
//!
//! They are for people to look at; what a test can hold them to is that each shows what it is about and that no part
//! of the window has failed.

mod deliveries;
mod endpoints;
mod inboxes;
mod narrow;
mod replays;

use crate::driver::Session;

/// Pictures of what is shown now, which has `words` in it.
#[track_caller]
fn shoot(window: &Session, name: &str, words: &str) {
    window.shows(words);
    assert!(!window.page_text().contains("could not be shown"), "{name}: a part of the window failed");
    window.pictures(name);
}
