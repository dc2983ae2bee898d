//! The whole of surgeplan held against theory, exact accounts, and itself: one binary, a file for
//! each kind of proof.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod chatter;
mod cli;
mod conservation;
mod corners;
mod determinism;
mod house;
mod lab;
mod metamorphic;
mod processor_sharing;
mod random;
mod refusals;
mod scenarios;
mod shuffle_sharding;
mod support;
mod theory;
mod timelines;
mod timelines_bounds;
mod timelines_carrier_queues;
mod timelines_carriers;
mod timelines_lines;
mod timelines_network;
mod timelines_policies;
mod timelines_quiet;
mod timelines_routes;
mod timelines_sessions;
mod timelines_spent;
