//! One pair of axes: ticks, grid, and what is drawn between them.

use plotters::style::RGBColor;

use super::canvas::{Align, Area, Canvas, Point, Type};
use super::clock::TimeAxis;
use super::scale::{Scale, Tick};
use super::style::{self, Stroke};

/// Height of the lane in which infinite values are drawn.
const NEVER_LANE: f64 = 26.0;
/// Least distance between markers of infinite values.
const NEVER_GAP: f64 = 26.0;

/// Space below a panel for tick labels and the axis title, or dates in its place.
pub(super) const BELOW: f64 = 58.0;
/// What stands beside the lane of infinite values.
const NEVER: &str = "never";
/// Least distance between the middles of two labels of the y axis.
const LABEL_APART: f64 = 22.0;
/// How far a label of the x axis may stand out beyond the panel's sides.
const OVERHANG: f64 = 16.0;
/// Least space between labels of the x axis.
const LABEL_GAP: f64 = 9.0;
/// Space between tick labels and the axis.
const TICK_GAP: f64 = 10.0;

/// Places values of two scales in an area of the picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panel {
    /// Where the data goes; labels go outside.
    pub(super) area: Area,
    /// Left to right.
    pub(super) x: Scale,
    /// Bottom to top.
    pub(super) y: Scale,
    /// Whether the top of the area is a lane for infinite values.
    pub(super) never: bool,
}

impl Panel {
    /// Where `value` lies across.
    pub(super) fn across(&self, value: f64) -> f64 {
        self.area.left + self.x.share(value) * self.area.width()
    }

    /// Where `value` lies up; infinity is in its lane if there is one.
    pub(super) fn up(&self, value: f64) -> f64 {
        if self.never && value == f64::INFINITY {
            return self.area.top + NEVER_LANE / 2.0;
        }
        let top = self.top();
        self.area.bottom - self.y.share(value) * (self.area.bottom - top)
    }

    /// Where the greatest finite value lies.
    pub(super) fn top(&self) -> f64 {
        if self.never { self.area.top + NEVER_LANE } else { self.area.top }
    }

    /// How many tick labels fit along the y axis.
    pub(super) fn tick_room(height: f64) -> usize {
        (height / if height < 350.0 { 44.0 } else { 58.0 }).max(2.0) as usize
    }

    /// Width that `ticks` take at the left of a panel.
    pub(super) fn gutter(ticks: &[Tick], never: bool) -> f64 {
        let lane = never.then_some(NEVER);
        let labels = ticks.iter().map(|tick| tick.label.as_str()).chain(lane);
        labels.map(|label| TICK_LABEL.width(label)).fold(0.0, f64::max) + TICK_GAP
    }

    /// Draws grid lines and labels of the y axis, and the lane of infinite values.
    pub(super) fn draw_y_axis(&self, canvas: &mut Canvas, ticks: &[Tick]) {
        let Area { left, right, top, .. } = self.area;
        let style = TICK_LABEL.align(Align::Right);
        for tick in ticks {
            let y = self.up(tick.at).round();
            canvas.rect(Area::new(left, y, right, y + 1.0), style::GRID);
            if !self.never || y > self.area.top + NEVER_LANE / 2.0 + LABEL_APART {
                canvas.text((left - TICK_GAP, y), &tick.label, style);
            }
        }
        if self.never {
            canvas.rect(Area::new(left, top, right, top + NEVER_LANE - 2.0), style::LANE);
            canvas.text((left - TICK_GAP, top + NEVER_LANE / 2.0), NEVER, style);
        }
    }

    /// Draws the line at the foot of the panel.
    pub(super) fn draw_foot(&self, canvas: &mut Canvas) {
        let Area { left, right, bottom, .. } = self.area;
        canvas.rect(Area::new(left, bottom - 0.7, right, bottom + 0.8), style::FRAME);
    }

    /// Draws the foot with marks for `ticks` and as many of their labels as have the room.
    pub(super) fn draw_x_axis(&self, canvas: &mut Canvas, ticks: &[Tick], title: &str) {
        self.draw_foot(canvas);
        let bottom = self.area.bottom;
        for tick in ticks {
            let x = self.across(tick.at).round();
            canvas.rect(Area::new(x - 0.7, bottom, x + 0.8, bottom + 6.0), style::FRAME);
        }
        for (tick, middle) in self.labelled(ticks) {
            canvas.text((middle, bottom + 20.0), &tick.label, TICK_LABEL.align(Align::Center));
        }
        let middle = f64::midpoint(self.area.left, self.area.right);
        let title = AXIS_TITLE.shorten(title, self.area.width());
        canvas.text((middle, bottom + 48.0), &title, AXIS_TITLE.align(Align::Center));
    }

    /// The ticks of the x axis whose labels keep clear of one another, the first and the last
    /// before those between, and the middles of the labels.
    fn labelled<'a>(&self, ticks: &'a [Tick]) -> Vec<(&'a Tick, f64)> {
        let span = |tick: &Tick| {
            let half = TICK_LABEL.width(&tick.label) / 2.0;
            let least = self.area.left - OVERHANG + half;
            let most = self.area.right + OVERHANG - half;
            (self.across(tick.at).round().min(most).max(least), half)
        };
        let mut kept: Vec<(&Tick, f64, f64)> = Vec::new();
        for (i, tick) in ticks.iter().enumerate() {
            let (middle, half) = span(tick);
            let last = i + 1 == ticks.len();
            let crowded = |kept: &[(&Tick, f64, f64)]| {
                kept.last().is_some_and(|before| before.1 + before.2 + LABEL_GAP > middle - half)
            };
            while last && kept.len() > 1 && crowded(&kept) {
                kept.pop();
            }
            if !crowded(&kept) {
                kept.push((tick, middle, half));
            }
        }
        kept.into_iter().map(|(tick, middle, _)| (tick, middle)).collect()
    }

    /// Draws faint lines down the panel at `ticks`.
    pub(super) fn draw_x_grid(&self, canvas: &mut Canvas, ticks: &[Tick]) {
        let Area { top, bottom, .. } = self.area;
        for tick in ticks {
            let x = self.across(tick.at).round();
            canvas.rect(Area::new(x, top, x + 1.0, bottom), style::GRID);
        }
    }

    /// Draws faint lines down the panel at the times of `axis`.
    pub(super) fn draw_time_grid(&self, canvas: &mut Canvas, axis: &TimeAxis) {
        let Area { top, bottom, .. } = self.area;
        for tick in &axis.ticks {
            let x = self.across(tick.at_s).round();
            canvas.rect(Area::new(x, top, x + 1.0, bottom), style::GRID);
        }
    }

    /// Draws the foot with marks and labels for times, dates below them, and the title.
    pub(super) fn draw_time_axis(&self, canvas: &mut Canvas, axis: &TimeAxis) {
        let dated = axis.ticks.iter().any(|tick| tick.date.is_some());
        let ticks: Vec<Tick> = axis
            .ticks
            .iter()
            .map(|tick| Tick { at: tick.at_s, label: tick.label.clone() })
            .collect();
        let title = if dated { "" } else { axis.title.unwrap_or_default() };
        self.draw_x_axis(canvas, &ticks, title);
        let style = Type { color: style::INK, ..TICK_LABEL.align(Align::Center) };
        // A date that starts a day has precedence over the one at the start of the axis.
        let dates: Vec<(f64, &str)> = axis
            .ticks
            .iter()
            .filter_map(|tick| Some((self.across(tick.at_s), tick.date.as_deref()?)))
            .collect();
        let mut free_from = f64::NEG_INFINITY;
        for (i, &(x, date)) in dates.iter().enumerate() {
            let half = style.width(date) / 2.0 + 10.0;
            let crowded = i == 0
                && dates
                    .get(1)
                    .is_some_and(|&(next, name)| x + half > next - style.width(name) / 2.0);
            if !crowded && x - half >= free_from {
                canvas.text((x, self.area.bottom + 46.0), date, style);
                free_from = x + half;
            }
        }
    }

    /// Draws a line across the panel at `value`, unless it is undefined.
    pub(super) fn draw_level(&self, canvas: &mut Canvas, value: f64, stroke: Stroke) {
        if value.is_nan() {
            return;
        }
        let y = self.up(value).round();
        canvas.line(&[(self.area.left, y), (self.area.right, y)], stroke);
    }

    /// Draws the values of `ys` at `xs`: a gap where one is undefined, a marker in the lane where
    /// one is infinite, a dot where one stands alone.
    pub(super) fn draw_curve(&self, canvas: &mut Canvas, xs: &[f64], ys: &[f64], stroke: Stroke) {
        let points: Vec<(f64, f64)> = xs.iter().copied().zip(ys.iter().copied()).collect();
        for run in points.split(|(x, y)| x.is_nan() || y.is_nan()) {
            let placed: Vec<Point> =
                run.iter().map(|&(x, y)| (self.across(x), self.up(y))).collect();
            match placed[..] {
                [] => {}
                [only] => canvas.disc(only, stroke.width * 1.2 + 0.8, stroke.color),
                [..] => canvas.line(&thinned(&placed), stroke),
            }
        }
        if self.never {
            let mut last = f64::NEG_INFINITY;
            for (x, _) in points.iter().filter(|(_, y)| *y == f64::INFINITY) {
                let x = self.across(*x);
                if x - last >= NEVER_GAP {
                    never_mark(canvas, (x, self.area.top + NEVER_LANE / 2.0), stroke.color);
                    last = x;
                }
            }
        }
    }

    /// Fills what lies between two series, where `upper` is above `lower`.
    pub(super) fn draw_between(
        &self,
        canvas: &mut Canvas,
        xs: &[f64],
        (lower, upper): (&[f64], &[f64]),
        (color, opacity): (RGBColor, f64),
    ) {
        let count = xs.len().min(lower.len()).min(upper.len());
        let place = |i: usize| -> Option<[f64; 3]> {
            let (x, low, high) = (xs[i], lower[i], upper[i]);
            (!x.is_nan() && !low.is_nan() && !high.is_nan())
                .then(|| [self.across(x), self.up(low), self.up(high)])
        };
        for i in 1..count {
            if let (Some([x0, low0, high0]), Some([x1, low1, high1])) = (place(i - 1), place(i)) {
                canvas.between((x0, x1), color, opacity, |x| {
                    let share = if x1 > x0 { ((x - x0) / (x1 - x0)).clamp(0.0, 1.0) } else { 0.0 };
                    let low = low0 + (low1 - low0) * share;
                    let high = high0 + (high1 - high0) * share;
                    (high < low).then_some((high, low))
                });
            }
        }
    }
}

/// Space above a panel for its name.
pub(super) const PANEL_HEAD: f64 = 54.0;

/// Draws a panel's name and what its y axis shows, above the panel that starts at `top`.
pub(super) fn draw_panel_head(
    canvas: &mut Canvas,
    (left, right, top): (f64, f64, f64),
    name: &str,
    unit: &str,
) {
    let bold = Type::bold(style::HEADING, style::INK);
    let side = Type::regular(style::SMALL, style::MUTED).align(Align::Left);
    let name = bold.shorten(name, right - left - side.width(unit) - 20.0);
    canvas.text((left, top - 30.0), &name, bold);
    let gap = if name.is_empty() { 0.0 } else { 16.0 };
    canvas.text((left + bold.width(&name) + gap, top - 30.0), unit, side);
}

/// A triangle that points up: the value lies beyond the axis.
pub(super) fn never_mark(canvas: &mut Canvas, (x, y): Point, color: RGBColor) {
    canvas.convex(&[(x - 7.0, y + 6.0), (x, y - 7.0), (x + 7.0, y + 6.0)], color);
}

const TICK_LABEL: Type = Type::regular(style::SMALL, style::MUTED);
const AXIS_TITLE: Type = Type::regular(style::SMALL, style::MUTED);

/// At most four points for each column of pixels: first, lowest, highest, last.
fn thinned(points: &[Point]) -> Vec<Point> {
    let column = |point: &Point| point.0.floor();
    let mut out = Vec::with_capacity(points.len().min(8_192));
    for run in points.chunk_by(|a, b| column(a) == column(b)) {
        if run.len() <= 4 {
            out.extend_from_slice(run);
            continue;
        }
        let last = run.len() - 1;
        let by_y = |a: &usize, b: &usize| run[*a].1.total_cmp(&run[*b].1);
        let mut kept = [0, 0, 0, last];
        kept[1] = (0..=last).min_by(by_y).unwrap_or(0);
        kept[2] = (0..=last).max_by(by_y).unwrap_or(last);
        kept.sort_unstable();
        out.extend(kept.map(|i| run[i]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_extremes() {
        let points: Vec<Point> =
            (0..1_000).map(|i| (f64::from(i) / 1_000.0, f64::from(i % 7))).collect();
        let thin = thinned(&points);
        assert_eq!(thin, [(0.0, 0.0), (0.0, 0.0), (0.993, 6.0), (0.999, 5.0)]);
    }

    #[test]
    fn crowded_labels_give_way_to_the_last() {
        let panel = Panel {
            area: Area::new(0.0, 0.0, 120.0, 100.0),
            x: Scale::Linear { low: 0.0, high: 1.0 },
            y: Scale::Linear { low: 0.0, high: 1.0 },
            never: false,
        };
        let ticks: Vec<Tick> =
            [0.0, 0.5, 1.0].map(|at| Tick { at, label: format!("{} %", at * 100.0) }).to_vec();
        let kept: Vec<&str> =
            panel.labelled(&ticks).iter().map(|(tick, _)| tick.label.as_str()).collect();
        assert_eq!(kept, ["0 %", "100 %"]);
    }

    #[test]
    fn infinity_lies_above_every_number() {
        let panel = Panel {
            area: Area::new(0.0, 0.0, 100.0, 100.0),
            x: Scale::Linear { low: 0.0, high: 1.0 },
            y: Scale::Linear { low: 0.0, high: 1.0 },
            never: true,
        };
        assert!(panel.up(f64::INFINITY) < panel.up(1e300));
        assert_eq!(panel.up(0.0), 100.0);
    }
}
