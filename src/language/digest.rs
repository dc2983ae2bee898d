//! A fingerprint of a document's content.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use toml::value::{Datetime, Offset};

use super::document::{Entry, Node, Value};

/// Heads what is hashed; the number changes with the canonical form.
const FORM: &str = "surgeplan document 1\n";

/// SHA-256, in hexadecimal, of the canonical form: every value as a letter for its type, its
/// length where that varies, and its content; tables in the order of their keys' bytes.
pub(super) fn digest(root: &Node) -> String {
    let mut hasher = Sha256::new();
    hasher.update(FORM);
    feed(&mut hasher, root);
    hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes all that is written");
        hex
    })
}

fn feed(hasher: &mut Sha256, node: &Node) {
    match &node.value {
        Value::String(text) => feed_text(hasher, b"s", text),
        Value::Integer(number) => feed_bytes(hasher, b"i", &number.to_be_bytes()),
        Value::Float(number) => {
            // An undefined number has many bit patterns and one meaning.
            let number = if number.is_nan() { f64::NAN } else { *number };
            feed_bytes(hasher, b"f", &number.to_bits().to_be_bytes());
        }
        Value::Boolean(truth) => feed_bytes(hasher, b"b", &[u8::from(*truth)]),
        Value::Datetime(when) => feed_text(hasher, b"d", &canonical(*when)),
        Value::Array(elements) => {
            feed_bytes(hasher, b"a", &(elements.len() as u64).to_be_bytes());
            for element in elements {
                feed(hasher, element);
            }
        }
        Value::Table(entries) => {
            let mut sorted: Vec<&Entry> = entries.iter().collect();
            sorted.sort_by(|a, b| a.key.cmp(&b.key));
            feed_bytes(hasher, b"t", &(entries.len() as u64).to_be_bytes());
            for entry in sorted {
                feed_text(hasher, b"k", &entry.key);
                feed(hasher, &entry.value);
            }
        }
    }
}

fn feed_text(hasher: &mut Sha256, letter: &[u8], text: &str) {
    feed_bytes(hasher, letter, &(text.len() as u64).to_be_bytes());
    hasher.update(text.as_bytes());
}

fn feed_bytes(hasher: &mut Sha256, letter: &[u8], bytes: &[u8]) {
    hasher.update(letter);
    hasher.update(bytes);
}

/// The same text for `10:00` and `10:00:00.0`, for `Z` and `+00:00`.
fn canonical(mut when: Datetime) -> String {
    if let Some(time) = &mut when.time {
        time.second = Some(time.second.unwrap_or(0));
        time.nanosecond = Some(time.nanosecond.unwrap_or(0));
    }
    if when.offset == Some(Offset::Z) {
        when.offset = Some(Offset::Custom { minutes: 0 });
    }
    when.to_string()
}
