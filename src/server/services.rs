//! The server whose metabase is edited: where that is by default, whether a file is the live one
//! of a server, and what its services do.
//!
//! Asks Windows, and stops and starts services when told to. Decides nothing: see [`crate::server::guard`].

#[cfg(windows)]
mod windows;

#[cfg(windows)]
pub use windows::default_metabase;

use crate::store::Target;

/// The metabase that is meant where none is named.
#[cfg(not(windows))]
#[must_use]
pub fn default_metabase() -> std::path::PathBuf {
    std::path::PathBuf::from("MetaBase.xml")
}

#[cfg(windows)]
use crate::os::windows::{build, major_version};

/// Which Windows this is: none.
#[cfg(not(windows))]
fn major_version() -> Option<u32> {
    None
}

/// Which build of Windows this is: none.
#[cfg(not(windows))]
fn build() -> Option<u32> {
    None
}

/// Whether a build of Windows has no SMTP service any more: it was removed in Server 2025, build
/// 26100 (Microsoft, "Features removed or no longer developed in Windows Server 2025").
fn is_without_smtp(build: u32) -> bool {
    build >= 26_100
}

/// A machine with a live metabase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// `\\name`, if it is another one.
    name: Option<String>,
}

/// Why a service could not be stopped or started.
#[derive(Debug)]
pub struct ServiceError {
    /// The service.
    pub service: String,
    /// What the system said, or how long was waited.
    pub why: String,
}

/// The other machine, as `\\name`, that has a metabase in memory, by its path as Windows tells it:
/// one in a folder `inetsrv` on an administrative share.
#[cfg(any(windows, test))]
fn other(metabase: &str) -> Option<String> {
    const VERBATIM: &str = r"\\?\UNC\";
    let rest = match metabase.split_at_checked(VERBATIM.len()) {
        Some((start, rest)) if start.eq_ignore_ascii_case(VERBATIM) => rest,
        _ => metabase.strip_prefix(r"\\")?,
    };
    let mut parts = rest.split('\\');
    let (server, share) = (parts.next()?, parts.next()?);
    // The file's name, and before it the folder that it is in.
    let folder = parts.rev().nth(1)?;
    let is_name = !["", "?", "."].contains(&server);
    let is_administrative = share.len() > 1 && share.ends_with('$');
    (is_name && is_administrative && folder.eq_ignore_ascii_case("inetsrv"))
        .then(|| format!(r"\\{server}"))
}

impl Machine {
    /// The machine whose IIS has this file in memory: by its path, or by the name that it was
    /// asked for by, where that is a link to another place.
    #[must_use]
    pub fn of_target(target: &Target) -> Option<Self> {
        let asked = || std::path::absolute(target.asked()).ok().and_then(|path| Self::of(&path));
        Self::of(target.path()).or_else(asked)
    }

    /// `\\name`, if it is another one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Its IIS, in words.
    #[must_use]
    pub fn iis(&self) -> String {
        self.name().map_or_else(|| "IIS".to_owned(), |name| format!("IIS on {name}"))
    }

    /// Whether its IIS is 7 or later, which keeps the web server's settings in
    /// applicationHost.config: Windows Server 2008 is Windows 6.0. Of another machine that is not
    /// known.
    #[must_use]
    pub fn has_iis_7(&self) -> bool {
        const SERVER_2008: u32 = 6;
        self.name.is_none() && major_version().is_some_and(|major| major >= SERVER_2008)
    }

    /// Whether its Windows has no SMTP service any more. Of another machine that is not known.
    #[must_use]
    pub fn is_without_smtp(&self) -> bool {
        self.name.is_none() && build().is_some_and(is_without_smtp)
    }

    /// The words of the command by which a person starts a service of it.
    #[must_use]
    pub fn start_command<'a>(&'a self, service: &'a str) -> Vec<&'a str> {
        match self.name() {
            None => vec!["net", "start", service],
            Some(name) => vec!["sc", name, "start", service],
        }
    }
}

#[cfg(not(windows))]
mod elsewhere {
    use std::path::Path;

    use super::{Machine, ServiceError};
    use crate::server::guard::State;

    /// Services to be stopped and started again: none here.
    #[derive(Debug)]
    pub struct Services(());

    impl Services {
        /// Stops services.
        ///
        /// # Errors
        /// None here.
        pub fn stop(&mut self, _services: &[&str]) -> Result<(), ServiceError> {
            Ok(())
        }

        /// Those that were stopped.
        #[must_use]
        pub fn stopped(&self) -> &[String] {
            &[]
        }

        /// Starts them again, and says which do not start.
        pub fn start_again(&mut self) -> Vec<ServiceError> {
            Vec::new()
        }
    }

    impl Machine {
        /// The machine whose IIS has this file in memory: here there is no IIS.
        #[must_use]
        pub fn of(_metabase: &Path) -> Option<Self> {
            None
        }

        /// What a service does.
        #[must_use]
        pub fn state(&self, _service: &str) -> State {
            State::Absent
        }

        /// Its services.
        ///
        /// # Errors
        /// None here.
        pub fn services(&self) -> Result<Services, ServiceError> {
            Ok(Services(()))
        }
    }
}

#[cfg(not(windows))]
pub use elsewhere::Services;
#[cfg(windows)]
pub use windows::Services;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metabase_on_an_administrative_share_is_in_the_memory_of_that_server() {
        for (path, server) in [
            (r"\\mail\admin$\System32\inetsrv\MetaBase.xml", Some(r"\\mail")),
            (
                r"\\mail.contoso.com\C$\WINDOWS\system32\INETSRV\metabase.xml",
                Some(r"\\mail.contoso.com"),
            ),
            (r"\\192.0.2.7\c$\Windows\System32\inetsrv\MetaBase.xml", Some(r"\\192.0.2.7")),
            (r"\\?\UNC\mail\admin$\System32\inetsrv\MetaBase.xml", Some(r"\\mail")),
            (r"\\?\unc\mail\admin$\System32\inetsrv\MetaBase.xml", Some(r"\\mail")),
            (r"\\mail\copies\inetsrv\MetaBase.xml", None),
            (r"\\mail\admin$\MetaBase.xml", None),
            (r"\\mail\inetsrv$\MetaBase.xml", None),
            (r"\\mail\$\inetsrv\MetaBase.xml", None),
            (r"\\mail\admin$\System32\inetsrv\copy\MetaBase.xml", None),
            (r"\\?\C:\Windows\System32\inetsrv\MetaBase.xml", None),
            (r"\\?\c$\inetsrv\MetaBase.xml", None),
            (r"\\.\c$\inetsrv\MetaBase.xml", None),
            (r"C:\Windows\System32\inetsrv\MetaBase.xml", None),
            ("/srv/admin$/inetsrv/MetaBase.xml", None),
            ("", None),
        ] {
            assert_eq!(other(path).as_deref(), server, "{path}");
        }
    }

    #[test]
    fn the_smtp_service_ends_with_server_2025() {
        let builds = [3790, 7601, 9600, 17_763, 20_348, 26_100];
        assert_eq!(builds.map(is_without_smtp), [false, false, false, false, false, true]);
    }
}
