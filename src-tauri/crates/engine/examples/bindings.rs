//! Writes the TypeScript types: `cargo run -p waybill-engine --example bindings -- PATH`.
fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "ui/src/generated/api.ts".to_owned());
    if let Some(folder) = std::path::Path::new(&path).parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, waybill_engine::typescript())
}
