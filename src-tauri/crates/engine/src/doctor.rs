//! What works here, and what mends what does not.

use crate::api::*;
use crate::engine::Engine;
use crate::secrets;
use std::net::{IpAddr, SocketAddr, TcpListener};
use waybill_model::{Result, VaultKind, VaultState};

fn line(name: &str, state: &str, detail: impl Into<String>, mend: impl Into<String>) -> DoctorLine {
    DoctorLine { name: name.to_owned(), state: state.to_owned(), detail: detail.into(), mend: mend.into() }
}

pub(crate) async fn examine(engine: &Engine, _: Nothing) -> Result<Vec<DoctorLine>> {
    let mut lines = vec![data_folder(engine), database(engine).await, vault(engine).await];
    lines.push(port(engine).await);
    lines.push(clock(engine));
    engine.notice_schemes().await;
    lines.extend(catalogue(engine));
    lines.extend(intents(engine).await);
    lines.push(tunnels());
    Ok(lines)
}

fn data_folder(engine: &Engine) -> DoctorLine {
    let folder = &engine.0.options.data_dir;
    match std::fs::metadata(folder) {
        Ok(_) => line("data folder", "ok", folder.display().to_string(), ""),
        Err(error) => line(
            "data folder",
            "problem",
            format!("{}: {error}", folder.display()),
            "Give this account the right to write there, or choose another with --data-dir.",
        ),
    }
}

async fn database(engine: &Engine) -> DoctorLine {
    if let Some(notice) = engine.notice() {
        return line(
            "database",
            "warning",
            notice,
            "Keep the file that was set aside until you know that you don't need it.",
        );
    }
    match engine.0.store.totals().await {
        Ok(totals) => {
            line("database", "ok", format!("{} deliveries, {} bytes", totals.deliveries, totals.bytes), "")
        }
        Err(failure) => line("database", "problem", failure.message, failure.hint.unwrap_or_default()),
    }
}

async fn vault(engine: &Engine) -> DoctorLine {
    let kind = match engine.0.vault_kind {
        VaultKind::Keychain => "system keychain",
        VaultKind::File => "encrypted file",
        VaultKind::Memory => "memory, forgotten at exit",
    };
    let state = match secrets::check_vault(engine, Nothing {}).await {
        Ok(status) => status.state,
        Err(failure) => return line("secrets", "problem", failure.message, failure.hint.unwrap_or_default()),
    };
    match state {
        Some(VaultState::Working) => {
            line("secrets", "ok", format!("{kind}: written, read back, removed"), "")
        }
        Some(VaultState::Locked { detail }) => {
            line("secrets", "problem", format!("{kind} is locked: {detail}"), "Unlock it and try again.")
        }
        Some(VaultState::Missing { detail }) => line(
            "secrets",
            "problem",
            format!("there is no {kind} here: {detail}"),
            "Start a Secret Service such as gnome-keyring, or choose the encrypted file with --vault file.",
        ),
        Some(VaultState::Hanging { waited_ms }) => line(
            "secrets",
            "problem",
            format!("{kind} did not answer within {waited_ms} ms"),
            "It may be waiting for a password: look for its window.",
        ),
        Some(VaultState::Failed { detail }) => line(
            "secrets",
            "problem",
            format!("{kind}: {detail}"),
            "Choose the encrypted file with --vault file until it is mended.",
        ),
        None => line("secrets", "warning", format!("{kind}: not asked"), ""),
    }
}

async fn port(engine: &Engine) -> DoctorLine {
    let (listening, failure) = engine.0.capturing.shown();
    if let Some(address) = listening {
        return line("capture", "ok", format!("listening on {address}"), "");
    }
    if let Some(failure) = failure {
        return line("capture", "problem", failure.message, failure.hint.unwrap_or_default());
    }
    let Ok(settings) = engine.0.store.settings().await else {
        return line("capture", "problem", "the settings can't be read", "See the line about the database.");
    };
    let Ok(ip) = settings.bind.parse::<IpAddr>() else {
        let detail = format!("{:?} is no address to listen on", settings.bind);
        return line("capture", "problem", detail, "Set another one; 127.0.0.1 is this machine only.");
    };
    let address = SocketAddr::new(ip, settings.port);
    match TcpListener::bind(address) {
        Ok(_) => line("capture", "ok", format!("{address} is free"), ""),
        Err(error) => line(
            "capture",
            "warning",
            format!("{address} can't be listened on: {error}"),
            "Another Waybill may be capturing there, which is well; else choose another port.",
        ),
    }
}

fn clock(engine: &Engine) -> DoctorLine {
    // 2026-01-01: no release is older, so an earlier clock is wrong.
    let sane = engine.now().unix() > 1_767_225_600;
    if sane {
        line("clock", "ok", engine.now().to_string(), "")
    } else {
        line(
            "clock",
            "problem",
            format!("it says {}", engine.now()),
            "Set it: signatures carry the time and are refused when it is off.",
        )
    }
}

fn catalogue(engine: &Engine) -> Vec<DoctorLine> {
    let mut lines = Vec::new();
    for fault in engine.schemes().faults() {
        lines.push(line(
            "scheme file",
            "warning",
            fault.to_string(),
            "Mend the file; until then it is left out.",
        ));
    }
    for fault in engine.0.providers.faults() {
        lines.push(line(
            "provider file",
            "warning",
            fault.to_string(),
            "Mend the file; until then it is left out.",
        ));
    }
    lines
}

/// Writes that were asked of a provider and whose end is not known.
async fn intents(engine: &Engine) -> Vec<DoctorLine> {
    match crate::custody::list(engine, Nothing {}).await {
        Ok(cases) => cases
            .into_iter()
            .map(|case| {
                let detail = format!("{} ({}, {})", case.message, case.connection, case.created_at);
                let mend = format!("{} (waybill endpoint list --connection {})", case.mend, case.connection);
                line("unanswered write", "problem", detail, mend)
            })
            .collect(),
        Err(failure) => {
            vec![line("unanswered write", "problem", failure.message, failure.hint.unwrap_or_default())]
        }
    }
}

/// Programs that give this machine a public address.
const TUNNELS: &[&str] = &["cloudflared", "ngrok", "tailscale", "bore", "ssh"];

fn tunnels() -> DoctorLine {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found: Vec<&str> = TUNNELS
        .iter()
        .filter(|name| {
            std::env::split_paths(&path)
                .any(|folder| folder.join(name).is_file() || folder.join(format!("{name}.exe")).is_file())
        })
        .copied()
        .collect();
    if found.is_empty() {
        line(
            "tunnels",
            "warning",
            "no tunnel program was found",
            "To receive from the internet install one, such as cloudflared.",
        )
    } else {
        line("tunnels", "ok", found.join(", "), "")
    }
}
