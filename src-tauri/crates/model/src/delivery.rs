//! One HTTP request that reached the capture server, as it is shown. Its bytes are never part of these
//! shapes: they travel apart, by range.

use crate::{DeliveryId, Name, Reason, Timestamp, Verdict};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a delivery came here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It reached the capture server.
    Captured,
    /// It was read from a file.
    Imported,
    /// It was read from the provider's delivery log.
    Recovered,
    /// It was heard on the provider's live stream.
    Streamed,
}

impl Origin {
    /// The word as it stands in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Captured => "captured",
            Self::Imported => "imported",
            Self::Recovered => "recovered",
            Self::Streamed => "streamed",
        }
    }
}

impl std::str::FromStr for Origin {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "captured" => Ok(Self::Captured),
            "imported" => Ok(Self::Imported),
            "recovered" => Ok(Self::Recovered),
            "streamed" => Ok(Self::Streamed),
            _ => Err(()),
        }
    }
}

/// A header as name and value, in the order and case it came in.
pub type HeaderPair = (String, String);

/// Header bytes as text: UTF-8 where they are UTF-8, else Latin-1, one character a byte.
#[must_use]
pub fn header_text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|&b| char::from(b)).collect(), str::to_owned)
}

/// A row of the list: what fits one line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct DeliveryRow {
    /// Which delivery.
    pub id: DeliveryId,
    /// The inbox it was kept under; `unsorted` for an unknown path.
    pub inbox: Name,
    /// When its head had been read.
    pub received_at: Timestamp,
    /// The request method as sent; empty when the request was refused before one could be read.
    pub method: String,
    /// The path as sent, without the query.
    pub path: String,
    /// Bytes of the body that are kept.
    #[ts(type = "number")]
    pub body_size: u64,
    /// What verification said when it was received, or when it was last checked again.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The provider's word for what happened, where it could be read.
    pub event_type: Option<String>,
    /// The provider's id of the event, where it could be read.
    pub event_id: Option<String>,
    /// The status that was answered; 0 when the sender had left before an answer.
    pub status: u16,
    /// What kind of handshake it was and who answered it; absent for every other delivery.
    pub handshake: Option<String>,
    /// How it came here.
    pub origin: Origin,
    /// Marked by the user.
    pub starred: bool,
    /// Attempts at replaying or forwarding it so far.
    #[ts(type = "number")]
    pub attempts: u32,
}

/// Everything about a delivery but its bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Delivery {
    /// Which delivery.
    pub id: DeliveryId,
    /// The inbox it was kept under.
    pub inbox: Name,
    /// When its head had been read, to the nanosecond.
    pub received_at: Timestamp,
    /// The request method as sent.
    pub method: String,
    /// The path as sent, without the query.
    pub path: String,
    /// The query as sent, without the question mark; empty when there is none.
    pub query: String,
    /// Every header as it came: order, case and repeats.
    pub headers: Vec<HeaderPair>,
    /// Bytes of the body that are kept.
    #[ts(type = "number")]
    pub body_size: u64,
    /// Lower-case hex SHA-256 of the kept body.
    pub body_sha256: String,
    /// What verification said.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The scheme it was checked under.
    pub scheme: Option<String>,
    /// The name of the secret that matched.
    pub secret: Option<String>,
    /// The provider's word for what happened.
    pub event_type: Option<String>,
    /// The provider's id of the event.
    pub event_id: Option<String>,
    /// The provider's id of this delivery or attempt.
    pub delivery_id: Option<String>,
    /// The status that was answered; 0 when the sender had left before an answer.
    pub status: u16,
    /// From the head being read to the delivery being handed to the store, in microseconds; the commit, which
    /// the answer waits for, comes after.
    #[ts(type = "number")]
    pub duration_us: u64,
    /// What kind of handshake it was and who answered it; absent for every other delivery.
    pub handshake: Option<String>,
    /// How it came here.
    pub origin: Origin,
    /// The address it came from, `ip:port`.
    pub peer: Option<String>,
    /// Marked by the user.
    pub starred: bool,
    /// The user's note.
    pub note: String,
    /// True when the body is only the first part of what was sent, cut at the cap.
    pub truncated: bool,
    /// Why the request was refused before it could be understood (framing, missing host …), or that the
    /// sender left before its end; absent for a whole request.
    pub refused: Option<String>,
    /// Attempts at replaying or forwarding it so far.
    #[ts(type = "number")]
    pub attempts: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_bytes_become_text_without_loss() {
        for (bytes, text) in
            [(&b"plain"[..], "plain"), ("grün".as_bytes(), "grün"), (&[0xff, b'a'][..], "ÿa")]
        {
            assert_eq!(header_text(bytes), text);
        }
    }
}
