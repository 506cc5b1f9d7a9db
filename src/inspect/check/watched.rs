//! The properties that rules look at, each with the page that says what it is.

/// A property that a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// MSDN ms524723.
    AppPoolId,
    /// MSDN ms524308.
    AppRoot,
    /// MSDN ms525628.
    DropDirectory,
    /// MSDN ms525697.
    Iis5IsolationModeEnabled,
    /// MSDN ms525414.
    IpSecurity,
    /// TechNet cc737002.
    LogFileDirectory,
    /// TechNet cc786613.
    MajorIisVersionNumber,
    /// TechNet cc782025.
    PickupDirectory,
    /// TechNet cc737557.
    QueueDirectory,
    /// TechNet cc780293.
    RelayIpList,
    /// MSDN ms525141.
    RouteActionString,
    /// MSDN ms526052.
    ScriptMaps,
    /// MSDN ms524481.
    SecureBindings,
    /// TechNet cc782812.
    ServerAutoStart,
    /// TechNet cc737827.
    ServerBindings,
    /// MSDN ms524905.
    ServerState,
    /// TechNet cc776700.
    SmartHost,
    /// TechNet cc739348.
    SmartHostType,
    /// MSDN ms525617.
    SmtpDsUseCat,
}

impl Watched {
    /// How many there are.
    pub const COUNT: usize = 19;

    /// In the order of their numbers.
    pub const ALL: [Self; Self::COUNT] = [
        Self::AppPoolId,
        Self::AppRoot,
        Self::DropDirectory,
        Self::Iis5IsolationModeEnabled,
        Self::IpSecurity,
        Self::LogFileDirectory,
        Self::MajorIisVersionNumber,
        Self::PickupDirectory,
        Self::QueueDirectory,
        Self::RelayIpList,
        Self::RouteActionString,
        Self::ScriptMaps,
        Self::SecureBindings,
        Self::ServerAutoStart,
        Self::ServerBindings,
        Self::ServerState,
        Self::SmartHost,
        Self::SmartHostType,
        Self::SmtpDsUseCat,
    ];

    /// The name as it is in the file, and the ID.
    #[must_use]
    pub fn name_and_id(self) -> (&'static str, u32) {
        match self {
            Self::AppPoolId => ("AppPoolId", 9101),
            Self::AppRoot => ("AppRoot", 2103),
            Self::DropDirectory => ("DropDirectory", 36882),
            Self::Iis5IsolationModeEnabled => ("IIs5IsolationModeEnabled", 9203),
            Self::IpSecurity => ("IPSecurity", 6019),
            Self::LogFileDirectory => ("LogFileDirectory", 4001),
            Self::MajorIisVersionNumber => ("MajorIIsVersionNumber", 1101),
            Self::PickupDirectory => ("PickupDirectory", 36880),
            Self::QueueDirectory => ("QueueDirectory", 36875),
            Self::RelayIpList => ("RelayIpList", 36970),
            Self::RouteActionString => ("RouteActionString", 36947),
            Self::ScriptMaps => ("ScriptMaps", 6014),
            Self::SecureBindings => ("SecureBindings", 2021),
            Self::ServerAutoStart => ("ServerAutoStart", 1017),
            Self::ServerBindings => ("ServerBindings", 1023),
            Self::ServerState => ("ServerState", 1016),
            Self::SmartHost => ("SmartHost", 36906),
            Self::SmartHostType => ("SmartHostType", 36905),
            Self::SmtpDsUseCat => ("SmtpDsUseCat", 36994),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name_and_id().0
    }

    /// Which of them a property is: by its ID where it has one, else by its name.
    #[must_use]
    pub fn of(name: &str, id: Option<u32>) -> Option<Self> {
        if let Some(id) = id {
            return Self::ALL.into_iter().find(|one| one.name_and_id().1 == id);
        }
        // Each property of each key is asked: most are none of these by their first letter.
        let (first, last) = match name.as_bytes().first()? {
            b'A' => (Self::AppPoolId, Self::AppRoot),
            b'D' => (Self::DropDirectory, Self::DropDirectory),
            b'I' => (Self::Iis5IsolationModeEnabled, Self::IpSecurity),
            b'L' => (Self::LogFileDirectory, Self::LogFileDirectory),
            b'M' => (Self::MajorIisVersionNumber, Self::MajorIisVersionNumber),
            b'P' => (Self::PickupDirectory, Self::PickupDirectory),
            b'Q' => (Self::QueueDirectory, Self::QueueDirectory),
            b'R' => (Self::RelayIpList, Self::RouteActionString),
            b'S' => (Self::ScriptMaps, Self::SmtpDsUseCat),
            _ => return None,
        };
        let near = &Self::ALL[first as usize..=last as usize];
        near.iter().copied().find(|one| one.name() == name)
    }
}
