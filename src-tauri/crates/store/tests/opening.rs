//! What is done with files of every state, and who may open them together.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod support;

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use support::{append, delivery, eventually, open, opened, options};
use waybill_model::ErrorCode;
use waybill_store::{Change, Store};

/// A folder with a few deliveries in it, closed.
async fn seeded(deliveries: i64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for number in 0..deliveries {
        append(&store, delivery(number)).await;
    }
    store.close().await;
    dir
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn set_aside(dir: &Path) -> Vec<PathBuf> {
    let found = names(dir).into_iter().filter(|name| name.starts_with("waybill.db.damaged-"));
    found.map(|name| dir.join(name)).collect()
}

fn write_at(path: &Path, offset: u64, bytes: &[u8]) {
    let mut file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(offset)).unwrap();
    file.write_all(bytes).unwrap();
}

fn sql(path: &Path, text: &str) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(text).unwrap();
    connection.close().unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_whole_and_a_new_one_started() {
    let damages: &[(&str, fn(&Path))] = &[
        ("emptied", |path| fs::write(path, b"").unwrap()),
        ("text", |path| fs::write(path, "not a database ".repeat(1000)).unwrap()),
        ("zeroed", |path| fs::write(path, vec![0; 200_000]).unwrap()),
        ("cut in the head", |path| {
            fs::OpenOptions::new().write(true).open(path).unwrap().set_len(50).unwrap()
        }),
        ("cut in half", |path| {
            let file = fs::OpenOptions::new().write(true).open(path).unwrap();
            file.set_len(file.metadata().unwrap().len() / 2).unwrap();
        }),
        ("last page gone", |path| {
            let file = fs::OpenOptions::new().write(true).open(path).unwrap();
            file.set_len(file.metadata().unwrap().len() - 16384).unwrap();
        }),
        ("a page of noise", |path| write_at(path, 3 * 16384, &[0xa5; 16384])),
        ("the schema page of noise", |path| write_at(path, 200, &[0xa5; 16000])),
        ("another program's", |path| sql(path, "PRAGMA application_id = 7")),
        ("version 0", |path| sql(path, "PRAGMA user_version = 0")),
        ("a table dropped", |path| sql(path, "DROP TABLE history")),
        ("a trigger added", |path| {
            sql(path, "CREATE TRIGGER t AFTER INSERT ON deliveries BEGIN DELETE FROM contents; END");
        }),
        ("the main file gone, its log left", |path| {
            fs::write(path.with_file_name("waybill.db-wal"), b"log").unwrap();
            fs::remove_file(path).unwrap();
        }),
    ];
    for (what, damage) in damages {
        let dir = seeded(30).await;
        let path = dir.path().join("waybill.db");
        damage(&path);
        let before = fs::read(&path).unwrap_or_default();
        let opened = opened(dir.path());
        let notice = opened.notice.unwrap_or_else(|| panic!("{what}: nothing was told"));
        let kept = set_aside(dir.path());
        let log = |path: &&PathBuf| ["-wal", "-shm"].iter().any(|end| path.to_str().unwrap().ends_with(end));
        let main: Vec<&PathBuf> = kept.iter().filter(|path| !log(path)).collect();
        assert!(
            kept.iter().any(|path| notice.contains(path.to_str().unwrap().trim_end_matches("-wal"))),
            "{notice}"
        );
        if let [main] = main[..] {
            assert!(fs::read(main).unwrap() == before, "{what}: kept as it was");
        } else {
            assert!(before.is_empty() && kept.len() == 1, "{what}: {kept:?}");
        }
        assert_eq!(append(&opened.store, delivery(1)).await.0, 1, "{what}");
        opened.store.close().await;
        // Once is enough: what is there now is whole.
        open(dir.path()).close().await;
        assert_eq!(set_aside(dir.path()), kept, "{what}");
    }
}

#[tokio::test]
async fn flipped_bytes_are_found_or_harmless() {
    let dir = seeded(40).await;
    let path = dir.path().join("waybill.db");
    let whole = fs::read(&path).unwrap();
    // Spread over the file, its structures more often than not.
    for number in 0..60usize {
        let at = (number * 7919 * 37 + number * number * 11) % whole.len();
        let flipped = tempfile::tempdir().unwrap();
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        fs::write(flipped.path().join("waybill.db"), &bytes).unwrap();
        let opened = match Store::open(flipped.path(), options()) {
            Ok(opened) => opened,
            // A flipped version number reads as a newer version, which is left alone.
            Err(failure) => {
                assert_eq!(failure.code, ErrorCode::DatabaseNewer, "byte {at}: {failure}");
                continue;
            }
        };
        let store = opened.store;
        append(&store, delivery(100)).await;
        let expected = if opened.notice.is_some() { 1 } else { 41 };
        assert_eq!(store.newest().await.unwrap().unwrap().0, expected, "byte {at}");
        assert_eq!(set_aside(flipped.path()).is_empty(), opened.notice.is_none(), "byte {at}");
        store.close().await;
    }
}

#[tokio::test]
async fn a_newer_file_is_left_as_it_is() {
    let dir = seeded(3).await;
    let path = dir.path().join("waybill.db");
    sql(&path, "PRAGMA user_version = 9999; CREATE TABLE future (x)");
    let before = fs::read(&path).unwrap();
    let failure = Store::open(dir.path(), options()).unwrap_err();
    assert_eq!(failure.code, ErrorCode::DatabaseNewer);
    assert!(failure.hint.is_some());
    assert!(fs::read(&path).unwrap() == before);
    assert!(set_aside(dir.path()).is_empty());
}

#[tokio::test]
async fn damage_met_while_running_is_looked_for_at_the_next_start() {
    let dir = seeded(5).await;
    let path = dir.path().join("waybill.db");
    let mut bytes = Vec::new();
    fs::File::open(&path).unwrap().read_to_end(&mut bytes).unwrap();
    let store = open(dir.path());
    // Behind SQLite's back, while it has read little of the file.
    for page in 2..bytes.len() / 16384 {
        write_at(&path, (page * 16384) as u64, &[0xa5; 16384]);
    }
    let failure = store.rows((1..=5).map(waybill_model::DeliveryId).collect()).await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::DatabaseDamaged);
    assert!(dir.path().join("waybill.db.suspect").exists());
    store.close().await;
    let opened = opened(dir.path());
    assert!(opened.notice.is_some());
    assert!(!dir.path().join("waybill.db.suspect").exists());
    append(&opened.store, delivery(1)).await;
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_the_folder() {
    use std::os::unix::fs::PermissionsExt;
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("data");
    let modes = |dir: &Path| {
        let mut found = Vec::new();
        for place in [dir.to_owned(), dir.join("locks")] {
            for entry in fs::read_dir(&place).unwrap() {
                let path = entry.unwrap().path();
                found.push((fs::metadata(&path).unwrap().permissions().mode() & 0o777, path));
            }
        }
        found
    };
    let mut with_index = options();
    with_index.index = true;
    let store = Store::open(&dir, with_index.clone()).unwrap().store;
    let _port = store.claim_port("127.0.0.1:4400".parse().unwrap()).unwrap();
    append(&store, delivery(1)).await;
    eventually("the search file", async || dir.join("search.db-wal").exists()).await;
    let check = || {
        assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
        for (mode, path) in modes(&dir) {
            let expected = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode, expected, "{}", path.display());
        }
    };
    check();
    store.close().await;
    // What was opened up is closed again.
    for (mode, path) in modes(&dir) {
        if !path.is_dir() {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode | 0o044)).unwrap();
        }
    }
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
    let store = Store::open(&dir, with_index).unwrap().store;
    check();
    store.close().await;
}

#[tokio::test]
async fn a_folder_that_can_not_be_used_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, b"x").unwrap();
    assert_eq!(Store::open(&file, options()).unwrap_err().code, ErrorCode::DataFolder);
    fs::create_dir_all(dir.path().join("data/waybill.db")).unwrap();
    assert_eq!(Store::open(&dir.path().join("data"), options()).unwrap_err().code, ErrorCode::DataFolder);
}

#[tokio::test]
async fn two_stores_share_a_folder_and_hear_of_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (open(dir.path()), open(dir.path()));
    let (mut first, mut second) = (one.subscribe(), two.subscribe());
    let ids =
        [append(&one, delivery(1)).await, append(&two, delivery(2)).await, append(&one, delivery(3)).await];
    assert!(ids.is_sorted());
    for store in [&one, &two] {
        assert_eq!(store.totals().await.unwrap().deliveries, 3);
        assert_eq!(store.rows(ids.to_vec()).await.unwrap().len(), 3);
    }
    for watch in [&mut first, &mut second] {
        while watch.recv().await.unwrap() != Change::External {}
    }
    // A store does not take its own commits for another's.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    while first.try_recv().is_ok() {}
    for number in 4..8 {
        append(&one, delivery(number)).await;
        tokio::time::sleep(std::time::Duration::from_millis(110)).await;
    }
    while let Ok(change) = first.try_recv() {
        assert_ne!(change, Change::External);
    }
    two.close().await;
    append(&one, delivery(9)).await;
    one.close().await;
    assert_eq!(open(dir.path()).totals().await.unwrap().deliveries, 8);
}

#[tokio::test]
async fn a_port_is_one_claim() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (open(dir.path()), open(dir.path()));
    let (v4, v6) = ("127.0.0.1:4400".parse().unwrap(), "[::1]:4400".parse().unwrap());
    let claim = one.claim_port(v4).unwrap();
    let held = two.claim_port(v4).unwrap_err();
    assert_eq!((held.pid, held.program.as_str()), (std::process::id(), "test"));
    assert_eq!(held.since, waybill_model::Timestamp::from_unix(support::NOW));
    two.claim_port(v6).unwrap();
    drop(claim);
    let claim = two.claim_port(v4).unwrap();
    one.claim_port(v4).unwrap_err();
    drop(claim);
}
