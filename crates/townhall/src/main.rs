//! The Townhall binary.

fn main() {}
