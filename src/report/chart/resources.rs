//! Figure: utilization and queue of the busiest services and carriers over time, a row for each.

use super::canvas::{Area, Canvas, Type};
use super::clock::{TimeAxis, Timeline};
use super::frame::{Heading, Sample, draw_legend, page};
use super::panel::{BELOW, Panel};
use super::scale::Scale;
use super::series::highest;
use super::style::{self, HEIGHT, Stroke, WIDTH};
use super::words::{self, Quantity};

/// Resources with a row of their own.
const ROWS: usize = 8;
/// Width of the names.
const NAMES: f64 = 340.0;
/// Space above the rows for the heads of the columns.
const COLUMN_HEAD: f64 = 46.0;
/// Least height of a row with the space below it.
const ROW: f64 = 112.0;
/// Greatest height of a row with the space below it.
const ROW_MOST: f64 = 230.0;
/// Space below a row.
const GAP: f64 = 26.0;

/// How busy each service and carrier is, and how many wait for it.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourcesFigure {
    /// Title and subtitle.
    pub heading: Heading,
    /// When each value holds.
    pub time: Timeline,
    /// Services and carriers, as many as there are; the busiest are shown, the rest summed up.
    pub resources: Vec<Resource>,
}

/// A service or a carrier.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub owner: Owner,
    /// Busy time over capacity, from 0 to 1.
    pub utilization: Vec<f64>,
    /// Messages that wait for it.
    pub queue: Vec<f64>,
    /// Whether it is what binds.
    pub binding: bool,
}

/// Whose capacity a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Ours: a service.
    Service,
    /// Not ours to add: a carrier.
    Carrier,
}

/// A row of the figure.
struct Row {
    name: String,
    facts: String,
    binding: bool,
    /// Utilization: lines, the main one last.
    utilization: Vec<(Vec<f64>, Stroke)>,
    queue: (Vec<f64>, Stroke),
}

impl ResourcesFigure {
    /// The figure as a PNG.
    pub fn png(&self) -> Vec<u8> {
        let rows = self.rows();
        let head = self.heading.height() + 36.0 + COLUMN_HEAD;
        let foot = BELOW + style::MARGIN_BELOW;
        // Few rows share the picture, but too tall they would be hard to compare.
        let each = (f64::from(HEIGHT) - head - foot) / rows.len().max(1) as f64;
        let each = each.clamp(ROW, ROW_MOST).floor();
        let height = match rows.len() {
            0 => f64::from(style::EMPTY_HEIGHT),
            count => head + count as f64 * each + foot,
        };
        let mut canvas = Canvas::new(WIDTH, height as u32);
        let top = self.heading.draw(&mut canvas);
        let top =
            draw_legend(&mut canvas, (page().left, page().right, top), &self.legend(rows.len()));
        let top = top + COLUMN_HEAD;
        if rows.is_empty() {
            let note = Type::regular(style::LABEL, style::MUTED);
            canvas.text((page().left, top), "Nothing was used.", note);
            return canvas.png();
        }
        let bold = Type::bold(style::LABEL, style::INK);
        let busy = Area::new(page().left + NAMES + 64.0, top, 960.0, top);
        let queue = Area::new(1_084.0, top, page().right, top);
        canvas.text((busy.left, top - 28.0), "Utilization", bold);
        canvas.text((queue.left, top - 28.0), "Messages waiting", bold);

        let axis = self.time.axis(5);
        for (i, row) in rows.iter().enumerate() {
            let y = top + each * i as f64;
            let place =
                |column: Area| Area { top: y.round(), bottom: (y + each - GAP).round(), ..column };
            if row.binding {
                let band = Area::new(
                    page().left - 16.0,
                    y - GAP / 2.0,
                    page().right + 16.0,
                    y + each - GAP / 2.0,
                );
                canvas.rect(band, style::BINDING);
                canvas.rect(Area { right: band.left + 6.0, ..band }, style::TARGET);
            }
            row.draw_names(&mut canvas, place(busy));
            let last = i + 1 == rows.len();
            row.draw_utilization(&mut canvas, place(busy), &self.time.at_s, &axis, last);
            row.draw_queue(&mut canvas, place(queue), &self.time.at_s, &axis, last);
        }
        canvas.png()
    }

    fn legend(&self, rows: usize) -> Vec<(Sample, String)> {
        let has = |owner: Owner| self.resources.iter().any(|resource| resource.owner == owner);
        let mut items = Vec::new();
        if has(Owner::Service) {
            items.push((Sample::Line(style::SERVICE), "service".to_owned()));
        }
        if has(Owner::Carrier) {
            items.push((Sample::Line(style::CARRIER), "carrier (not ours to add)".to_owned()));
        }
        if self.resources.iter().any(|resource| resource.binding) {
            items.push((Sample::Fill(style::BINDING), "what binds".to_owned()));
        }
        if rows > ROWS {
            items.push((Sample::Line(style::SUMMARY), "highest of the others".to_owned()));
            items.push((Sample::Line(style::OTHERS), "their mean".to_owned()));
        }
        items
    }

    /// The busiest resources, those that bind first, and the rest in one row.
    fn rows(&self) -> Vec<Row> {
        let mut order: Vec<&Resource> = self.resources.iter().collect();
        order.sort_by(|a, b| {
            b.binding
                .cmp(&a.binding)
                .then(b.busyness().total_cmp(&a.busyness()))
                .then(mean(&b.utilization).total_cmp(&mean(&a.utilization)))
                .then(a.name.cmp(&b.name))
        });
        let rest = order.split_off(order.len().min(ROWS));
        let mut rows: Vec<Row> = order.into_iter().map(Resource::row).collect();
        match rest[..] {
            [] => {}
            [only] => rows.push(only.row()),
            [..] => rows.push(summary(&rest, self.time.at_s.len())),
        }
        rows
    }
}

impl Resource {
    /// Its peak in whole percent, so that differences that nobody sees do not order rows.
    fn busyness(&self) -> f64 {
        (highest(&self.utilization) * 100.0).round()
    }

    fn row(&self) -> Row {
        let (stroke, owner) = match self.owner {
            Owner::Service => (style::SERVICE, "service"),
            Owner::Carrier => (style::CARRIER, "carrier"),
        };
        // Whole percents: nobody sees more of them in a row.
        let percent = |share: f64| match (share * 100.0).round() / 100.0 {
            0.0 if share > 0.0 => "< 1 %".to_owned(),
            whole => words::value(Quantity::Share, whole),
        };
        let facts = format!(
            "{owner} · peak {} · mean {}",
            percent(highest(&self.utilization)),
            percent(mean(&self.utilization))
        );
        Row {
            name: self.name.clone(),
            facts,
            binding: self.binding,
            utilization: vec![(self.utilization.clone(), stroke)],
            queue: (self.queue.clone(), stroke),
        }
    }
}

impl Row {
    fn draw_names(&self, canvas: &mut Canvas, area: Area) {
        let name = Type::bold(style::LABEL, style::INK);
        let side = Type::regular(style::SMALL, style::MUTED);
        let middle = f64::midpoint(area.top, area.bottom);
        let lines = if self.binding { 3.0 } else { 2.0 };
        let mut y = middle - (lines - 1.0) * 13.0;
        canvas.text((page().left, y), &name.shorten(&self.name, NAMES - 20.0), name);
        y += 26.0;
        canvas.text((page().left, y), &side.clip(&self.facts, NAMES - 20.0), side);
        if self.binding {
            let strong = Type::bold(style::SMALL, style::TARGET);
            canvas.text((page().left, y + 26.0), "this binds", strong);
        }
    }

    fn draw_utilization(
        &self,
        canvas: &mut Canvas,
        area: Area,
        xs: &[f64],
        axis: &TimeAxis,
        last: bool,
    ) {
        // Traffic intensity may pass 1.
        let most = self.utilization.iter().map(|(values, _)| highest(values)).fold(1.0, f64::max);
        let y = Scale::linear(Quantity::Share, &[0.0, most], 2);
        let panel = Panel { area, x: axis.scale, y, never: false };
        panel.draw_y_axis(canvas, &y.ticks(Quantity::Share, 2));
        self.finish(canvas, &panel, xs, axis, last, &self.utilization);
    }

    fn draw_queue(&self, canvas: &mut Canvas, area: Area, xs: &[f64], axis: &TimeAxis, last: bool) {
        let y = Scale::linear(Quantity::Number, &[0.0, highest(&self.queue.0).max(4.0)], 3);
        let panel = Panel { area, x: axis.scale, y, never: false };
        panel.draw_y_axis(canvas, &y.ticks(Quantity::Number, 3));
        self.finish(canvas, &panel, xs, axis, last, std::slice::from_ref(&self.queue));
    }

    fn finish(
        &self,
        canvas: &mut Canvas,
        panel: &Panel,
        xs: &[f64],
        axis: &TimeAxis,
        last: bool,
        lines: &[(Vec<f64>, Stroke)],
    ) {
        panel.draw_time_grid(canvas, axis);
        if let Some((values, stroke)) = lines.last() {
            let floor = vec![0.0; values.len()];
            panel.draw_between(canvas, xs, (&floor, values), (stroke.color, 0.15));
        }
        for (values, stroke) in lines {
            panel.draw_curve(canvas, xs, values, *stroke);
        }
        if last {
            panel.draw_time_axis(canvas, axis);
        } else {
            panel.draw_foot(canvas);
        }
    }
}

/// All of `rest` in one row: highest and mean utilization, sum of the queues.
fn summary(rest: &[&Resource], count: usize) -> Row {
    let at = |values: &[f64], i: usize| values.get(i).copied().unwrap_or(f64::NAN);
    let mut top = Vec::with_capacity(count);
    let mut middle = Vec::with_capacity(count);
    let mut waiting = Vec::with_capacity(count);
    for i in 0..count {
        let busy: Vec<f64> =
            rest.iter().map(|r| at(&r.utilization, i)).filter(|v| !v.is_nan()).collect();
        let queues: Vec<f64> =
            rest.iter().map(|r| at(&r.queue, i)).filter(|v| !v.is_nan()).collect();
        let or_gap = |values: &[f64], value: f64| if values.is_empty() { f64::NAN } else { value };
        top.push(or_gap(&busy, highest(&busy)));
        middle.push(or_gap(&busy, mean(&busy)));
        waiting.push(or_gap(&queues, queues.iter().sum()));
    }
    let carriers = rest.iter().filter(|resource| resource.owner == Owner::Carrier).count();
    let facts = match (carriers, rest.len() - carriers) {
        (0, services) => format!("{} services", words::number(services as f64)),
        (carriers, 0) => format!("{} carriers", words::number(carriers as f64)),
        (carriers, services) => format!(
            "{} services, {} carriers",
            words::number(services as f64),
            words::number(carriers as f64)
        ),
    };
    Row {
        name: format!("{} others together", words::number(rest.len() as f64)),
        facts,
        binding: false,
        utilization: vec![(middle, style::OTHERS), (top, style::SUMMARY)],
        queue: (waiting, style::SUMMARY),
    }
}

/// The mean of the values that are numbers; zero if none is.
fn mean(values: &[f64]) -> f64 {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if finite.is_empty() { 0.0 } else { finite.iter().sum::<f64>() / finite.len() as f64 }
}
