//! A delivery as a raw HTTP/1.1 request.

use super::Exchange;
use crate::head::Head;
use crate::redact::{Secrets, header_value};

/// The delivery as it came, head and body. With credentials replaced the head is written anew from its
/// fields. A chunked body is kept here without its chunks, so its header gives way to a `Content-Length`.
#[must_use]
pub fn raw(exchange: &Exchange<'_>, secrets: Secrets) -> Vec<u8> {
    let mut head = if exchange.head.is_empty() {
        Head {
            method: exchange.delivery.method.clone().into_bytes(),
            target: exchange.target(secrets).into_bytes(),
            version: b"HTTP/1.1".to_vec(),
            headers: exchange
                .delivery
                .headers
                .iter()
                .map(|(n, v)| (n.clone().into_bytes(), v.clone().into_bytes()))
                .collect(),
        }
    } else {
        Head::parse(exchange.head)
    };
    let chunked = head.header("transfer-encoding").is_some();
    if secrets == Secrets::Included && !chunked && !exchange.head.is_empty() {
        return [exchange.head, exchange.body].concat();
    }
    if chunked {
        let length = (b"Content-Length".to_vec(), exchange.body.len().to_string().into_bytes());
        let mut length = Some(length);
        head.headers = head
            .headers
            .into_iter()
            .filter_map(|header| match header.0.to_ascii_lowercase().as_slice() {
                b"transfer-encoding" => length.take(),
                b"content-length" | b"trailer" => None,
                _ => Some(header),
            })
            .collect();
    }
    if secrets == Secrets::Redacted {
        head.target = exchange.target(secrets).into_bytes();
        for (name, value) in &mut head.headers {
            let (name, text) = (waybill_model::header_text(name), waybill_model::header_text(value));
            let shown = header_value(&name, &text, secrets);
            if shown != text {
                *value = shown.as_bytes().to_vec();
            }
        }
    }
    [head.to_bytes(), exchange.body.to_vec()].concat()
}

#[cfg(test)]
mod tests {
    use super::super::tests::delivery;
    use super::*;

    #[test]
    fn what_came_goes_out() {
        let head = b"POST /in/mynd?a=1&token=hush HTTP/1.1\r\nhost:  x\r\nX-A: \xff\r\nCookie: hush\r\n\r\n";
        let delivery = delivery(&[], b"");
        let exchange = Exchange { delivery: &delivery, head, body: b"\0\xff" };
        assert_eq!(raw(&exchange, Secrets::Included), [&head[..], b"\0\xff"].concat());
        assert_eq!(
            raw(&exchange, Secrets::Redacted),
            b"POST /in/mynd?a=1&token=[redacted] HTTP/1.1\r\nhost: x\r\nX-A: [redacted]\r\nCookie: [redacted]\r\n\r\n\0\xff"
        );
        let head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nX-Id: 1\r\n\r\n";
        let exchange = Exchange { delivery: &delivery, head, body: b"abc" };
        assert_eq!(
            raw(&exchange, Secrets::Included),
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nX-Id: 1\r\n\r\nabc"
        );
    }
}
