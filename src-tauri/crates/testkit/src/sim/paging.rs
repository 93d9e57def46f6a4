//! Pages by number and `Link` headers (RFC 8288), as GitHub and GitLab give them.

use super::Shared;
use super::call::Call;

/// One page of a list whose pages are numbered from 1.
pub(super) struct Page {
    pub(super) number: usize,
    pub(super) size: usize,
    pub(super) total: usize,
}

impl Page {
    /// The page that the call asks for.
    pub(super) fn of(call: &Call, usual: usize, total: usize) -> Self {
        Self { number: call.number("page", 1, usize::MAX), size: call.number("per_page", usual, 100), total }
    }

    pub(super) fn skipped(&self) -> usize {
        (self.number - 1).saturating_mul(self.size)
    }

    pub(super) fn last(&self) -> usize {
        self.total.div_ceil(self.size).max(1)
    }

    pub(super) fn next(&self) -> Option<usize> {
        (self.number < self.last()).then(|| self.number + 1)
    }

    pub(super) fn previous(&self) -> Option<usize> {
        (self.number > 1).then(|| self.number - 1)
    }

    /// The `Link` header; empty on the only page.
    pub(super) fn links(&self, shared: &Shared, call: &Call) -> String {
        if self.last() == 1 {
            return String::new();
        }
        let parts = [
            ("prev", self.previous()),
            ("next", self.next()),
            ("last", self.next().map(|_| self.last())),
            ("first", self.previous().map(|_| 1)),
        ];
        let parts = parts.into_iter().filter_map(|(rel, number)| Some((rel, number?)));
        let of = |(rel, number): (&str, usize)| link(shared, call, rel, "page", &number.to_string());
        parts.map(of).collect::<Vec<_>>().join(", ")
    }
}

/// One link: the call's own address and query with one parameter set anew.
pub(super) fn link(shared: &Shared, call: &Call, rel: &str, name: &str, value: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (have, given) in url::form_urlencoded::parse(call.query.as_bytes()) {
        if have != name {
            query.append_pair(&have, &given);
        }
    }
    query.append_pair(name, value);
    format!("<{}?{}>; rel=\"{rel}\"", call.address(shared), query.finish())
}
