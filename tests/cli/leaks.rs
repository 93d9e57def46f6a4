//! No secret in what a command says, logs or writes: planted ones are looked for in all of it.

use crate::canary::found;
use crate::process::Data;
use std::path::{Path, PathBuf};
use waybill_testkit::{Fault, PlannedFault, Simulator, SimulatorKind, SimulatorOptions};

fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() { files(&entry.path(), all) } else { all.push(entry.path()) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_tells_a_secret() {
    let token = "cnry+/mynd=%token&42".to_owned();
    let options = SimulatorOptions { token: Some(token.clone()), ..SimulatorOptions::default() };
    let simulator = Simulator::start(SimulatorKind::Mynd, options).await.unwrap();
    let data = Data::new();
    let secret = "cnry own signing secret+/7";
    let variables = [("TOKEN", token.as_str()), ("OWN", secret)];
    let mut said = Vec::new();
    let mut run = |words: &str| {
        for more in [&["-vv"][..], &["-vv", "--json"]] {
            let words: Vec<&str> = words.split(' ').chain(more.iter().copied()).collect();
            let heard = tokio::task::block_in_place(|| data.run_with(&words, b"", &variables));
            said.push(format!("{words:?}\n{}\n{}", heard.out, heard.err));
        }
    };
    let base = simulator.base_url.as_str();
    run(&format!("connection add mynd --name c --base-url {base} --token-env TOKEN"));
    run("inbox add own --scheme mynd --secret-env OWN");
    run("secret set hand --secret-env OWN");
    run("endpoint create --connection c --url https://hooks.example.com/a --event run.failed --inbox box");
    let secrets: Vec<String> = simulator.handle.endpoints().into_iter().map(|one| one.credential).collect();
    let id = simulator.handle.endpoints()[0].id.clone();
    for words in
        ["connection test c", "connection list", "endpoint list", "endpoint history", "secret list", "doctor"]
    {
        run(words);
    }
    run(&format!("endpoint log {id} --connection c"));
    run("reconcile --connection c");
    let body = format!("{{\"error\":{{\"code\":\"{token}\",\"message\":\"{token}\"}}}}");
    for status in [200, 401, 422] {
        simulator.handle.clear_faults();
        let fault = Fault::Answer { status, headers: Vec::new(), body: body.clone() };
        simulator.handle.fault(PlannedFault::from(fault).times(100));
        run("connection test c");
        run(&format!("endpoint delete {id} --connection c --yes"));
        run("endpoint create --connection c --url https://hooks.example.com/b --event run.failed");
    }
    for format in ["har", "jsonl", "raw", "curl"] {
        run(&format!("deliveries export --format {format}"));
    }
    let mut paths = Vec::new();
    files(data.0.path(), &mut paths);
    paths.retain(|path| path.file_name().is_none_or(|name| name != "vault.age"));
    assert!(said.iter().any(|text| text.contains("DEBUG")), "nothing was logged: {said:?}");
    for secret in secrets.iter().map(String::as_str).chain([token.as_str(), secret]) {
        for text in &said {
            assert_eq!(found(text.as_bytes(), secret), None, "{secret} was said: {text}");
        }
        for path in &paths {
            let bytes = std::fs::read(path).unwrap();
            assert_eq!(found(&bytes, secret), None, "{secret} stands in {}", path.display());
        }
    }
}
