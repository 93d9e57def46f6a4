//! A sender of deliveries as bytes on a socket, for those that no provider would send.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

/// One kept connection to the capture server.
pub(crate) struct Sender(BufReader<TcpStream>);

impl Sender {
    /// Connects to the capture server that listens at this address (`http://host:port`).
    pub(crate) fn to(capture: &str) -> Self {
        let stream = TcpStream::connect(capture.trim_start_matches("http://")).expect("the capture server");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
        Self(BufReader::new(stream))
    }

    /// Posts a body with these headers besides host and length; the status of the answer.
    pub(crate) fn post(&mut self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> u16 {
        let mut request =
            format!("POST {path} HTTP/1.1\r\nHost: waybill\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        self.write(&[request.as_bytes(), body].concat())
    }

    /// Writes bytes as they are and reads one answer; its status.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> u16 {
        self.0.get_mut().write_all(bytes).expect("it is sent");
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a status line");
        let status = line.split(' ').nth(1).and_then(|text| text.parse().ok()).expect("a status");
        let mut length = 0;
        loop {
            line.clear();
            self.0.read_line(&mut line).expect("a header");
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().expect("a length");
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("the body");
        status
    }
}
