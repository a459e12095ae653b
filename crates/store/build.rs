//! Makes Cargo look at `migrations/` again when a file is added there: the embedding macro only follows files it knew.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
