//! The simulators' own HTTP client: one POST on a fresh connection.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio_util::task::AbortOnDropHandle;
use url::Url;

/// Bytes of an answer that a provider would keep.
const ANSWER_CAP: usize = 64 * 1024;

/// What the receiver answered.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// One attempt: what came back or why nothing did, and how long it took.
pub(crate) struct Outcome {
    pub(crate) result: Result<Reply, String>,
    pub(crate) latency: Duration,
}

/// Sends one POST. `title_case` writes header names as `X-Webhook-Id` in place of `x-webhook-id`.
pub(crate) async fn post(
    url: &str,
    headers: &[(String, String)],
    body: &[u8],
    deadline: Duration,
    title_case: bool,
) -> Outcome {
    let began = Instant::now();
    let result = match tokio::time::timeout(deadline, exchange(url, headers, body, title_case)).await {
        Ok(result) => result.map_err(|error| format!("{error:#}")),
        Err(_) => Err(format!("timeout after {} ms", deadline.as_millis())),
    };
    Outcome { result, latency: began.elapsed() }
}

async fn exchange(
    url: &str,
    headers: &[(String, String)],
    body: &[u8],
    title_case: bool,
) -> anyhow::Result<Reply> {
    let url = Url::parse(url)?;
    anyhow::ensure!(
        url.scheme() == "http",
        "this simulator speaks no TLS: it delivers to http addresses only"
    );
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, url.port_or_known_default().unwrap_or(80))).await?;
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .title_case_headers(title_case)
        .handshake(TokioIo::new(stream))
        .await?;
    let _connection = AbortOnDropHandle::new(tokio::spawn(connection));
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let authority = &url[url::Position::BeforeHost..url::Position::BeforePath];
    let mut request = Request::post(path).header("Host", authority);
    for (name, value) in headers {
        request =
            request.header(HeaderName::try_from(name.as_str())?, HeaderValue::try_from(value.as_str())?);
    }
    let answer = sender.send_request(request.body(Full::new(Bytes::copy_from_slice(body)))?).await?;
    let status = answer.status().as_u16();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers =
        answer.headers().iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
    // A longer answer is not a failure at any provider: it is cut off for the log.
    let body = Limited::new(answer.into_body(), ANSWER_CAP);
    let body = match body.collect().await {
        Ok(whole) => text(&whole.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => String::new(),
        Err(error) => anyhow::bail!("the answer broke off: {error}"),
    };
    Ok(Reply { status, headers, body })
}
