//! The yardstick: an ordinary axum server that reads a body whole and answers 200. Nothing is kept.

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::serve::ListenerExt as _;
use std::io::{Read as _, Write as _};

/// Serves until standard input ends: whoever started it holds the other end, so it never outlives them.
pub(crate) fn run() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("{}", serde_json::json!({ "listening": format!("http://{}", listener.local_addr()?) }));
        std::io::stdout().flush()?;
        let app = Router::new().fallback(answer).layer(DefaultBodyLimit::disable());
        // As the capture server does: an answer is not held back.
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
        tokio::select! {
            served = async { axum::serve(listener, app).await } => served?,
            _ = ended => {}
        }
        anyhow::Ok(())
    })
}

async fn answer(body: Bytes) -> StatusCode {
    drop(body);
    StatusCode::OK
}
