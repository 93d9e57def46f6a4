//! Settings, and the status that the frame of the window shows.

use crate::api::*;
use crate::engine::Engine;
use crate::secrets;
use std::net::IpAddr;
use url::Url;
use waybill_model::{Failure, Result, Settings};

pub(crate) async fn get(engine: &Engine, _: Nothing) -> Result<Settings> {
    engine.0.store.settings().await
}

pub(crate) async fn update(engine: &Engine, patch: SettingsPatch) -> Result<Settings> {
    let _alone = engine.0.changing.lock().await;
    let mut settings = engine.0.store.settings().await?;
    let refused = |problem: String| Err(Failure::invalid(format!("{problem} No setting was changed.")));
    if let Some(bind) = patch.bind {
        if bind.parse::<IpAddr>().is_err() {
            return refused(format!("{bind:?} is no address to listen on."));
        }
        settings.bind = bind;
    }
    if let Some(cap) = patch.body_cap {
        if !(1_024..=1024 * 1024 * 1024).contains(&cap) {
            return refused("The largest body is between 1 KiB and 1 GiB.".to_owned());
        }
        settings.body_cap = cap;
    }
    if let Some(address) = patch.public_url {
        settings.public_url = match address.trim() {
            "" => None,
            text => match Url::parse(text) {
                Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
                    Some(text.trim_end_matches('/').to_owned())
                }
                _ => return refused(format!("{text:?} is no http or https address.")),
            },
        };
    }
    if let Some(target) = patch.last_target {
        waybill_replay::Target::parse(&target)?;
        settings.last_target = Some(target);
    }
    settings.theme = patch.theme.unwrap_or(settings.theme);
    settings.port = patch.port.unwrap_or(settings.port);
    settings.vault = patch.vault.unwrap_or(settings.vault);
    settings.close_to_tray = patch.close_to_tray.unwrap_or(settings.close_to_tray);
    settings.welcomed = patch.welcomed.unwrap_or(settings.welcomed);
    engine.0.store.save_settings(settings.clone()).await?;
    Ok(settings)
}

/// Remembers where a replay went, for the next one.
pub(crate) async fn remember_target(engine: &Engine, target: String) -> Result<()> {
    let _alone = engine.0.changing.lock().await;
    let mut settings = engine.0.store.settings().await?;
    if settings.last_target.as_ref() == Some(&target) {
        return Ok(());
    }
    settings.last_target = Some(target);
    engine.0.store.save_settings(settings).await
}

pub(crate) async fn status(engine: &Engine, _: Nothing) -> Result<Status> {
    let totals = engine.0.store.totals().await?;
    let (listening, listen_failure) = engine.0.capturing.shown();
    Ok(Status {
        listening,
        listen_failure,
        totals: Totals {
            deliveries: totals.deliveries,
            failed: totals.failed,
            errors: totals.errors,
            starred: totals.starred,
            bytes: totals.bytes,
        },
        last_minute: engine.0.store.received_since(engine.now().plus_nanos(-60_000_000_000)).await?,
        vault: secrets::status(engine),
        data_dir: engine.0.options.data_dir.display().to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        notice: engine.0.notice.clone(),
    })
}
