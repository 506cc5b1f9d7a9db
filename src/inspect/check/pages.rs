//! The addresses of the pages that rules cite.

/// A page of the IIS 6.0 SDK on MSDN.
macro_rules! msdn {
    ($page:literal) => {
        concat!("https://learn.microsoft.com/previous-versions/iis/6.0-sdk/", $page, "(v=vs.90)")
    };
}

/// A page of Windows Server 2003's TechNet library.
macro_rules! technet {
    ($page:literal) => {
        concat!(
            "https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2003/",
            $page,
            "(v=ws.10)"
        )
    };
}

/// An article of the Knowledge Base.
macro_rules! kb {
    ($article:literal) => {
        concat!("https://support.microsoft.com/kb/", $article)
    };
}
