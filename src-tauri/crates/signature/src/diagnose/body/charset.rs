//! Bodies that were read or written in another charset than UTF-8.

/// What Windows-1252 has at 0x80 to 0x9f; zero where it has nothing.
const WINDOWS: [u16; 32] = [
    0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
    0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
    0x0153, 0, 0x017e, 0x0178,
];

/// A change of charset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::diagnose) enum Charset {
    /// UTF-8 was read as Latin-1 and written as UTF-8; this takes it back.
    FromLatin1,
    /// The same with Windows-1252.
    FromWindows,
    /// Latin-1 bytes become UTF-8.
    ToLatin1,
    /// Windows-1252 bytes become UTF-8.
    ToWindows,
    /// A question mark for each character outside ASCII.
    QuestionMarks,
    /// A question mark for each byte outside ASCII.
    QuestionMarkBytes,
    /// A replacement character for each byte outside ASCII.
    Replacements,
    /// Without what lies outside ASCII.
    Dropped,
    /// UTF-16, little end first.
    Utf16Little,
    /// UTF-16, big end first.
    Utf16Big,
    /// From UTF-16 to UTF-8.
    FromUtf16,
}

/// Every change.
pub(super) const CHARSETS: [Charset; 11] = [
    Charset::FromLatin1,
    Charset::FromWindows,
    Charset::ToLatin1,
    Charset::ToWindows,
    Charset::QuestionMarks,
    Charset::QuestionMarkBytes,
    Charset::Replacements,
    Charset::Dropped,
    Charset::Utf16Little,
    Charset::Utf16Big,
    Charset::FromUtf16,
];

impl Charset {
    /// The body after the change; `None` where it does not apply.
    pub(super) fn apply(self, body: &[u8]) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(body);
        if body.is_ascii() && !matches!(self, Self::Utf16Little | Self::Utf16Big | Self::FromUtf16) {
            return None;
        }
        let each = |replace: &dyn Fn(u8) -> Vec<u8>| body.iter().flat_map(|byte| replace(*byte)).collect();
        match self {
            Self::FromLatin1 => text.ok()?.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect(),
            Self::FromWindows => text.ok()?.chars().map(windows_byte).collect(),
            Self::ToLatin1 => {
                Some(body.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes())
            }
            Self::ToWindows => {
                Some(body.iter().map(|byte| windows_char(*byte)).collect::<String>().into_bytes())
            }
            Self::QuestionMarks => {
                let marked = text.ok()?.chars().map(|c| if c.is_ascii() { c } else { '?' });
                Some(marked.collect::<String>().into_bytes())
            }
            Self::QuestionMarkBytes => Some(each(&|byte| vec![if byte.is_ascii() { byte } else { b'?' }])),
            Self::Replacements => Some(each(&|byte| {
                if byte.is_ascii() { vec![byte] } else { "\u{fffd}".as_bytes().to_vec() }
            })),
            Self::Dropped => Some(body.iter().copied().filter(u8::is_ascii).collect()),
            Self::Utf16Little => Some(text.ok()?.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Self::Utf16Big => Some(text.ok()?.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            Self::FromUtf16 => from_utf16(body),
        }
    }
}

fn windows_byte(c: char) -> Option<u8> {
    let code = u32::from(c);
    let high = WINDOWS.iter().position(|known| *known != 0 && u32::from(*known) == code);
    match high {
        Some(place) => u8::try_from(place + 0x80).ok(),
        None => u8::try_from(code).ok(),
    }
}

fn windows_char(byte: u8) -> char {
    let high = usize::from(byte).checked_sub(0x80).and_then(|place| WINDOWS.get(place));
    match high {
        Some(code) if *code != 0 => char::from_u32(u32::from(*code)).unwrap_or(char::from(byte)),
        _ => char::from(byte),
    }
}

fn from_utf16(body: &[u8]) -> Option<Vec<u8>> {
    if body.len() < 2 || body.len() % 2 == 1 || !body.contains(&0) {
        return None;
    }
    let big = body.starts_with(&[0xfe, 0xff]) || (body.first() == Some(&0) && body.get(1) != Some(&0));
    let body = body.strip_prefix(&[0xfe, 0xff]).or_else(|| body.strip_prefix(&[0xff, 0xfe])).unwrap_or(body);
    let unit = |pair: &[u8]| match pair {
        [a, b] if big => u16::from_be_bytes([*a, *b]),
        [a, b] => u16::from_le_bytes([*a, *b]),
        _ => 0,
    };
    let units: Vec<u16> = body.chunks(2).map(unit).collect();
    String::from_utf16(&units).ok().map(String::into_bytes)
}
