/// SplitMix64: a seed gives the same numbers for ever.
struct Dice: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// From 0, below `sides`.
    mutating func roll(_ sides: Int) -> Int { Int(next() % UInt64(sides)) }
    mutating func roll(_ range: ClosedRange<Int>) -> Int { range.lowerBound + roll(range.count) }
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[roll(elements.count)] }
    /// True once in so many times.
    mutating func once(in sides: Int) -> Bool { roll(sides) == 0 }
}
