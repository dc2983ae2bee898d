//! A sweep over numbers: a small plot for each target, the number along the x axis.

use super::canvas::{Align, Area, Canvas, Type};
use super::frame::{draw_legend, page};
use super::panel::{BELOW, Panel};
use super::scale::{Scale, Tick, extent};
use super::style::{self, HEIGHT, WIDTH};
use super::sweep::{
    Met, RADIUS, SweepFigure, SweepPoint, SweepTarget, Wanted, column_width, draw_mark,
};
use super::words::{self, Quantity};

/// Space between columns.
const BETWEEN: f64 = 48.0;
/// Space above a plot: the target's name, what it measures, and where it is first met.
const HEAD: f64 = 100.0;
/// Space between rows.
const ROW_GAP: f64 = 18.0;
/// Values up to this many are all labelled, if they have the room.
const ALL_LABELLED: usize = 12;

/// The figure as a PNG.
pub(super) fn png(
    figure: &SweepFigure,
    targets: &[SweepTarget],
    quantity: Quantity,
    values: &[f64],
) -> Vec<u8> {
    let columns = match targets.len() {
        0 | 1 => 1,
        2 | 4 => 2,
        _ => 3,
    };
    let rows = targets.len().max(1).div_ceil(columns);
    let height = match targets.len() {
        0 => style::EMPTY_HEIGHT,
        _ => HEIGHT.max(170 + 420 * rows as u32),
    };
    let mut canvas = Canvas::new(WIDTH, height);
    let top = figure.heading.draw(&mut canvas);
    let top = draw_legend(&mut canvas, (page().left, page().right, top), &figure.legend());
    let width = column_width(columns, BETWEEN);
    let foot = f64::from(height) - style::MARGIN_BELOW;
    let each = (foot - top - ROW_GAP * (rows - 1) as f64) / rows as f64;
    let x = x_scale(quantity, values);
    for (i, target) in targets.iter().enumerate() {
        let left = page().left + (width + BETWEEN) * (i % columns) as f64;
        let y = top + (each + ROW_GAP) * (i / columns) as f64;
        let cell = Area::new(left, y, left + width, y + each);
        Plot { target, quantity, values, key: &figure.key }.draw(&mut canvas, cell, x);
    }
    canvas.png()
}

/// A point and where it is drawn.
type Placed = ((f64, f64), SweepPoint);

/// One target's plot.
struct Plot<'a> {
    target: &'a SweepTarget,
    quantity: Quantity,
    values: &'a [f64],
    key: &'a str,
}

impl Plot<'_> {
    fn draw(&self, canvas: &mut Canvas, cell: Area, x: Scale) {
        let top = cell.top + HEAD;
        let bottom = cell.bottom - BELOW;
        let room = Panel::tick_room(bottom - top);
        let y = self.target.scale(room);
        let y_ticks = y.ticks(self.target.quantity, room);
        let area = Area::new(
            (cell.left + Panel::gutter(&y_ticks, self.target.never())).round(),
            top.round(),
            cell.right,
            bottom.round(),
        );
        let panel = Panel { area, x, y, never: self.target.never() };
        self.draw_head(canvas, cell);
        self.draw_met(canvas, &panel);
        panel.draw_y_axis(canvas, &y_ticks);
        let points = self.points(&panel);
        let edge = self.draw_where_met(canvas, &panel);
        panel.draw_x_axis(canvas, &self.x_ticks(x, area.width()), self.key);
        panel.draw_level(canvas, self.target.bound, style::TARGET_LINE);
        self.draw_bound_words(canvas, &panel, &points, edge);
        let line: Vec<(f64, f64)> = points.iter().map(|(at, _)| *at).collect();
        canvas.line(&line, style::TREND);
        for (at, point) in &points {
            draw_interval(canvas, &panel, at.0, point);
            draw_mark(canvas, *at, point.met);
        }
    }

    fn draw_head(&self, canvas: &mut Canvas, cell: Area) {
        let name = Type::bold(style::HEADING, style::INK);
        let side = Type::regular(style::SMALL, style::MUTED);
        canvas.text(
            (cell.left, cell.top + 22.0),
            &name.shorten(&self.target.name, cell.width()),
            name,
        );
        let measure = side.clip(&self.target.measure, cell.width());
        canvas.text((cell.left, cell.top + 48.0), &measure, side);
    }

    /// Points with a place, in the order of the numbers.
    fn points(&self, panel: &Panel) -> Vec<Placed> {
        let mut points: Vec<(f64, SweepPoint)> = self
            .values
            .iter()
            .copied()
            .zip(self.target.points.iter().copied())
            .filter(|(value, point)| value.is_finite() && !point.value.is_nan())
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points.into_iter().map(|(value, p)| ((panel.across(value), panel.up(p.value)), p)).collect()
    }

    /// Shades the side of the bound on which the target is met.
    fn draw_met(&self, canvas: &mut Canvas, panel: &Panel) {
        let y = panel.up(self.target.bound);
        let Area { left, right, bottom, .. } = panel.area;
        if !self.target.bound.is_nan() {
            let area = match self.target.wanted {
                Wanted::AtMost => Area::new(left, y, right, bottom),
                Wanted::AtLeast => Area::new(left, panel.top(), right, y),
            };
            canvas.rect(area, style::MET);
        }
    }

    /// Says at which numbers the target is met, and marks where that begins or ends.
    /// Tells where across it did.
    fn draw_where_met(&self, canvas: &mut Canvas, panel: &Panel) -> Option<f64> {
        let tried = self.tried();
        let lane = panel.area.top - 26.0;
        let is_met = |(_, met): &(f64, Met)| *met == Met::Yes;
        let (first, last) = (tried.iter().position(is_met), tried.iter().rposition(is_met));
        let (Some(first), Some(last)) = (first, last) else {
            let none = Type::regular(style::SMALL, style::TARGET);
            if !tried.is_empty() {
                canvas.text((panel.area.left, lane), "met at none of these", none);
            }
            return None;
        };
        let number = |i: usize| words::value(self.quantity, tried[i].0);
        let unbroken = tried[first..=last].iter().all(is_met);
        let (edge, text) = match (first == 0, last + 1 == tried.len()) {
            (true, true) if unbroken => (None, "met at all of these".to_owned()),
            (true, false) if unbroken => (Some(last), format!("met up to {}", number(last))),
            (false, true) if unbroken => (Some(first), format!("met from {} on", number(first))),
            (true | false, true | false) => {
                (Some(first), format!("first met at {}", number(first)))
            }
        };
        let style = Type::bold(style::SMALL, style::MARK_MET);
        let text = style.clip(&text, panel.area.width());
        let Some(edge) = edge else {
            canvas.text((panel.area.left, lane), &text, style);
            return None;
        };
        let x = panel.across(tried[edge].0);
        let half = style.width(&text) / 2.0;
        let middle = x.min(panel.area.right - half).max(panel.area.left + half);
        canvas.text((middle, lane), &text, style.align(Align::Center));
        canvas.line(&[(x, panel.area.top - 4.0), (x, panel.area.bottom)], style::FIRST_MET);
        Some(x)
    }

    /// The numbers, ascending, and whether the target is met at each.
    fn tried(&self) -> Vec<(f64, Met)> {
        let met = self.target.points.iter().map(|point| point.met);
        let mut tried: Vec<(f64, Met)> =
            self.values.iter().copied().zip(met).filter(|(value, _)| value.is_finite()).collect();
        tried.sort_by(|a, b| a.0.total_cmp(&b.0));
        tried
    }

    /// Sets the bound's words beside its line, where they hide least.
    fn draw_bound_words(
        &self,
        canvas: &mut Canvas,
        panel: &Panel,
        points: &[Placed],
        edge: Option<f64>,
    ) {
        /// Places tried along the line.
        const PLACES: u32 = 12;
        if !self.target.bound.is_finite() {
            return;
        }
        let style = Type::bold(style::SMALL, style::TARGET);
        let text = style.clip(&self.target.bound_words(), panel.area.width() - 16.0);
        let (width, y) = (style.width(&text), panel.up(self.target.bound));
        let Area { left, right, top, bottom } = panel.area;
        let (most, least) = (right - 8.0 - width, left + 8.0);
        let places = (0..=PLACES)
            .map(|i| most + (least - most) * f64::from(i) / f64::from(PLACES))
            .flat_map(|x| [(x, y - 17.0), (x, y + 18.0)])
            .filter(|(_, y)| *y >= top + 8.0 && *y <= bottom - 8.0);
        let hidden = |&(x, y): &(f64, f64)| {
            let around = Area::new(x - 12.0, y - 16.0, x + width + 12.0, y + 16.0);
            let lines = points.windows(2).filter(|pair| passes(around, pair[0].0, pair[1].0));
            let marks = points.iter().filter(|(at, _)| around.contains(*at));
            let bars = points.iter().filter(|(at, point)| {
                passes(around, (at.0, panel.up(point.low)), (at.0, upper_end(panel, point)))
            });
            let edges = edge.iter().filter(|at| (x - 6.0..=x + width + 6.0).contains(*at));
            marks.count() * 20 + bars.count() * 8 + edges.count() * 6 + lines.count() * 4
        };
        // The first place of those that hide least, so the line's right end if nothing is there.
        if let Some((x, y)) = places.min_by_key(hidden) {
            canvas.text((x, y), &text, style);
        }
    }

    /// The numbers themselves if they are few, else round ones.
    fn x_ticks(&self, x: Scale, width: f64) -> Vec<Tick> {
        let mut values: Vec<f64> = self.values.iter().copied().filter(|v| v.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        if values.len() <= ALL_LABELLED {
            let tick = |at| Tick { at, label: words::value(self.quantity, at) };
            return values.into_iter().map(tick).collect();
        }
        x.ticks(self.quantity, (width / 90.0) as usize)
    }
}

/// Where a point's interval ends above: at the top of the plot if it is open.
fn upper_end(panel: &Panel, point: &SweepPoint) -> f64 {
    if point.is_open() { panel.top() } else { panel.up(point.high) }
}

/// Draws a point's interval as a bar with caps; with the head of an arrow where it is open.
fn draw_interval(canvas: &mut Canvas, panel: &Panel, x: f64, point: &SweepPoint) {
    if point.low.is_nan() || point.high.is_nan() {
        return;
    }
    let (top, bottom) = (upper_end(panel, point), panel.up(point.low));
    // The mark covers a shorter one.
    if bottom - top <= 2.0 * RADIUS + 6.0 {
        return;
    }
    canvas.line(&[(x, top), (x, bottom)], style::WHISKER);
    canvas.line(&[(x - 7.0, bottom), (x + 7.0, bottom)], style::WHISKER);
    let bend = if point.is_open() { 10.0 } else { 0.0 };
    canvas.line(&[(x - 7.0, top + bend), (x, top), (x + 7.0, top + bend)], style::WHISKER);
}

/// Whether the line from `a` to `b` passes through `area`, by a few of its points.
fn passes(area: Area, a: (f64, f64), b: (f64, f64)) -> bool {
    (0..=16)
        .map(|i| f64::from(i) / 16.0)
        .any(|t| area.contains((a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)))
}

/// An axis over the numbers with room at both ends: logarithmic if their ratios are more even than
/// their differences and they span eightfold or more.
fn x_scale(quantity: Quantity, values: &[f64]) -> Scale {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let Some((low, high)) = extent(&sorted) else {
        return Scale::linear(quantity, &[], 5);
    };
    if low > 0.0 && high >= 8.0 * low && sorted.len() > 2 {
        let logs: Vec<f64> = sorted.iter().map(|v| libm::log10(*v)).collect();
        if unevenness(&logs) < unevenness(&sorted) {
            let pad = libm::pow(high / low, 0.05);
            return Scale::Log { low: low / pad, high: high * pad };
        }
    }
    let pad = if high > low { (high - low) * 0.05 } else { low.abs().max(1.0) * 0.5 };
    Scale::Linear { low: low - pad, high: high + pad }
}

/// The greatest over the least gap between neighbours.
fn unevenness(sorted: &[f64]) -> f64 {
    let gaps: Vec<f64> = sorted.windows(2).map(|pair| pair[1] - pair[0]).collect();
    extent(&gaps).map_or(1.0, |(least, most)| most / least)
}
