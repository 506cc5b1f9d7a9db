//! What files beside the metabase are called while a change is made.

/// Where the new file is while it is created.
pub(super) const NEW: &str = "new";
/// Where it is from then on, with its number after that; and, after the swap, what it displaced.
pub(super) const SWAP: &str = "swap-";
