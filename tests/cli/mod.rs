//! What whoever runs the service types, what is printed for it, and what the service tells of itself.

mod commands;
mod operators;
mod typed;
mod verify;

use std::process::Output;

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Checks that it failed with one sentence of its own, and returns that.
fn one_sentence(output: &Output) -> String {
    let told = stderr(output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(output.stdout.is_empty());
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.starts_with("pledgewatch: ") && !told.contains("s3cret") && !told.contains("panicked"), "{told}");
    told
}
