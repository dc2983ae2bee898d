//! Figure: where each class's messages ended up, as shares of a bar.

use super::canvas::{Area, Canvas, Type};
use super::fill::{Fill, Marks};
use super::frame::{Heading, page};
use super::style::{self, HEIGHT, WIDTH};
use super::words;

/// Where a message ended up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Delivered in time.
    InTime,
    /// Delivered, but late.
    Late,
    /// Failed, and the sender was told.
    Failed,
    /// Turned away at the door.
    Rejected,
    /// Too old to send.
    Expired,
    /// Thrown out of a queue.
    Dropped,
    /// Lost, and nobody was told.
    Lost,
    /// Neither here nor there at the end of the run.
    InFlight,
}

/// Where all messages of all classes ended up.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomesFigure {
    /// Title and subtitle.
    pub heading: Heading,
    /// A bar for each class.
    pub classes: Vec<ClassOutcomes>,
}

/// Where one class's messages ended up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassOutcomes {
    /// The class.
    pub name: String,
    /// Messages of each outcome; outcomes left out have none.
    pub counts: Vec<(Outcome, f64)>,
}

/// In the order of the bars.
const ALL: [Outcome; 8] = [
    Outcome::InTime,
    Outcome::Late,
    Outcome::InFlight,
    Outcome::Failed,
    Outcome::Rejected,
    Outcome::Expired,
    Outcome::Dropped,
    Outcome::Lost,
];
/// Width of the names.
const NAMES: f64 = 290.0;
/// Width of a share told beside the bar.
const CHIP: f64 = 118.0;
/// Least height of a row.
const ROW: f64 = 58.0;
/// Greatest height of a row: few bars need not fill the picture.
const ROW_MOST: f64 = 120.0;
/// Least width of an outcome that happened.
const SLIVER: f64 = 4.0;

const SHARE: f64 = style::LABEL;

impl OutcomesFigure {
    /// The figure as a PNG.
    pub fn png(&self) -> Vec<u8> {
        let rows = self.classes.len().max(1) as f64;
        let present = self.present();
        let legend = legend_lines(&present);
        let head = self.heading.height() + legend.len() as f64 * LEGEND_LINE + 24.0;
        let foot = style::MARGIN_BELOW + 16.0;
        let height =
            (head + rows * ROW + foot).max(f64::from(HEIGHT).min(head + rows * ROW_MOST + foot));
        let height = height.ceil();
        let mut canvas = Canvas::new(WIDTH, height as u32);
        self.heading.draw(&mut canvas);
        for (i, line) in legend.iter().enumerate() {
            let y = self.heading.height() + 12.0 + LEGEND_LINE * i as f64;
            for &(x, outcome) in line {
                let patch = Area::new(x, y - 11.0, x + PATCH, y + 11.0);
                outcome.fill().draw(&mut canvas, patch);
                let style = Type::regular(style::LABEL, style::INK);
                canvas.text((x + PATCH + 10.0, y), outcome.name(), style);
            }
        }
        let each = ((height - head - foot) / rows).min(ROW_MOST);
        let shares: Vec<Vec<(Outcome, f64)>> =
            self.classes.iter().map(ClassOutcomes::shares).collect();
        let side = side_chips(&shares);
        let right = page().right - if side > 0 { side as f64 * CHIP + 20.0 } else { 0.0 };
        for (i, (class, shares)) in self.classes.iter().zip(&shares).enumerate() {
            let top = head + each * i as f64;
            let bar = Area::new(page().left + NAMES, top, right, top + each * 0.72);
            class.draw(&mut canvas, bar, shares, side);
        }
        if self.classes.is_empty() {
            let note = Type::regular(style::LABEL, style::MUTED);
            canvas.text((page().left, head), "No class has traffic.", note);
        }
        canvas.png()
    }

    /// Outcomes that happened.
    fn present(&self) -> Vec<Outcome> {
        let happened = |outcome: &Outcome| {
            self.classes
                .iter()
                .any(|class| class.shares().iter().any(|(o, s)| o == outcome && *s > 0.0))
        };
        ALL.into_iter().filter(happened).collect()
    }
}

impl ClassOutcomes {
    fn count(&self, outcome: Outcome) -> f64 {
        let counts = self.counts.iter().filter(|(o, _)| *o == outcome);
        // Sums of the greatest numbers would overflow; nobody sends so much.
        counts.map(|(_, n)| if *n > 0.0 { n.min(1e100) } else { 0.0 }).sum()
    }

    fn total(&self) -> f64 {
        ALL.into_iter().map(|outcome| self.count(outcome)).sum()
    }

    /// The share of each outcome that happened, in the order of the bars.
    fn shares(&self) -> Vec<(Outcome, f64)> {
        let total = self.total();
        ALL.into_iter()
            .map(|outcome| (outcome, self.count(outcome) / total))
            .filter(|(_, share)| *share > 0.0)
            .collect()
    }

    fn draw(&self, canvas: &mut Canvas, bar: Area, shares: &[(Outcome, f64)], side: usize) {
        let name = Type::bold(style::LABEL, style::INK);
        let small = Type::regular(style::SMALL, style::MUTED);
        let middle = f64::midpoint(bar.top, bar.bottom);
        let room = NAMES - 24.0;
        canvas.text((page().left, middle - 12.0), &name.shorten(&self.name, room), name);
        let count = format!("{} messages", words::number(self.total()));
        canvas.text((page().left, middle + 13.0), &small.clip(&count, room), small);
        let widths = widths(shares, bar.width());
        let mut x = bar.left;
        let mut beside = Vec::new();
        for (&(outcome, share), width) in shares.iter().zip(widths) {
            let fill = outcome.fill();
            let piece = Area::new(x, bar.top, x + width, bar.bottom);
            fill.draw(canvas, piece);
            let text = words::brief_share(share);
            if fits(&text, width) {
                fill.draw_words(canvas, piece, &text);
            } else {
                beside.push((outcome, text));
            }
            x += width;
            // A line of paper between neighbours, thinner than the thinnest of them.
            canvas.rect(Area::new(x - 0.5, bar.top, x + 0.5, bar.bottom), style::PAPER);
        }
        if shares.is_empty() {
            canvas.rect(bar, style::LANE);
            canvas.text((bar.left + 16.0, middle), "no messages", small);
        }
        for (i, (outcome, text)) in beside.iter().take(side).enumerate() {
            let x = bar.right + 24.0 + CHIP * i as f64;
            outcome.fill().draw(canvas, Area::new(x, middle - 9.0, x + 18.0, middle + 9.0));
            let more = i + 1 == side && beside.len() > side;
            let text = if more { "…" } else { text };
            canvas.text((x + 26.0, middle), &small.clip(text, CHIP - 30.0), small);
        }
    }
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::InTime => "in time",
            Self::Late => "late",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Dropped => "dropped",
            Self::Lost => "lost",
            Self::InFlight => "in flight at the end",
        }
    }

    fn fill(self) -> Fill {
        let (ground, marks, ink, dark) = match self {
            Self::InTime => ((0x1b, 0x6f, 0xb0), Marks::Plain, (0, 0, 0), true),
            Self::Late => ((0xb5, 0xd9, 0xf0), Marks::Rising, (0x6f, 0xa9, 0xd0), false),
            Self::InFlight => ((0xdf, 0xe3, 0xe8), Marks::Dotted, (0x7c, 0x87, 0x93), false),
            Self::Failed => ((0x9c, 0x1c, 0x2b), Marks::Falling, (0xd4, 0x74, 0x7e), true),
            Self::Rejected => ((0xf4, 0xb8, 0x5c), Marks::Falling, (0xc9, 0x7f, 0x10), false),
            Self::Expired => ((0xd9, 0xb3, 0xd3), Marks::Crossed, (0xa9, 0x6f, 0xa2), false),
            Self::Dropped => ((0xfb, 0xe3, 0x9b), Marks::Upright, (0xc4, 0x9a, 0x1e), false),
            Self::Lost => ((0x26, 0x2a, 0x31), Marks::Plain, (0, 0, 0), true),
        };
        Fill::of(ground, marks, ink, dark)
    }
}

/// Whether a share's words fit into a piece of a bar.
fn fits(text: &str, width: f64) -> bool {
    Type::bold(SHARE, style::INK).width(text) + 18.0 <= width
}

/// Widths of the pieces: in proportion, but none that happened is too thin to see.
fn widths(shares: &[(Outcome, f64)], room: f64) -> Vec<f64> {
    let wanted: Vec<f64> = shares.iter().map(|(_, share)| (share * room).max(SLIVER)).collect();
    let excess: f64 = wanted.iter().sum::<f64>() - room;
    let widest = wanted.iter().copied().fold(0.0, f64::max);
    let mut taken = false;
    wanted
        .into_iter()
        .map(|width| {
            if width == widest && !taken {
                taken = true;
                width - excess
            } else {
                width
            }
        })
        .collect()
}

/// How many shares have to be told beside a bar, so much room given to them.
fn side_chips(shares: &[Vec<(Outcome, f64)>]) -> usize {
    /// Of more, the last becomes an ellipsis.
    const MOST: usize = 4;
    let beside = |side: usize| {
        let room = page().width() - NAMES - if side > 0 { side as f64 * CHIP + 20.0 } else { 0.0 };
        let small = |row: &Vec<(Outcome, f64)>| {
            let widths = widths(row, room);
            let pieces = row.iter().zip(widths);
            pieces.filter(|((_, s), w)| !fits(&words::brief_share(*s), *w)).count()
        };
        shares.iter().map(small).max().unwrap_or(0)
    };
    (0..MOST).find(|&side| beside(side) <= side).unwrap_or(MOST)
}

const LEGEND_LINE: f64 = 36.0;
/// Width of a legend's patch.
const PATCH: f64 = 40.0;

/// Places the legend's entries in lines.
fn legend_lines(present: &[Outcome]) -> Vec<Vec<(f64, Outcome)>> {
    let mut lines: Vec<Vec<(f64, Outcome)>> = vec![Vec::new()];
    let mut x = page().left;
    for &outcome in present {
        let width = PATCH + 10.0 + Type::regular(style::LABEL, style::INK).width(outcome.name());
        if x + width > page().right {
            lines.push(Vec::new());
            x = page().left;
        }
        if let Some(line) = lines.last_mut() {
            line.push((x, outcome));
        }
        x += width + 34.0;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_fill_the_bar_and_none_vanishes() {
        let shares = [(Outcome::InTime, 0.999_99), (Outcome::Late, 0.000_01)];
        let widths = widths(&shares, 1_000.0);
        assert_eq!(widths.iter().sum::<f64>(), 1_000.0);
        assert_eq!(widths[1], SLIVER);
    }

    #[test]
    fn shares_count_every_message_once() {
        let class = ClassOutcomes {
            name: "otp".to_owned(),
            counts: vec![
                (Outcome::Late, 1.0),
                (Outcome::InTime, 2.0),
                (Outcome::Late, 1.0),
                (Outcome::Lost, f64::NAN),
                (Outcome::Failed, -3.0),
            ],
        };
        assert_eq!(class.shares(), [(Outcome::InTime, 0.5), (Outcome::Late, 0.5)]);
    }
}
