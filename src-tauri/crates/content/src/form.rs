//! `application/x-www-form-urlencoded` as ordered pairs with their places in the body.

use percent_encoding::percent_decode;
use serde::Serialize;
use ts_rs::TS;

/// Most fields that are listed.
pub const FIELD_LIMIT: usize = 10_000;

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct FormField {
    /// Its name, decoded.
    pub name: String,
    /// Its value, decoded; bytes that are not UTF-8 become U+FFFD.
    pub value: String,
    /// Offset of its first byte in the body.
    #[ts(type = "number")]
    pub from: u64,
    /// Offset after its last byte.
    #[ts(type = "number")]
    pub to: u64,
}

/// The fields of `body` in order, at most [`FIELD_LIMIT`], and how many there are in all.
#[must_use]
pub fn form_fields(body: &[u8]) -> (Vec<FormField>, usize) {
    let (mut fields, mut from, mut total) = (Vec::new(), 0usize, 0);
    for part in body.split(|&b| b == b'&') {
        let to = from + part.len();
        if !part.is_empty() {
            total += 1;
            if fields.len() < FIELD_LIMIT {
                let equals = part.iter().position(|&b| b == b'=');
                let (name, value) = equals.map_or((part, &b""[..]), |at| (&part[..at], &part[at + 1..]));
                fields.push(FormField {
                    name: decode(name),
                    value: decode(value),
                    from: from as u64,
                    to: to as u64,
                });
            }
        }
        from = to + 1;
    }
    (fields, total)
}

fn decode(bytes: &[u8]) -> String {
    let spaced: Vec<u8> = bytes.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
    percent_decode(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_order_repeats_and_places() {
        let (fields, total) = form_fields(b"a=1+2&b=%7B%22x%22%3A1%7D&&a&=v&c=%zz%ff&d=x=y");
        let rows: Vec<_> = fields.iter().map(|f| (f.name.as_str(), f.value.as_str(), f.from, f.to)).collect();
        assert_eq!(
            rows,
            [
                ("a", "1 2", 0, 5),
                ("b", "{\"x\":1}", 6, 25),
                ("a", "", 27, 28),
                ("", "v", 29, 31),
                ("c", "%zz\u{fffd}", 32, 40),
                ("d", "x=y", 41, 46),
            ]
        );
        assert_eq!(total, 6);
        let many = "x&".repeat(FIELD_LIMIT + 5);
        let (fields, total) = form_fields(many.as_bytes());
        assert_eq!((fields.len(), total), (FIELD_LIMIT, FIELD_LIMIT + 5));
    }
}
