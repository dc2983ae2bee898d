//! Random trunks and rooms: few places, short calls, answers and silence.

use proptest::prelude::*;
use proptest::sample::select;

use super::{duration, length};

/// A trunk of few channels.
pub(super) fn trunk(index: usize) -> impl Strategy<Value = String> {
    let queue = (prop::option::of(0u32..9), prop::option::of(length()));
    let setups = (select(vec!["4/s", "10/s", "33.3/s", "200/s"]), prop::option::of(1u32..4), queue);
    let setups = prop::option::weighted(0.8, (setups, any::<bool>()));
    let answers = prop::option::of((select(vec!["0%", "40%", "100%"]), duration()));
    (1u32..8, setups, answers, duration(), any::<bool>()).prop_map(
        move |(channels, setups, answers, holding, is_silent)| {
            let mut text =
                format!("[trunk.c{index}]\nchannels = {channels}\nholding = {holding}\n");
            if let Some(((rate, burst, (most, age)), waits)) = setups {
                text += &format!("setup-rate = \"{rate}\"\n");
                text += &burst.map_or(String::new(), |burst| format!("setup-burst = {burst}\n"));
                let most = most.map(|most| format!("length-at-most = {most}"));
                let age = age.map(|age| format!("age-at-most = \"{age}\""));
                let mut bounds: Vec<String> = most.into_iter().chain(age).collect();
                if bounds.is_empty() {
                    bounds.push("wait-at-most = \"1s\"".to_owned());
                }
                if waits {
                    text += &format!("setup-queue = {{ fifo = {{ {} }} }}\n", bounds.join(", "));
                }
            }
            if let Some((ratio, ring)) = answers {
                text += &format!("answer-ratio = \"{ratio}\"\nring = {ring}\n");
            }
            let full = if is_silent { "when-full = \"silent\"\n" } else { "" };
            text + full
        },
    )
}

/// Few nodes, few places on each.
pub(super) fn rooms(index: usize) -> impl Strategy<Value = String> {
    let placement = select(vec!["least-loaded", "first-fit", "random"]);
    let zipf = any::<bool>();
    (1u32..5, 1u32..8, 1u32..12, placement, zipf, duration()).prop_map(
        move |(nodes, capacity, rooms, placement, zipf, holding)| {
            let shares = if zipf { "shares = { zipf = { exponent = 1.2 } }\n" } else { "" };
            format!(
                "[rooms.c{index}]\nnodes = {nodes}\ncapacity = {capacity}\nrooms = {rooms}\n\
                 placement = \"{placement}\"\n{shares}holding = {holding}\n"
            )
        },
    )
}
