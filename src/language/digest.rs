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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use crate::language::Document;

    fn of(text: &str) -> String {
        Document::parse("test", text).unwrap().digest()
    }

    #[test]
    fn spelling_does_not_count() {
        let plain = of("a = 1000\nb = \"x\"\n[c]\nd = 10:00\n");
        assert_eq!(plain, of("# x\n  b='x' # y\n\na=1_000\nc = { d = 10:00:00 }\n"));
        assert_eq!(plain, of("c.d = 10:00:00.0\nb = \"\\u0078\"\r\na = 0x3e8"));
        assert_eq!(of("a = 2022-11-25T10:00:00Z"), of("a = 2022-11-25 10:00:00+00:00"));
        assert_eq!(of("a = nan"), of("a = -nan"));
    }

    #[test]
    fn the_form_is_fixed() {
        // Results name the digest of their scenario, so it must not drift.
        assert_eq!(
            of("a = [1, 2.5]\nb.c = \"x\""),
            "e396047c92f3a25567bf580bfa4fb96f7691d036ed0dc3f82ab60595a2f5c329"
        );
    }

    #[test]
    fn every_value_counts() {
        let texts = [
            "",
            "a = 1",
            "a = 2",
            "a = 1.0",
            "a = \"1\"",
            "a = true",
            "a = false",
            "a = [1]",
            "a = [[1]]",
            "a = [1, 1]",
            "a = []",
            "a = {}",
            "b = 1",
            "a = 0.0",
            "a = -0.0",
            "a = 10:00",
            "a = 10:01",
            "a = { b = 1 }",
            "a = 1\nb = 1",
            "a = 2022-11-25",
            "a = 2022-11-25 10:00:00",
            "a = 2022-11-25 10:00:00Z",
            "a = 2022-11-25 10:00:00+01:00",
            "a = [\"b\", \"c\"]",
            "a = [\"bc\"]",
            "a = [\"b\"]\nc = 1",
        ];
        let digests: BTreeSet<String> = texts.iter().map(|text| of(text)).collect();
        assert_eq!(digests.len(), texts.len());
    }

    proptest! {
        #[test]
        fn the_order_of_keys_does_not_count(
            entries in prop::collection::btree_map("[a-z]{1,4}", any::<i64>(), 1..8),
            gap in "[ \t]{0,3}",
            comment in "#[a-z ]{0,5}",
        ) {
            let line = |(key, value): (&String, &i64)| {
                format!("{gap}{key}{gap}={gap}{value}{gap}{comment}\n")
            };
            let forward: String = entries.iter().map(line).collect();
            let backward: String = entries.iter().rev().map(line).collect();
            prop_assert_eq!(of(&forward), of(&backward));
            let (key, value) = entries.iter().next().unwrap();
            let mut changed = Document::parse("test", &forward).unwrap();
            changed.set(&format!("{key}={}", value.wrapping_add(1))).unwrap();
            prop_assert_ne!(of(&forward), changed.digest());
        }
    }
}
