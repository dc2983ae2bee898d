//! What tells the pieces of a bar apart, in colour and in grey.

use plotters::style::RGBColor;

use super::canvas::{Align, Area, Canvas, Type};
use super::style::{self, Stroke};

/// Red, green and blue.
type Rgb = (u8, u8, u8);

/// How a piece is filled: a ground, and marks on it that tell it apart in grey.
pub(super) struct Fill {
    ground: RGBColor,
    marks: Marks,
    ink: RGBColor,
    words: RGBColor,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Marks {
    Plain,
    Rising,
    Falling,
    Crossed,
    Upright,
    Dotted,
}

impl Fill {
    /// Colours of the ground and of the marks, and whether words on it have to be light.
    pub(super) fn of(ground: Rgb, marks: Marks, ink: Rgb, is_dark: bool) -> Self {
        let rgb = |(r, g, b)| RGBColor(r, g, b);
        let words = if is_dark { style::PAPER } else { style::INK };
        Self { ground: rgb(ground), marks, ink: rgb(ink), words }
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, area: Area) {
        canvas.rect(area, self.ground);
        let stroke = Stroke::solid(self.ink, 1.6);
        let (steep, level) = match self.marks {
            Marks::Plain => return,
            Marks::Rising => (&[1.0][..], false),
            Marks::Falling => (&[-1.0][..], false),
            Marks::Crossed => (&[1.0, -1.0][..], false),
            Marks::Upright => (&[0.0][..], true),
            Marks::Dotted => {
                self.draw_dots(canvas, area);
                return;
            }
        };
        let gap = if level { 8.0 } else { 11.0 };
        for slope in steep {
            let lean = area.height() * slope;
            // Starts on a grid of the picture, so that neighbouring rows look alike.
            let mut x = ((area.left - lean.abs()) / gap).floor() * gap;
            while x < area.right + lean.abs() {
                if let Some((from, to)) = cut((x, area.bottom), (x + lean, area.top), area) {
                    canvas.line(&[from, to], stroke);
                }
                x += gap;
            }
        }
    }

    fn draw_dots(&self, canvas: &mut Canvas, area: Area) {
        let mut y = area.top + 5.0;
        let mut shift = 0.0;
        while y <= area.bottom - 3.0 {
            let mut x = area.left + 5.0 + shift;
            while x <= area.right - 3.0 {
                canvas.disc((x, y), 1.7, self.ink);
                x += 11.0;
            }
            shift = 5.5 - shift;
            y += 7.0;
        }
    }

    /// Sets a share in the middle of a piece, on plain ground.
    pub(super) fn draw_words(&self, canvas: &mut Canvas, piece: Area, text: &str) {
        let style = Type::bold(style::LABEL, self.words).align(Align::Center);
        let half = style.width(text) / 2.0 + 7.0;
        let (x, y) =
            (f64::midpoint(piece.left, piece.right), f64::midpoint(piece.top, piece.bottom));
        if self.marks != Marks::Plain {
            canvas.rect(Area::new(x - half, y - 15.0, x + half, y + 15.0), self.ground);
        }
        canvas.text((x, y), text, style);
    }
}

/// The piece of the line from `a` up to `b` inside `area`; both ends lie at its foot and top.
fn cut(a: (f64, f64), b: (f64, f64), area: Area) -> Option<((f64, f64), (f64, f64))> {
    if a.0 == b.0 {
        return (area.left + 1.0..=area.right - 1.0).contains(&a.0).then_some((a, b));
    }
    let at = |x: f64| (x - a.0) / (b.0 - a.0);
    let (one, other) = (at(area.left), at(area.right));
    let (from, to) = (one.min(other).max(0.0), one.max(other).min(1.0));
    let point = |t: f64| (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
    (from < to).then(|| (point(from), point(to)))
}
