//! The system's own package manager: which it is, and installing with it.

use crate::{
    command::{Run, find},
    packages::{LINUX, Need, Package},
};
use anyhow::{Result, bail};
use std::{
    collections::BTreeSet,
    io::{IsTerminal as _, Write as _},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PackageManager {
    Apt,
    Dnf,
    Pacman,
}

impl PackageManager {
    /// By what the system says it is, or is like; else by which program is there.
    fn of_this_system() -> Option<Self> {
        let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
        Self::of_release(&release).or_else(|| {
            let known = [("apt-get", Self::Apt), ("dnf", Self::Dnf), ("pacman", Self::Pacman)];
            known.into_iter().find(|(program, _)| find(program).is_some()).map(|(_, manager)| manager)
        })
    }

    fn of_release(release: &str) -> Option<Self> {
        let value = |key: &str| {
            release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).unwrap_or_default()
        };
        let ids = format!("{} {}", value("ID"), value("ID_LIKE")).replace('"', "");
        ids.split_whitespace().find_map(|id| match id {
            "debian" | "ubuntu" => Some(Self::Apt),
            "fedora" | "rhel" | "centos" => Some(Self::Dnf),
            "arch" => Some(Self::Pacman),
            _ => None,
        })
    }

    fn names(self, package: &Package) -> &'static [&'static str] {
        match self {
            Self::Apt => package.apt,
            Self::Dnf => package.dnf,
            Self::Pacman => package.pacman,
        }
    }

    /// The commands that install `names`, in order.
    fn commands(self, names: &[&str]) -> Vec<Vec<String>> {
        let line =
            |words: &[&str], names: &[&str]| words.iter().chain(names).map(ToString::to_string).collect();
        match self {
            Self::Apt => vec![
                line(
                    &["apt-get", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3", "update"],
                    &[],
                ),
                line(
                    &[
                        "env",
                        "DEBIAN_FRONTEND=noninteractive",
                        "apt-get",
                        "-o",
                        "DPkg::Lock::Timeout=300",
                        "-o",
                        "Acquire::Retries=3",
                        "install",
                        "-y",
                        "--no-install-recommends",
                    ],
                    names,
                ),
            ],
            Self::Dnf => vec![line(&["dnf", "install", "-y"], names)],
            Self::Pacman => vec![line(&["pacman", "-S", "--needed", "--noconfirm"], names)],
        }
    }
}

/// How the question whether to install is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Consent {
    /// Nobody needs to be asked.
    Given,
    /// There is a terminal to ask on.
    Ask,
    /// There is nobody to ask.
    Missing,
}

fn consent(root: bool, ci: bool, terminal: bool) -> Consent {
    match (root || ci, terminal) {
        (true, _) => Consent::Given,
        (false, true) => Consent::Ask,
        (false, false) => Consent::Missing,
    }
}

/// Makes sure that the system has what `need` wants.
///
/// # Errors
/// Something is missing and can't be, or may not be, installed; the words say what and how.
pub(crate) fn packages(need: Need) -> Result<()> {
    if cfg!(target_os = "macos") {
        return developer_tools();
    }
    if cfg!(windows) {
        println!("Windows: WebView2 (part of Windows 11) and the Visual C++ build tools are needed.");
        return Ok(());
    }
    let wanted = |package: &&Package| package.need == Need::Run || need == Need::Test;
    let missing: Vec<&Package> = LINUX.iter().filter(wanted).filter(|package| !package.is_there()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Missing on this system:");
    for package in &missing {
        println!("  {} ({})", package.what, package.apt.join(", "));
    }
    let Some(manager) = PackageManager::of_this_system() else {
        bail!("install these with this system's own means (the names are Debian's), and start again");
    };
    let names: BTreeSet<&str> = missing.iter().flat_map(|package| manager.names(package)).copied().collect();
    let names: Vec<&str> = names.into_iter().collect();
    let root = Run::new("id").args(&["-u"]).output().as_deref() == Some("0");
    let ci = std::env::var("CI").is_ok_and(|value| value == "true" || value == "1");
    install(manager, &names, root, consent(root, ci, std::io::stdin().is_terminal()))?;

    let still: Vec<&str> =
        missing.iter().filter(|package| !package.is_there()).map(|package| package.what).collect();
    if !still.is_empty() {
        bail!("installed, but still not found: {}", still.join("; "));
    }
    Ok(())
}

fn install(manager: PackageManager, names: &[&str], root: bool, consent: Consent) -> Result<()> {
    let mut commands = manager.commands(names);
    if !root {
        let mut sudo = vec!["sudo".to_owned()];
        // Nobody is there to type a password.
        sudo.extend((consent == Consent::Given).then(|| "-n".to_owned()));
        for command in &mut commands {
            command.splice(0..0, sudo.iter().cloned());
        }
    }
    let shown = commands.iter().map(|words| format!("  {}", words.join(" "))).collect::<Vec<_>>().join("\n");
    match consent {
        Consent::Given => println!("Installing:\n{shown}"),
        Consent::Missing => bail!("run this, then start again:\n{shown}"),
        Consent::Ask => {
            print!("Install with:\n{shown}\nNow? [Y/n] ");
            std::io::stdout().flush()?;
            let mut answer = String::new();
            std::io::stdin().read_line(&mut answer)?;
            if !matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes") {
                bail!("nothing was installed; run the lines above yourself, then start again");
            }
        }
    }
    for words in commands {
        if let [program, arguments @ ..] = words.as_slice() {
            Run::new(program).args(arguments).run()?;
        }
    }
    Ok(())
}

fn developer_tools() -> Result<()> {
    if Run::new("xcode-select").args(&["-p"]).output().is_none() {
        bail!("Apple's command line tools are needed: run `xcode-select --install`, then start again");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manager_is_the_systems() {
        #[track_caller]
        fn check(release: &str, expected: Option<PackageManager>) {
            assert_eq!(PackageManager::of_release(release), expected, "{release}");
        }
        check("NAME=\"Debian GNU/Linux\"\nID=debian\nVERSION_ID=\"12\"\n", Some(PackageManager::Apt));
        check("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", Some(PackageManager::Apt));
        check("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", Some(PackageManager::Dnf));
        check("ID=fedora\n", Some(PackageManager::Dnf));
        check("ID=arch\n", Some(PackageManager::Pacman));
        check("ID=manjaro\nID_LIKE=arch\n", Some(PackageManager::Pacman));
        check("ID=alpine\n", None);
        check("VERSION_ID=debian\n", None);
        check("", None);
    }

    #[test]
    fn a_person_is_asked_and_a_machine_is_not() {
        assert_eq!(consent(false, false, true), Consent::Ask);
        assert_eq!(consent(false, false, false), Consent::Missing);
        assert_eq!(consent(true, false, true), Consent::Given);
        assert_eq!(consent(true, false, false), Consent::Given);
        assert_eq!(consent(false, true, false), Consent::Given);
    }

    #[test]
    fn every_package_has_a_name_everywhere() {
        for package in LINUX {
            for manager in [PackageManager::Apt, PackageManager::Dnf, PackageManager::Pacman] {
                assert!(!manager.names(package).is_empty(), "{} {manager:?}", package.what);
                let commands = manager.commands(manager.names(package));
                assert!(commands.last().is_some_and(|words| words.ends_with(&owned(manager.names(package)))));
            }
        }
    }

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }
}
