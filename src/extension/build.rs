//! Keeps the library loaded to the end of the process: PHP unloads extensions before it exits, and a thread that still
//! looks up a host name must find its code.

fn main() {
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    println!("cargo::rerun-if-changed=build.rs");
}
