//! What the shell itself promises, whatever the page shows.

use crate::{binary, driver::Session, stage::Stage};
use serde_json::json;
use std::{fs, path::Path};

#[test]
fn hostile_script_in_the_page_gets_nowhere() {
    let Some(stage) = Stage::set() else { return };
    let data = stage.folder("data");
    let session = Session::start(&stage, &data, &[]);
    let home = session.url();
    assert!(home.starts_with("tauri://localhost"), "{home}");

    // Leaving: every way of it is refused and the page stays.
    for leave in [
        "location.href = 'https://example.com/'",
        "location.assign('file:///etc/passwd')",
        "location = 'about:blank'",
    ] {
        session.script(leave);
    }
    assert_eq!(session.script("return window.open('https://example.com/') === null"), true);

    // The content security policy: no eval, no foreign connection, no inline script, no frame with content.
    let probe =
        |body: &str| session.script(&format!("try {{ {body} }} catch (error) {{ return error.name; }}"));
    assert_eq!(probe("return eval('1 + 1')"), "EvalError");
    assert_eq!(probe("return new Function('return 1')()"), "EvalError");
    session.script(
        "const script = document.createElement('script'); script.textContent = 'window.injected = true';\
         document.head.append(script);\
         const image = document.createElement('img'); image.setAttribute('onerror', 'window.injected = true');\
         image.src = 'missing.png'; document.body.append(image);\
         window.fetched = 'waiting'; fetch('http://127.0.0.1:9/').catch((error) => { window.fetched = error.name; });\
         const frame = document.createElement('iframe'); frame.src = 'https://example.com/'; document.body.append(frame);",
    );
    session.wait("the fetch is refused", || {
        (session.script("return window.fetched") == "TypeError").then_some(())
    });
    assert_eq!(session.script("return window.injected === undefined"), true);
    assert_eq!(session.script("Object.prototype.polluted = 1; return ({}).polluted === undefined"), true);

    // Only the shell's own commands answer; every core and plugin command is refused.
    for command in [
        "plugin:window|close",
        "plugin:event|listen",
        "plugin:opener|open_url",
        "plugin:path|resolve_directory",
        "unknown",
    ] {
        let answer = session.invoke(command, &json!({}));
        assert!(answer.get("err").is_some(), "{command}: {answer}");
    }
    for link in ["http://example.com/", "file:///etc/passwd", "javascript:alert(1)"] {
        let answer = session.invoke("open_link", &json!({ "url": link }));
        assert_eq!(answer["err"]["code"], "invalid_input", "{link}: {answer}");
    }
    assert_eq!(session.url(), home, "the page is still there");
}

#[test]
fn a_file_goes_to_the_downloads_and_nowhere_else() {
    let Some(stage) = Stage::set() else { return };
    let data = stage.folder("data");
    let session = Session::start(&stage, &data, &[]);
    for (name, kept) in [("a.har", "a.har"), ("a.har", "a (1).har"), ("../../ü.txt", "ü.txt")] {
        let answer = session.save(name, b"bytes \xff");
        let path = answer["ok"].as_str().unwrap_or_else(|| panic!("{name}: {answer}"));
        assert!(path.ends_with(&format!("/{kept}")), "{path}");
        assert!(Path::new(path).starts_with(stage.home()), "{path}");
        assert_eq!(fs::read(path).unwrap(), b"bytes \xff");
    }
    // A link of the page itself downloads nothing.
    session.script(
        "const link = document.createElement('a'); link.download = 'by-link.txt';\
         link.href = URL.createObjectURL(new Blob(['x'])); document.body.append(link); link.click();",
    );
    assert_eq!(session.script("return document.readyState"), "complete");
    session.quit();
}

#[test]
fn a_second_start_shows_the_first_and_closing_ends_in_order() {
    let Some(stage) = Stage::set() else { return };
    let data = stage.folder("data");
    let session = Session::start(&stage, &data, &[]);
    let second = stage.command(binary()).env("WAYBILL_DATA_DIR", &data).output().expect("the second start");
    assert!(second.status.success(), "{second:?}");
    assert_eq!(session.script("return document.readyState"), "complete", "the first goes on");

    session.quit();
    assert!(data.join("window.json").exists(), "where the window stood is kept");

    // Started again it stands there; without a quit in between the next start is as good.
    let session = Session::start(&stage, &data, &[]);
    session.kill();
    Session::start(&stage, &data, &[]).quit();
}
