import ControllerAPI

/// How many findings were open in each of the last runs, as bars: what persists below, what is new or back above it.
struct TrendDrawing {
    let points: [ReportTrendPoint]

    private static let height = 90
    private static let step = 46

    func write(_ emit: (String) -> Void) {
        let most = max(points.map(\.counts.open).max() ?? 0, 1)
        let width = points.count * Self.step + 10
        emit(
            "<svg width=\"\(width)\" height=\"\(Self.height + 40)\" viewBox=\"0 0 \(width) \(Self.height + 40)\" "
                + "role=\"img\" aria-label=\"open findings, run by run\">\n")
        for (index, point) in points.enumerated() {
            let x = 5 + index * Self.step
            let (fresh, old) = (point.counts.new + point.counts.regressed, point.counts.persisting)
            let oldHeight = height(old, most)
            let freshHeight = height(fresh, most)
            let top = Self.height + 16 - oldHeight - freshHeight
            let title =
                "\(ReportWords.time(point.at)): \(point.counts.open) open, \(point.compliance.percentText) in line"
            emit("<g><title>\(HTMLText.escaped(title))</title>")
            emit("<rect class=\"new\" x=\"\(x)\" y=\"\(top)\" width=\"30\" height=\"\(freshHeight)\"/>")
            emit("<rect class=\"old\" x=\"\(x)\" y=\"\(top + freshHeight)\" width=\"30\" height=\"\(oldHeight)\"/>")
            emit("<text x=\"\(x + 15)\" y=\"\(top - 4)\" text-anchor=\"middle\">\(point.counts.open)</text>")
            let day = ReportWords.time(point.at).dropFirst(5).prefix(5)
            emit(
                "<text class=\"dim\" x=\"\(x + 15)\" y=\"\(Self.height + 34)\" text-anchor=\"middle\">\(day)</text></g>\n"
            )
        }
        emit("<path class=\"wire\" d=\"M0 \(Self.height + 16)H\(width)\"/></svg>\n")
        emit("<p class=\"dim\">red: new or regressed, amber: persisting</p>\n")
    }

    private func height(_ count: Int, _ most: Int) -> Int { count * Self.height / most }
}
