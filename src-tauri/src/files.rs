//! Keeps what the page offers as a file, in the user's folder for downloads.
//!
//! The page has no way into the file system: it gives a proposed name and bytes, and hears where they are. The
//! name loses everything that could lead elsewhere, an existing file is never written over, and nothing is ever
//! started or opened.

use percent_encoding::percent_decode_str;
use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};
use tauri::ipc::{InvokeBody, Request};
use waybill_model::{ErrorCode, Failure};

/// In bytes of UTF-8; file systems stop at 255.
const LONGEST_NAME: usize = 120;
const MOST_TRIES: u32 = 1000;

/// Writes the raw body of the call; the header `name` is the proposed name, percent-encoded. Answers the path.
#[tauri::command(async)]
pub(crate) async fn save_file(request: Request<'_>) -> Result<String, Failure> {
    let InvokeBody::Raw(bytes) = request.body() else {
        return Err(Failure::invalid("A file is given as bytes; nothing was written."));
    };
    let proposed = request.headers().get("name").and_then(|name| name.to_str().ok()).unwrap_or_default();
    let (name, bytes) = (safe_name(&percent_decode_str(proposed).decode_utf8_lossy()), bytes.clone());
    let Some(folder) = dirs::download_dir().or_else(dirs::home_dir) else {
        return Err(Failure::internal("This system names no folder for downloads; nothing was written."));
    };
    let written = tauri::async_runtime::spawn_blocking(move || write_new(&folder, &name, &bytes)).await;
    match written {
        Ok(Ok(path)) => Ok(path.display().to_string()),
        Ok(Err(error)) if error.kind() == io::ErrorKind::StorageFull => {
            Err(Failure::new(ErrorCode::DiskFull, "The disk is full; the file was not written."))
        }
        Ok(Err(error)) => Err(Failure::internal(format!("The file was not written: {error}."))),
        Err(_) => Err(Failure::internal("The file was not written.")),
    }
}

/// A name of one part that every file system takes.
fn safe_name(proposed: &str) -> String {
    let last = proposed.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = |letter: char| !letter.is_control() && !"<>:\"|?*".contains(letter);
    let name: String = last.chars().map(|letter| if kept(letter) { letter } else { '_' }).collect();
    let name = name.trim_matches(|letter: char| letter == '.' || letter.is_whitespace());
    let end = (0..=name.len().min(LONGEST_NAME)).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    if end == 0 { "waybill".to_owned() } else { name[..end].to_owned() }
}

/// Writes a file that was not there: `name`, else `name (1)`, `name (2)` …
fn write_new(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    for number in 0..MOST_TRIES {
        let path =
            folder.join(if number == 0 { name.to_owned() } else { format!("{stem} ({number}){ending}") });
        let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        };
        if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
            // Half a file under the right name would be taken for the whole.
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        return Ok(path);
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        #[track_caller]
        fn check(proposed: &str, expected: &str) {
            assert_eq!(safe_name(proposed), expected, "{proposed:?}");
        }
        check("deliveries.har", "deliveries.har");
        check("größe 1.json", "größe 1.json");
        check("/etc/passwd", "passwd");
        check("../../.bashrc", "bashrc");
        check("a\\..\\b.txt", "b.txt");
        check("C:\\x\\con?.txt", "con_.txt");
        check("a\u{0}b\nc", "a_b_c");
        check("..", "waybill");
        check("", "waybill");
        check("   ", "waybill");
        check(&"ü".repeat(200), &"ü".repeat(60));
    }

    #[test]
    fn an_existing_file_stays() {
        let folder = std::env::temp_dir().join(format!("waybill-files-{}", std::process::id()));
        let names: Vec<String> = [b"one", b"two"]
            .map(|bytes| write_new(&folder, "a.har", bytes).unwrap())
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["a.har", "a (1).har"]);
        assert_eq!(fs::read(folder.join("a.har")).unwrap(), b"one");
        assert_eq!(fs::read(folder.join("a (1).har")).unwrap(), b"two");
        fs::remove_dir_all(&folder).unwrap();
    }
}
