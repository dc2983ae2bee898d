//! The whole of surgeplan held against theory, exact accounts, and itself: one binary, a file for
//! each kind of proof.

mod conservation;
mod corners;
mod determinism;
mod house;
mod lab;
mod random;
mod refusals;
mod scenarios;
mod support;
mod theory;
mod timelines;
