//! Chooses how WebKitGTK draws, before anything of it is loaded.
//!
//! Its DMA-BUF renderer needs a working GPU: without one it draws at less than half the rate, and with some
//! NVIDIA drivers it draws nothing. The choice is an environment variable that the web process reads at its
//! start, and an environment can only be changed safely by starting anew, so the process replaces itself once.
//! A variable that is set already, to whatever, is obeyed.

/// Replaces this process by itself with the plain renderer when the machine wants that; else does nothing.
#[cfg(target_os = "linux")]
pub(crate) fn choose() {
    use std::{os::unix::process::CommandExt as _, path::Path, process::Command};
    const PLAIN: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

    if std::env::var_os(PLAIN).is_some() {
        return;
    }
    let nvidia = Path::new("/proc/driver/nvidia/version").exists();
    if has_render_node(Path::new("/dev/dri")) && !nvidia {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    // Returns only when it could not be done; the default renderer is slower then, not wrong.
    let error = Command::new(program).args(std::env::args_os().skip(1)).env(PLAIN, "1").exec();
    tracing::warn!(%error, "started with the default renderer");
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn choose() {}

#[cfg(target_os = "linux")]
fn has_render_node(devices: &std::path::Path) -> bool {
    std::fs::read_dir(devices).is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("renderD"))
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::has_render_node;

    #[test]
    fn a_render_node_is_a_file_of_that_name() {
        let folder = std::env::temp_dir().join(format!("waybill-dri-{}", std::process::id()));
        assert!(!has_render_node(&folder), "no folder");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("card0"), "").unwrap();
        assert!(!has_render_node(&folder), "a display without rendering");
        std::fs::write(folder.join("renderD128"), "").unwrap();
        assert!(has_render_node(&folder));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
