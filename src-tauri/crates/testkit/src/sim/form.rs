//! Bodies of the type `application/x-www-form-urlencoded`: `name=1&list[]=a&map[key]=b`, as Stripe takes
//! them and GitLab does beside JSON.

/// One parameter: its name, what stands in the brackets behind it, its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    /// Empty for a plain parameter; `Some("")` for `name[]`.
    pub(super) inner: Option<String>,
    pub(super) value: String,
}

/// Reads the pairs of a body or query.
pub(super) fn fields(text: &[u8]) -> Vec<Field> {
    let read = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
        let (outer, inner) = match name.split_once('[') {
            Some((outer, inner)) => (outer, inner.strip_suffix(']').map(str::to_owned)),
            None => (&*name, None),
        };
        Field { name: outer.to_owned(), inner, value: value.into_owned() }
    };
    url::form_urlencoded::parse(text).map(read).collect()
}

/// The value of the plain parameter `name`.
pub(super) fn one<'a>(fields: &'a [Field], name: &str) -> Option<&'a str> {
    fields.iter().find(|field| field.name == name && field.inner.is_none()).map(|field| field.value.as_str())
}

/// The values of the list `name`, in their order; nothing when there is none.
pub(super) fn list(fields: &[Field], name: &str) -> Option<Vec<String>> {
    let values: Vec<String> = fields
        .iter()
        .filter(|field| field.name == name && field.inner.is_some())
        .map(|field| field.value.clone())
        .collect();
    // An empty value empties the list.
    (!values.is_empty()).then(|| values.into_iter().filter(|value| !value.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_make_lists_and_maps() {
        let read = fields(b"url=https%3A%2F%2Fa.b&enabled_events[]=x&enabled_events%5B1%5D=y&metadata[k]=v");
        assert_eq!(one(&read, "url"), Some("https://a.b"));
        assert_eq!(list(&read, "enabled_events").unwrap(), ["x", "y"]);
        assert_eq!(read[3], Field { name: "metadata".into(), inner: Some("k".into()), value: "v".into() });
        assert_eq!(list(&read, "url"), None);
        assert_eq!(list(&fields(b"e[]="), "e").unwrap(), Vec::<String>::new());
    }
}
