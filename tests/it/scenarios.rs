//! The shipped scenarios: each gives the answer that can be worked out by hand, and no longer gives
//! it when the mechanism behind it is switched off.

mod bfcm_email;
mod bfcm_email_ips;
mod blast_and_otp;
mod connection_storm;
mod feature_flag_metastable;
mod flaky_carrier_mix;
mod full_mesh_cliff;
mod merge_or_split;
mod provider_failover;
mod replay;
mod slow_lookup;
mod usl_cisco;
mod video_top_of_hour;
mod voice_trunk;

use crate::support::{Plan, shipped, text};

#[test]
fn these_are_shipped() {
    let names = [
        "bfcm-email",
        "bfcm-email-ips",
        "blast-and-otp",
        "connection-storm",
        "feature-flag-metastable",
        "flaky-carrier-mix",
        "full-mesh-cliff",
        "merge-or-split",
        "provider-failover",
        "replay",
        "slow-lookup",
        "usl-cisco",
        "video-top-of-hour",
        "voice-trunk",
    ];
    assert_eq!(shipped(), names);
}

#[test]
fn every_one_is_a_model_with_targets() {
    for name in shipped() {
        let model = Plan::of(&name).model();
        assert!(!model.targets.is_empty(), "{name}: no target, no answer");
        assert_ne!(model.title, "Untitled scenario", "{name}");
    }
}

/// Style 19: a scenario opens with the question that it answers.
#[test]
fn every_one_opens_with_its_question_and_fits_a_page() {
    for name in shipped() {
        let text = text(&name);
        let opening: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
        let question = opening.iter().position(|line| line.contains('?'));
        assert!(question.is_some_and(|line| line < 3), "{name}: its question comes first");
        assert!(opening.iter().any(|line| line.contains("By hand")), "{name}: the known answer");
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest.is_some_and(|widest| widest <= 110), "{name}: {widest:?} columns");
    }
}

/// What a scenario's comments say to try, can be tried.
#[test]
fn every_change_that_a_comment_names_can_be_made() {
    for name in shipped() {
        let text = text(&name);
        let mut tried = 0;
        for line in text.lines().filter(|line| line.starts_with("#   ... --set")) {
            let changes = line.split("--set ").skip(1).map(|rest| rest.split(' ').next().unwrap());
            let of_a_reader = |change: &&str| !change.contains("/home/me/");
            let plan = changes.filter(of_a_reader).fold(Plan::of(&name), Plan::set);
            if let Err(problems) = plan.try_model() {
                panic!("{problems}");
            }
            tried += 1;
        }
        assert!(tried > 0, "{name} names no change");
    }
}
