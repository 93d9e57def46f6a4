//! Everything that needs no server: wrong usage, verify and sign, the catalogue, secrets.

use crate::process::Data;
use serde_json::json;

#[test]
fn wrong_usage_ends_with_the_status_of_its_kind() {
    let data = Data::new();
    let rows: &[(&[&str], i32, &str)] = &[
        (&["inbox", "show", "gone", "--json"], 3, "not_found"),
        (&["inbox", "add", "UPPER", "--json"], 2, "invalid_input"),
        (&["inbox", "add", "x", "--scheme", "nonesuch", "--json"], 3, "unknown_scheme"),
        (
            &["inbox", "add", "x", "--scheme", "mynd", "--secret-env", "NOT_SET_ANYWHERE", "--json"],
            2,
            "invalid_input",
        ),
        (&["inbox", "add", "x", "--scheme", "mynd", "--secret-env", "EMPTY", "--json"], 2, "invalid_input"),
        (&["inbox", "add", "x", "--config", "novalue", "--json"], 2, "invalid_input"),
        (&["deliveries", "show", "7", "--json"], 3, "not_found"),
        (&["deliveries", "show", "seven", "--json"], 3, "not_found"),
        (&["deliveries", "list", "--query", "inbx:a", "--json"], 2, "invalid_query"),
        (&["deliveries", "import", "/no/such/file", "--json"], 3, "not_found"),
        (&["verify", "--request", "/no/such/file", "--scheme", "mynd", "--json"], 3, "not_found"),
        (&["replay", "1", "--json"], 2, "invalid_input"),
        (&["replay", "--to", "http://localhost:1/", "--json"], 2, "invalid_input"),
        (&["replay", "1", "--to", "http://169.254.169.254/", "--json"], 2, "target_refused"),
        (&["replay", "show", "9", "--json"], 3, "not_found"),
        (&["connection", "test", "gone", "--json"], 3, "not_found"),
        (
            &["connection", "add", "nonesuch", "--name", "c", "--token-env", "SECRET", "--json"],
            3,
            "unknown_provider",
        ),
        (
            &[
                "connection",
                "add",
                "mynd",
                "--name",
                "c",
                "--token-env",
                "SECRET",
                "--base-url",
                "http://example.com",
                "--json",
            ],
            2,
            "invalid_input",
        ),
        (&["endpoint", "get", "e", "--connection", "gone", "--json"], 3, "not_found"),
        (&["endpoint", "delete", "e", "--connection", "gone", "--json"], 2, "confirmation_required"),
        (&["provider", "show", "nonesuch", "--json"], 3, "unknown_provider"),
        (&["scheme", "show", "nonesuch", "--json"], 3, "unknown_scheme"),
        (&["secret", "show", "s-0", "--reveal"], 3, ""),
        (&["listen", "--bind", "everywhere", "--json"], 2, "listen_failed"),
        (&["no-such-command"], 2, ""),
        (&["inbox", "add"], 2, ""),
    ];
    for (args, status, code) in rows {
        let said = data.run(args);
        assert_eq!(said.status, *status, "{args:?}: {said:?}");
        assert!(said.out.is_empty(), "{args:?}: {said:?}");
        if !code.is_empty() {
            assert_eq!(said.code(), *code, "{args:?}");
        }
    }
}

#[test]
fn every_command_has_help_with_an_example() {
    let data = Data::new();
    let help = data.run(&["--help"]).ended(0).out;
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| *word != "help")
        .collect();
    for wanted in [
        "listen",
        "inbox",
        "deliveries",
        "verify",
        "sign",
        "send",
        "replay",
        "provider",
        "scheme",
        "connection",
        "endpoint",
        "secret",
        "doctor",
    ] {
        assert!(commands.contains(&wanted), "{wanted} is missing: {commands:?}");
    }
    for command in commands {
        let help = data.run(&[command, "--help"]).ended(0).out;
        let subcommands: Vec<String> = help
            .lines()
            .skip_while(|line| !line.starts_with("Commands:"))
            .skip(1)
            .take_while(|line| line.starts_with("  "))
            .filter(|line| !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
            .filter(|word| word != "help")
            .collect();
        if subcommands.is_empty() || command == "replay" {
            assert!(help.contains("Example"), "{command}: {help}");
        }
        for subcommand in subcommands {
            let help = data.run(&[command, &subcommand, "--help"]).ended(0).out;
            assert!(help.contains("Example"), "{command} {subcommand}: {help}");
        }
    }
}

#[test]
fn what_sign_writes_verify_accepts() {
    let data = Data::new();
    let request = data.0.path().join("request.http");
    std::fs::write(
        &request,
        b"POST /hooks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\r\n{\"id\":\"evt_1\"}",
    )
    .unwrap();
    let path = request.to_str().unwrap();
    for scheme in [
        "mynd",
        "mnemom",
        "mnemom-aip",
        "mnemom-aap",
        "mnemom-card",
        "timbrix",
        "github-sha256",
        "stripe",
        "slack",
    ] {
        let sign =
            ["sign", "--request", path, "--scheme", scheme, "--secret-env", "SECRET", "--now", "1781166727"];
        let signed = data.run(&sign).ended(0).out;
        let check = |secret: &str, now: &str| {
            let args = [
                "verify",
                "--request",
                "-",
                "--scheme",
                scheme,
                "--secret-env",
                secret,
                "--now",
                now,
                "--json",
            ];
            data.run_with(&args, signed.as_bytes(), &[])
        };
        let report = check("SECRET", "1781166730").ended(0).json();
        assert_eq!(
            (&report["verdict"], &report["reason"], &report["secret"]),
            (&json!("valid"), &json!("ok"), &json!("#1")),
            "{scheme}"
        );
        for field in ["signed_text_preview", "timestamp", "age_s", "diagnosis", "scheme"] {
            assert!(report.get(field).is_some(), "{scheme}: {field} is missing in {report}");
        }
        let wrong = check("OTHER", "1781166730").ended(1).json();
        assert_eq!(wrong["reason"], "signature_mismatch", "{scheme}");
    }
}

#[test]
fn secrets_come_from_standard_input_and_are_shown_only_when_asked() {
    let data = Data::new();
    let made = data
        .run_with(&["secret", "set", "by hand", "--secret-stdin", "--json"], b"  spaced secret \n", &[])
        .ended(0);
    assert!(!made.out.contains("spaced secret"));
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(data.run(&["secret", "show", &id]).ended(2).out, "");
    assert_eq!(data.run(&["secret", "show", &id, "--reveal"]).ended(0).out, "  spaced secret ");
    assert_eq!(data.run(&["secret", "show", &id, "--reveal", "--json"]).ended(2).out, "");
    data.run(&["secret", "remove", &id]).ended(0);
    data.run(&["secret", "show", &id, "--reveal"]).ended(3);
}

#[test]
fn the_vault_that_was_chosen_is_the_one_that_is_used() {
    let data = Data::new();
    let add = ["inbox", "add", "m", "--scheme", "mynd", "--secret-env", "SECRET", "--json"];
    let no_bus = [
        ("WAYBILL_VAULT", "keychain"),
        ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere"),
        ("XDG_RUNTIME_DIR", "/nowhere"),
    ];
    if cfg!(target_os = "linux") {
        let refused = data.run_with(&add, b"", &no_bus).ended(5);
        assert_eq!(refused.code(), "vault_missing");
    }
    let refused = data.run_with(&add, b"", &[("WAYBILL_VAULT_PASSPHRASE", "")]);
    assert_eq!(refused.status, 5, "{refused:?}");
    assert_eq!(data.run(&["inbox", "list", "--json"]).ended(0).json().as_array().unwrap().len(), 1);
    let memory = data.run_with(&add, b"", &[("WAYBILL_VAULT", "memory")]).ended(0);
    assert!(memory.err.contains("forgotten"), "{memory:?}");
}

#[test]
fn the_catalogue_is_listed_and_files_are_checked() {
    let data = Data::new();
    let providers = data.run(&["provider", "list", "--json"]).ended(0).json();
    let ids: Vec<&str> = providers.as_array().unwrap().iter().filter_map(|one| one["id"].as_str()).collect();
    for id in ["mnemom", "timbrix", "mindbridge", "mynd"] {
        assert!(ids.contains(&id), "{ids:?}");
        data.run(&["provider", "show", id]).ended(0);
    }
    let schemes = data.run(&["scheme", "list", "--json"]).ended(0).json();
    assert!(schemes.as_array().unwrap().len() >= 12);
    let file = data.0.path().join("mine.toml");
    std::fs::write(&file, "title = 1\n").unwrap();
    let checked = data.run(&["scheme", "check", file.to_str().unwrap()]).ended(2);
    assert!(checked.out.contains("mine.toml:1:"), "{checked:?}");
    let own = data.run(&["scheme", "show", "mynd"]).ended(0).out;
    std::fs::write(&file, own).unwrap();
    data.run(&["scheme", "check", file.to_str().unwrap()]).ended(0);
    data.run(&["doctor", "--json"]);
}
