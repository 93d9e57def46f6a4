//! Fills a fresh engine with samples, the way they come in life: inboxes with their secrets, then requests to the
//! capture server, one connection each.

use anyhow::{Context as _, bail};
use serde_json::json;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use waybill_engine::Engine;
use waybill_model::{Clock as _, SystemClock, Timestamp};
use waybill_testkit::{Form, Sample, samples};

const SEED: u64 = 7;
/// The oldest is signed so long ago, which every scheme's tolerance still allows.
const SPAN: Duration = Duration::from_secs(200);

/// Makes an inbox for each provider of the samples and sends `count` of them to `capture`.
pub(crate) async fn send(engine: &Engine, capture: &str, count: usize) -> anyhow::Result<()> {
    let gap = SPAN / u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    let now = SystemClock.now();
    let first = Timestamp(now.0.saturating_sub(i64::try_from(SPAN.as_nanos()).unwrap_or(0)));
    let samples = samples(SEED).starting(first, gap);
    for secret in samples.secrets() {
        // The catalogue tells GitHub's two hashes apart.
        let scheme = if secret.form == Form::GitHub { "github-sha256" } else { secret.form.scheme() };
        let request = json!({ "name": secret.provider, "scheme": scheme, "secrets": [secret.credential] });
        engine.call("inboxes.create", request).await.with_context(|| secret.provider)?;
    }
    let address = capture.trim_start_matches("http://");
    for sample in samples.take(count) {
        post(address, &sample).await.with_context(|| sample.path.clone())?;
    }
    Ok(())
}

async fn post(address: &str, sample: &Sample) -> anyhow::Result<()> {
    let mut head =
        format!("{} {} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n", sample.method, sample.path);
    for (name, value) in &sample.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", sample.body.len()));
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&sample.body).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    if !answer.starts_with(b"HTTP/1.1 2") {
        bail!("answered {}", String::from_utf8_lossy(answer.get(..60).unwrap_or(&answer)));
    }
    Ok(())
}
