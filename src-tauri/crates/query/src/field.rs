//! The fields: their names, what their values mean, and how a value is read.

use crate::QueryFault;
use crate::time;
use waybill_model::{Reason, Timestamp, Verdict};

/// A field with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    pub(crate) field: Field,
    pub(crate) test: Test,
    /// The value as typed, for printing.
    pub(crate) value: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Inbox,
    Type,
    Verdict,
    Reason,
    Status,
    Method,
    Path,
    Header(String),
    Body(String),
    Event,
    Delivery,
    Id,
    Size,
    Duration,
    Since,
    Until,
    Origin,
    Starred,
    Replayed,
    Handshake,
    /// `is:starred`: another way to say `starred:yes`.
    Is,
    Scheme,
    Note,
}

/// How a value is compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    /// Any of these; `*` stands for anything.
    Patterns(Vec<String>),
    /// Any of these number ranges, ends included.
    Ranges(Vec<(Option<i64>, Option<i64>)>),
    At(Timestamp),
    Flag(bool),
    Present,
    Compare(Comparison, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Every plain field with one line of explanation, in the order completion proposes them.
pub(crate) const FIELDS: &[(&str, &str)] = &[
    ("inbox", "the inbox it was kept under"),
    ("type", "the event type; * stands for anything"),
    ("verdict", "valid, invalid, unsigned or unchecked"),
    ("status", "the status answered: 200, 4xx, >=500"),
    ("since", "received after: 2h, 3d, fri, 2026-11-21"),
    ("until", "received before"),
    ("reason", "why the verdict is what it is"),
    ("method", "the request method"),
    ("path", "the path; * stands for anything"),
    ("header.", "a header by name: header.User-Agent:curl"),
    ("body.", "a JSON value: body.data.amount:>100"),
    ("event", "the provider's event id"),
    ("delivery", "the provider's delivery id"),
    ("id", "the delivery's id here"),
    ("size", "bytes of the body: >10kb"),
    ("duration", "time to the answer: >1s"),
    ("origin", "captured, imported or recovered"),
    ("starred", "yes or no"),
    ("replayed", "yes or no"),
    ("handshake", "yes or no: the sender asked whether the address is willing"),
    ("is", "starred, replayed or handshake"),
    ("scheme", "the scheme it was checked under"),
    ("note", "your note; * stands for anything"),
];

impl Field {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Header(name) => format!("header.{name}"),
            Self::Body(path) => format!("body.{path}"),
            Self::Inbox => "inbox".into(),
            Self::Type => "type".into(),
            Self::Verdict => "verdict".into(),
            Self::Reason => "reason".into(),
            Self::Status => "status".into(),
            Self::Method => "method".into(),
            Self::Path => "path".into(),
            Self::Event => "event".into(),
            Self::Delivery => "delivery".into(),
            Self::Id => "id".into(),
            Self::Size => "size".into(),
            Self::Duration => "duration".into(),
            Self::Since => "since".into(),
            Self::Until => "until".into(),
            Self::Origin => "origin".into(),
            Self::Starred => "starred".into(),
            Self::Replayed => "replayed".into(),
            Self::Handshake => "handshake".into(),
            Self::Is => "is".into(),
            Self::Scheme => "scheme".into(),
            Self::Note => "note".into(),
        }
    }

    pub(crate) fn named(name: &str, range: (usize, usize)) -> Result<Self, QueryFault> {
        let lower = name.to_ascii_lowercase();
        if let Some(header) = lower.strip_prefix("header.") {
            if header.is_empty() {
                return Err(QueryFault::new(range, "Which header? Write header.NAME:value."));
            }
            return Ok(Self::Header(name["header.".len()..].to_owned()));
        }
        if lower.starts_with("body.") || lower.starts_with("body[") {
            let path = name["body".len()..].trim_start_matches('.');
            if path.is_empty() {
                return Err(QueryFault::new(range, "Which value? Write body.data.id:value."));
            }
            return Ok(Self::Body(path.to_owned()));
        }
        Ok(match lower.as_str() {
            "inbox" => Self::Inbox,
            "type" => Self::Type,
            "verdict" | "signature" => Self::Verdict,
            "reason" => Self::Reason,
            "status" => Self::Status,
            "method" => Self::Method,
            "path" => Self::Path,
            "event" => Self::Event,
            "delivery" => Self::Delivery,
            "id" => Self::Id,
            "size" => Self::Size,
            "duration" => Self::Duration,
            "since" => Self::Since,
            "until" => Self::Until,
            "origin" => Self::Origin,
            "starred" => Self::Starred,
            "replayed" => Self::Replayed,
            "handshake" => Self::Handshake,
            "is" => Self::Is,
            "scheme" => Self::Scheme,
            "note" => Self::Note,
            "tag" => {
                return Err(QueryFault::new(range, "Deliveries have no tags yet; use starred: or note:."));
            }
            _ => {
                let mut fault = QueryFault::new(range, format!("There is no field {name:?}."));
                fault.suggestion = nearest(&lower).map(|near| {
                    format!("Did you mean {near}: ? To search for this text, put it in quotation marks.")
                });
                return Err(fault);
            }
        })
    }
}

/// Reads the value of a field.
pub(crate) fn term(
    field: Field,
    value: &str,
    quoted: bool,
    range: (usize, usize),
    now: Timestamp,
) -> Result<Term, QueryFault> {
    if value.is_empty() && !quoted {
        return Err(QueryFault::new(range, format!("{}: has no value.", field.name())));
    }
    let list = || value.split(',').map(str::to_owned).collect::<Vec<_>>();
    let words = |known: &[&str]| -> Result<Test, QueryFault> {
        let given: Vec<String> = list().iter().map(|word| word.to_ascii_lowercase()).collect();
        match given.iter().find(|word| !known.contains(&word.as_str())) {
            None => Ok(Test::Patterns(given)),
            Some(word) => Err(QueryFault::new(
                range,
                format!("{word:?} is no value of {}:; use {}.", field.name(), known.join(", ")),
            )),
        }
    };
    let test = match &field {
        Field::Inbox | Field::Type | Field::Path | Field::Event | Field::Delivery | Field::Scheme => {
            Test::Patterns(if quoted { vec![value.to_owned()] } else { list() })
        }
        Field::Note => Test::Patterns(vec![value.to_owned()]),
        Field::Method => Test::Patterns(list().iter().map(|method| method.to_ascii_uppercase()).collect()),
        Field::Verdict => words(&["valid", "invalid", "unsigned", "unchecked"])?,
        Field::Origin => words(&["captured", "imported", "recovered", "streamed"])?,
        Field::Reason => {
            let codes: Vec<&str> = Reason::ALL.iter().map(|reason| reason.code()).collect();
            words(&codes).map_err(|_| {
                QueryFault::new(range, format!("{value:?} is no reason code; completion lists them."))
            })?
        }
        Field::Status | Field::Id => Test::Ranges(
            list()
                .iter()
                .map(|part| number_range(part, range, &|text| status_number(text)))
                .collect::<Result<_, _>>()?,
        ),
        Field::Size => Test::Ranges(vec![number_range(value, range, &size_number)?]),
        Field::Duration => Test::Ranges(vec![number_range(value, range, &duration_number)?]),
        Field::Since | Field::Until => Test::At(time::instant(value, now).ok_or_else(|| {
            QueryFault::new(
                range,
                format!("{value:?} is no time; use 15m, 2h, 3d, fri, today, 2026-11-21 or RFC 3339."),
            )
        })?),
        Field::Is => {
            let field = match value.to_ascii_lowercase().as_str() {
                "starred" => Field::Starred,
                "replayed" => Field::Replayed,
                "handshake" => Field::Handshake,
                _ => {
                    let message =
                        format!("is:{value} is not known; use is:starred, is:replayed or is:handshake.");
                    return Err(QueryFault::new(range, message));
                }
            };
            return Ok(Term { field, test: Test::Flag(true), value: "yes".to_owned() });
        }
        Field::Starred | Field::Replayed | Field::Handshake => match value.to_ascii_lowercase().as_str() {
            "yes" | "true" | "*" => Test::Flag(true),
            "no" | "false" => Test::Flag(false),
            _ => return Err(QueryFault::new(range, format!("{}: takes yes or no.", field.name()))),
        },
        Field::Header(_) | Field::Body(_) => comparison(value, quoted),
    };
    Ok(Term { field, test, value: value.to_owned() })
}

fn comparison(value: &str, quoted: bool) -> Test {
    if value == "*" && !quoted {
        return Test::Present;
    }
    for (sign, comparison) in [
        ("!=", Comparison::NotEqual),
        (">=", Comparison::GreaterOrEqual),
        ("<=", Comparison::LessOrEqual),
        ("=", Comparison::Equal),
        (">", Comparison::Greater),
        ("<", Comparison::Less),
    ] {
        if let Some(rest) = value.strip_prefix(sign)
            && !rest.is_empty()
        {
            return Test::Compare(comparison, rest.to_owned());
        }
    }
    Test::Patterns(vec![value.to_owned()])
}

type Reader<'a> = &'a dyn Fn(&str) -> Option<i64>;

/// `>=500`, `<3`, `200..299`, `2xx`, `200`.
fn number_range(
    text: &str,
    range: (usize, usize),
    read: Reader<'_>,
) -> Result<(Option<i64>, Option<i64>), QueryFault> {
    let fault =
        || QueryFault::new(range, format!("{text:?} is no number here; write 200, >=500, 200..299 or 2xx."));
    let number = |text: &str| read(text.trim()).ok_or_else(fault);
    if let Some(rest) = text.strip_prefix(">=") {
        return Ok((Some(number(rest)?), None));
    }
    if let Some(rest) = text.strip_prefix("<=") {
        return Ok((None, Some(number(rest)?)));
    }
    if let Some(rest) = text.strip_prefix('>') {
        return Ok((Some(number(rest)?.saturating_add(1)), None));
    }
    if let Some(rest) = text.strip_prefix('<') {
        return Ok((None, Some(number(rest)?.saturating_sub(1))));
    }
    if let Some((low, high)) = text.split_once("..") {
        return Ok((Some(number(low)?), Some(number(high)?)));
    }
    let lower = text.to_ascii_lowercase();
    if let (Some(class), true) =
        (lower.strip_suffix("xx").and_then(|c| c.parse::<i64>().ok()), lower.len() == 3)
    {
        return Ok((Some(class * 100), Some(class * 100 + 99)));
    }
    let exact = number(text.trim_start_matches('='))?;
    Ok((Some(exact), Some(exact)))
}

fn status_number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number| *number >= 0)
}

fn scaled(text: &str, units: &[(&str, f64)]) -> Option<i64> {
    let lower = text.to_ascii_lowercase();
    let (digits, factor) = units
        .iter()
        .find_map(|(unit, factor)| lower.strip_suffix(unit).map(|digits| (digits, *factor)))
        .unwrap_or((lower.as_str(), 1.0));
    let number: f64 = digits.trim().parse().ok()?;
    let value = number * factor;
    (value.is_finite() && (0.0..9e15).contains(&value)).then_some(value as i64)
}

/// Bytes; `kb` and `mb` are thousands and millions.
fn size_number(text: &str) -> Option<i64> {
    scaled(text, &[("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("k", 1e3), ("m", 1e6), ("b", 1.0)])
}

/// Microseconds; a bare number is milliseconds.
fn duration_number(text: &str) -> Option<i64> {
    let plain = text.trim().parse::<f64>().is_ok();
    if plain {
        scaled(text, &[]).map(|ms| ms.saturating_mul(1_000))
    } else {
        scaled(text, &[("us", 1.0), ("ms", 1e3), ("s", 1e6), ("m", 6e7)])
    }
}

/// The verdicts, for completion.
pub(crate) const VERDICTS: [Verdict; 4] =
    [Verdict::Valid, Verdict::Invalid, Verdict::Unsigned, Verdict::Unchecked];

/// The field whose name differs least, when it differs little.
fn nearest(name: &str) -> Option<&'static str> {
    FIELDS
        .iter()
        .map(|(known, _)| (distance(name, known.trim_end_matches('.')), *known))
        .filter(|(distance, _)| *distance <= 2)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known.trim_end_matches('.'))
}

/// Edit distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
