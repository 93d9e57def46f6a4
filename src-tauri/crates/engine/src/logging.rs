//! Structured logs: one JSON document a line, a file a day in the data folder, fourteen kept. What
//! looks like a credential never reaches the file: the line passes [`scrub`] on its way.

use crate::engine::EngineOptions;
use std::io::{self, Write};
use std::path::Path;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Starts logging for this process; a second call keeps the first.
pub(crate) fn start(options: &EngineOptions) {
    let filter = EnvFilter::try_new(options.log_level.as_deref().unwrap_or("warn,waybill=info"));
    let file = appender(&options.data_dir.join("logs"))
        .map(|file| tracing_subscriber::fmt::layer().json().with_writer(Scrubbing(file)));
    let terminal = options.log_to_stderr.then(|| {
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(Scrubbing(io::stderr as fn() -> io::Stderr))
    });
    let layers = file.map(Layer::boxed).into_iter().chain(terminal.map(Layer::boxed)).collect::<Vec<_>>();
    let subscriber = tracing_subscriber::registry().with(layers).with(filter.unwrap_or_default());
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// The file of today; none when it can't be written: nothing fails because it can't be logged.
fn appender(logs: &Path) -> Option<RollingFileAppender> {
    std::fs::create_dir_all(logs).ok()?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("waybill")
        .filename_suffix("jsonl")
        .max_log_files(14)
        .build(logs)
        .ok()?;
    private(logs);
    Some(appender)
}

/// Logs are nobody else's to read. A folder that can't be changed is one the store refuses anyway.
fn private(folder: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _ = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700));
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let _ = std::fs::set_permissions(entry.path(), std::fs::Permissions::from_mode(0o600));
        }
    }
    #[cfg(not(unix))]
    let _ = folder;
}

struct Scrubbing<M>(M);

struct Line<W>(W);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Scrubbing<M> {
    type Writer = Line<M::Writer>;
    fn make_writer(&'a self) -> Self::Writer {
        Line(self.0.make_writer())
    }
}

impl<W: Write> Write for Line<W> {
    // The formatter hands over whole lines.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.0.write_all(scrub(&text).as_bytes())?;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What credentials and signatures begin with.
const MARKS: &[&str] = &[
    "whsec_", "whsk_", "sk_live_", "sk_test_", "sk_ci_", "mnm_", "Bearer ", "bearer ", "Basic ", "eyJ",
    "ghp_", "glpat-", "v1=", "v1,", "sha256=",
];

/// `line` with everything that looks like a credential replaced by its beginning and `[redacted]`.
pub(crate) fn scrub(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((at, mark)) = MARKS
        .iter()
        .filter_map(|mark| rest.find(mark).map(|at| (at, *mark)))
        .min_by_key(|(at, mark)| (*at, usize::MAX - mark.len()))
    {
        let after = at + mark.len();
        let tail = &rest[after..];
        let length = tail
            .find(|c: char| {
                !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '/' | '=' | '~'))
            })
            .unwrap_or(tail.len());
        out.push_str(&rest[..after]);
        // A short word after such a mark is prose, not a credential.
        out.push_str(if length >= 6 { "[redacted]" } else { &tail[..length] });
        rest = &tail[length..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_do_not_reach_the_file() {
        for (line, expected) in [
            ("key whsec_AbC123456+/= end", "key whsec_[redacted] end"),
            ("Authorization: Bearer abc.def-ghi_jkl\"", "Authorization: Bearer [redacted]\""),
            ("t=1,v1=9c41e0a7d2 and sk_live_0123456789", "t=1,v1=[redacted] and sk_live_[redacted]"),
            ("a bearer of news", "a bearer of news"),
            ("nothing here", "nothing here"),
            ("grün whsec_öffnen", "grün whsec_öffnen"),
        ] {
            assert_eq!(scrub(line), expected);
        }
    }
}
