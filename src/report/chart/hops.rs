//! Figure: where the time of messages goes, of all and of the slowest, as shares of two bars.

use super::canvas::{Area, Canvas, Type};
use super::fill::{Fill, Marks};
use super::frame::{Heading, page};
use super::style::{self, HEIGHT, WIDTH};
use super::words;
use crate::measure::Doing;
use crate::report::words::doing as doing_words;

/// Where the time of all classes goes.
#[derive(Clone, Debug, PartialEq)]
pub struct HopsFigure {
    /// Title and subtitle.
    pub heading: Heading,
    /// Those without bars had no messages.
    pub classes: Vec<ClassHops>,
}

/// Where the time of one class goes.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassHops {
    /// The class.
    pub name: String,
    /// One below the other.
    pub bars: Vec<HopsBar>,
}

/// Where the time of some messages goes.
#[derive(Clone, Debug, PartialEq)]
pub struct HopsBar {
    /// Which messages.
    pub label: String,
    /// How long they take.
    pub note: String,
    /// What their time is made of, in the same order in each bar.
    pub pieces: Vec<HopPiece>,
}

/// A part of a bar.
#[derive(Clone, Debug, PartialEq)]
pub struct HopPiece {
    /// Where; `None` for what happens at no station.
    pub station: Option<String>,
    /// What.
    pub doing: Doing,
    /// The share of the bar.
    pub share: f64,
}

/// In the order of the legend: what is waiting comes first.
const ALL: [Doing; 10] = [
    Doing::Waiting,
    Doing::WaitingForCore,
    Doing::Work,
    Doing::Pause,
    Doing::RoundTrip,
    Doing::Held,
    Doing::Delivery,
    Doing::Network,
    Doing::BackOff,
    Doing::GivenUp,
];
/// Width of the names.
const NAMES: f64 = 290.0;
/// Height of a bar, with the line below it that names its small pieces.
const ROW: f64 = 92.0;
const BAR: f64 = 48.0;
/// Room above a class's first bar.
const ABOVE: f64 = 46.0;
const LEGEND_LINE: f64 = 36.0;
/// Width of a legend's patch.
const PATCH: f64 = 40.0;
/// A part below this share is drawn, but has no name.
const LEAST_NAMED: f64 = 0.005;

impl HopsFigure {
    /// The figure as a PNG.
    pub fn png(&self) -> Vec<u8> {
        let classes: Vec<&ClassHops> =
            self.classes.iter().filter(|class| !class.bars.is_empty()).collect();
        let legend = legend_lines(&classes);
        let head = self.heading.height() + legend.len() as f64 * LEGEND_LINE + 8.0;
        let rows: f64 = classes.iter().map(|class| class.height()).sum();
        let height = (head + rows + style::MARGIN_BELOW).max(f64::from(HEIGHT) * 0.5).ceil();
        let mut canvas = Canvas::new(WIDTH, height as u32);
        self.heading.draw(&mut canvas);
        for (i, line) in legend.iter().enumerate() {
            let y = self.heading.height() + 12.0 + LEGEND_LINE * i as f64;
            for &(x, doing) in line {
                let patch = Area::new(x, y - 11.0, x + PATCH, y + 11.0);
                fill(doing).draw(&mut canvas, patch);
                let label = Type::regular(style::LABEL, style::INK);
                canvas.text((x + PATCH + 10.0, y), doing_words(doing), label);
            }
        }
        let mut top = head;
        for class in &classes {
            class.draw(&mut canvas, top);
            top += class.height();
        }
        if classes.is_empty() {
            let note = Type::regular(style::LABEL, style::MUTED);
            canvas.text((page().left, head + 20.0), "No message was delivered.", note);
        }
        canvas.png()
    }
}

impl ClassHops {
    fn height(&self) -> f64 {
        ABOVE + ROW * self.bars.len() as f64
    }

    fn draw(&self, canvas: &mut Canvas, top: f64) {
        let name = Type::bold(style::LABEL, style::INK);
        let room = page().width();
        canvas.text((page().left, top + 24.0), &name.shorten(&self.name, room), name);
        for (i, bar) in self.bars.iter().enumerate() {
            bar.draw(canvas, top + ABOVE + ROW * i as f64);
        }
    }
}

impl HopsBar {
    fn draw(&self, canvas: &mut Canvas, top: f64) {
        let label = Type::regular(style::LABEL, style::INK);
        let small = Type::regular(style::SMALL, style::MUTED);
        let room = NAMES - 24.0;
        canvas.text((page().left, top + 12.0), &label.clip(&self.label, room), label);
        canvas.text((page().left, top + 37.0), &small.clip(&self.note, room), small);
        let bar = Area::new(page().left + NAMES, top, page().right, top + BAR);
        canvas.rect(bar, style::LANE);
        let mut x = bar.left;
        let mut unnamed = Vec::new();
        for piece in self.pieces.iter().filter(|piece| piece.share > 0.0) {
            let right = (x + piece.share.min(1.0) * bar.width()).min(bar.right);
            let area = Area::new(x, bar.top, right, bar.bottom);
            let fill = fill(piece.doing);
            fill.draw(canvas, area);
            match piece.words_within(area.width()) {
                Some(text) => fill.draw_words(canvas, area, &text),
                None if piece.share >= LEAST_NAMED => unnamed.push(piece),
                None => {}
            }
            x = right;
            canvas.rect(Area::new(x - 1.0, bar.top, x + 1.0, bar.bottom), style::PAPER);
        }
        unnamed.sort_by(|a, b| b.share.total_cmp(&a.share));
        let below: Vec<String> = unnamed.iter().map(|piece| piece.whole_words()).collect();
        let below = small.clip(&below.join(", "), bar.width());
        canvas.text((bar.left, bar.bottom + 17.0), &below, small);
    }
}

impl HopPiece {
    /// "api waiting 2.1 %".
    fn whole_words(&self) -> String {
        let what = doing_words(self.doing);
        let share = words::brief_share(self.share);
        match &self.station {
            Some(station) => format!("{station} {what} {share}"),
            None => format!("{what} {share}"),
        }
    }

    /// Where it is and how much, as far as a piece of a bar has room for that.
    fn words_within(&self, width: f64) -> Option<String> {
        let share = words::brief_share(self.share);
        let where_and_share = match &self.station {
            Some(station) => format!("{station} {share}"),
            None => format!("{} {share}", doing_words(self.doing)),
        };
        let fits = |text: &String| Type::bold(style::LABEL, style::INK).width(text) + 18.0 <= width;
        [self.whole_words(), where_and_share].into_iter().find(fits)
    }
}

/// What is waiting is dark or marked, what serves the message is light and plain.
fn fill(doing: Doing) -> Fill {
    let (ground, marks, ink, is_dark) = match doing {
        Doing::Waiting => ((0x9c, 0x1c, 0x2b), Marks::Plain, (0, 0, 0), true),
        Doing::WaitingForCore => ((0xc8, 0x5a, 0x3a), Marks::Falling, (0x8c, 0x30, 0x18), true),
        Doing::Work => ((0x8f, 0xc6, 0xea), Marks::Plain, (0, 0, 0), false),
        Doing::Pause => ((0xd6, 0xea, 0xf8), Marks::Dotted, (0x6f, 0xa9, 0xd0), false),
        Doing::RoundTrip => ((0xb7, 0xdd, 0xc8), Marks::Plain, (0, 0, 0), false),
        Doing::Held => ((0xf4, 0xb8, 0x5c), Marks::Upright, (0xc9, 0x7f, 0x10), false),
        Doing::Delivery => ((0xdc, 0xf0, 0xe4), Marks::Rising, (0x7f, 0xb8, 0x98), false),
        Doing::Network => ((0xdf, 0xe3, 0xe8), Marks::Dotted, (0x7c, 0x87, 0x93), false),
        Doing::BackOff => ((0xfb, 0xe3, 0x9b), Marks::Falling, (0xc4, 0x9a, 0x1e), false),
        Doing::GivenUp => ((0x3a, 0x3f, 0x47), Marks::Crossed, (0x7c, 0x87, 0x93), true),
    };
    Fill::of(ground, marks, ink, is_dark)
}

/// Places the legend's entries, those that some piece needs, in lines.
fn legend_lines(classes: &[&ClassHops]) -> Vec<Vec<(f64, Doing)>> {
    let bars = || classes.iter().flat_map(|class| &class.bars);
    let is_there = |doing: &Doing| {
        bars().flat_map(|bar| &bar.pieces).any(|piece| piece.doing == *doing && piece.share > 0.0)
    };
    let mut lines: Vec<Vec<(f64, Doing)>> = vec![Vec::new()];
    let mut x = page().left;
    for doing in ALL.into_iter().filter(is_there) {
        let label = Type::regular(style::LABEL, style::INK);
        let width = PATCH + 10.0 + label.width(doing_words(doing));
        if x + width > page().right {
            lines.push(Vec::new());
            x = page().left;
        }
        if let Some(line) = lines.last_mut() {
            line.push((x, doing));
        }
        x += width + 34.0;
    }
    lines
}
