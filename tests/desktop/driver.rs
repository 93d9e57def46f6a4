//! A WebDriver client, as small as the tests need, against WebKitWebDriver.
//!
//! One driver process per session, on a port of its own; when the session value goes, the driver ends and takes
//! the application with it. Everything that waits, polls, and is bounded; a wait that fails says what it
//! waited for and what the page showed then. What a person does with the window is in `person.rs`.

use crate::{
    binary,
    stage::{Running, Stage},
};
use base64::Engine as _;
use serde_json::{Value, json};
use std::{
    fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, Instant},
};

/// How long a page may take for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(40);

/// An application under test, seen through its window.
pub(crate) struct Session {
    port: u16,
    id: String,
    data: PathBuf,
    /// Ends last: closing it ends the application.
    _driver: Running,
}

impl Session {
    /// Starts the application on the data folder `data` and waits until its page is loaded.
    pub(crate) fn start(stage: &Stage, data: &Path, environment: &[(&str, &str)]) -> Self {
        let folder = data.to_str().expect("a folder name in UTF-8");
        let port = free_port();
        let driver = stage.run_with(
            "WebKitWebDriver",
            &[&format!("--port={port}"), "--host=127.0.0.1"],
            &[
                environment,
                &[
                    ("WAYBILL_DATA_DIR", folder),
                    ("TAURI_AUTOMATION", "true"),
                    ("TAURI_WEBVIEW_AUTOMATION", "true"),
                ],
            ]
            .concat(),
        );
        poll("the driver listens", || http(port, "GET", "/status", None).ok());
        let options = json!({ "binary": binary(), "args": [] });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let made = http(port, "POST", "/session", Some(&wanted)).expect("a session");
        let id = made["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {made}")).to_owned();
        let session = Self { port, id, data: data.to_owned(), _driver: driver };
        session.wait("the window is drawn", || {
            let drawn =
                "return document.readyState === 'complete' && document.querySelector('main') !== null";
            (session.script(drawn) == true).then_some(())
        });
        session
    }

    /// Runs JavaScript in the page; `return` gives its value.
    pub(crate) fn script(&self, body: &str) -> Value {
        self.script_with(body, &[])
    }

    /// The same with `arguments`.
    pub(crate) fn script_with(&self, body: &str, arguments: &[Value]) -> Value {
        self.post("/execute/sync", &json!({ "script": body, "args": arguments }))
    }

    /// Asks the host as the page would: what came back as `{"ok": …}`, or `{"err": …}`.
    pub(crate) fn invoke(&self, command: &str, arguments: &Value) -> Value {
        let body = "const [command, args, done] = arguments;\
             window.__TAURI_INTERNALS__.invoke(command, args)\
             .then((ok) => done({ ok: ok instanceof ArrayBuffer ? Array.from(new Uint8Array(ok)) : ok }),\
                   (err) => done({ err }));";
        self.post("/execute/async", &json!({ "script": body, "args": [command, arguments] }))
    }

    /// Runs a command of the table through the window's own way to the host.
    #[track_caller]
    pub(crate) fn rpc(&self, name: &str, request: Value) -> Value {
        let answer = self.invoke("rpc", &json!({ "cmd": name, "payload": request }));
        assert!(answer.get("err").is_none(), "{name}: {answer}");
        answer["ok"].clone()
    }

    /// Offers bytes as a file, as the page would.
    pub(crate) fn save(&self, name: &str, bytes: &[u8]) -> Value {
        let body = "const [name, bytes, done] = arguments;\
             window.__TAURI_INTERNALS__.invoke('save_file', new Uint8Array(bytes), { headers: { name: encodeURIComponent(name) } })\
             .then((ok) => done({ ok }), (err) => done({ err }));";
        self.post("/execute/async", &json!({ "script": body, "args": [name, bytes] }))
    }

    /// The visible text of the whole page.
    pub(crate) fn page_text(&self) -> String {
        self.script("return document.body ? document.body.innerText : ''")
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// The address of the page.
    pub(crate) fn url(&self) -> String {
        self.get("/url").as_str().unwrap_or_default().to_owned()
    }

    /// Waits for something of the page; on failure a picture and the page's text say what it showed.
    pub(crate) fn wait<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look() {
                return found;
            }
            if Instant::now() > end {
                let thread = std::thread::current();
                let test = thread.name().unwrap_or_default().replace("::", "-");
                let picture = self.picture(&format!("failed-{test}"));
                panic!("waited {PATIENCE:?} for: {what}\npicture: {picture:?}\npage:\n{}", self.page_text());
            }
            std::thread::sleep(POLL);
        }
    }

    /// Writes what the window shows to `target/screens/NAME.png`.
    pub(crate) fn picture(&self, name: &str) -> PathBuf {
        // WebKitGTK waits for the next frame before it takes a picture, and a page that is at rest draws none: one
        // pixel in the corner changes its shade, below what is seen, until the picture is taken.
        let pulse = "const pixel = document.createElement('i');\
             pixel.style.cssText = 'position:fixed;right:0;bottom:0;width:1px;height:1px;pointer-events:none';\
             document.body.append(pixel);\
             let odd = false;\
             window.pulse = setInterval(() => { odd = !odd; pixel.style.background = odd ? '#00000001' : '#00000002'; }, 30);\
             window.calm = () => { clearInterval(window.pulse); pixel.remove(); };";
        self.script(pulse);
        let encoded = self.get("/screenshot");
        self.script("window.calm();");
        let png = base64::engine::general_purpose::STANDARD
            .decode(encoded.as_str().unwrap_or_default())
            .expect("a picture in base64");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screens");
        fs::create_dir_all(&folder).expect("target/screens");
        let file = folder.join(format!("{name}.png"));
        fs::write(&file, png).expect("the picture is written");
        file
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        http(self.port, "GET", &format!("/session/{}{path}", self.id), None)
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        self.try_post(path, body).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn try_post(&self, path: &str, body: &Value) -> Result<Value, String> {
        http(self.port, "POST", &format!("/session/{}{path}", self.id), Some(body))
            .map_err(|error| error.to_string())
    }

    /// Asks the application to quit, and waits until it has ended in order.
    pub(crate) fn quit(self) {
        let number = application(&self.data).expect("the application runs").to_string();
        let asked = Command::new("kill").args(["-TERM", &number]).status().expect("kill runs");
        assert!(asked.success(), "the application takes no signal");
        poll("the application has ended", || application(&self.data).is_none().then_some(()));
    }

    /// Ends the application without asking it.
    pub(crate) fn kill(self) {
        let number = application(&self.data).expect("the application runs").to_string();
        assert!(Command::new("kill").args(["-KILL", &number]).status().expect("kill runs").success());
        poll("the application is gone", || application(&self.data).is_none().then_some(()));
    }
}

/// The process that has the data folder open under the name of the application.
pub(crate) fn application(data: &Path) -> Option<u32> {
    let variable = format!("WAYBILL_DATA_DIR={}", data.display());
    let numbers = fs::read_dir("/proc").ok()?.flatten();
    numbers.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).find(|number| {
        let of = |what: &str| PathBuf::from(format!("/proc/{number}/{what}"));
        fs::read_link(of("exe")).is_ok_and(|program| program == binary())
            && fs::read(of("environ"))
                .is_ok_and(|all| all.split(|byte| *byte == 0).any(|one| one == variable.as_bytes()))
    })
}

/// Waits for something outside the page.
pub(crate) fn poll<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited {PATIENCE:?} for: {what}");
        std::thread::sleep(POLL);
    }
}

/// A port that nothing listens on now, and that no outgoing connection gets by itself either: a test may come back
/// to it after a restart.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // The system gives away ports from 32768 on. Runs beside each other begin at different places.
    let start = u16::try_from(std::process::id() % 12_000).expect("a small number");
    let mut tries = (0..12_000_u16).map(|_| 20_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000);
    tries.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).expect("a free port")
}

/// One exchange with the driver: the `value` of its answer, or its error as words.
fn http(port: u16, method: &str, path: &str, body: Option<&Value>) -> io::Result<Value> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(90)))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = BufReader::new(stream);
    let mut length = None;
    loop {
        let mut line = String::new();
        if answer.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok()
            }
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    let mut bytes = Vec::new();
    match length {
        Some(length) => {
            answer.by_ref().take(length).read_to_end(&mut bytes)?;
        }
        None => {
            answer.read_to_end(&mut bytes)?;
        }
    }
    let mut value: Value = serde_json::from_slice(&bytes)?;
    let value = value["value"].take();
    match value["error"].as_str() {
        Some(error) => {
            Err(io::Error::other(format!("{error}: {}", value["message"].as_str().unwrap_or_default())))
        }
        None => Ok(value),
    }
}
