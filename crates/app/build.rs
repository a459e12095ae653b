//! Tells cargo that the packs are part of this crate: they are embedded, and `include_dir` alone does not see
//! that one of them was changed or added.

fn main() {
    println!("cargo:rerun-if-changed=../../packs");
}
