import Foundation

/// The lines of the table.
struct Measurements {
    private var rows: [(what: String, figure: String, remark: String)] = []

    mutating func add(_ what: String, _ figure: String, _ remark: String = "") {
        rows.append((what, figure, remark))
    }

    /// Runs the body so many times: the median says what to expect, the smallest what the work itself takes.
    mutating func time(_ what: String, runs: Int, _ remark: String = "", _ body: () throws -> Void) rethrows {
        var times: [Duration] = []
        for _ in 0..<runs { times.append(try ContinuousClock().measure(body)) }
        add(what, Self.figure(times), remark)
    }

    mutating func time(_ what: String, runs: Int, _ remark: String = "", _ body: () async throws -> Void) async rethrows
    {
        var times: [Duration] = []
        for _ in 0..<runs {
            let start = ContinuousClock.now
            try await body()
            times.append(ContinuousClock.now - start)
        }
        add(what, Self.figure(times), remark)
    }

    private static func figure(_ times: [Duration]) -> String {
        let sorted = times.sorted()
        func milliseconds(_ duration: Duration) -> String { String(format: "%.1f", duration / .milliseconds(1)) }
        return "\(milliseconds(sorted[sorted.count / 2])) ms (least \(milliseconds(sorted[0])), n=\(sorted.count))"
    }

    func print() {
        let widths = (rows.map(\.what.count).max() ?? 0, rows.map(\.figure.count).max() ?? 0)
        for row in rows {
            let what = row.what.padding(toLength: widths.0, withPad: " ", startingAt: 0)
            let figure = row.figure.padding(toLength: widths.1, withPad: " ", startingAt: 0)
            Swift.print("\(what)  \(figure)  \(row.remark)")
        }
    }
}
