//! Rates and factors as straight lines over stretches of time, and their product.

use crate::engine::SimTime;

/// The end of time, in nanoseconds.
pub(super) const NEVER: u64 = SimTime::MAX.ns();

/// How far a product of sloped factors may be from its chord, as a share of its largest value.
pub(super) const CHORD_ERROR: f64 = 1e-7;

/// A quantity over a stretch of time that begins where the asker stands: straight from `from`
/// there to `to` at `end`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) end: u64,
    pub(super) from: f64,
    pub(super) to: f64,
}

impl Line {
    /// The same value until `end`.
    pub(super) fn flat(value: f64, end: u64) -> Self {
        Self { end, from: value, to: value }
    }

    pub(super) fn is_flat(&self) -> bool {
        self.from == self.to
    }

    /// The part from `start`, where the line begins, to an earlier end.
    pub(super) fn until(self, start: u64, end: u64) -> Self {
        if end >= self.end || self.is_flat() {
            return Self { end: end.min(self.end), ..self };
        }
        let share = (end - start) as f64 / (self.end - start) as f64;
        Self { end, from: self.from, to: self.from + (self.to - self.from) * share }
    }

    /// The part that begins at `middle` instead of at `start`.
    pub(super) fn beyond(self, start: u64, middle: u64) -> Self {
        Self { from: self.until(start, middle).to, ..self }
    }

    /// The integral over a stretch of `length`.
    pub(super) fn integral(&self, length: f64) -> f64 {
        length * 0.5 * (self.from + self.to)
    }
}

/// The product of `lines` from `start` on, over a stretch on which it is straight.
///
/// Up to one sloped factor the product is exact. With more, the stretch is cut so short that the
/// product stays within 10⁻⁷ of its peak from a chord, and the chord is set to have the product's
/// own integral (Simpson's rule, exact for up to three sloped factors). So no arrival is lost or
/// added, and none is displaced by more than microseconds.
pub(super) fn product(lines: &[Line], start: u64) -> Line {
    let end = lines.iter().map(|line| line.end).min().unwrap_or(NEVER);
    let cut = |end: u64| lines.iter().map(move |line| line.until(start, end));
    if cut(end).filter(|line| !line.is_flat()).count() <= 1 {
        let (from, to) = cut(end).fold((1.0, 1.0), |(f, t), line| (f * line.from, t * line.to));
        return Line { end, from, to };
    }
    let parts = (curvature(cut(end)) / (4.0 * CHORD_ERROR)).sqrt().max(1.0);
    let end = start + (((end - start) as f64 / parts) as u64).max(1);
    let (from, middle, to) = cut(end).fold((1.0, 1.0, 1.0), |(f, m, t), line| {
        (f * line.from, m * 0.5 * (line.from + line.to), t * line.to)
    });
    let (chord, exact) = (0.5 * (from + to), (from + 4.0 * middle + to) / 6.0);
    let correction = if chord > 0.0 { exact / chord } else { 1.0 };
    Line { end, from: from * correction, to: to * correction }
}

/// Four times the largest distance between the product of `lines` and its chord, as a share of
/// the product of their peaks: for two factors |Δf Δg| / (f g), summed over all pairs.
fn curvature(lines: impl Iterator<Item = Line> + Clone) -> f64 {
    let change = |line: &Line| (line.to - line.from).abs() / line.from.max(line.to);
    let sloped = lines.filter(|line| !line.is_flat());
    let (sum, squares) = sloped
        .map(|line| change(&line))
        .fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
    0.5 * (sum * sum - squares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_keeps_the_integral_and_stays_near_its_chord() {
        // Three sloped factors over an hour: (1 + 3x)(2 − x)(0.5 + x), x = share of the hour.
        let hour = 3_600_000_000_000;
        let factors = [(1.0, 4.0), (2.0, 1.0), (0.5, 1.5)];
        let exact = |x: f64| (1.0 + 3.0 * x) * (2.0 - x) * (0.5 + x);
        let (mut at, mut integral, mut pieces) = (0, 0.0, 0);
        while at < hour {
            let lines = factors.map(|(from, to)| Line { end: hour, from, to }.beyond(0, at));
            let piece = product(&lines, at);
            assert!(piece.end > at && piece.end <= hour);
            let middle = (at + piece.end) as f64 / 2.0 / hour as f64;
            let off = 0.5 * (piece.from + piece.to) - exact(middle);
            assert!(off.abs() < CHORD_ERROR * 12.0, "{off} at {middle}");
            integral += piece.integral((piece.end - at) as f64 / hour as f64);
            (at, pieces) = (piece.end, pieces + 1);
        }
        // Expanded, the product is 1 + 4.5 x + 3.5 x² − 3 x³.
        let wanted = 1.0 + 4.5 / 2.0 + 3.5 / 3.0 - 3.0 / 4.0;
        assert!((integral - wanted).abs() < 1e-12, "{integral}");
        assert!((1500..6000).contains(&pieces), "{pieces}");
    }

    #[test]
    fn one_slope_is_exact_and_uncut() {
        let piece = product(&[Line::flat(2.0, 100), Line { end: 50, from: 1.0, to: 3.0 }], 0);
        assert_eq!(piece, Line { end: 50, from: 2.0, to: 6.0 });
    }
}
