//! Runs one receiver by hand: `WEBHOOK_SECRET=… waybill-target --port 4502 --scheme mynd`.
//!
//! It prints a line of JSON for each request: what came, and what this crate's own code says of the
//! signature. Secrets come from the environment, as they do for `waybill`.

use clap::Parser;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;
use waybill_model::SystemClock;
use waybill_testkit::{Answer, Form, Received, Target};

/// Receives webhooks on this machine and checks their signatures.
///
/// Example: WEBHOOK_SECRET=whsec_… waybill-target --port 4502 --scheme mynd
#[derive(Parser)]
#[command(name = "waybill-target", version)]
struct Arguments {
    /// The port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The status to answer
    #[arg(long, default_value_t = 200)]
    status: u16,
    /// mnemom, mnemom-aip, mnemom-aap, mnemom-card, timbrix, mindbridge, mynd, stripe or github
    #[arg(long, value_parser = form)]
    scheme: Option<Form>,
    /// The variable that holds the secret or public key
    #[arg(long, value_name = "VAR", default_value = "WEBHOOK_SECRET")]
    secret_env: String,
}

fn form(text: &str) -> Result<Form, String> {
    Form::of_scheme(text).ok_or_else(|| "there is no such scheme here".to_owned())
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run(arguments))
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let secret = std::env::var(&arguments.secret_env).ok();
    let target = Target::start_on(arguments.port, Arc::new(SystemClock)).await?;
    target.otherwise(Answer::status(arguments.status));
    say(&serde_json::json!({"listening": target.url("")}))?;
    let mut shown = 0;
    loop {
        let more = target.wait_for(shown + 1, Duration::from_secs(3_600));
        let requests = tokio::select! {
            interrupted = tokio::signal::ctrl_c() => return Ok(interrupted?),
            requests = more => requests.unwrap_or_default(),
        };
        for request in requests.iter().skip(shown) {
            say(&described(request, arguments.scheme, secret.as_deref()))?;
        }
        shown = shown.max(requests.len());
    }
}

fn described(request: &Received, scheme: Option<Form>, secret: Option<&str>) -> serde_json::Value {
    let signature = scheme.zip(secret).map(|(form, secret)| match request.check(form, secret) {
        Ok(()) => "ok".to_owned(),
        Err(refusal) => refusal.to_string(),
    });
    let headers: Vec<_> =
        request.headers.iter().map(|(name, value)| (name, String::from_utf8_lossy(value))).collect();
    serde_json::json!({
        "at": request.at,
        "method": request.method,
        "target": request.target,
        "headers": headers,
        "body_size": request.body.len(),
        "body": String::from_utf8_lossy(&request.body),
        "signature": signature,
    })
}

fn say(line: &serde_json::Value) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
