//! The migrations are compiled in; a new one must not wait for another reason to compile.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
