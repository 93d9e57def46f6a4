//! Who may ask: the page that the bridge itself serves, and tools that are no browser.
//!
//! A browser tells where a request comes from. A name that was rebound to loopback shows in `Host`, a foreign
//! page in `Origin` and in `Sec-Fetch-Site`; each is compared whole.

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Lets a request pass when it comes from the bridge's own page.
pub(crate) async fn own_page_only(request: Request, next: Next) -> Response {
    if is_own(request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "This answers its own page only.").into_response()
    }
}

fn is_own(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let Some(host) = text(header::HOST.as_str()) else { return false };
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let loopback = matches!(name, "127.0.0.1" | "localhost");
    let origin = text(header::ORIGIN.as_str()).is_none_or(|origin| origin == format!("http://{host}"));
    let site = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    loopback && origin && site
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_page_is_answered() {
        #[track_caller]
        fn check(headers: &[(&'static str, &'static str)], expected: bool) {
            let map =
                headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            assert_eq!(is_own(&map), expected, "{headers:?}");
        }
        check(&[("host", "127.0.0.1:4000")], true);
        check(&[("host", "localhost:4000")], true);
        check(
            &[
                ("host", "127.0.0.1:4000"),
                ("origin", "http://127.0.0.1:4000"),
                ("sec-fetch-site", "same-origin"),
            ],
            true,
        );
        check(&[("host", "127.0.0.1:4000"), ("sec-fetch-site", "none")], true);
        check(&[], false);
        check(&[("host", "rebound.example:4000")], false);
        check(&[("host", "127.0.0.1.example:4000")], false);
        check(&[("host", "127.0.0.1:4000"), ("origin", "http://127.0.0.1:5000")], false);
        check(&[("host", "127.0.0.1:4000"), ("origin", "https://127.0.0.1:4000")], false);
        check(&[("host", "127.0.0.1:4000"), ("origin", "null")], false);
        check(&[("host", "127.0.0.1:4000"), ("sec-fetch-site", "cross-site")], false);
        check(&[("host", "127.0.0.1:4000"), ("sec-fetch-site", "same-site")], false);
    }
}
