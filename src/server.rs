//! The server whose metabase is edited: where that is by default, whether a file is the live one
//! of a server, and what its services do.
//!
//! Asks Windows, and stops and starts services when told to. Decides nothing: see [`crate::guard`].

#[cfg(windows)]
mod windows;

#[cfg(windows)]
pub use windows::default_metabase;

/// The metabase that is meant where none is named.
#[cfg(not(windows))]
#[must_use]
pub fn default_metabase() -> std::path::PathBuf {
    std::path::PathBuf::from("MetaBase.xml")
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

impl Machine {
    /// `\\name`, if it is another one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

#[cfg(not(windows))]
mod elsewhere {
    use std::path::Path;

    use super::{Machine, ServiceError};
    use crate::guard::State;

    /// Services that were stopped: none here.
    #[derive(Debug)]
    pub struct Stopped(());

    impl Stopped {
        /// Their names.
        #[must_use]
        pub fn names(&self) -> &[String] {
            &[]
        }

        /// Starts them again.
        ///
        /// # Errors
        /// None here.
        pub fn restart(self) -> Result<(), ServiceError> {
            Ok(())
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

        /// Stops services and what depends on them, and waits until they have stopped.
        ///
        /// # Errors
        /// None here.
        pub fn stop(&self, _services: &[&str]) -> Result<Stopped, ServiceError> {
            Ok(Stopped(()))
        }
    }
}

#[cfg(not(windows))]
pub use elsewhere::Stopped;
#[cfg(windows)]
pub use windows::Stopped;
