//! A sweep over names: a row for each name, a column for each target.

use super::canvas::{Align, Area, Canvas, Type};
use super::frame::{draw_legend, page};
use super::panel::{BELOW, Panel, never_mark};
use super::scale::Scale;
use super::style::{self, HEIGHT, WIDTH};
use super::sweep::{Met, RADIUS, SweepFigure, SweepPoint, SweepTarget, Wanted, draw_mark};

/// Width of the names.
const NAMES: f64 = 330.0;
/// Space between columns.
const BETWEEN: f64 = 44.0;
/// Space above the rows: a target's name, what it measures, its bound.
const HEAD: f64 = 112.0;
/// Least height of a row.
const ROW: f64 = 40.0;
/// Greatest height of a row.
const ROW_MOST: f64 = 76.0;
/// Space between a column's sides and the ends of its scale.
const INSET: f64 = 16.0;
/// Width of the lane of infinite values.
const NEVER: f64 = 44.0;

/// The figure as a PNG.
pub(super) fn png(figure: &SweepFigure, targets: &[SweepTarget], names: &[String]) -> Vec<u8> {
    let rows = names.len().max(1) as f64;
    let head = figure.heading.height() + 44.0 + HEAD;
    let foot = BELOW + style::MARGIN_BELOW;
    let height =
        (head + rows * ROW + foot).max(f64::from(HEIGHT).min(head + rows * ROW_MOST + foot));
    let height = height.ceil();
    let mut canvas = Canvas::new(WIDTH, height as u32);
    let top = figure.heading.draw(&mut canvas);
    let top = draw_legend(&mut canvas, (page().left, page().right, top), &figure.legend()) + HEAD;
    let each = ((height - foot - top) / rows).min(ROW_MOST);
    let bottom = top + each * rows;

    let side = Type::regular(style::SMALL, style::MUTED);
    canvas.text((page().left, top - 22.0), &side.clip(&figure.key, NAMES - 20.0), side);
    let name = Type::regular(style::LABEL, style::INK);
    let middle = |row: usize| top + each * (row as f64 + 0.5);
    for (row, text) in names.iter().enumerate() {
        let all = targets.iter().all(|t| t.points.get(row).is_some_and(|p| p.met == Met::Yes));
        let name =
            if all && !targets.is_empty() { Type::bold(style::LABEL, style::INK) } else { name };
        canvas.text((page().left, middle(row)), &name.shorten(text, NAMES - 20.0), name);
    }
    let count = targets.len().max(1) as f64;
    let width = (page().width() - NAMES - BETWEEN * (count - 1.0)) / count;
    for (i, target) in targets.iter().enumerate() {
        let left = page().left + NAMES + (width + BETWEEN) * i as f64;
        let column = Column { target, area: Area::new(left, top, left + width, bottom) };
        column.draw(&mut canvas, names.len(), middle);
    }
    canvas.png()
}

/// One target's column.
struct Column<'a> {
    target: &'a SweepTarget,
    area: Area,
}

impl Column<'_> {
    fn draw(&self, canvas: &mut Canvas, rows: usize, middle: impl Fn(usize) -> f64) {
        let room = ((self.area.width() / 95.0) as usize).max(2);
        let scale = self.target.scale(room);
        let lane = if self.target.never() { NEVER } else { 0.0 };
        let values = Area { right: self.area.right - lane, ..self.area };
        // Marks at the ends of the scale stand inside the column.
        let inner = Area { left: values.left + INSET, right: values.right - INSET, ..values };
        let across = Scale::Linear { low: 0.0, high: 1.0 };
        let panel = Panel { area: inner, x: scale, y: across, never: false };
        self.draw_head(canvas);
        self.draw_met(canvas, values, panel.across(self.target.bound));
        let ticks = scale.ticks(self.target.quantity, room);
        panel.draw_x_grid(canvas, &ticks);
        if lane > 0.0 {
            let area = Area { left: values.right + 4.0, ..self.area };
            canvas.rect(area, style::LANE);
            let style = Type::regular(style::SMALL, style::MUTED).align(Align::Right);
            canvas.text((area.right, area.bottom + 46.0), "never", style);
        }
        for row in 1..rows {
            let y = f64::midpoint(middle(row - 1), middle(row)).round();
            canvas.rect(Area::new(self.area.left, y, self.area.right, y + 1.0), style::GRID);
        }
        Panel { area: values, ..panel }.draw_foot(canvas);
        panel.draw_x_axis(canvas, &ticks, "");
        let x = panel.across(self.target.bound).round();
        if !self.target.bound.is_nan() {
            canvas.line(&[(x, values.top - 8.0), (x, values.bottom)], style::TARGET_LINE);
        }
        for (row, point) in self.target.points.iter().take(rows).enumerate() {
            self.draw_point(canvas, &panel, middle(row), point);
        }
    }

    fn draw_head(&self, canvas: &mut Canvas) {
        let Area { left, top, .. } = self.area;
        let name = Type::bold(style::HEADING, style::INK);
        let side = Type::regular(style::SMALL, style::MUTED);
        let bound = Type::bold(style::SMALL, style::TARGET);
        let room = self.area.width();
        canvas.text((left, top - 82.0), &name.shorten(&self.target.name, room), name);
        canvas.text((left, top - 54.0), &side.clip(&self.target.measure, room), side);
        canvas.text((left, top - 28.0), &bound.clip(&self.target.bound_words(), room), bound);
    }

    fn draw_met(&self, canvas: &mut Canvas, values: Area, x: f64) {
        if !self.target.bound.is_nan() {
            let area = match self.target.wanted {
                Wanted::AtMost => Area { right: x, ..values },
                Wanted::AtLeast => Area { left: x, ..values },
            };
            canvas.rect(area, style::MET);
        }
    }

    fn draw_point(&self, canvas: &mut Canvas, panel: &Panel, y: f64, point: &SweepPoint) {
        let lane = self.area.right - (NEVER - 4.0) / 2.0;
        let place = |value: f64| if value == f64::INFINITY { lane } else { panel.across(value) };
        if point.value.is_nan() {
            let style = Type::regular(style::SMALL, style::MUTED);
            canvas.text((panel.area.left + 10.0, y), "not measured", style);
            return;
        }
        let end = if point.is_open() { panel.area.right } else { place(point.high) };
        let (low, high) = (place(point.low), end);
        if high - low > 2.0 * RADIUS + 6.0 {
            canvas.line(&[(low, y), (high, y)], style::WHISKER);
            canvas.line(&[(low, y - 7.0), (low, y + 7.0)], style::WHISKER);
            // The head of an arrow where it is open.
            let bend = if point.is_open() { 10.0 } else { 0.0 };
            canvas
                .line(&[(high - bend, y - 7.0), (high, y), (high - bend, y + 7.0)], style::WHISKER);
        }
        if point.value == f64::INFINITY {
            never_mark(canvas, (lane, y), style::TARGET);
        } else {
            draw_mark(canvas, (place(point.value), y), point.met);
        }
    }
}
