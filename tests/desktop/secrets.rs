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

/// Fails when `secret` stands in any file below `folder`, as it is or in a usual encoding.
pub(crate) fn is_nowhere_in(folder: &Path, secret: &str) {
    // The part after a scheme's prefix is what would be stored if the secret was taken apart.
    let bare = secret.rsplit('_').next().unwrap_or(secret);
    assert!(bare.len() >= 16, "a secret that can be looked for: {} characters", bare.len());
    let base64 = base64::engine::general_purpose::STANDARD_NO_PAD.encode(secret);
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let utf16: Vec<u8> = bare.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let needles: [&[u8]; 4] = [bare.as_bytes(), base64.as_bytes(), hex.as_bytes(), &utf16];
    let mut looked_at = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the data folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path) {
                looked_at += 1;
                let found = needles.iter().any(|needle| contains(&bytes, needle));
                assert!(!found, "a secret stands in {}", path.display());
            }
        }
    }
    assert!(looked_at > 0, "{} holds files", folder.display());
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
    let base64 = base64::engine::general_purpose::STANDARD.encode(secret);
    for written in [format!("x{secret}y"), secret[6..].to_owned(), base64] {
        fs::write(&file, written).unwrap();
        assert!(std::panic::catch_unwind(|| is_nowhere_in(folder.path(), secret)).is_err());
    }
}
