/// All name patterns of many selectors as one automaton: it goes through a name once, however many patterns there are,
/// and tells which of them it meets. Its states are made when a name first reaches them.
struct NameAutomaton: Sendable {
    /// One step of a pattern: a byte, or one of these two.
    private static let star = UInt16(256)
    private static let end = UInt16(257)
    /// Far more than names of one scheme reach; what comes in numbers beyond it makes them anew.
    private static let mostStates = 4_096

    /// The steps of all patterns, one after another.
    private var steps: [UInt16] = []
    /// Which pattern ends at a step.
    private var patternAtEnd: [Int32: Int32] = [:]
    private var start: [Int32] = []
    /// Bytes that no pattern names are all alike.
    private var alike = [UInt8](repeating: 0, count: 256)
    private var width = 1

    /// The steps that may come next, for each state, and the state after each byte; -1 where it was not yet asked.
    private var sets: [[Int32]] = []
    private var next: [Int32] = []
    private var classAt: [Int32] = []
    private var numbers: [[Int32]: Int32] = [:]
    private var classNumbers: [[Int32]: Int32] = [:]
    /// The patterns that names of each class meet, ascending.
    private(set) var classes: [[Int32]] = []

    /// - Parameter patterns: as bytes, since two texts may be equal and not the same.
    init(_ patterns: [[UInt8]]) {
        var named: Set<UInt8> = []
        for (number, pattern) in patterns.enumerated() {
            start.append(Int32(steps.count))
            for byte in pattern {
                let isStar = byte == UInt8(ascii: "*")
                steps.append(isStar ? Self.star : UInt16(byte))
                if !isStar { named.insert(byte) }
            }
            patternAtEnd[Int32(steps.count)] = Int32(number)
            steps.append(Self.end)
        }
        // Texts are UTF-8, which has fewer than 255 different bytes.
        for (number, byte) in named.sorted().enumerated() { alike[Int(byte)] = UInt8(number + 1) }
        width = named.count + 1
        reset()
    }

    /// The class of a name: names of one class meet the same patterns.
    mutating func classify(_ name: String) -> Int32 {
        if sets.count > Self.mostStates { reset() }
        var name = name
        return name.withUTF8 { bytes in
            var state = Int32(0)
            for byte in bytes {
                let kind = alike[Int(byte)]
                let known = next[Int(state) * width + Int(kind)]
                state = known >= 0 ? known : follow(state, byte, kind)
            }
            return classAt[Int(state)]
        }
    }

    private mutating func reset() {
        sets = []
        next = []
        classAt = []
        numbers = [:]
        _ = number(of: closed(start))
    }

    private mutating func follow(_ state: Int32, _ byte: UInt8, _ kind: UInt8) -> Int32 {
        let reached = sets[Int(state)].compactMap { step -> Int32? in
            let symbol = steps[Int(step)]
            if symbol == Self.star { return step }
            return symbol == UInt16(byte) ? step + 1 : nil
        }
        let number = number(of: closed(reached))
        next[Int(state) * width + Int(kind)] = number
        return number
    }

    /// With the steps behind each star, since a star may stand for nothing.
    private func closed(_ reached: [Int32]) -> [Int32] {
        var result = Set(reached)
        for first in reached {
            var step = first
            while steps[Int(step)] == Self.star {
                step += 1
                result.insert(step)
            }
        }
        return result.sorted()
    }

    private mutating func number(of set: [Int32]) -> Int32 {
        if let number = numbers[set] { return number }
        let number = Int32(sets.count)
        numbers[set] = number
        sets.append(set)
        next.append(contentsOf: repeatElement(-1, count: width))
        let met = set.compactMap { patternAtEnd[$0] }.sorted()
        if let known = classNumbers[met] {
            classAt.append(known)
        } else {
            classNumbers[met] = Int32(classes.count)
            classAt.append(Int32(classes.count))
            classes.append(met)
        }
        return number
    }
}
