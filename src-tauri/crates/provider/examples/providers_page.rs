//! Writes the page about the shipped providers to the file that is named.

fn main() -> std::io::Result<()> {
    let file = std::env::args().nth(1).unwrap_or_else(|| "docs/providers.md".to_owned());
    std::fs::write(file, waybill_provider::Catalogue::shipped().page())
}
