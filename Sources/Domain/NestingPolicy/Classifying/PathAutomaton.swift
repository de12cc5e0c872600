/// All path patterns of many selectors as one automaton over names: each step down the tree is one step of it.
struct PathAutomaton: Sendable {
    private enum Step: Sendable, Hashable {
        /// A name that meets this pattern of the names' automaton.
        case name(Int32)
        /// Any number of names.
        case anyNumber
        case end
    }

    private struct Move: Hashable {
        var state: Int32
        var name: Int32
    }

    private let steps: [Step]
    private var sets: [[Int32]] = []
    private var numbers: [[Int32]: Int32] = [:]
    private var moves: [Move: Int32] = [:]
    private var lastMove = Move(state: -1, name: -1)
    private var lastReached = Int32(0)

    /// - Parameters:
    ///   - patterns: as selectors write them.
    ///   - number: of a name's pattern in the names' automaton.
    init(_ patterns: [String], number: ([UInt8]) -> Int32) {
        var steps: [Step] = []
        var start: [Int32] = []
        for path in patterns {
            start.append(Int32(steps.count))
            for name in PathGlob.names(of: path) {
                steps.append(name == "**" ? .anyNumber : .name(number(Array(name.utf8))))
            }
            steps.append(.end)
        }
        self.steps = steps
        _ = self.number(of: closed(start))
    }

    /// Where every path begins.
    static let start = Int32(0)

    /// The state of a node: nodes of one state meet the same patterns, and so do their children of the same names.
    /// - Parameters:
    ///   - state: of the node above.
    ///   - name: the class of the node's name.
    ///   - met: which patterns that class meets.
    mutating func step(_ state: Int32, name: Int32, met: @autoclosure () -> [Int32]) -> Int32 {
        let move = Move(state: state, name: name)
        if move == lastMove { return lastReached }
        let reached: Int32
        if let known = moves[move] {
            reached = known
        } else {
            let met = met()
            reached = number(
                of: closed(
                    sets[Int(state)].compactMap { step in
                        switch steps[Int(step)] {
                        case .name(let pattern): met.contains(pattern) ? step + 1 : nil
                        case .anyNumber: step
                        case .end: nil
                        }
                    }))
            moves[move] = reached
        }
        lastMove = move
        lastReached = reached
        return reached
    }

    private func closed(_ reached: [Int32]) -> [Int32] {
        var result = Set(reached)
        for first in reached {
            var step = first
            while steps[Int(step)] == .anyNumber {
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
        return number
    }
}
