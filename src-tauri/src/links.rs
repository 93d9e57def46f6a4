//! Opens an address outside, in the user's own browser.
//!
//! Only `https`, only with a host name, never with a name and password in it: a link may come from a
//! provider's answer, and other schemes start programs or reach the file system. The page has shown the host
//! and asked before it calls this.

use tauri::Url;
use waybill_model::Failure;

/// Opens `url` in the user's browser.
#[tauri::command(async)]
pub(crate) async fn open_link(url: String) -> Result<(), Failure> {
    let url = allowed(&url)?;
    let opened =
        tauri::async_runtime::spawn_blocking(move || tauri_plugin_opener::open_url(url, None::<&str>));
    match opened.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Failure::internal(format!("The browser could not be started: {error}."))
            .hint("Copy the address and open it by hand.")),
        Err(_) => Err(Failure::internal("The browser could not be started.")),
    }
}

fn allowed(text: &str) -> Result<String, Failure> {
    let refused = |why: &str| {
        Failure::invalid(format!("The address was not opened: {why}."))
            .hint("Only https addresses are opened.")
    };
    let url = Url::parse(text).map_err(|_| refused("it is not an address"))?;
    if url.scheme() != "https" {
        return Err(refused("it is not https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it holds a name or a password"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(refused("it has no host"));
    }
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn only_plain_https_leaves() {
        #[track_caller]
        fn check(address: &str, expected: Option<&str>) {
            assert_eq!(allowed(address).ok().as_deref(), expected, "{address}");
        }
        check("https://docs.example/a?b#c", Some("https://docs.example/a?b#c"));
        check("https://müller.example/", Some("https://xn--mller-kva.example/"));
        check("HTTPS://Docs.Example", Some("https://docs.example/"));
        check("http://docs.example/", None);
        check("file:///etc/passwd", None);
        check("smb://host/share", None);
        check("javascript:alert(1)", None);
        check("https://user@docs.example/", None);
        check("https://user:word@docs.example/", None);
        check("https://", None);
        check("docs.example", None);
        check("tauri://localhost/", None);
        check("", None);
    }
}
