//! How every figure looks: colours, sizes, dashes. Nothing else names a colour or a size.

use plotters::style::RGBColor;

/// Width of every figure, in pixels.
pub(super) const WIDTH: u32 = 1600;
/// Least height of a figure, in pixels; figures with many rows grow.
pub(super) const HEIGHT: u32 = 900;
/// Height of a figure with nothing to show.
pub(super) const EMPTY_HEIGHT: u32 = 260;
/// Blank border around everything but at the foot.
pub(super) const MARGIN: f64 = 48.0;
/// Blank border at the foot.
pub(super) const MARGIN_BELOW: f64 = 30.0;

/// Text sizes, in pixels per em.
pub(super) const TITLE: f64 = 34.0;
/// Below the title.
pub(super) const SUBTITLE: f64 = 22.0;
/// Name of a panel.
pub(super) const HEADING: f64 = 23.0;
/// Legends, labels at line ends, axis titles.
pub(super) const LABEL: f64 = 21.0;
/// Tick labels and side notes.
pub(super) const SMALL: f64 = 19.0;

/// Main text.
pub(super) const INK: RGBColor = RGBColor(0x1f, 0x26, 0x2e);
/// Side text: tick labels, axis titles, subtitles.
pub(super) const MUTED: RGBColor = RGBColor(0x55, 0x60, 0x6c);
/// Leaders from a line's end to its label, and what is shown as background.
pub(super) const FAINT: RGBColor = RGBColor(0xa3, 0xac, 0xb6);
/// Axis lines.
pub(super) const FRAME: RGBColor = RGBColor(0x8b, 0x95, 0xa1);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(0xe4, 0xe8, 0xec);
/// Background of the figure.
pub(super) const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
/// Background of a lane or row that stands out.
pub(super) const LANE: RGBColor = RGBColor(0xf3, 0xf5, 0xf7);
/// A target: what is wanted.
pub(super) const TARGET: RGBColor = RGBColor(0xb0, 0x1c, 0x2e);
/// A capacity: what cannot be passed.
pub(super) const LIMIT: RGBColor = RGBColor(0x4a, 0x4f, 0x57);
/// Where a target is met.
pub(super) const MET: RGBColor = RGBColor(0xe3, 0xf1, 0xec);
/// Where goodput falls short of the offered load.
pub(super) const SHORTFALL: RGBColor = RGBColor(0xfa, 0xdd, 0xcf);
/// The binding resource's row.
pub(super) const BINDING: RGBColor = RGBColor(0xfd, 0xf0, 0xee);

/// Offered load: the darkest line, as it is what the rest is held against.
pub(super) const OFFERED: Stroke = Stroke::solid(INK, 2.4);
/// Carried load: dashed, so that it shows beside the goodput below it.
pub(super) const CARRIED: Stroke = Stroke::dashed(RGBColor(0xd9, 0x78, 0x06), 2.8, &[10.0, 6.0]);
/// Goodput.
pub(super) const GOODPUT: Stroke = Stroke::solid(RGBColor(0x1b, 0x7f, 0xc4), 3.4);
/// A target's line.
pub(super) const TARGET_LINE: Stroke = Stroke::dashed(TARGET, 2.2, &[14.0, 5.0, 3.0, 5.0]);
/// A capacity's line.
pub(super) const LIMIT_LINE: Stroke = Stroke::dashed(LIMIT, 2.0, &[3.0, 5.0]);
/// Quantiles of one class from the lowest to the highest: one hue, ever darker and heavier.
pub(super) const QUANTILES: [Stroke; 4] = [
    Stroke::dashed(RGBColor(0x6f, 0xb1, 0xde), 2.6, &[3.0, 5.0]),
    Stroke::dashed(RGBColor(0x2f, 0x86, 0xc6), 2.8, &[11.0, 6.0]),
    Stroke::solid(RGBColor(0x0a, 0x3f, 0x78), 3.0),
    Stroke::solid(RGBColor(0x1f, 0x26, 0x2e), 1.8),
];
/// Classes side by side in one panel. Hues after Okabe and Ito's colour-blind safe set, lightness
/// and dashes chosen so that neighbours differ in grey too.
pub(super) const CLASSES: [Stroke; 6] = [
    Stroke::solid(RGBColor(0x0a, 0x4f, 0x94), 3.2),
    Stroke::dashed(RGBColor(0xe0, 0x8a, 0x00), 3.2, &[16.0, 6.0]),
    Stroke::solid(RGBColor(0x4f, 0xb0, 0xe6), 3.2),
    Stroke::dashed(RGBColor(0x8e, 0x2a, 0x6b), 3.0, &[4.0, 4.0]),
    Stroke::dashed(RGBColor(0x00, 0x83, 0x63), 3.0, &[16.0, 5.0, 4.0, 5.0]),
    Stroke::solid(RGBColor(0x2b, 0x2f, 0x36), 2.0),
];
/// Series that only give the background.
pub(super) const OTHERS: Stroke = Stroke::solid(RGBColor(0xc3, 0xca, 0xd2), 1.4);
/// The most that resources without a row of their own reach.
pub(super) const SUMMARY: Stroke = Stroke::solid(MUTED, 2.0);
/// A point at which a target is met.
pub(super) const MARK_MET: RGBColor = RGBColor(0x0b, 0x5d, 0x4e);
/// Joins the points of a sweep.
pub(super) const TREND: Stroke = Stroke::solid(FAINT, 1.8);
/// A point's interval.
pub(super) const WHISKER: Stroke = Stroke::solid(INK, 2.0);
/// Where a target is first met.
pub(super) const FIRST_MET: Stroke = Stroke::dashed(MARK_MET, 1.8, &[6.0, 4.0]);
/// A service's line.
pub(super) const SERVICE: Stroke = Stroke::solid(RGBColor(0x1b, 0x7f, 0xc4), 2.4);
/// A carrier's line.
pub(super) const CARRIER: Stroke = Stroke::solid(RGBColor(0x8e, 0x2a, 0x6b), 2.4);

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stroke {
    /// Its colour.
    pub(super) color: RGBColor,
    /// Its width in pixels.
    pub(super) width: f64,
    /// Lengths of dash and gap by turns, in pixels; solid if empty.
    pub(super) dash: &'static [f64],
}

impl Stroke {
    /// An unbroken line.
    pub(super) const fn solid(color: RGBColor, width: f64) -> Self {
        Self { color, width, dash: &[] }
    }

    /// A line of dashes and gaps.
    pub(super) const fn dashed(color: RGBColor, width: f64, dash: &'static [f64]) -> Self {
        Self { color, width, dash }
    }
}

/// `color` thinned with paper, `strength` from 0 (paper) to 1 (itself).
pub(super) fn tint(color: RGBColor, strength: f64) -> RGBColor {
    let mix = |c: u8| (255.0 - (255.0 - f64::from(c)) * strength + 0.5) as u8;
    RGBColor(mix(color.0), mix(color.1), mix(color.2))
}

/// `color`, darker if text in it would be too faint on paper.
pub(super) fn readable(color: RGBColor) -> RGBColor {
    let luma = u32::from(color.0) * 299 + u32::from(color.1) * 587 + u32::from(color.2) * 114;
    let darker = |c: u8| (u32::from(c) * 7 / 10) as u8;
    if luma > 118_000 { RGBColor(darker(color.0), darker(color.1), darker(color.2)) } else { color }
}
