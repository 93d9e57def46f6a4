//! Where a secret is, and where it must not be: asked by other processes than the application.

use crate::stage::Stage;
use base64::Engine as _;
use std::{fs, path::Path};

/// What Waybill's items in the keychain are filed under.
const SERVICE: &str = "dev.waybill.desktop";

/// Every secret value that the keyring holds for Waybill, asked with `secret-tool`.
pub(crate) fn in_keyring(stage: &Stage) -> Vec<String> {
    let output = stage.output("secret-tool", &["search", "--all", "--unlock", "service", SERVICE], "");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    text.lines().filter_map(|line| line.strip_prefix("secret = ")).map(str::to_owned).collect()
}

/// Fails when `secret` stands in any file below `folder`, in any of its [`spellings`].
pub(crate) fn is_nowhere_in(folder: &Path, secret: &str) {
    let needles = spellings(secret);
    let mut looked_at = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the data folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path) {
                looked_at += 1;
                let found = needles.iter().find(|(_, needle)| contains(&bytes, needle));
                assert!(found.is_none(), "a secret stands in {} as {}", path.display(), found.unwrap().0);
            }
        }
    }
    assert!(looked_at > 0, "{} holds files", folder.display());
}

/// How a secret may be written down, by the name of the way. Its part after a scheme's prefix stands for the whole,
/// as it would when it was taken apart.
fn spellings(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bare = secret.rsplit('_').next().unwrap_or(secret);
    assert!(bare.len() >= 16, "a secret that can be looked for: {} characters", bare.len());
    let hex: String = bare.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut all = vec![
        ("itself", bare.as_bytes().to_vec()),
        ("its reverse", bare.bytes().rev().collect()),
        ("hex", hex.clone().into_bytes()),
        ("upper case hex", hex.to_uppercase().into_bytes()),
        ("UTF-16, low byte first", bare.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("UTF-16, high byte first", bare.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("percent escapes", bare.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect()),
        ("JSON escapes", bare.bytes().flat_map(|byte| format!("\\u{byte:04x}").into_bytes()).collect()),
    ];
    // Within a longer text its base64 depends on where it begins: the part that is the same for each of the three.
    for (before, name) in [(0, "base64"), (1, "base64 behind a byte"), (2, "base64 behind two bytes")] {
        let text = [vec![b' '; before], bare.as_bytes().to_vec()].concat();
        let whole = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&text);
        let inner = whole[(before * 8).div_ceil(6)..text.len() / 3 * 4].to_owned();
        all.push((name, inner.replace('+', "-").replace('/', "_").into_bytes()));
        all.push((name, inner.into_bytes()));
    }
    all
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn a_secret_in_a_file_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let secret = "whsec_0123456789abcdef0123456789abcdef";
    fs::create_dir(folder.path().join("deep")).unwrap();
    let file = folder.path().join("deep/file");
    fs::write(&file, b"nothing").unwrap();
    is_nowhere_in(folder.path(), secret);
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    for written in [
        format!("x{secret}y"),
        secret[6..].to_owned(),
        base64(secret),
        base64(&format!("{{\"token\":\"{secret}\"}}")),
        base64(&format!("0{secret}")),
        secret.bytes().map(|byte| format!("{byte:02X}")).collect(),
        secret.chars().rev().collect(),
        secret.chars().flat_map(|letter| [letter, '\0']).collect(),
    ] {
        fs::write(&file, &written).unwrap();
        let looked = std::panic::catch_unwind(|| is_nowhere_in(folder.path(), secret));
        assert!(looked.is_err(), "{written:?} is not found");
    }
}
