//! Ways in which the text of a secret is kept other than its sender means it.

use crate::encoding::Encoding;

/// What has to be done to a stored secret so that it is the sender's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecretChange {
    /// White space, line ends and invisible characters at both ends are cut off.
    Trim,
    /// One pair of quotes around it is taken off, and white space with it.
    Unquote,
    /// What follows the first `=` of a line such as `SECRET="…"`.
    Assigned,
    /// This prefix is cut off.
    StripPrefix(&'static str),
    /// This prefix is put before it.
    AddPrefix(&'static str),
    /// `\n` written as two characters becomes a line end.
    UnescapeLineEnds,
    /// `%41` becomes `A`.
    PercentDecode,
    /// What stands behind the last colon of a pair such as `user:password`.
    AfterColon,
    /// Hex digits become the bytes they stand for.
    DecodeHex,
    /// Base64, of either alphabet, becomes the bytes it stands for.
    DecodeBase64,
    /// The text is written in hex.
    EncodeHex,
    /// The text is written in base64.
    EncodeBase64,
    /// The text is written in base64 behind `whsec_`.
    EncodeWhsec,
    /// Letters become lower case.
    Lowercase,
    /// Letters become upper case.
    Uppercase,
}

impl SecretChange {
    /// The secret to keep instead; the same bytes when the change does not apply.
    #[must_use]
    pub fn apply(&self, secret: &[u8]) -> Vec<u8> {
        match self {
            Self::Trim => trimmed(secret).to_vec(),
            Self::Unquote => unquoted(secret).to_vec(),
            Self::Assigned => assigned(secret).to_vec(),
            Self::StripPrefix(prefix) => secret.strip_prefix(prefix.as_bytes()).unwrap_or(secret).to_vec(),
            Self::AddPrefix(prefix) => [prefix.as_bytes(), secret].concat(),
            Self::UnescapeLineEnds => unescaped(secret),
            Self::PercentDecode => percent_decoded(secret),
            Self::AfterColon => {
                let at = secret.iter().rposition(|byte| *byte == b':').map_or(0, |at| at + 1);
                secret.get(at..).unwrap_or_default().to_vec()
            }
            Self::DecodeHex => Encoding::Hex.decode(secret, false).unwrap_or_else(|| secret.to_vec()),
            Self::DecodeBase64 => decoded_base64(secret).unwrap_or_else(|| secret.to_vec()),
            Self::EncodeHex => Encoding::Hex.encode(secret).unwrap_or_default().into_bytes(),
            Self::EncodeBase64 => Encoding::Base64.encode(secret).unwrap_or_default().into_bytes(),
            Self::EncodeWhsec => {
                let text = Encoding::Base64.encode(secret).unwrap_or_default();
                format!("whsec_{text}").into_bytes()
            }
            Self::Lowercase => secret.to_ascii_lowercase(),
            Self::Uppercase => secret.to_ascii_uppercase(),
        }
    }
}

/// Characters that stand at the ends of copied text and are seen by nobody.
const INVISIBLE: [&[u8]; 5] =
    [b"\xef\xbb\xbf", b"\xe2\x80\x8b", b"\xe2\x80\x8c", b"\xe2\x80\x8d", b"\xc2\xa0"];

fn trimmed(mut secret: &[u8]) -> &[u8] {
    loop {
        let before = secret.len();
        secret = secret.trim_ascii();
        while let [0, rest @ ..] | [rest @ .., 0] = secret {
            secret = rest;
        }
        for one in INVISIBLE {
            secret = secret.strip_prefix(one).unwrap_or(secret);
            secret = secret.strip_suffix(one).unwrap_or(secret);
        }
        if secret.len() == before {
            return secret;
        }
    }
}

fn unquoted(secret: &[u8]) -> &[u8] {
    match trimmed(secret) {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] | [b'`', inner @ .., b'`'] => trimmed(inner),
        [b'<', inner @ .., b'>'] => trimmed(inner),
        other => other,
    }
}

fn assigned(secret: &[u8]) -> &[u8] {
    let text = trimmed(secret);
    let text = text.strip_prefix(b"export ").unwrap_or(text);
    let Some(at) = text.iter().position(|byte| *byte == b'=') else { return secret };
    let (name, value) = text.split_at(at);
    let named = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    match value.get(1..) {
        Some(value) if named && !value.is_empty() && value != b"=" => unquoted(value),
        _ => secret,
    }
}

fn unescaped(secret: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(secret.len());
    let mut rest = secret;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'\\', [b'n', tail @ ..]) => {
                text.push(b'\n');
                rest = tail;
            }
            (b'\\', [b'r', tail @ ..]) => {
                text.push(b'\r');
                rest = tail;
            }
            _ => text.push(*byte),
        }
    }
    text
}

fn percent_decoded(secret: &[u8]) -> Vec<u8> {
    // A plus sign is no blank in a secret.
    let kept: Vec<u8> =
        secret.iter().flat_map(|byte| if *byte == b'+' { b"%2B".to_vec() } else { vec![*byte] }).collect();
    crate::request::form_decoded(&kept)
}

fn decoded_base64(secret: &[u8]) -> Option<Vec<u8>> {
    Encoding::decode_cut_base64(secret).or_else(|| Encoding::Base64url.decode(secret, true))
}

#[cfg(test)]
mod tests {
    use super::SecretChange::{
        self, AddPrefix, AfterColon, Assigned, DecodeBase64, DecodeHex, EncodeWhsec, PercentDecode,
        StripPrefix, Trim, UnescapeLineEnds, Unquote,
    };

    #[test]
    fn a_change_gives_the_text_to_keep() {
        let rows: &[(SecretChange, &str, &str)] = &[
            (Trim, " s\r\n", "s"),
            (Trim, "\u{feff}s\u{200b}\n\u{a0}", "s"),
            (Trim, "\0", ""),
            (Unquote, "\"s\"\n", "s"),
            (Unquote, "' s'", "s"),
            (Unquote, "\"s", "\"s"),
            (Unquote, "\"", "\""),
            (Assigned, "KEY=\"s=\"", "s="),
            (Assigned, "export KEY=s\n", "s"),
            (Assigned, "c2VjcmV0==", "c2VjcmV0=="),
            (Assigned, "no value", "no value"),
            (StripPrefix("v1,"), "v1,whsec_x", "whsec_x"),
            (StripPrefix("v1,"), "x", "x"),
            (AddPrefix("whsec_"), "x", "whsec_x"),
            (UnescapeLineEnds, "a\\nb\\", "a\nb\\"),
            (PercentDecode, "a%2Bb+c", "a+b+c"),
            (AfterColon, "user:pass", "pass"),
            (AfterColon, "pass", "pass"),
            (DecodeHex, "6162", "ab"),
            (DecodeHex, "616", "616"),
            (DecodeBase64, "YWI=", "ab"),
            (EncodeWhsec, "ab", "whsec_YWI="),
        ];
        for (change, secret, expected) in rows {
            let changed = change.apply(secret.as_bytes());
            assert_eq!(String::from_utf8_lossy(&changed), *expected, "{change:?} {secret:?}");
        }
    }
}
