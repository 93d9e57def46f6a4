//! Runs the bridge: prints its address as the first line and serves until it is ended.
#![allow(clippy::print_stdout)]

mod seed;

use anyhow::{Context as _, bail};
use clap::{Parser, ValueEnum};
use std::{
    io::Write as _,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};
use tokio::net::TcpListener;
use waybill_engine::{Engine, EngineOptions};
use waybill_model::VaultKind;

/// Serves the command table and the window built for it, for tests in a real browser.
///
/// Example: waybill-bridge --data-dir /tmp/w --vault memory --ui ui/dist-bridge --seed 200
#[derive(Debug, Parser)]
#[command(name = "waybill-bridge", version)]
struct Arguments {
    /// The data folder; made when it is not there
    #[arg(long)]
    data_dir: PathBuf,
    /// Where secrets live
    #[arg(long, value_enum, default_value_t = Vault::Memory)]
    vault: Vault,
    /// The window, built with `npm run build:bridge`
    #[arg(long, default_value = "ui/dist-bridge")]
    ui: PathBuf,
    /// The bridge's own port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The port of the capture server; 0 picks a free one
    #[arg(long, default_value_t = 0)]
    capture_port: u16,
    /// Sends so many sample deliveries of all providers to the capture server before serving
    #[arg(long, default_value_t = 0)]
    seed: usize,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Vault {
    Keychain,
    Memory,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(run(arguments))
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut options = EngineOptions::new(arguments.data_dir, "bridge");
    options.vault = Some(match arguments.vault {
        Vault::Keychain => VaultKind::Keychain,
        Vault::Memory => VaultKind::Memory,
    });
    let engine = Engine::start(options).await?;
    let capture = serde_json::json!({ "bind": "127.0.0.1", "port": arguments.capture_port });
    let status = engine.call("capture.start", capture).await?;
    let Some(address) = status["listening"].as_str() else {
        bail!("the capture server does not listen: {status}")
    };
    if arguments.seed > 0 {
        seed::send(&engine, address, arguments.seed).await.context("the samples could not be sent")?;
    }

    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port))).await?;
    let own = listener.local_addr()?;
    let mut out = std::io::stdout();
    // At once: whoever has read the first line may not stay for the second.
    out.write_all(format!("http://{own}\ncapture {address}\n").as_bytes())?;
    out.flush()?;
    // Event streams never end by themselves: the end does not wait for them.
    tokio::select! {
        served = axum::serve(listener, waybill_bridge::router(engine.clone(), arguments.ui)).into_future() => served?,
        () = ended() => {}
    }
    engine.stop().await;
    Ok(())
}

#[cfg(unix)]
async fn ended() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn ended() {
    let _ = tokio::signal::ctrl_c().await;
}
