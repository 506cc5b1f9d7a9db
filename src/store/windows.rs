//! The Windows side of the seam.
