/// A point in the plane.
#[derive(Clone, Copy)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    /// The distance to another point.
    pub fn distance(&self, other: Point) -> f64 {
        let dx = self.x - other.x;
        let dy = $0
        (dx * dx + dy * dy).sqrt()
    }
}
