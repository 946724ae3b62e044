/// Finds a value in sorted numbers.
pub fn find$0(numbers: &[i32], wanted: i32) -> Option<usize> {
    let (mut low, mut high) = (0, numbers.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if numbers[middle] < wanted {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if low < numbers.len() && numbers[low] == wanted {
        Some(low)
    } else {
        None
    }
}
