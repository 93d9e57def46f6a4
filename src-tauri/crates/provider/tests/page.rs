//! `docs/providers.md` is what the descriptions say now.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(missing_docs)]

use waybill_provider::Catalogue;

#[test]
fn the_page_is_not_stale() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/providers.md");
    let written = std::fs::read_to_string(file).unwrap().replace("\r\n", "\n");
    let page = Catalogue::shipped().page();
    let line = page.lines().zip(written.lines()).position(|(new, old)| new != old);
    assert!(
        page == written,
        "docs/providers.md is stale (line {:?}): run `cargo xtask docs` and commit it",
        line.map(|line| line + 1)
    );
}

#[test]
fn the_page_speaks_of_every_provider_and_operation() {
    let catalogue = Catalogue::shipped();
    let page = catalogue.page();
    for description in catalogue.iter() {
        assert!(page.contains(&format!("\nId `{}`", description.id())), "{}", description.id());
    }
    assert_eq!(page.lines().filter(|line| line.starts_with("| ")).count(), 1 + 17);
}
