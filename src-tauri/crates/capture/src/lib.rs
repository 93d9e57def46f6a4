//! The capture server: every request kept byte for byte, answered after commit.
