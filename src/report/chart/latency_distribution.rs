//! Figure: the share of messages later than each latency, for each class, against its target.

use plotters::style::RGBColor;

use super::canvas::{Area, Canvas, Point, Type};
use super::frame::{Heading, Sample, draw_sample, page};
use super::panel::{BELOW, PANEL_HEAD, Panel, draw_panel_head};
use super::scale::Scale;
use super::style::{self, HEIGHT, OTHERS, Stroke, WIDTH};
use super::words::{self, Quantity};
use crate::language::format;

/// Shares below this are drawn at the foot.
const LEAST_SHARE: f64 = 1e-5;
/// Width of the list of classes.
const LIST: f64 = 370.0;
/// Targets whose corners say what is wanted; of more, they name the class, and the list tells.
const CORNERS_TOLD: usize = 3;
/// Length of the arms of a target's corner, where there are several.
const ARM: f64 = 70.0;
/// Height of a class in the list.
const ENTRY: f64 = 78.0;

/// Distribution of latency for each class.
#[derive(Clone, Debug, PartialEq)]
pub struct DistributionFigure {
    /// Title and subtitle.
    pub heading: Heading,
    /// The classes. Of more than six, the worst six are told apart.
    pub classes: Vec<DistributionClass>,
}

/// One class's distribution of latency.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DistributionClass {
    /// Its name.
    pub name: String,
    /// Latencies in seconds, ascending.
    pub latency_s: Vec<f64>,
    /// For each latency, the share of the class's messages that came later, or never.
    pub later: Vec<f64>,
    /// What is wanted of it.
    pub target: Option<QuantileTarget>,
}

/// A quantile that may be so late at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantileTarget {
    /// Which quantile, from 0 to 1.
    pub quantile: f64,
    /// Seconds it may take at most.
    pub limit_s: f64,
    /// Seconds it took; infinite if it never arrived.
    pub measured_s: f64,
}

impl DistributionFigure {
    /// The figure as a PNG.
    pub fn png(&self) -> Vec<u8> {
        let mut canvas = Canvas::new(WIDTH, HEIGHT);
        let top = self.heading.draw(&mut canvas) + PANEL_HEAD;
        let (told, others) = self.told();
        let y = Scale::Log { low: LEAST_SHARE, high: 1.0 };
        let y_ticks = y.ticks(Quantity::Share, 6);
        let area = Area::new(
            page().left + Panel::gutter(&y_ticks, false),
            top,
            page().right - LIST,
            f64::from(HEIGHT) - style::MARGIN_BELOW - BELOW,
        );
        let panel = Panel { area, x: self.scale(), y, never: false };
        draw_panel_head(
            &mut canvas,
            (page().left, area.right, top),
            "",
            "share of messages later than the latency below",
        );
        self.draw_zone(&mut canvas, &panel);
        panel.draw_y_axis(&mut canvas, &y_ticks);
        let x_ticks = panel.x.ticks(Quantity::Duration, (area.width() / 90.0) as usize);
        panel.draw_x_grid(&mut canvas, &x_ticks);
        panel.draw_x_axis(&mut canvas, &x_ticks, "latency");
        for class in &others {
            class.draw(&mut canvas, &panel, OTHERS);
        }
        // The first, worst class is drawn last, over the others.
        for (class, stroke) in told.iter().zip(style::CLASSES).rev() {
            class.draw(&mut canvas, &panel, stroke);
        }
        self.draw_corners(&mut canvas, &panel, &told);
        draw_list(&mut canvas, area.top, &told, others.len());
        canvas.png()
    }

    /// Classes with a line of their own, the worst first if there are too many, and the others.
    fn told(&self) -> (Vec<&DistributionClass>, Vec<&DistributionClass>) {
        let mut classes: Vec<&DistributionClass> = self.classes.iter().collect();
        if classes.len() > style::CLASSES.len() {
            classes.sort_by(|a, b| b.severity().total_cmp(&a.severity()));
        }
        let others = classes.split_off(classes.len().min(style::CLASSES.len()));
        (classes, others)
    }

    fn scale(&self) -> Scale {
        let mut values: Vec<f64> = Vec::new();
        for class in &self.classes {
            // Where nearly all is still to come, or nothing worth showing, the axis need not reach.
            let least = LEAST_SHARE.max(class.never() * 1.02);
            let worth = class.points().filter(|&(_, later)| later < 0.9995 && later >= least);
            values.extend(worth.map(|(latency, _)| latency));
            values.extend(class.target.map(|target| target.limit_s));
        }
        Scale::log(Quantity::Duration, &values)
    }

    /// The one target of all classes, if there is just one.
    fn common_target(&self) -> Option<(f64, f64)> {
        let mut targets = self.classes.iter().filter_map(|class| class.target);
        let first = targets.next()?;
        let same = |t: QuantileTarget| t.quantile == first.quantile && t.limit_s == first.limit_s;
        targets.all(same).then_some((first.quantile, first.limit_s))
    }

    /// Shades where no line may go, if that is the same for all classes.
    fn draw_zone(&self, canvas: &mut Canvas, panel: &Panel) {
        if let Some((quantile, limit_s)) = self.common_target() {
            let (x, y) = (panel.across(limit_s), panel.up(1.0 - quantile));
            let Area { top, right, .. } = panel.area;
            canvas.rect(Area::new(x, top, right, y), style::BINDING);
        }
    }

    /// Marks each target's corner: its line has to pass below and to the left.
    fn draw_corners(&self, canvas: &mut Canvas, panel: &Panel, told: &[&DistributionClass]) {
        let common = self.common_target().is_some();
        let targets = told.iter().filter(|class| class.target.is_some()).count();
        let mut corners: Vec<Corner> = Vec::new();
        for (class, stroke) in told.iter().zip(style::CLASSES) {
            let Some(target) = class.target else { continue };
            if target.limit_s.is_nan() || target.quantile.is_nan() {
                continue;
            }
            let at = (panel.across(target.limit_s), panel.up(1.0 - target.quantile));
            let (color, text) = if common {
                (style::TARGET, target.wanted())
            } else if targets <= CORNERS_TOLD {
                (stroke.color, format!("{}: {}", class.name, target.wanted()))
            } else {
                (stroke.color, class.name.clone())
            };
            corners.push(Corner { at, color, text });
            if common {
                break;
            }
        }
        let Area { left, bottom, .. } = panel.area;
        for Corner { at, color, .. } in &corners {
            let ends = if common {
                (left, bottom)
            } else {
                ((at.0 - ARM).max(left), (at.1 + ARM).min(bottom))
            };
            draw_corner(canvas, *at, ends, *color);
        }
        let lines = told.iter().map(|class| class.placed(panel));
        let arms = corners.iter().map(|corner| {
            let (x, y) = corner.at;
            vec![(x - ARM, y), (x, y), (x, y + ARM)]
        });
        let lines: Vec<Vec<Point>> = lines.chain(arms).collect();
        name_corners(canvas, panel.area, &corners, &lines);
    }
}

/// A target's corner.
struct Corner {
    at: Point,
    color: RGBColor,
    text: String,
}

/// Sets the words of corners beside them, where they hide least.
fn name_corners(canvas: &mut Canvas, plot: Area, corners: &[Corner], lines: &[Vec<Point>]) {
    let ring = |corner: &Corner| {
        let (x, y) = corner.at;
        Area::new(x - 10.0, y - 10.0, x + 10.0, y + 10.0)
    };
    let mut taken: Vec<Area> = corners.iter().map(ring).collect();
    for corner in corners {
        let style = Type::bold(style::SMALL, style::readable(corner.color));
        let text = style.shorten(&corner.text, 330.0);
        let size = (style.width(&text), style::SMALL);
        let place = free_place(plot, corner.at, size, &taken, lines);
        if corners.len() > CORNERS_TOLD {
            // Many rings lie close: a thread leads from each to its words.
            let (x, y) = corner.at;
            let end = (x.clamp(place.left, place.right), y.clamp(place.top, place.bottom));
            canvas.line(&[corner.at, end], Stroke::solid(corner.color, 1.0));
            canvas.disc(corner.at, 4.5, style::PAPER);
        }
        canvas.text((place.left, f64::midpoint(place.top, place.bottom)), &text, style);
        taken.push(Area::new(
            place.left - 4.0,
            place.top - 3.0,
            place.right + 4.0,
            place.bottom + 3.0,
        ));
    }
}

impl DistributionClass {
    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        let pairs = self.latency_s.iter().copied().zip(self.later.iter().copied());
        pairs.filter(|(latency, later)| latency.is_finite() && !later.is_nan())
    }

    /// Its line's points: to the foot where it gets there, else level beyond the last, as who has
    /// not come by then never does.
    fn placed(&self, panel: &Panel) -> Vec<Point> {
        let mut out: Vec<Point> = Vec::new();
        let mut before: Option<(f64, f64)> = None;
        for (latency, later) in self.points() {
            let point = (panel.across(latency), panel.up(later));
            if later < LEAST_SHARE {
                // It crosses the foot on a straight line of the log axes; towards zero, at once.
                let (x, share) = before.unwrap_or((point.0, later));
                let fall = libm::log10(LEAST_SHARE / share) / libm::log10(later / share);
                let x = if fall.is_finite() { x + (point.0 - x) * fall } else { x };
                out.push((x, panel.area.bottom));
                return out;
            }
            out.push(point);
            before = Some((point.0, later));
        }
        if let Some(&(_, last)) = out.last() {
            out.push((panel.area.right, last));
        }
        out
    }

    fn draw(&self, canvas: &mut Canvas, panel: &Panel, stroke: Stroke) {
        match self.placed(panel)[..] {
            [] => {}
            [only] => canvas.disc(only, stroke.width * 1.5, stroke.color),
            ref points => canvas.line(points, stroke),
        }
    }

    /// The share that never arrives.
    fn never(&self) -> f64 {
        self.points().last().map_or(0.0, |(_, later)| later)
    }

    /// How many times over its limit; without one, by its latest message, after those with one.
    fn severity(&self) -> f64 {
        match self.target {
            Some(target) => (target.measured_s / target.limit_s).max(0.0),
            None => self.points().last().map_or(0.0, |(latency, _)| latency * 1e-12),
        }
    }
}

impl QuantileTarget {
    fn name(self) -> String {
        format::quantile(self.quantile)
    }

    fn wanted(self) -> String {
        format!("{} ≤ {}", self.name(), words::duration(self.limit_s))
    }
}

/// Draws arms from a target's corner left and down to `ends`, and a ring around it.
fn draw_corner(canvas: &mut Canvas, (x, y): Point, ends: (f64, f64), color: RGBColor) {
    let stroke = Stroke { color, ..style::TARGET_LINE };
    canvas.line(&[(x, y), (ends.0, y)], stroke);
    canvas.line(&[(x, y), (x, ends.1)], stroke);
    canvas.disc((x, y), 8.0, color);
    canvas.disc((x, y), 4.5, style::PAPER);
}

/// Where beside `corner` a text of this size hides least: other texts first, then lines.
fn free_place(
    plot: Area,
    (x, y): Point,
    (width, height): (f64, f64),
    taken: &[Area],
    lines: &[Vec<Point>],
) -> Area {
    let place = |left: f64, middle: f64| {
        let left = left.min(plot.right - width - 6.0).max(plot.left + 6.0);
        let top = (middle - height / 2.0).max(plot.top + 4.0).min(plot.bottom - height - 4.0);
        Area::new(left, top, left + width, top + height)
    };
    let around = |a: Area| Area::new(a.left - 6.0, a.top - 4.0, a.right + 6.0, a.bottom + 4.0);
    let mut best = (f64::INFINITY, place(x, y));
    for distance in 1..6 {
        let off = f64::from(distance) * 24.0;
        let places = [16.0, 70.0, 140.0].into_iter().flat_map(|side| {
            let (right, left) = (x + side, x - side - width);
            [
                (right, y - off, side),
                (right, y + off, side),
                (left, y - off, side),
                (left, y + off, side),
            ]
        });
        for (left, middle, side) in places {
            let area = place(left, middle);
            let hidden = taken.iter().filter(|other| other.overlaps(area)).count();
            let pieces = lines.iter().flat_map(|line| line.windows(2));
            let crossed = pieces.filter(|piece| crosses(around(area), piece[0], piece[1])).count();
            let far = f64::from(distance) + side / 50.0;
            let cost = hidden as f64 * 1e6 + crossed as f64 * 10.0 + far;
            if cost < best.0 {
                best = (cost, area);
            }
        }
    }
    best.1
}

/// Whether the piece from `a` to `b` passes through `area`: by its ends, or at its middle height.
fn crosses(area: Area, a: Point, b: Point) -> bool {
    if area.contains(a) || area.contains(b) {
        return true;
    }
    let middle = f64::midpoint(area.top, area.bottom);
    if (a.1 - middle) * (b.1 - middle) > 0.0 || a.1 == b.1 {
        return false;
    }
    let x = a.0 + (b.0 - a.0) * (middle - a.1) / (b.1 - a.1);
    (area.left..=area.right).contains(&x)
}

/// Lists the classes right of the plot: line, name, what was wanted and what came.
fn draw_list(canvas: &mut Canvas, top: f64, told: &[&DistributionClass], others: usize) {
    let left = page().right - LIST + 36.0;
    let text = left + 60.0;
    let room = page().right - text;
    let name = Type::bold(style::LABEL, style::INK);
    let side = Type::regular(style::SMALL, style::MUTED);
    let mut y = top + 10.0;
    for (class, stroke) in told.iter().zip(style::CLASSES) {
        draw_sample(canvas, (left, y), Sample::Line(stroke));
        canvas.text((text, y), &name.shorten(&class.name, room), name);
        let mut facts = Vec::new();
        if let Some(target) = class.target.filter(|target| !target.measured_s.is_nan()) {
            let late = target.measured_s > target.limit_s;
            let style = if late { Type::bold(style::SMALL, style::TARGET) } else { side };
            let measured = format!("{} {}", target.name(), words::duration(target.measured_s));
            let wanted = format!("wanted {}", words::duration(target.limit_s));
            let both = format!("{measured}, {wanted}");
            if style.width(&both) <= room {
                facts.push((both, style));
            } else {
                facts.extend([(measured, style), (wanted, style)]);
            }
        }
        if class.never() >= LEAST_SHARE {
            facts.push((format!("{} never", words::value(Quantity::Share, class.never())), side));
        }
        if class.points().next().is_none() {
            facts.push(("no message".to_owned(), side));
        }
        for (line, (fact, style)) in facts.iter().enumerate() {
            canvas.text((text, y + 27.0 + 25.0 * line as f64), &style.clip(fact, room), *style);
        }
        y += ENTRY + 25.0 * facts.len().saturating_sub(1) as f64;
    }
    if others > 0 {
        draw_sample(canvas, (left, y), Sample::Line(OTHERS));
        canvas.text((text, y), &format!("{others} other classes"), side);
    }
}
