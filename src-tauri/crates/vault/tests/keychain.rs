//! The real thing: a gnome-keyring on a private D-Bus with a throw-away home folder.
//!
//! Each test starts such a session and runs this very test binary inside it, choosing one of the
//! parts below by name. What must be seen from outside is asked of `secret-tool`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![cfg(target_os = "linux")]

use secrecy::{ExposeSecret, SecretSlice};
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use waybill_model::{SecretId, VaultState};
use waybill_vault::{Vault, VaultChoice, VaultError};

const SERVICE: &str = "dev.waybill.test";

fn open(deadline: Duration) -> Vault {
    Vault::open_with(VaultChoice::Keychain { service: SERVICE.to_owned() }, deadline)
}

fn id(text: &str) -> SecretId {
    SecretId(text.to_owned())
}

fn bytes(value: impl AsRef<[u8]>) -> SecretSlice<u8> {
    SecretSlice::from(value.as_ref().to_vec())
}

/// Patient: the machine may be busy and gnome-keyring starts on demand.
const PATIENT: Duration = Duration::from_secs(60);

async fn held(vault: &Vault, name: &str) -> Option<Vec<u8>> {
    vault.get(&id(name)).await.unwrap().map(|value| value.expose_secret().to_vec())
}

fn secret_tool(name: &str) -> Output {
    Command::new("secret-tool").args(["lookup", "service", SERVICE, "username", name]).output().unwrap()
}

mod inside {
    //! Parts that run in a session. Outside of one they have nothing to look at.
    use super::*;

    fn called() -> bool {
        std::env::var_os("WAYBILL_VAULT_TEST_SESSION").is_some()
    }

    #[tokio::test]
    #[ignore = "runs inside a keychain session"]
    async fn goes_round() {
        if !called() {
            return;
        }
        let vault = open(PATIENT);
        assert_eq!(vault.state().await, VaultState::Working);
        vault.preflight(4_000).await.unwrap();
        let values: Vec<Vec<u8>> = vec![
            b"whsec_abc".to_vec(),
            b"two\r\nlines\n".to_vec(),
            "\u{fc}\u{1f511}".as_bytes().to_vec(),
            (0..=255).collect(),
            vec![7; 20_000],
        ];
        for (number, value) in values.iter().enumerate() {
            let name = format!("s-{number}");
            assert_eq!(held(&vault, &name).await, None);
            vault.put(&id(&name), bytes(value)).await.unwrap();
            vault.put(&id(&name), bytes(value)).await.unwrap();
            assert_eq!(held(&vault, &name).await.as_ref(), Some(value));
            let other = vault.put(&id(&name), bytes(b"other")).await;
            assert!(matches!(other, Err(VaultError::Occupied { .. })), "{other:?}");
            // Another process, another program, another library.
            let seen = secret_tool(&name);
            assert_eq!(&seen.stdout, value, "{name}");
        }
        let listed =
            Command::new("secret-tool").args(["search", "--all", "service", SERVICE]).output().unwrap();
        let listed = String::from_utf8_lossy(&[listed.stdout, listed.stderr].concat()).into_owned();
        assert!(listed.contains("label = Waybill secret s-0"), "{listed}");
        assert!(!listed.contains("canary-"), "no canary is left behind: {listed}");

        assert!(vault.remove(&id("s-1")).await.unwrap());
        assert!(!vault.remove(&id("s-1")).await.unwrap());
        assert_eq!(held(&vault, "s-1").await, None);
        assert!(!secret_tool("s-1").status.success());
        // A second vault in this process has its own connection and sees the same.
        assert_eq!(held(&open(PATIENT), "s-0").await, Some(b"whsec_abc".to_vec()));
    }

    #[tokio::test]
    #[ignore = "runs inside a keychain session"]
    async fn puts_one() {
        if called() {
            open(PATIENT).put(&id("kept"), bytes(b"kept value")).await.unwrap();
        }
    }

    #[tokio::test]
    #[ignore = "runs inside a keychain session"]
    async fn finds_it_again() {
        if called() {
            assert_eq!(held(&open(PATIENT), "kept").await, Some(b"kept value".to_vec()));
        }
    }

    #[tokio::test]
    #[ignore = "runs inside a keychain session"]
    async fn is_locked_out() {
        if !called() {
            return;
        }
        let vault = open(PATIENT);
        let read = vault.get(&id("kept")).await.map(|_| ()).unwrap_err();
        let write = vault.put(&id("new"), bytes(b"v")).await.unwrap_err();
        for error in [read, write] {
            assert!(matches!(error, VaultError::Locked { .. }), "{error:?}");
        }
        assert!(matches!(vault.state().await, VaultState::Locked { .. }));
    }

    #[tokio::test]
    #[ignore = "runs inside a keychain session"]
    async fn finds_no_service() {
        if !called() {
            return;
        }
        let vault = open(PATIENT);
        let error = vault.put(&id("s-1"), bytes(b"v")).await.unwrap_err();
        assert!(matches!(error, VaultError::Missing { .. }), "{error:?}");
        assert!(matches!(vault.state().await, VaultState::Missing { .. }));
    }

    #[tokio::test]
    #[ignore = "runs inside a keychain session"]
    async fn survives_a_new_daemon() {
        if !called() {
            return;
        }
        let vault = open(PATIENT);
        vault.put(&id("before"), bytes(b"1")).await.unwrap();
        let replaced = Command::new("bash")
            .args(["-c", "printf %s test | gnome-keyring-daemon --replace --unlock --components=secrets >/dev/null 2>&1"])
            .status()
            .unwrap();
        assert!(replaced.success());
        assert_eq!(held(&vault, "before").await, Some(b"1".to_vec()));
        vault.put(&id("after"), bytes(b"2")).await.unwrap();
    }

    #[tokio::test]
    #[ignore = "runs inside a keychain session"]
    async fn meets_a_silent_bus() {
        if !called() {
            return;
        }
        let deadline = Duration::from_millis(600);
        let vault = open(deadline);
        let asked = Instant::now();
        let error = vault.put(&id("s-1"), bytes(b"v")).await.unwrap_err();
        assert!(matches!(error, VaultError::Hanging { .. }), "{error:?}");
        assert!(asked.elapsed() >= deadline && asked.elapsed() < deadline * 8, "{:?}", asked.elapsed());
        let asked = Instant::now();
        for _ in 0..50 {
            assert!(matches!(vault.state().await, VaultState::Hanging { waited_ms } if waited_ms >= 600));
        }
        assert!(asked.elapsed() < Duration::from_secs(3), "refused at once: {:?}", asked.elapsed());
        let mine = std::fs::read_dir("/proc/self/task").unwrap().filter(|task| {
            let name =
                std::fs::read_to_string(task.as_ref().unwrap().path().join("comm")).unwrap_or_default();
            name.trim() == "waybill-vault"
        });
        assert_eq!(mine.count(), 1, "one blocked thread, never more");
    }
}

fn installed() -> bool {
    ["gnome-keyring-daemon", "dbus-run-session", "secret-tool", "bash"].iter().all(|tool| {
        std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file()))
    })
}

/// How a part is started: with an unlocked keyring, with none at all, or straight.
#[derive(Clone, Copy)]
enum Session<'a> {
    Keyring(&'a str),
    EmptyBus,
    Straight(&'a str),
}

/// Runs one part of `inside` in a session with that home folder; false when the tools are not here.
fn run_in(session: Session<'_>, home: &Path, part: &str) -> bool {
    if !installed() {
        println!("keychain not present: skipped 1");
        return false;
    }
    let name = format!("inside::{part}");
    let exe = std::env::current_exe().unwrap();
    let parts: [OsString; 6] = [
        exe.into(),
        "--exact".into(),
        name.into(),
        "--ignored".into(),
        "--nocapture".into(),
        "--test-threads=1".into(),
    ];
    let runtime = home.join("runtime");
    std::fs::create_dir_all(&runtime).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&runtime, private).unwrap();
    let mut command = match session {
        Session::Keyring(_) => {
            let mut command = Command::new("dbus-run-session");
            command.args(["--", "bash", "-c"]).arg(
                r#"printf %s "$KEYRING_PASSWORD" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; "$@""#,
            );
            command.arg("bash");
            command
        }
        Session::EmptyBus => {
            // A bus that can start nothing.
            let config = home.join("bus.conf");
            std::fs::write(
                &config,
                r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"#,
            )
            .unwrap();
            let mut command = Command::new("dbus-run-session");
            command.arg("--config-file").arg(&config).arg("--");
            command
        }
        Session::Straight(_) => {
            let mut command = Command::new("env");
            command.arg("--");
            command
        }
    };
    command.args(parts);
    for name in [
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "GNOME_KEYRING_CONTROL",
        "DISPLAY",
        "WAYLAND_DISPLAY",
    ] {
        command.env_remove(name);
    }
    command.env_remove("DBUS_SESSION_BUS_ADDRESS");
    command.env("HOME", home).env("XDG_RUNTIME_DIR", &runtime).env("WAYBILL_VAULT_TEST_SESSION", part);
    match session {
        Session::Keyring(password) => command.env("KEYRING_PASSWORD", password),
        Session::Straight(bus) => command.env("DBUS_SESSION_BUS_ADDRESS", bus),
        Session::EmptyBus => &mut command,
    };
    // Into a file, not a pipe: a daemon that outlives its bus would hold the pipe open. And in a process
    // group of its own, so that such a daemon can be ended with the rest.
    let log = home.join(format!("{part}.log"));
    let out = std::fs::File::create(&log).unwrap();
    command.stdin(Stdio::null()).stdout(out.try_clone().unwrap()).stderr(out).process_group(0);
    let mut child = command.spawn().unwrap();
    let since = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if since.elapsed() > PATIENT * 3 {
            break None;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let group = format!("kill -KILL -{} 2>/dev/null", child.id());
    // There is nobody left in the group, as a rule.
    let _ = Command::new("sh").args(["-c", &group]).status();
    let told = std::fs::read_to_string(&log).unwrap();
    let good = status.is_some_and(|status| status.success()) && told.contains("1 passed");
    assert!(good, "{part} ended with {status:?}: {told}");
    true
}

#[test]
fn values_go_round_and_another_process_sees_them() {
    let home = tempfile::tempdir().unwrap();
    run_in(Session::Keyring("test"), home.path(), "goes_round");
}

#[test]
fn a_value_outlives_the_process_the_daemon_and_the_bus() {
    let home = tempfile::tempdir().unwrap();
    if run_in(Session::Keyring("test"), home.path(), "puts_one") {
        run_in(Session::Keyring("test"), home.path(), "finds_it_again");
    }
}

#[test]
fn a_locked_keyring_is_said_to_be_locked() {
    let home = tempfile::tempdir().unwrap();
    if run_in(Session::Keyring("test"), home.path(), "puts_one") {
        run_in(Session::Keyring("not that password"), home.path(), "is_locked_out");
        run_in(Session::Keyring("test"), home.path(), "finds_it_again");
    }
}

#[test]
fn no_service_and_no_bus_are_both_missing() {
    let home = tempfile::tempdir().unwrap();
    run_in(Session::EmptyBus, home.path(), "finds_no_service");
    let gone =
        format!("unix:path={}", home.path().join("no such socket").display().to_string().replace(' ', "%20"));
    run_in(Session::Straight(&gone), home.path(), "finds_no_service");
}

#[test]
fn a_daemon_that_was_replaced_is_found_again() {
    let home = tempfile::tempdir().unwrap();
    run_in(Session::Keyring("test"), home.path(), "survives_a_new_daemon");
}

#[test]
fn a_bus_that_never_answers_is_hanging() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("silent");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    // Accepts by its backlog alone: connected, and never a byte.
    run_in(Session::Straight(&format!("unix:path={}", path.display())), home.path(), "meets_a_silent_bus");
    drop(listener);
}
