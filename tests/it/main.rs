//! The whole of surgeplan held against theory, exact accounts, and itself: one binary, a file for
//! each kind of proof.

mod cli;
mod conservation;
mod corners;
mod house;
mod lab;
mod random;
mod scenarios;
mod support;
mod theory;
mod timelines;
