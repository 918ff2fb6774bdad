//! A line chart as SVG. The vertical axis is logarithmic and shows nanoseconds.

use super::format::time;

pub(crate) struct Plot {
    pub(crate) title: String,
    /// The label of the horizontal axis.
    pub(crate) below: String,
    /// The places on the horizontal axis and their labels.
    pub(crate) ticks: Vec<(f64, String)>,
    pub(crate) lines: Vec<Line>,
}

pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) color: &'static str,
    pub(crate) strong: bool,
    pub(crate) dashed: bool,
    /// The points of the line: a place on the horizontal axis, and a cost in nanoseconds.
    pub(crate) points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 870.0;
const HEIGHT: f64 = 480.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = WIDTH - 275.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = HEIGHT - 55.0;

/// The smallest vertical distance between the labels of two lines, in the units of the SVG.
const LABEL: f64 = 15.0;

impl Plot {
    pub(crate) fn svg(&self) -> String {
        let costs = || self.lines.iter().flat_map(|line| &line.points).map(|&(_, cost)| cost.log10());
        let low = costs().fold(f64::INFINITY, f64::min).floor().clamp(0.0, 9.0);
        let high = costs().fold(0.0, f64::max).ceil().max(low + 1.0);
        let (first, last) = match (self.ticks.first(), self.ticks.last()) {
            (Some((first, _)), Some((last, _))) if last > first => (*first, *last),
            _ => (0.0, 1.0),
        };
        let x = |place: f64| LEFT + (place - first) / (last - first) * (RIGHT - LEFT);
        let y = |cost: f64| BOTTOM - (cost.log10() - low) / (high - low) * (BOTTOM - TOP);

        let title = escaped(&self.title);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
             height=\"{HEIGHT}\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\">\n<title>{title}</title>\n\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n\
             <text x=\"{LEFT}\" y=\"25\" font-size=\"15\" fill=\"#222222\">{title}</text>\n"
        );
        for power in low as i32..=high as i32 {
            let cost = 10f64.powi(power);
            let at = y(cost);
            svg += &format!(
                "<line x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{RIGHT}\" y2=\"{at:.1}\" stroke=\"#dddddd\"/>\n\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#444444\">{}</text>\n",
                LEFT - 8.0,
                at + 4.0,
                round_time(cost)
            );
        }
        for (place, label) in &self.ticks {
            let at = x(*place);
            svg += &format!(
                "<line x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{BOTTOM}\" stroke=\"#eeeeee\"/>\n\
                 <text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#444444\">{}</text>\n",
                BOTTOM + 20.0,
                escaped(label)
            );
        }
        svg += &format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#222222\">{}</text>\n",
            (LEFT + RIGHT) / 2.0,
            BOTTOM + 42.0,
            escaped(&self.below)
        );
        let ends: Vec<f64> =
            self.lines.iter().map(|line| line.points.last().map_or(BOTTOM, |&(_, cost)| y(cost))).collect();
        for (line, label_at) in self.lines.iter().zip(spread(&ends)) {
            let points: Vec<String> =
                line.points.iter().map(|&(at, cost)| format!("{:.1},{:.1}", x(at), y(cost))).collect();
            let color = line.color;
            let width = if line.strong { 3.5 } else { 1.8 };
            let dashes = if line.dashed { " stroke-dasharray=\"6 4\"" } else { "" };
            svg += &format!(
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\"{dashes}/>\n",
                points.join(" ")
            );
            for point in &points {
                let (at, cost) = point.split_once(',').unwrap_or_default();
                svg += &format!(
                    "<circle cx=\"{at}\" cy=\"{cost}\" r=\"{}\" fill=\"{color}\"/>\n",
                    if line.strong { 4 } else { 3 }
                );
            }
            let weight = if line.strong { " font-weight=\"bold\"" } else { "" };
            svg += &format!(
                "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{color}\"{weight}>{}</text>\n",
                RIGHT + 12.0,
                label_at + 4.0,
                escaped(&line.label)
            );
        }
        svg + "</svg>\n"
    }
}

/// Moves labels apart, so that the distance between two neighbours is at least `LABEL`. Keeps the order of the labels.
fn spread(ends: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ends.len()).collect();
    order.sort_by(|&one, &other| ends[one].total_cmp(&ends[other]));
    let mut places = ends.to_vec();
    for pair in order.windows(2) {
        places[pair[1]] = places[pair[1]].max(places[pair[0]] + LABEL);
    }
    // Labels that were moved below the chart are moved up again.
    let mut limit = BOTTOM;
    for &at in order.iter().rev() {
        places[at] = places[at].min(limit);
        limit = places[at] - LABEL;
    }
    places
}

fn round_time(nanoseconds: f64) -> String {
    time(nanoseconds).replace(".00", "").replace(".0", "")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_do_not_overlap() {
        let mut places = spread(&[100.0, 101.0, 400.0, 102.0, 424.0, 425.0]);
        places.sort_by(f64::total_cmp);
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= LABEL - 1e-9), "{places:?}");
        assert!(places.iter().all(|&place| place <= BOTTOM));
    }
}
