//! `summary.csv`: a row for each target and each headline figure.

use super::table::{Table, estimate, number};
use crate::sweep::PointResult;
use crate::verdict::Answer;

const HEADER: [&str; 9] =
    ["kind", "name", "of", "value", "low", "high", "unit", "limit", "verdict"];

pub(super) fn table(result: &PointResult) -> Vec<u8> {
    let mut table = Table::new(&HEADER);
    for (target, verdict) in result.model.targets.iter().zip(&result.assessment.targets) {
        let [value, low, high] = estimate(verdict.measured.estimate);
        table.row([
            "target".to_owned(),
            target.name.clone(),
            String::new(),
            value,
            low,
            high,
            verdict.measured.unit.name().to_owned(),
            number(verdict.limit.value()),
            answer(verdict.answer).to_owned(),
        ]);
    }
    table.bytes()
}

/// An answer as tables name it.
pub(super) fn answer(answer: Answer) -> &'static str {
    match answer {
        Answer::Met => "met",
        Answer::NotMet => "not-met",
        Answer::Undecided => "undecided",
    }
}
