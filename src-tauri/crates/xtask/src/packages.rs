//! What the system must have, and what each system calls it.

use crate::command::{Run, find};
use std::path::Path;

/// What it is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// To compile and start Waybill.
    Run,
    /// For the tests besides.
    Test,
}

/// How to see that it is there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sign {
    /// One of these programs is on the search path.
    Program(&'static [&'static str]),
    /// pkg-config knows this library with its headers.
    Headers(&'static str),
    /// The loader finds this library.
    Library(&'static str),
    /// Python has this module.
    Python(&'static str),
}

/// One thing the system must have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Package {
    /// What it is, for a person.
    pub(crate) what: &'static str,
    pub(crate) need: Need,
    pub(crate) sign: Sign,
    /// Its packages for apt, dnf and pacman. dnf takes the path of a file as well, which holds where the name of
    /// the package has changed between releases.
    pub(crate) apt: &'static [&'static str],
    pub(crate) dnf: &'static [&'static str],
    pub(crate) pacman: &'static [&'static str],
}

/// Everything, on Linux.
pub(crate) const LINUX: &[Package] = &[
    Package {
        what: "a C compiler",
        need: Need::Run,
        sign: Sign::Program(&["cc"]),
        apt: &["gcc", "libc6-dev"],
        dnf: &["gcc"],
        pacman: &["gcc"],
    },
    Package {
        what: "pkg-config",
        need: Need::Run,
        sign: Sign::Program(&["pkg-config"]),
        apt: &["pkg-config"],
        dnf: &["/usr/bin/pkg-config"],
        pacman: &["pkgconf"],
    },
    Package {
        what: "WebKitGTK, which draws the window",
        need: Need::Run,
        sign: Sign::Headers("webkit2gtk-4.1"),
        apt: &["libwebkit2gtk-4.1-dev"],
        dnf: &["webkit2gtk4.1-devel"],
        pacman: &["webkit2gtk-4.1"],
    },
    Package {
        what: "the tray icon's library",
        need: Need::Run,
        sign: Sign::Library("libayatana-appindicator3.so.1"),
        apt: &["libayatana-appindicator3-1"],
        dnf: &["libayatana-appindicator-gtk3"],
        pacman: &["libayatana-appindicator"],
    },
    Package {
        what: "Xvfb, a screen that nobody sees",
        need: Need::Test,
        sign: Sign::Program(&["Xvfb"]),
        apt: &["xvfb"],
        dnf: &["/usr/bin/Xvfb"],
        pacman: &["xorg-server-xvfb"],
    },
    Package {
        what: "a window manager for it",
        need: Need::Test,
        sign: Sign::Program(&["openbox"]),
        apt: &["openbox"],
        dnf: &["openbox"],
        pacman: &["openbox"],
    },
    Package {
        what: "WebKitWebDriver, which drives the window",
        need: Need::Test,
        sign: Sign::Program(&["WebKitWebDriver"]),
        apt: &["webkit2gtk-driver"],
        dnf: &["/usr/bin/WebKitWebDriver"],
        pacman: &["webkit2gtk-4.1"],
    },
    Package {
        what: "a session bus",
        need: Need::Test,
        sign: Sign::Program(&["dbus-daemon"]),
        apt: &["dbus-daemon", "dbus-session-bus-common"],
        dnf: &["/usr/bin/dbus-daemon"],
        pacman: &["dbus"],
    },
    Package {
        what: "a keyring",
        need: Need::Test,
        sign: Sign::Program(&["gnome-keyring-daemon"]),
        apt: &["gnome-keyring"],
        dnf: &["gnome-keyring"],
        pacman: &["gnome-keyring"],
    },
    Package {
        what: "secret-tool, which asks the keyring from outside",
        need: Need::Test,
        sign: Sign::Program(&["secret-tool"]),
        apt: &["libsecret-tools"],
        dnf: &["/usr/bin/secret-tool"],
        pacman: &["libsecret"],
    },
    Package {
        what: "Chromium, for the browser tests",
        need: Need::Test,
        sign: Sign::Program(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]),
        apt: &["chromium"],
        dnf: &["chromium"],
        pacman: &["chromium"],
    },
    Package {
        what: "Python, with environments of their own, for the official libraries",
        need: Need::Test,
        // Debian has it in a package apart, and makes no environment without.
        sign: Sign::Python("ensurepip"),
        apt: &["python3", "python3-venv"],
        dnf: &["python3"],
        pacman: &["python"],
    },
];

impl Package {
    /// Whether the system has it.
    pub(crate) fn is_there(&self) -> bool {
        match self.sign {
            Sign::Program(names) => names.iter().any(|name| find(name).is_some()),
            Sign::Headers(name) => Run::new("pkg-config").args(&["--exists", name]).output().is_some(),
            Sign::Library(name) => library(name),
            Sign::Python(name) => {
                Run::new("python3").args(&["-c", &format!("import {name}")]).output().is_some()
            }
        }
    }
}

/// The loader's own list, else the usual folders.
fn library(name: &str) -> bool {
    let listed = ["/sbin/ldconfig", "/usr/sbin/ldconfig"].iter().any(|program| {
        Path::new(program).exists()
            && Run::new(program).args(&["-p"]).output().is_some_and(|list| list.contains(name))
    });
    listed || ["/usr/lib", "/usr/lib64"].iter().any(|folder| Path::new(folder).join(name).exists())
}
