//! Figure: offered load, carried load and goodput over time, against capacities and the target.

use super::canvas::{Area, Canvas};
use super::clock::{TimeAxis, Timeline};
use super::frame::{self, EndLabel, Heading, Sample, draw_end_labels, draw_legend, page};
use super::panel::{BELOW, PANEL_HEAD, Panel, draw_panel_head};
use super::scale::{Scale, extent};
use super::series::{Curve, Level, highest};
use super::style::{self, HEIGHT, WIDTH};
use super::text::Weight;
use super::words::{self, Quantity};

/// Classes beyond this many are shown in the total alone.
const CLASSES: usize = 4;
/// A level above this many times the load is told at the top edge, so that it does not flatten the
/// load.
const FAR: f64 = 1.5;
/// A peak of load above this many times what is usual and what is served is told at the top edge,
/// so that a burst of a minute does not flatten the hours that it takes to serve it.
const SPIKE: f64 = 10.0;
/// The share of time that what is usual leaves aside.
const UNUSUAL: f64 = 0.05;

/// Offered load, carried load and goodput over time.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadFigure {
    /// Title and subtitle.
    pub heading: Heading,
    /// When each value holds.
    pub time: Timeline,
    /// All classes together.
    pub total: Flow,
    /// Each class; shown in panels of their own if there are two to four.
    pub classes: Vec<Flow>,
}

/// The flow of one class, or of all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    /// The class, or "all classes".
    pub name: String,
    /// Messages per second as they arrive, retries included.
    pub offered: Curve,
    /// Messages per second served.
    pub carried: Curve,
    /// Messages per second served in time.
    pub goodput: Curve,
    /// Capacities, in messages per second.
    pub limits: Vec<Level>,
    /// The rate that is wanted, in messages per second.
    pub target: Option<Level>,
}

impl LoadFigure {
    /// The figure as a PNG.
    pub fn png(&self) -> Vec<u8> {
        let flows = self.flows();
        // The total gets twice a class's height.
        let weight = |i: usize| if i == 0 { 2.0 } else { 1.0 };
        let parts: f64 = (0..flows.len()).map(weight).sum();
        let head = self.heading.height() + 50.0;
        let each = PANEL_HEAD + 20.0;
        let height = (head + parts * 150.0 + each * flows.len() as f64).max(f64::from(HEIGHT));
        let mut canvas = Canvas::new(WIDTH, height as u32);
        let top = self.heading.draw(&mut canvas);
        let top = draw_legend(&mut canvas, (page().left, page().right, top), &self.legend());

        let bottom = height.floor() - style::MARGIN_BELOW - BELOW;
        let part = (bottom - top - each * flows.len() as f64) / parts;
        let scales: Vec<Scale> = flows.iter().map(|flow| flow.scale()).collect();
        let labels: Vec<String> = flows
            .iter()
            .zip(&scales)
            .flat_map(|(flow, scale)| {
                let levels = flow.levels().map(|level| level_label(level, *scale));
                levels.chain(flow.spike(*scale).map(|spike| level_label(&spike, *scale)))
            })
            .collect();
        let gutter = frame::gutter(labels.iter().map(String::as_str), 330.0).max(20.0);
        let right = page().right - gutter;
        let axis = self.time.axis(9);
        let left = scales.iter().fold(0.0, |most: f64, scale| {
            most.max(Panel::gutter(&scale.ticks(Quantity::Number, 6), false))
        });
        let mut y = top;
        for (i, (flow, scale)) in flows.iter().zip(scales).enumerate() {
            let plot = y + PANEL_HEAD;
            y = plot + part * weight(i) + 20.0;
            let area = Area::new(page().left + left, plot.round(), right, (y - 20.0).round());
            let panel = Panel { area, x: axis.scale, y: scale, never: false };
            let unit = if i == 0 { "messages per second" } else { "" };
            draw_panel_head(&mut canvas, (page().left, right, area.top), &flow.name, unit);
            self.draw_flow(&mut canvas, flow, &panel, &axis);
            if i + 1 == flows.len() {
                panel.draw_time_axis(&mut canvas, &axis);
            } else {
                panel.draw_foot(&mut canvas);
            }
        }
        canvas.png()
    }

    /// The total, then the classes if they are few and more than one.
    fn flows(&self) -> Vec<&Flow> {
        let mut flows = vec![&self.total];
        if (2..=CLASSES).contains(&self.classes.len()) {
            flows.extend(&self.classes);
        }
        flows
    }

    fn legend(&self) -> Vec<(Sample, String)> {
        let mut items = vec![
            (Sample::Line(style::OFFERED), "offered".to_owned()),
            (Sample::Line(style::CARRIED), "carried".to_owned()),
            (Sample::Line(style::GOODPUT), "goodput (in time)".to_owned()),
            (Sample::Fill(style::SHORTFALL), "offered, not served in time".to_owned()),
        ];
        if self.flows().iter().any(|flow| !flow.limits.is_empty()) {
            items
                .push((Sample::Line(style::LIMIT_LINE), "load that a station can take".to_owned()));
        }
        if self.flows().iter().any(|flow| flow.goodput.interval.is_some()) {
            items.push((Sample::Band(style::GOODPUT), "95 % interval".to_owned()));
        }
        items
    }

    fn draw_flow(&self, canvas: &mut Canvas, flow: &Flow, panel: &Panel, axis: &TimeAxis) {
        panel.draw_y_axis(
            canvas,
            &panel.y.ticks(Quantity::Number, Panel::tick_room(panel.area.height())),
        );
        panel.draw_time_grid(canvas, axis);
        let xs = &self.time.at_s;
        panel.draw_between(
            canvas,
            xs,
            (&flow.goodput.values, &flow.offered.values),
            (style::SHORTFALL, 1.0),
        );
        let curves = [
            (&flow.offered, style::OFFERED),
            (&flow.carried, style::CARRIED),
            (&flow.goodput, style::GOODPUT),
        ];
        for (curve, stroke) in curves {
            if let Some((low, high)) = &curve.interval {
                panel.draw_between(canvas, xs, (low, high), (stroke.color, frame::BAND));
            }
        }
        // Goodput first: where all is well the three coincide, and the thinner show on the thicker.
        for (curve, stroke) in curves.into_iter().rev() {
            panel.draw_curve(canvas, xs, &curve.values, stroke);
        }
        let mut labels = Vec::new();
        for level in flow.levels() {
            let is_target = flow.target.as_ref() == Some(level);
            let stroke = if is_target { style::TARGET_LINE } else { style::LIMIT_LINE };
            if inside(level, panel.y) {
                panel.draw_level(canvas, level.value, stroke);
            }
            labels.push(EndLabel {
                y: panel.up(level.value),
                text: level_label(level, panel.y),
                color: stroke.color,
                weight: if is_target { Weight::SemiBold } else { Weight::Regular },
            });
        }
        if let Some(spike) = flow.spike(panel.y) {
            labels.push(EndLabel {
                y: panel.up(spike.value),
                text: level_label(&spike, panel.y),
                color: style::OFFERED.color,
                weight: Weight::Regular,
            });
        }
        draw_end_labels(canvas, panel.area, page().right - panel.area.right, &labels);
    }
}

impl Flow {
    /// Its target and its limits, those with a number.
    fn levels(&self) -> impl Iterator<Item = &Level> {
        self.target.iter().chain(&self.limits).filter(|level| !level.value.is_nan())
    }

    /// An axis that holds its curves but for spikes, and its levels unless they lie far above.
    fn scale(&self) -> Scale {
        let mut values: Vec<f64> = [&self.offered, &self.carried, &self.goodput]
            .into_iter()
            .flat_map(Curve::reach)
            .collect();
        let mut most = extent(&values).map_or(0.0, |(_, high)| high);
        let usual = self.usual();
        if usual > 0.0 && most > SPIKE * usual {
            most = FAR * usual;
            values.iter_mut().for_each(|value| *value = value.min(most));
        }
        let near = |level: &&Level| most <= 0.0 || level.value <= FAR * most;
        values.extend(self.levels().filter(near).map(|level| level.value));
        values.push(0.0);
        Scale::linear(Quantity::Number, &values, 6)
    }

    /// The most that is served, or that is offered most of the time.
    fn usual(&self) -> f64 {
        let mut offered: Vec<f64> =
            self.offered.values.iter().copied().filter(|value| value.is_finite()).collect();
        offered.sort_by(f64::total_cmp);
        let rank = (offered.len() as f64 * (1.0 - UNUSUAL)) as usize;
        let most_offered = offered.get(rank).copied().unwrap_or(0.0);
        let served = highest(&self.carried.values).max(highest(&self.goodput.values));
        served.max(most_offered)
    }

    /// The peak of its load, if it lies above the axis.
    fn spike(&self, scale: Scale) -> Option<Level> {
        let value = highest(&self.offered.values);
        let label = format!("offered: {}", words::value(Quantity::PerSecond, value));
        Some(Level { label, value }).filter(|spike| !inside(spike, scale))
    }
}

/// Whether `level` lies on the axis.
fn inside(level: &Level, scale: Scale) -> bool {
    match scale {
        Scale::Linear { high, .. } | Scale::Log { high, .. } => level.value <= high,
    }
}

/// The level's words, with an arrow if it lies above the axis.
fn level_label(level: &Level, scale: Scale) -> String {
    if inside(level, scale) { level.label.clone() } else { format!("↑ {}", level.label) }
}
