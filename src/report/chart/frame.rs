//! What surrounds the panels: title and subtitle, legend, labels at the ends of lines.

use plotters::style::RGBColor;

use super::canvas::{Align, Area, Canvas, Type};
use super::panel::never_mark;
use super::style::{self, Stroke, WIDTH};
use super::sweep::{Met, draw_mark};
use super::text::{self, Weight};

/// What a figure is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    /// The subject, such as "Load and goodput". One line.
    pub title: String,
    /// Scenario and facts of the run. At most two lines.
    pub subtitle: String,
}

const TITLE: Type = Type::bold(style::TITLE, style::INK);
const SUBTITLE: Type = Type::regular(style::SUBTITLE, style::MUTED);
const SUBTITLE_LINE: f64 = 30.0;
const LEGEND: Type = Type::regular(style::LABEL, style::INK);
const LEGEND_LINE: f64 = 34.0;
/// Width of a legend's sample of a line.
const SAMPLE: f64 = 46.0;

impl Heading {
    /// Draws it at the top and tells where the rest may start.
    pub(super) fn draw(&self, canvas: &mut Canvas) -> f64 {
        let title = TITLE.clip(&self.title, page().width());
        canvas.text((page().left, style::MARGIN + 12.0), &title, TITLE);
        let mut y = style::MARGIN + 56.0;
        for line in self.lines() {
            canvas.text((page().left, y), &line, SUBTITLE);
            y += SUBTITLE_LINE;
        }
        self.height()
    }

    /// Where the rest may start.
    pub(super) fn height(&self) -> f64 {
        style::MARGIN + 56.0 + SUBTITLE_LINE * self.lines().len() as f64
    }

    fn lines(&self) -> Vec<String> {
        text::wrap(&self.subtitle, style::SUBTITLE, Weight::Regular, page().width(), 2)
    }
}

/// The picture without its blank border; its height is not used.
pub(super) fn page() -> Area {
    Area::new(style::MARGIN, style::MARGIN, f64::from(WIDTH) - style::MARGIN, f64::MAX)
}

/// What a legend shows beside a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sample {
    /// A piece of a line.
    Line(Stroke),
    /// A filled patch.
    Fill(RGBColor),
    /// A piece of a line in its interval's band.
    Band(Stroke),
    /// The mark of infinite values.
    Never(RGBColor),
    /// The mark of a point at which a target is met or not.
    Verdict(Met),
    /// A point's interval.
    Interval,
    /// Nothing: the text is a note.
    Blank,
}

/// Draws a legend from (`left`, `y`) in rows up to `right`, and tells where the rest may start.
pub(super) fn draw_legend(
    canvas: &mut Canvas,
    (left, right, y): (f64, f64, f64),
    items: &[(Sample, String)],
) -> f64 {
    let (mut x, mut y) = (left, y + 10.0);
    for (sample, text) in items {
        let sample_width = match sample {
            Sample::Line(_) | Sample::Fill(_) | Sample::Band(_) => SAMPLE + 12.0,
            Sample::Never(_) | Sample::Verdict(_) | Sample::Interval => SAMPLE / 2.0 + 12.0,
            Sample::Blank => 0.0,
        };
        let text = LEGEND.clip(text, right - left - sample_width);
        let width = sample_width + LEGEND.width(&text);
        if x > left && x + width > right {
            x = left;
            y += LEGEND_LINE;
        }
        draw_sample(canvas, (x, y), *sample);
        canvas.text((x + sample_width, y), &text, LEGEND);
        x += width + 36.0;
    }
    y + LEGEND_LINE - 10.0
}

/// Draws a sample whose middle left is at (`x`, `y`).
pub(super) fn draw_sample(canvas: &mut Canvas, (x, y): (f64, f64), sample: Sample) {
    let patch = |half: f64| Area::new(x, y - half, x + SAMPLE, y + half);
    match sample {
        Sample::Line(stroke) => canvas.line(&[(x, y), (x + SAMPLE, y)], stroke),
        Sample::Fill(color) => canvas.rect(patch(10.0), color),
        Sample::Band(stroke) => {
            canvas.rect(patch(10.0), style::tint(stroke.color, BAND));
            canvas.line(&[(x, y), (x + SAMPLE, y)], stroke);
        }
        Sample::Never(color) => never_mark(canvas, (x + SAMPLE / 4.0, y), color),
        Sample::Verdict(met) => draw_mark(canvas, (x + SAMPLE / 4.0, y), met),
        Sample::Interval => {
            let x = x + SAMPLE / 4.0;
            canvas.line(&[(x, y - 11.0), (x, y + 11.0)], style::WHISKER);
            for end in [y - 11.0, y + 11.0] {
                canvas.line(&[(x - 7.0, end), (x + 7.0, end)], style::WHISKER);
            }
        }
        Sample::Blank => {}
    }
}

/// How strong an interval's band is beside its line.
pub(super) const BAND: f64 = 0.2;

/// A label at the right end of a line.
#[derive(Clone, Debug)]
pub(super) struct EndLabel {
    /// Where the line ends.
    pub(super) y: f64,
    /// Its words.
    pub(super) text: String,
    /// Its colour, its line's or darker.
    pub(super) color: RGBColor,
    /// Semi-bold for what matters most.
    pub(super) weight: Weight,
}

/// Distance from the end of the lines to their labels.
const LEADER: f64 = 26.0;
const LABEL_LINE: f64 = 26.0;

/// Width of the gutter that `labels` need, at most `most`.
pub(super) fn gutter<'a>(labels: impl IntoIterator<Item = &'a str>, most: f64) -> f64 {
    let widest = labels
        .into_iter()
        .map(|label| {
            text::width(
                &label.chars().take(200).collect::<String>(),
                style::LABEL,
                Weight::SemiBold,
            )
        })
        .fold(0.0, f64::max);
    (widest + LEADER + 6.0).min(most)
}

/// Draws labels in the gutter right of `plot`, moved apart where they would touch, each tied to
/// its line by a leader.
pub(super) fn draw_end_labels(canvas: &mut Canvas, plot: Area, gutter: f64, labels: &[EndLabel]) {
    let room = ((plot.height() + LABEL_LINE) / LABEL_LINE).max(1.0) as usize;
    let mut labels: Vec<&EndLabel> = labels.iter().take(room).collect();
    labels.sort_by(|a, b| a.y.total_cmp(&b.y));
    let wanted: Vec<f64> = labels.iter().map(|label| label.y).collect();
    let placed = spread(&wanted, LABEL_LINE, (plot.top, plot.bottom));
    for (label, y) in labels.into_iter().zip(placed) {
        let (from, to) = (plot.right + 4.0, plot.right + LEADER - 6.0);
        canvas.line(
            &[(from, label.y), (from + 6.0, label.y), (to - 4.0, y), (to, y)],
            Stroke::solid(style::FAINT, 1.2),
        );
        let style = Type {
            size: style::LABEL,
            weight: label.weight,
            color: label.color,
            align: Align::Left,
        };
        let text = style.shorten(&label.text, gutter - LEADER);
        canvas.text((plot.right + LEADER, y), &text, style);
    }
}

/// Places as near as may be to `wanted` (ascending), at least `gap` apart and inside `bounds` as
/// far as they have the room: the pooling of neighbours that solves isotonic regression.
fn spread(wanted: &[f64], gap: f64, (top, bottom): (f64, f64)) -> Vec<f64> {
    // Less its place in the row, each wants a position, and positions may not decrease.
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (i, &y) in wanted.iter().enumerate() {
        pools.push((y - gap * i as f64, 1));
        while let [.., (a, n), (b, m)] = pools[..]
            && a > b
        {
            pools.truncate(pools.len() - 2);
            pools.push(((a * n as f64 + b * m as f64) / (n + m) as f64, n + m));
        }
    }
    let last = bottom - gap * wanted.len().saturating_sub(1) as f64;
    pools
        .iter()
        .flat_map(|&(at, count)| std::iter::repeat_n(at, count))
        .enumerate()
        .map(|(i, at)| at.min(last).max(top) + gap * i as f64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn labels_apart_stay_where_they_are() {
        assert_eq!(spread(&[10.0, 50.0], 20.0, (0.0, 100.0)), [10.0, 50.0]);
        assert_eq!(spread(&[50.0, 50.0], 20.0, (0.0, 100.0)), [40.0, 60.0]);
        assert_eq!(spread(&[100.0, 100.0], 20.0, (0.0, 100.0)), [80.0, 100.0]);
    }

    proptest! {
        #[test]
        fn labels_stay_apart_and_inside(
            mut wanted in prop::collection::vec(0.0..400.0f64, 0..12),
        ) {
            wanted.sort_by(f64::total_cmp);
            let placed = spread(&wanted, 26.0, (0.0, 400.0));
            prop_assert_eq!(placed.len(), wanted.len());
            for pair in placed.windows(2) {
                prop_assert!(pair[1] - pair[0] >= 26.0 - 1e-9);
            }
            for y in placed {
                prop_assert!((0.0..=400.0 + 1e-9).contains(&y));
            }
        }
    }
}
