//! A picture in memory: shapes and text at pixel coordinates, then PNG bytes.
//!
//! Shapes are drawn by plotters three times as large as they will be and averaged down, which
//! smooths their edges. Coordinates are pixels of the finished picture, y downwards.

use plotters::backend::DrawingBackend;
use plotters::prelude::BitMapBackend;
use plotters::style::{Color, RGBColor};

use super::style::{PAPER, Stroke};
use super::text::{self, Cut, Weight};

/// A point of the picture.
pub(super) type Point = (f64, f64);

/// Pixels drawn for a pixel shown, along each axis.
const OVERSAMPLING: u32 = 3;
/// The same as a factor.
const FACTOR: f64 = OVERSAMPLING as f64;

/// A rectangle of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    /// Left edge.
    pub(super) left: f64,
    /// Upper edge.
    pub(super) top: f64,
    /// Right edge.
    pub(super) right: f64,
    /// Lower edge.
    pub(super) bottom: f64,
}

impl Area {
    /// From its corners.
    pub(super) const fn new(left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self { left, top, right, bottom }
    }

    /// Right edge less left edge.
    pub(super) fn width(self) -> f64 {
        self.right - self.left
    }

    /// Lower edge less upper edge.
    pub(super) fn height(self) -> f64 {
        self.bottom - self.top
    }

    /// Whether the two share more than an edge.
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// Whether `point` lies inside.
    pub(super) fn contains(self, (x, y): Point) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
}

/// Which part of a text stands at the given x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// Its start.
    Left,
    /// Its middle.
    Center,
    /// Its end.
    Right,
}

/// Size, weight, colour and alignment of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Type {
    /// Pixels per em.
    pub(super) size: f64,
    /// Regular or semi-bold.
    pub(super) weight: Weight,
    /// Colour.
    pub(super) color: RGBColor,
    /// Which part stands at the given x.
    pub(super) align: Align,
}

impl Type {
    /// Regular weight, aligned left.
    pub(super) const fn regular(size: f64, color: RGBColor) -> Self {
        Self { size, weight: Weight::Regular, color, align: Align::Left }
    }

    /// Semi-bold, aligned left.
    pub(super) const fn bold(size: f64, color: RGBColor) -> Self {
        Self { size, weight: Weight::SemiBold, color, align: Align::Left }
    }

    /// The same, aligned otherwise.
    pub(super) const fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    /// The width of `text` set so.
    pub(super) fn width(self, text: &str) -> f64 {
        text::width(text, self.size, self.weight)
    }

    /// A name shortened in its middle to `room` pixels.
    pub(super) fn shorten(self, name: &str, room: f64) -> String {
        text::shorten(name, self.size, self.weight, room, Cut::Middle)
    }

    /// A sentence shortened at its end to `room` pixels.
    pub(super) fn clip(self, sentence: &str, room: f64) -> String {
        text::shorten(sentence, self.size, self.weight, room, Cut::End)
    }
}

/// The picture while it is drawn.
pub(super) struct Canvas {
    pixels: Vec<u8>,
    size: (u32, u32),
}

impl Canvas {
    /// A blank picture of so many pixels.
    pub(super) fn new(width: u32, height: u32) -> Self {
        let size = (width * OVERSAMPLING, height * OVERSAMPLING);
        let pixels = vec![PAPER.0; size.0 as usize * size.1 as usize * 3];
        Self { pixels, size }
    }

    /// Fills a rectangle.
    pub(super) fn rect(&mut self, area: Area, color: RGBColor) {
        let (from, to) = (fine((area.left, area.top)), fine((area.right, area.bottom)));
        drawn(self.backend().draw_rect(from, to, &color, true));
    }

    /// Fills a polygon that is convex; plotters leaves holes in others.
    pub(super) fn convex(&mut self, corners: &[Point], color: RGBColor) {
        drawn(self.backend().fill_polygon(corners.iter().map(|&c| fine(c)), &color.filled()));
    }

    /// Fills a disc.
    pub(super) fn disc(&mut self, center: Point, radius: f64, color: RGBColor) {
        let radius = (radius * FACTOR - 0.5).max(0.0) as u32;
        drawn(self.backend().draw_circle(fine(center), radius, &color.filled(), true));
    }

    /// Fills what lies between two lines, a column at a time: `span` gives the upper and lower y
    /// at an x, or nothing.
    pub(super) fn between(
        &mut self,
        (left, right): (f64, f64),
        color: RGBColor,
        opacity: f64,
        span: impl Fn(f64) -> Option<(f64, f64)>,
    ) {
        let color = color.mix(opacity);
        for column in (left * FACTOR) as i32..(right * FACTOR) as i32 {
            if let Some((top, bottom)) = span((f64::from(column) + 0.5) / FACTOR) {
                let (top, bottom) = (fine((0.0, top)).1, fine((0.0, bottom)).1);
                drawn(self.backend().draw_rect((column, top), (column + 1, bottom), &color, true));
            }
        }
    }

    /// Draws a line through `points`, with round joins if it is solid.
    pub(super) fn line(&mut self, points: &[Point], stroke: Stroke) {
        if stroke.dash.is_empty() {
            self.solid(points, stroke);
        } else {
            for dash in dashes(points, stroke.dash) {
                self.solid(&dash, stroke);
            }
        }
    }

    /// Sets `text` so that the middle of its capitals is at y.
    pub(super) fn text(&mut self, (x, y): Point, text: &str, style: Type) {
        let shift = match style.align {
            Align::Left => 0.0,
            Align::Center => style.width(text) / 2.0,
            Align::Right => style.width(text),
        };
        // Baselines on whole pixels keep the feet of letters sharp.
        let baseline = (y + style.size * text::CAP_HEIGHT / 2.0).round();
        let start = ((x - shift) * FACTOR, baseline * FACTOR);
        let mut backend = self.backend();
        text::cover(text, start, style.size * FACTOR, style.weight, |x, y, coverage| {
            drawn(backend.draw_pixel((x, y), style.color.mix(coverage).to_backend_color()));
        });
    }

    /// The finished picture.
    pub(super) fn png(self) -> Vec<u8> {
        let (width, height) = (self.size.0 / OVERSAMPLING, self.size.1 / OVERSAMPLING);
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Balanced);
        let mut writer = encoder.write_header().expect("a Vec takes all bytes");
        writer.write_image_data(&self.averaged()).expect("the picture has its stated size");
        writer.finish().expect("a Vec takes all bytes");
        bytes
    }

    /// Draws an unbroken line: a quadrilateral for each piece and a disc for each inner corner.
    ///
    /// Plotters would outline the whole path as one polygon, which leaves holes where a jagged
    /// line crosses itself.
    fn solid(&mut self, points: &[Point], stroke: Stroke) {
        // Plotters fills both edges of a polygon, so that it comes out a drawn pixel wider.
        let half = (stroke.width - 1.0 / FACTOR).max(0.0) / 2.0;
        for pair in points.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            let (dx, dy) = (x1 - x0, y1 - y0);
            let length = (dx * dx + dy * dy).sqrt();
            if length > 0.0 {
                let (nx, ny) = (-dy / length * half, dx / length * half);
                self.convex(
                    &[
                        (x0 + nx, y0 + ny),
                        (x1 + nx, y1 + ny),
                        (x1 - nx, y1 - ny),
                        (x0 - nx, y0 - ny),
                    ],
                    stroke.color,
                );
            }
        }
        if points.len() > 2 {
            for &corner in &points[1..points.len() - 1] {
                self.disc(corner, stroke.width / 2.0, stroke.color);
            }
        }
    }

    fn backend(&mut self) -> BitMapBackend<'_> {
        BitMapBackend::with_buffer(&mut self.pixels, self.size)
    }

    /// Each shown pixel as the mean of those drawn for it.
    fn averaged(&self) -> Vec<u8> {
        let n = OVERSAMPLING as usize;
        let row = self.size.0 as usize * 3;
        let mut out = Vec::with_capacity(self.pixels.len() / (n * n));
        for rows in self.pixels.chunks_exact(row * n) {
            for left in (0..row).step_by(3 * n) {
                for channel in 0..3 {
                    let mut sum = 0;
                    for dy in 0..n {
                        for dx in 0..n {
                            sum += usize::from(rows[dy * row + left + dx * 3 + channel]);
                        }
                    }
                    out.push(((sum + n * n / 2) / (n * n)) as u8);
                }
            }
        }
        out
    }
}

/// The drawn pixel nearest to a point. Far points stop at ±10⁶, so that no product overflows.
fn fine((x, y): Point) -> (i32, i32) {
    let round = |v: f64| (v * FACTOR).round().clamp(-1e6, 1e6) as i32;
    (round(x), round(y))
}

/// Shapes are drawn into memory, where plotters has no way to fail.
fn drawn<E: std::fmt::Debug>(result: Result<(), E>) {
    result.expect("drawing into memory cannot fail");
}

/// Cuts the line through `points` into dashes, given lengths of dash and gap by turns.
fn dashes(points: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    let mut out = Vec::new();
    let (mut turn, mut left) = (0, pattern[0]);
    let mut dash: Vec<Point> = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        let ((mut x, mut y), (x1, y1)) = (pair[0], pair[1]);
        loop {
            let (dx, dy) = (x1 - x, y1 - y);
            let length = (dx * dx + dy * dy).sqrt();
            if length <= left {
                left -= length;
                dash.push((x1, y1));
                break;
            }
            (x, y) = (x + dx * left / length, y + dy * left / length);
            dash.push((x, y));
            if turn % 2 == 0 {
                out.push(std::mem::take(&mut dash));
            }
            turn += 1;
            left = pattern[turn % pattern.len()];
            dash = vec![(x, y)];
        }
    }
    if turn % 2 == 0 && dash.len() > 1 {
        out.push(dash);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_have_their_lengths_around_a_corner() {
        let got = dashes(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], &[6.0, 2.0]);
        let want = vec![
            vec![(0.0, 0.0), (6.0, 0.0)],
            vec![(8.0, 0.0), (10.0, 0.0), (10.0, 4.0)],
            vec![(10.0, 6.0), (10.0, 10.0)],
        ];
        assert_eq!(got, want);
    }

    #[test]
    fn a_rectangle_fills_whole_pixels_only() {
        let mut canvas = Canvas::new(4, 2);
        canvas.rect(Area::new(1.0, 0.0, 3.0, 1.0), RGBColor(0, 0, 0));
        let black: Vec<usize> = canvas
            .averaged()
            .chunks(3)
            .enumerate()
            .filter_map(|(i, rgb)| (rgb == [0, 0, 0]).then_some(i))
            .collect();
        assert_eq!(black, [1, 2]);
    }
}
