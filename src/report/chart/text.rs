//! Text in the embedded font: how wide it is, how to shorten it, and its glyphs' coverage.
//!
//! The font is Inter in two weights, reduced to Latin and the signs that reports use (its licence
//! lies beside it). It is set here and not by plotters, whose own setter drops each glyph's left
//! bearing and so spaces letters unevenly.

use ab_glyph::{Font, FontRef, GlyphId, PxScale, ScaleFont, point};

/// A weight of the embedded font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// For nearly all text.
    Regular,
    /// For titles, names of panels, and what stands out.
    SemiBold,
}

/// Height of capitals over the em, from the font's OS/2 table (2048 of 2816 units).
pub(super) const CAP_HEIGHT: f64 = 0.727;

/// The width of `text` at `size` pixels per em, in pixels.
pub(super) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let font = font(weight);
    let mut end = 0.0;
    walk(&font, text, size, |_, _, next| end = next);
    f64::from(end)
}

/// Calls `pixel(x, y, coverage)` for every pixel that `text` touches when its baseline starts at
/// (`x`, `y`) and an em is `size` pixels; coverage is from 0 to 1.
pub(super) fn cover(
    text: &str,
    (x, y): (f64, f64),
    size: f64,
    weight: Weight,
    mut pixel: impl FnMut(i32, i32, f64),
) {
    let font = font(weight);
    let scale = px_scale(&font, size);
    walk(&font, text, size, |glyph, at, _| {
        let glyph = glyph.with_scale_and_position(scale, point(x as f32 + at, y as f32));
        if let Some(outline) = font.outline_glyph(glyph) {
            let corner = outline.px_bounds().min;
            outline.draw(|dx, dy, coverage| {
                let (px, py) = (corner.x as i32 + dx as i32, corner.y as i32 + dy as i32);
                pixel(px, py, f64::from(coverage.clamp(0.0, 1.0)));
            });
        }
    });
}

/// Where a text gives way when it is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// In the middle, for names: those of one family tend to differ at their ends.
    Middle,
    /// At the end, for sentences.
    End,
}

/// `text` if it is at most `room` pixels wide, else as much of it as fits with an ellipsis.
pub(super) fn shorten(text: &str, size: f64, weight: Weight, room: f64, cut: Cut) -> String {
    /// No figure has room for more characters.
    const LONGEST: usize = 400;
    let mut letters: Vec<char> =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST + 1).collect();
    let whole: String = letters.iter().collect();
    if letters.len() <= LONGEST && width(&whole, size, weight) <= room {
        return whole;
    }
    letters.truncate(LONGEST);
    let kept = |count: usize| -> String {
        let tail = match cut {
            Cut::Middle => count * 2 / 5,
            Cut::End => 0,
        };
        let head: String = letters[..count - tail].iter().collect();
        let end: String = letters[letters.len() - tail..].iter().collect();
        // A separator beside the ellipsis would read as part of it.
        let separator = |c: char| !c.is_alphanumeric() && !"()%°".contains(c);
        format!("{}…{}", head.trim_end_matches(separator), end.trim_start_matches(separator))
    };
    // The greatest number of characters that fits, by halving.
    let (mut fits, mut over) = (0, letters.len());
    while over - fits > 1 {
        let middle = fits.midpoint(over);
        if width(&kept(middle), size, weight) <= room { fits = middle } else { over = middle }
    }
    kept(fits)
}

/// `text` broken between words into lines at most `room` pixels wide and at most `lines` of them;
/// the last is shortened if the rest does not fit.
pub(super) fn wrap(text: &str, size: f64, weight: Weight, room: f64, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut rest = text.split_whitespace().peekable();
    while rest.peek().is_some() && out.len() < lines {
        let mut line = String::new();
        let last = out.len() + 1 == lines;
        while let Some(word) = rest.peek() {
            let longer =
                if line.is_empty() { (*word).to_owned() } else { format!("{line} {word}") };
            // Beyond 600 characters even the last line is full, and measuring on would be waste.
            let full = !line.is_empty() && width(&longer, size, weight) > room;
            if (full && !last) || longer.len() > 600 && !line.is_empty() {
                break;
            }
            line = longer;
            rest.next();
        }
        out.push(shorten(&line, size, weight, room, Cut::End));
    }
    out
}

/// Calls `place(glyph, start, end)` for each character, with pen positions in pixels.
fn walk(font: &FontRef<'_>, text: &str, size: f64, mut place: impl FnMut(GlyphId, f32, f32)) {
    let scaled = font.as_scaled(px_scale(font, size));
    let (mut pen, mut before) = (0.0, None);
    for letter in text.chars() {
        let glyph = scaled.glyph_id(letter);
        if let Some(before) = before {
            pen += scaled.kern(before, glyph);
        }
        let start = pen;
        pen += scaled.h_advance(glyph);
        place(glyph, start, pen);
        before = Some(glyph);
    }
}

/// The scale at which an em is `size` pixels; ab_glyph counts ascent to descent instead.
fn px_scale(font: &FontRef<'_>, size: f64) -> PxScale {
    let em = font.units_per_em().expect("the embedded font states its em");
    PxScale::from(size as f32 * font.height_unscaled() / em)
}

fn font(weight: Weight) -> FontRef<'static> {
    let bytes: &'static [u8] = match weight {
        Weight::Regular => include_bytes!("font/Inter-Regular.otf"),
        Weight::SemiBold => include_bytes!("font/Inter-SemiBold.otf"),
    };
    FontRef::try_from_slice(bytes).expect("the embedded font is a font")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_that_reports_use_has_a_glyph() {
        for weight in [Weight::Regular, Weight::SemiBold] {
            let font = font(weight);
            for letter in "AZaz09 –—−×≤≥±…µμρ%‰·°→↑▲⁻⁰¹²³⁴⁵⁶⁷⁸⁹€$éüßłő".chars()
            {
                assert_ne!(font.glyph_id(letter).0, 0, "{letter} is missing");
            }
        }
    }

    #[test]
    fn a_shortened_name_fits_and_keeps_both_ends() {
        let name = "carrier-group.us-carriers-long-code-pool.north-east-17";
        let short = shorten(name, 20.0, Weight::Regular, 240.0, Cut::Middle);
        assert!(width(&short, 20.0, Weight::Regular) <= 240.0);
        assert!(short.starts_with("carrier") && short.ends_with("17"), "{short}");
        assert_eq!(shorten("api", 20.0, Weight::Regular, 240.0, Cut::Middle), "api");
    }

    #[test]
    fn no_room_leaves_an_ellipsis() {
        assert_eq!(shorten("api-gateway", 20.0, Weight::Regular, 0.0, Cut::Middle), "…");
        assert_eq!(shorten("", 20.0, Weight::Regular, 0.0, Cut::Middle), "");
    }

    #[test]
    fn wrapped_lines_fit() {
        let lines = wrap(&"ten runs of four hours ".repeat(20), 20.0, Weight::Regular, 300.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| width(line, 20.0, Weight::Regular) <= 300.0));
        assert!(lines[1].contains('…'));
    }
}
