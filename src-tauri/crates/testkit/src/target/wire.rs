//! Reading requests and writing answers on a bare socket.

use super::Received;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use waybill_model::Timestamp;

/// No head that a test sends is longer.
const HEAD_CAP: usize = 1 << 20;

fn bad(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// The next request, or nothing when the sender has closed between two. `pending` holds bytes that
/// were read beyond a request.
pub(super) async fn read<S: AsyncRead + Unpin>(
    stream: &mut S,
    pending: &mut Vec<u8>,
) -> io::Result<Option<Received>> {
    let end = loop {
        if let Some(at) = find(pending, b"\r\n\r\n") {
            break at + 4;
        }
        if pending.len() > HEAD_CAP {
            return Err(bad("head too long"));
        }
        if stream.read_buf(pending).await? == 0 {
            return if pending.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
    };
    let raw_head: Vec<u8> = pending.drain(..end).collect();
    let (method, target, headers) = parse_head(&raw_head)?;
    let mut request =
        Received { at: Timestamp(0), connection: 0, raw_head, method, target, headers, body: Vec::new() };
    let chunked =
        request.header("transfer-encoding").is_some_and(|v| v.to_ascii_lowercase().ends_with("chunked"));
    if chunked {
        request.body = read_chunks(stream, pending).await?;
    } else if let Some(length) = request.header("content-length") {
        let length = length.parse().map_err(|_| bad("length is no number"))?;
        request.body = take(stream, pending, length).await?;
    }
    Ok(Some(request))
}

type Head = (String, String, Vec<(String, Vec<u8>)>);

fn parse_head(head: &[u8]) -> io::Result<Head> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut lines = head.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut words = lines.next().unwrap_or_default().split(|b| *b == b' ');
    let (Some(method), Some(target), Some(_)) = (words.next(), words.next(), words.next()) else {
        return Err(bad("no request line"));
    };
    let mut headers = Vec::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        let colon = line.iter().position(|b| *b == b':').ok_or_else(|| bad("a header without a colon"))?;
        headers.push((text(&line[..colon]), line[colon + 1..].trim_ascii().to_vec()));
    }
    Ok((text(method), text(target), headers))
}

async fn take<S: AsyncRead + Unpin>(
    stream: &mut S,
    pending: &mut Vec<u8>,
    length: usize,
) -> io::Result<Vec<u8>> {
    while pending.len() < length {
        if stream.read_buf(pending).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(pending.drain(..length).collect())
}

async fn line<S: AsyncRead + Unpin>(stream: &mut S, pending: &mut Vec<u8>) -> io::Result<Vec<u8>> {
    loop {
        if let Some(at) = find(pending, b"\r\n") {
            let mut line: Vec<u8> = pending.drain(..at + 2).collect();
            line.truncate(at);
            return Ok(line);
        }
        if stream.read_buf(pending).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

async fn read_chunks<S: AsyncRead + Unpin>(stream: &mut S, pending: &mut Vec<u8>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(stream, pending).await?;
        let size = size.split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
        let size = std::str::from_utf8(size).ok().and_then(|text| usize::from_str_radix(text, 16).ok());
        let size = size.ok_or_else(|| bad("chunk size is no number"))?;
        if size == 0 {
            while !line(stream, pending).await?.is_empty() {}
            return Ok(body);
        }
        body.extend(take(stream, pending, size).await?);
        if !line(stream, pending).await?.is_empty() {
            return Err(bad("chunk longer than it said"));
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// An answer as bytes.
pub(super) fn reply(status: u16, headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let reason =
        http::StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason()).unwrap_or("");
    let mut head = format!("HTTP/1.1 {status} {reason}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    // RFC 9112 section 6.3: these never have a body, so they need no length.
    if status >= 200 && status != 204 && status != 304 {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

/// Waits until the other side has closed.
pub(super) async fn until_closed<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<()> {
    let mut sink = [0; 1024];
    while stream.read(&mut sink).await? > 0 {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(input: &str, expected: Result<Vec<(&str, &str, &str)>, io::ErrorKind>) {
        let mut stream = input.as_bytes();
        let mut pending = Vec::new();
        let mut got = Vec::new();
        let outcome = loop {
            match read(&mut stream, &mut pending).await {
                Ok(Some(request)) => got.push(request),
                Ok(None) => break Ok(()),
                Err(error) => break Err(error.kind()),
            }
        };
        let got: Vec<_> = got
            .iter()
            .map(|r| (r.method.clone(), r.target.clone(), String::from_utf8(r.body.clone()).unwrap()))
            .collect();
        let want = expected.clone().map(|rows| {
            rows.into_iter().map(|(m, t, b)| (m.to_owned(), t.to_owned(), b.to_owned())).collect::<Vec<_>>()
        });
        assert_eq!(outcome.map(|()| got), want, "{input:?}");
    }

    #[tokio::test]
    async fn requests_are_read_by_length_and_by_chunks() {
        check("", Ok(vec![])).await;
        check("GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n", Ok(vec![("GET", "/a?b", "")])).await;
        check(
            "POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\nabPUT /2 HTTP/1.1\r\n\r\n",
            Ok(vec![("POST", "/", "ab"), ("PUT", "/2", "")]),
        )
        .await;
        check(
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nT: v\r\n\r\n",
            Ok(vec![("POST", "/", "abc")]),
        )
        .await;
        check("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab", Err(io::ErrorKind::UnexpectedEof)).await;
        check("POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", Err(io::ErrorKind::InvalidData)).await;
        check("nonsense\r\n\r\n", Err(io::ErrorKind::InvalidData)).await;
    }

    #[tokio::test]
    async fn the_head_is_kept_as_it_stood() {
        let head = b"POST /x HTTP/1.1\r\nX-b: 1\r\nx-A:\xff \r\nX-b: 2\r\n\r\n";
        let request = read(&mut &head[..], &mut Vec::new()).await.unwrap().unwrap();
        assert_eq!(request.raw_head, head);
        assert_eq!(
            request.headers,
            [
                ("X-b".to_owned(), b"1".to_vec()),
                ("x-A".to_owned(), vec![0xff]),
                ("X-b".to_owned(), b"2".to_vec())
            ]
        );
    }
}
