//! Memory and the encrypted file, in one process and in two.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

use age::scrypt::Identity;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use waybill_model::{SecretId, VaultKind, VaultState};
use waybill_vault::{Vault, VaultChoice, VaultError};

/// Cheap enough for tests, and still a real file.
const WORK: u8 = 4;

fn id(text: &str) -> SecretId {
    SecretId(text.to_owned())
}

fn bytes(value: impl AsRef<[u8]>) -> SecretSlice<u8> {
    SecretSlice::from(value.as_ref().to_vec())
}

fn file(path: &Path, passphrase: &str) -> Vault {
    let choice =
        VaultChoice::File { path: path.to_owned(), passphrase: passphrase.into(), work_factor: WORK };
    Vault::open_with(choice, Duration::from_secs(30))
}

async fn held(vault: &Vault, name: &str) -> Option<Vec<u8>> {
    vault.get(&id(name)).await.unwrap().map(|value| value.expose_secret().to_vec())
}

/// Values of every awkward kind.
fn values() -> Vec<Vec<u8>> {
    vec![
        b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_vec(),
        Vec::new(),
        b"\n".to_vec(),
        b"line\r\nline\n\n".to_vec(),
        "schl\u{fc}ssel \u{1f511} \u{0}\u{7f}".as_bytes().to_vec(),
        b" leading and trailing ".to_vec(),
        b"\"quoted\\ and {json}\"".to_vec(),
        (0..=255).collect(),
        vec![0xff; 40_000],
    ]
}

async fn keeps_everything(vault: &Vault) {
    for (number, value) in values().into_iter().enumerate() {
        let name = format!("s-{number}");
        assert_eq!(held(vault, &name).await, None);
        vault.put(&id(&name), bytes(&value)).await.unwrap();
        vault.put(&id(&name), bytes(&value)).await.unwrap();
        assert_eq!(held(vault, &name).await, Some(value.clone()), "{name}");

        let refused = vault.put(&id(&name), bytes(b"another")).await.unwrap_err();
        assert_eq!(refused, VaultError::Occupied { id: name.clone() });
        assert_eq!(held(vault, &name).await, Some(value), "never written over");
    }
    assert!(vault.remove(&id("s-0")).await.unwrap());
    assert!(!vault.remove(&id("s-0")).await.unwrap());
    assert_eq!(held(vault, "s-0").await, None);

    vault.put_text(&id("text"), &SecretString::from("zeile\n\u{fc}")).await.unwrap();
    let text = vault.get_text(&id("text")).await.unwrap().unwrap();
    assert_eq!(text.expose_secret(), "zeile\n\u{fc}");
    assert!(matches!(vault.get_text(&id("s-7")).await, Err(VaultError::Failed { .. })), "no text");

    assert_eq!(vault.state().await, VaultState::Working);
    vault.preflight(5_000).await.unwrap();
}

#[tokio::test]
async fn memory_keeps_everything_until_it_goes() {
    let vault = Vault::open(VaultChoice::Memory);
    assert_eq!(vault.kind(), VaultKind::Memory);
    keeps_everything(&vault).await;
    assert_eq!(held(&Vault::open(VaultChoice::Memory), "s-1").await, None);
}

#[tokio::test]
async fn the_file_keeps_everything_across_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new folder/vault.age");
    keeps_everything(&file(&path, "pass \u{fc}\u{1f511}")).await;

    let again = file(&path, "pass \u{fc}\u{1f511}");
    for (number, value) in values().into_iter().enumerate().skip(1) {
        assert_eq!(held(&again, &format!("s-{number}")).await, Some(value));
    }
    let left: Vec<_> =
        fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "the file and its lock: {left:?}");
}

#[tokio::test]
async fn the_file_is_private_and_shows_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.age");
    let vault = file(&path, "passphrase-canary");
    vault.put(&id("s-id-canary"), bytes(b"value-canary-0123456789")).await.unwrap();
    let sealed = fs::read(&path).unwrap();
    assert!(sealed.starts_with(b"age-encryption.org/v1\n-> scrypt "), "the age format");
    let base64 = b"dmFsdWUtY2FuYXJ5";
    for canary in [&b"value-canary"[..], b"s-id-canary", b"passphrase-canary", base64] {
        assert!(!sealed.windows(canary.len()).any(|window| window == canary));
    }
    #[cfg(unix)]
    for name in ["vault.age", "vault.age.lock"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert!(!format!("{vault:?}").contains("canary"));
}

#[tokio::test]
async fn any_age_program_opens_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.age");
    file(&path, "open sesame").put(&id("s-1"), bytes(b"abc")).await.unwrap();
    let identity = Identity::new("open sesame".into());
    let plain = age::decrypt(&identity, &fs::read(&path).unwrap()).unwrap();
    assert_eq!(String::from_utf8(plain).unwrap(), r#"{"version":1,"secrets":{"s-1":"YWJj"}}"#);
}

/// What a file of `contents` inside, sealed under `passphrase`, looks like.
fn sealed(passphrase: &str, contents: &[u8]) -> Vec<u8> {
    let mut recipient = age::scrypt::Recipient::new(passphrase.into());
    recipient.set_work_factor(WORK);
    age::encrypt(&recipient, contents).unwrap()
}

#[tokio::test]
async fn a_file_that_cant_be_opened_is_told_apart_and_left_alone() {
    let good = sealed("right", br#"{"version":1,"secrets":{"s-1":"YWJj"}}"#);
    let cut = good[..good.len() - 1].to_vec();
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let rows: Vec<(&str, Vec<u8>, &str, &str)> = vec![
        ("wrong passphrase", good.clone(), "wrong", "vault_passphrase"),
        ("no passphrase", good.clone(), "", "vault_passphrase"),
        ("cut", cut, "right", "vault_failed"),
        ("one bit", flipped, "right", "vault_failed"),
        ("cut in the head", good[..40].to_vec(), "right", "vault_failed"),
        ("empty", Vec::new(), "right", "vault_failed"),
        ("not age", b"{\"version\":1}".to_vec(), "right", "vault_failed"),
        ("newer", sealed("right", br#"{"version":2,"secrets":{}}"#), "right", "vault_failed"),
        ("not JSON", sealed("right", b"canary"), "right", "vault_failed"),
        ("not base64", sealed("right", br#"{"version":1,"secrets":{"s-1":"%"}}"#), "right", "vault_failed"),
    ];
    for (name, contents, passphrase, code) in rows {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.age");
        fs::write(&path, &contents).unwrap();
        let vault = file(&path, passphrase);
        let read = vault.get(&id("s-1")).await.map(|_| ()).unwrap_err();
        let write = vault.put(&id("s-2"), bytes(b"x")).await.unwrap_err();
        let remove = vault.remove(&id("s-1")).await.unwrap_err();
        for error in [read, write, remove] {
            assert_eq!(error.code().code(), code, "{name}: {error}");
            assert!(!error.to_string().contains("canary"), "{name}: {error}");
        }
        assert_ne!(vault.state().await, VaultState::Working, "{name}");
        assert_eq!(fs::read(&path).unwrap(), contents, "{name}: left as it was");
    }
}

#[tokio::test]
async fn a_missing_file_is_an_empty_vault_and_a_removed_one_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.age");
    let vault = file(&path, "p");
    assert_eq!(held(&vault, "s-1").await, None);
    assert!(!path.exists(), "reading makes nothing");
    vault.put(&id("s-1"), bytes(b"v")).await.unwrap();
    fs::remove_file(&path).unwrap();
    assert_eq!(held(&vault, "s-1").await, None);
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_cant_be_written_is_an_error_with_words() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a file"), b"").unwrap();
    let vault = file(&folder.path().join("a file/vault.age"), "p");
    let error = vault.put(&id("s-1"), bytes(b"v")).await.unwrap_err();
    assert_eq!(error.code().code(), "vault_failed");
    assert!(matches!(vault.state().await, VaultState::Failed { .. }));
}

#[tokio::test]
async fn leftovers_of_a_crash_are_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.age");
    let mut leftover = fs::File::create(folder.path().join("vault.age.new")).unwrap();
    leftover.write_all(b"half").unwrap();
    let vault = file(&path, "p");
    vault.put(&id("s-1"), bytes(b"v")).await.unwrap();
    assert_eq!(held(&file(&path, "p"), "s-1").await, Some(b"v".to_vec()));
}

const EACH: usize = 10;

/// Runs in a process of its own; see the test below.
#[tokio::test]
#[ignore = "runs as a child of two_processes_lose_nothing_of_each_others"]
async fn child_writes() {
    let Some(path) = std::env::var_os("WAYBILL_VAULT_TEST_FILE").map(PathBuf::from) else { return };
    let who = std::env::var("WAYBILL_VAULT_TEST_WHO").unwrap();
    let vault = file(&path, "shared");
    for number in 0..EACH {
        let name = format!("{who}-{number}");
        vault.put(&id(&name), bytes(&name)).await.unwrap();
        if number % 5 == 0 {
            assert!(vault.remove(&id(&name)).await.unwrap());
        }
    }
}

#[tokio::test]
async fn two_processes_lose_nothing_of_each_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.age");
    // All at once; their output is kept so that only one run counts its tests.
    let children = ["a", "b", "c"].map(|who| {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_writes", "--ignored", "--nocapture"])
            .env("WAYBILL_VAULT_TEST_FILE", &path)
            .env("WAYBILL_VAULT_TEST_WHO", who)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    });
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    let vault = file(&path, "shared");
    for who in ["a", "b", "c"] {
        for number in 0..EACH {
            let name = format!("{who}-{number}");
            let expected = (number % 5 != 0).then(|| name.clone().into_bytes());
            assert_eq!(held(&vault, &name).await, expected, "{name}");
        }
    }
}
