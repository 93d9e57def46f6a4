//! Runs one provider simulator by hand: `waybill-simulate mynd --port 4501`.
//!
//! It prints where it listens, what it accepts and the commands to connect Waybill to it, then runs
//! until it is interrupted. The credentials it prints are made up and open nothing but itself.

use clap::Parser;
use std::io::Write as _;
use std::time::Duration;
use waybill_testkit::{Seeding, Simulator, SimulatorKind, SimulatorOptions};

/// Simulates a webhook provider on this machine.
///
/// Example: waybill-simulate mynd --port 4501 --clock-factor 600 --emit-every 5
#[derive(Parser)]
#[command(name = "waybill-simulate", version)]
struct Arguments {
    /// mnemom, timbrix, mindbridge, mynd, github, gitlab, stripe or svix
    provider: SimulatorKind,
    /// The port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Divides the provider's waiting times: 600 makes an hour of retries six seconds
    #[arg(long, default_value_t = 60.0)]
    clock_factor: f64,
    /// Makes an event happen every so many seconds
    #[arg(long, value_name = "SECONDS")]
    emit_every: Option<f64>,
    /// Makes ids, secrets and the token repeat from run to run
    #[arg(long)]
    seed: Option<u64>,
    /// Mynd: also answers the list and get calls, which its pages do not document
    #[arg(long)]
    undocumented_reads: bool,
    /// Ignores fields that the provider does not document, in place of refusing them
    #[arg(long)]
    lenient: bool,
    /// Starts with so many endpoints
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    endpoints: u32,
    /// Starts with so many entries in the log of the first endpoint
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    deliveries: u32,
    /// One line of JSON in place of text
    #[arg(long)]
    json: bool,
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
    let kind = arguments.provider;
    let options = SimulatorOptions {
        port: arguments.port,
        clock_factor: arguments.clock_factor,
        seed: arguments.seed,
        undocumented_reads: arguments.undocumented_reads,
        strict: !arguments.lenient,
        ..SimulatorOptions::default()
    };
    let every = arguments.emit_every.map(Duration::try_from_secs_f64).transpose()?;
    let simulator = Simulator::start(kind, options).await?;
    simulator.handle.set_auto_emit(every);
    let (endpoints, deliveries) = (arguments.endpoints, arguments.deliveries);
    simulator.handle.seed(&Seeding { endpoints, deliveries, ..Seeding::default() });
    let mut out = std::io::stdout().lock();
    let text = if arguments.json { machine_text(kind, &simulator) } else { human_text(kind, &simulator) };
    writeln!(out, "{text}")?;
    out.flush()?;
    drop(out);
    tokio::signal::ctrl_c().await?;
    simulator.stop().await;
    Ok(())
}

fn machine_text(kind: SimulatorKind, simulator: &Simulator) -> String {
    serde_json::json!({
        "provider": kind.id(),
        "base_url": simulator.base_url,
        "token": simulator.token,
        "api_key": simulator.api_key,
        "restricted_token": simulator.restricted_token,
        "vars": simulator.vars,
        "fields": simulator.fields,
        "control": format!("http://{}/_sim/", simulator.address),
    })
    .to_string()
}

fn human_text(kind: SimulatorKind, simulator: &Simulator) -> String {
    let id = kind.id();
    let mut lines = vec![
        format!("{id} is simulated at {}", simulator.base_url),
        format!("  token     {}", simulator.token),
    ];
    lines.extend(simulator.api_key.iter().map(|key| format!("  API key   {key}")));
    lines.extend(simulator.vars.iter().map(|(name, value)| format!("  variable  {name} = {value}")));
    lines.extend(simulator.fields.iter().map(|(name, value)| format!("  field     {name} = {value}")));
    // One kind of account at a time: a repository and not its organisation, a project and not its group.
    let shown = |name: &&String| !matches!((id, name.as_str()), ("github", "org") | ("gitlab", "group"));
    let vars = simulator.vars.iter().filter(|(name, _)| shown(name));
    let vars: String = vars.map(|(name, value)| format!(" --var {name}={value}")).collect();
    let fields: String =
        simulator.fields.iter().map(|(name, value)| format!(" --field {name}={value}")).collect();
    let extra = if kind == SimulatorKind::MindBridge { " --name hooks --field status=ACTIVE" } else { "" };
    let event = kind.events().first().copied().unwrap_or_default();
    let control = format!("http://{}/_sim", simulator.address);
    lines.extend([
        String::new(),
        "Connect Waybill to it:".to_owned(),
        format!("  export SIM_TOKEN='{}'", simulator.token),
        format!(
            "  waybill connection add {id} --name {id}-sim --base-url {}{vars} --token-env SIM_TOKEN",
            simulator.base_url
        ),
        "and, with the port that `waybill listen` prints in place of 4400:".to_owned(),
        format!(
            "  waybill endpoint create --connection {id}-sim --url http://127.0.0.1:4400/in/{id} --event {event}{extra}{fields} --inbox {id}"
        ),
        String::new(),
        "Make something happen:".to_owned(),
        format!("  curl -X POST {control}/emit -H 'content-type: application/json' -d '{{\"count\":3}}'"),
        format!("  curl {control}/deliveries"),
        "Lose the next three deliveries on their way:".to_owned(),
        format!("  curl -X POST {control}/drop -H 'content-type: application/json' -d '{{\"count\":3}}'"),
        String::new(),
        "Ctrl-C ends it.".to_owned(),
    ]);
    lines.join("\n")
}
