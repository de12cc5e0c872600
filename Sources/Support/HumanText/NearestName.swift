/// "Did you mean": the known name that a mistyped one is closest to.
package enum NearestName {
    /// The nearest of `names`, or nil where none is near: at most one mistake in three characters, where a mistake is
    /// a character missing, added, changed or two exchanged; or the only name that begins with what was typed.
    package static func find(_ typed: String, among names: [String]) -> String? {
        let typedLower = Array(typed.lowercased().unicodeScalars.prefix(longest + 1))
        guard !typedLower.isEmpty, typedLower.count <= longest else { return nil }
        var best: (name: String, distance: Int)?
        for name in names {
            let other = Array(name.lowercased().unicodeScalars.prefix(longest + 1))
            guard abs(other.count - typedLower.count) <= 3 else { continue }
            let distance = distance(typedLower, other)
            if distance <= max(1, typedLower.count / 3), distance < max(typedLower.count, 2),
                distance < best?.distance ?? .max
            {
                best = (name, distance)
            }
        }
        if let best { return best.name }
        let beginning = names.filter { $0.lowercased().hasPrefix(typed.lowercased()) }
        return typedLower.count > 1 && beginning.count == 1 ? beginning[0] : nil
    }

    /// ", did you mean X?" or nothing.
    package static func hint(_ typed: String, among names: [String]) -> String? {
        find(typed, among: names).map { "did you mean \($0)?" }
    }

    /// Longer names are not compared: the cost is the product of the lengths, and what is typed is anybody's.
    private static let longest = 64

    /// Optimal string alignment.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var before: [Int] = []
        var row = Array(0...right.count)
        for i in 1...left.count {
            var next = [i]
            for j in 1...right.count {
                let same = left[i - 1] == right[j - 1]
                var cost = min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1))
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    cost = min(cost, before[j - 2] + 1)
                }
                next.append(cost)
            }
            (before, row) = (row, next)
        }
        return row[right.count]
    }
}
