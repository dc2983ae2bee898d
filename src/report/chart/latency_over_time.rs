//! Figure: quantiles of latency over time, a panel for each class, against its limit.

use super::canvas::{Area, Canvas, Type};
use super::clock::{TimeAxis, Timeline};
use super::frame::{self, EndLabel, Heading, Sample, draw_end_labels, draw_legend, page};
use super::panel::{BELOW, PANEL_HEAD, Panel, draw_panel_head};
use super::scale::Scale;
use super::series::{Curve, Level, highest};
use super::style::{self, HEIGHT, Stroke, WIDTH};
use super::text::Weight;
use super::words::{self, Quantity};
use crate::language::format;

/// Classes with a panel; of more, those nearest to their limits, or past them.
const PANELS: usize = 6;
/// Space between columns, besides the labels of the left one.
const BETWEEN: f64 = 30.0;

/// Quantiles of latency over time.
#[derive(Clone, Debug, PartialEq)]
pub struct LatencyFigure {
    /// Title and subtitle.
    pub heading: Heading,
    /// When each value holds.
    pub time: Timeline,
    /// The classes, in the order they are shown in. Of more than six, the worst six are shown.
    pub classes: Vec<LatencyClass>,
}

/// One class's latency.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LatencyClass {
    /// Its name.
    pub name: String,
    /// Its quantiles, ascending. Of more than four, the highest four are shown.
    pub quantiles: Vec<QuantileCurve>,
    /// The latencies that are wanted at most, in seconds, such as "p99 at most 10 s".
    pub targets: Vec<Level>,
}

/// One quantile of latency over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuantileCurve {
    /// Which, from 0 to 1.
    pub quantile: f64,
    /// Seconds; NaN where nothing completed, infinity where the quantile never will.
    pub latency_s: Curve,
}

impl LatencyFigure {
    /// The figure as a PNG.
    pub fn png(&self) -> Vec<u8> {
        let shown = self.shown();
        let columns = if shown.len() > 3 { 2 } else { 1 };
        let rows = shown.len().max(1).div_ceil(columns);
        let height = match shown.len() {
            0 => style::EMPTY_HEIGHT,
            _ => HEIGHT.max(180 + 260 * rows as u32),
        };
        let mut canvas = Canvas::new(WIDTH, height);
        let mut top = self.heading.draw(&mut canvas);
        let legend = self.legend(&shown);
        if !legend.is_empty() {
            top = draw_legend(&mut canvas, (page().left, page().right, top), &legend);
        }

        let scale = self.scale(&shown);
        let axis = self.time.axis(if columns == 1 { 9 } else { 5 });
        let labels: Vec<String> = shown.iter().flat_map(|class| class.labels()).collect();
        let most = if columns == 1 { 330.0 } else { 230.0 };
        let gutter = frame::gutter(labels.iter().map(String::as_str), most);
        let foot = f64::from(height) - style::MARGIN_BELOW;
        let each = (foot - BELOW - top - (rows - 1) as f64 * ROW_GAP) / rows as f64;
        let ticks = scale.ticks(Quantity::Duration, Panel::tick_room(each - PANEL_HEAD));
        let never = shown.iter().any(|class| class.never());
        let left = Panel::gutter(&ticks, never);
        let column = (page().width() + BETWEEN) / columns as f64;
        for (i, class) in shown.iter().enumerate() {
            let x = page().left + column * (i % columns) as f64;
            let y = top + (each + ROW_GAP) * (i / columns) as f64;
            let right = x + column - BETWEEN - gutter;
            let area = Area::new((x + left).round(), (y + PANEL_HEAD).round(), right, y + each);
            let panel = Panel { area, x: axis.scale, y: scale, never };
            let unit = if i == 0 { "latency, log scale" } else { "" };
            draw_panel_head(&mut canvas, (x, right, area.top), &class.name, unit);
            panel.draw_y_axis(&mut canvas, &ticks);
            self.draw_class(&mut canvas, class, &panel, &axis, gutter);
            if i + columns >= shown.len() {
                panel.draw_time_axis(&mut canvas, &axis);
            } else {
                panel.draw_foot(&mut canvas);
            }
        }
        if shown.is_empty() {
            let note = Type::regular(style::LABEL, style::MUTED);
            canvas.text((page().left, top + PANEL_HEAD), "No class has traffic.", note);
        }
        canvas.png()
    }

    /// The classes with a panel, in the given order.
    fn shown(&self) -> Vec<&LatencyClass> {
        if self.classes.len() <= PANELS {
            return self.classes.iter().collect();
        }
        let mut worst: Vec<usize> = (0..self.classes.len()).collect();
        worst.sort_by(|&a, &b| {
            self.classes[b].severity().total_cmp(&self.classes[a].severity()).then(a.cmp(&b))
        });
        worst.truncate(PANELS);
        worst.sort_unstable();
        worst.into_iter().map(|i| &self.classes[i]).collect()
    }

    /// One scale for all panels, so that they can be compared.
    fn scale(&self, shown: &[&LatencyClass]) -> Scale {
        let mut values: Vec<f64> = Vec::new();
        for class in shown {
            values.extend(class.curves().iter().flat_map(|curve| curve.latency_s.reach()));
            values.extend(class.targets.iter().map(|target| target.value));
        }
        Scale::log(Quantity::Duration, &values)
    }

    fn legend(&self, shown: &[&LatencyClass]) -> Vec<(Sample, String)> {
        let most = shown.iter().max_by_key(|class| class.curves().len());
        let curves = most.map_or(&[][..], |class| class.curves());
        let mut items: Vec<(Sample, String)> = curves
            .iter()
            .zip(strokes(curves.len()))
            .map(|(curve, stroke)| (Sample::Line(stroke), curve.label()))
            .collect();
        let main = style::QUANTILES[2];
        if shown.iter().any(|class| class.curves().iter().any(|c| c.latency_s.interval.is_some())) {
            items.push((Sample::Band(main), "95 % interval".to_owned()));
        }
        if shown.iter().any(|class| class.never()) {
            items.push((Sample::Never(main.color), "never: too many do not complete".to_owned()));
        }
        let hidden: Vec<&LatencyClass> = self
            .classes
            .iter()
            .filter(|class| !shown.iter().any(|other| std::ptr::eq(*class, *other)))
            .collect();
        if !hidden.is_empty() {
            let peak = hidden.iter().map(|class| class.peak()).fold(0.0, f64::max);
            let text = format!(
                "{} classes that do better are not shown (at most {})",
                hidden.len(),
                words::duration(peak)
            );
            items.push((Sample::Blank, text));
        }
        items
    }

    fn draw_class(
        &self,
        canvas: &mut Canvas,
        class: &LatencyClass,
        panel: &Panel,
        axis: &TimeAxis,
        gutter: f64,
    ) {
        panel.draw_time_grid(canvas, axis);
        let xs = &self.time.at_s;
        let curves: Vec<(&QuantileCurve, Stroke)> =
            class.curves().iter().zip(strokes(class.curves().len())).collect();
        for (curve, stroke) in &curves {
            if let Some((low, high)) = &curve.latency_s.interval {
                panel.draw_between(canvas, xs, (low, high), (stroke.color, frame::BAND));
            }
        }
        let mut labels = Vec::new();
        for target in class.targets.iter().filter(|target| !target.value.is_nan()) {
            panel.draw_level(canvas, target.value, style::TARGET_LINE);
            labels.push(EndLabel {
                y: panel.up(target.value),
                text: target.label.clone(),
                color: style::TARGET,
                weight: Weight::SemiBold,
            });
        }
        // The highest first, whose label is above the others where they end at one place.
        for (curve, stroke) in curves.into_iter().rev() {
            panel.draw_curve(canvas, xs, &curve.latency_s.values, stroke);
            if let Some(last) = curve.latency_s.values.iter().rev().find(|v| !v.is_nan()) {
                labels.push(EndLabel {
                    y: panel.up(*last),
                    text: curve.label(),
                    color: style::INK,
                    weight: Weight::Regular,
                });
            }
        }
        draw_end_labels(canvas, panel.area, gutter, &labels);
    }
}

/// Space below a row of panels.
const ROW_GAP: f64 = 14.0;

impl LatencyClass {
    /// The quantiles that are shown.
    fn curves(&self) -> &[QuantileCurve] {
        &self.quantiles[self.quantiles.len().saturating_sub(style::QUANTILES.len())..]
    }

    /// What stands at the ends of its lines.
    fn labels(&self) -> Vec<String> {
        let targets = self.targets.iter().map(|target| target.label.clone());
        targets.chain(self.curves().iter().map(QuantileCurve::label)).collect()
    }

    /// The greatest value of its highest quantile.
    fn peak(&self) -> f64 {
        self.curves().last().map_or(0.0, |curve| highest(&curve.latency_s.values))
    }

    /// Its peak over its limit; classes without a limit come after those with one.
    fn severity(&self) -> f64 {
        match self.targets.iter().map(|target| target.value).reduce(f64::min) {
            Some(least) if least > 0.0 => self.peak() / least,
            Some(_) => f64::INFINITY,
            None => self.peak() * 1e-12,
        }
    }

    fn never(&self) -> bool {
        self.curves().iter().any(|curve| curve.latency_s.values.contains(&f64::INFINITY))
    }
}

impl QuantileCurve {
    fn label(&self) -> String {
        format::quantile(self.quantile)
    }
}

/// Strokes for `count` quantiles, of which the third is the main one.
fn strokes(count: usize) -> impl Iterator<Item = Stroke> {
    let main = style::QUANTILES.len() - 1;
    style::QUANTILES.into_iter().skip(main.saturating_sub(count))
}
