//! Bodies that were compressed or decompressed on the way.

use std::io::Read;

/// Bytes that may come out: a hundred times what went in, a mebibyte at least, 16 MiB at most.
fn room(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX).saturating_mul(100).clamp(1 << 20, 1 << 24)
}

/// The body decompressed; `None` for one that is not compressed, is broken or would not end.
pub(super) fn decompressed(body: &[u8]) -> Option<Vec<u8>> {
    let room = room(body.len());
    let read = |reader: &mut dyn Read| {
        let mut out = Vec::new();
        reader.take(room + 1).read_to_end(&mut out).ok()?;
        (u64::try_from(out.len()).ok()? <= room).then_some(out)
    };
    match body {
        [0x1f, 0x8b, ..] => read(&mut flate2::read::MultiGzDecoder::new(body)),
        [0x78, flags, ..] if (0x7800 + u16::from(*flags)) % 31 == 0 => {
            read(&mut flate2::read::ZlibDecoder::new(body))
        }
        _ => None,
    }
}
