import HumanText
package import NestingModel
package import YAMLDocument

/// Window files: a list `windows` in each, whose names are unique in all of them. A window says when the guests that it
/// selects may be corrected; one with `blackout: true` when they may not.
package enum WindowDocument {
    static let keys = ["name", "select", "blackout", "time-zone", "days", "dates", "start", "duration"]
    static let required = ["name", "select", "time-zone", "start", "duration"]

    /// - Parameters:
    ///   - isZone: whether the time-zone database has a name.
    ///   - shortest: what the quickest correction may take, in seconds: in a window that is shorter nothing ever starts.
    /// - Returns: in the files' order; `place` is `file:line`.
    package static func read(
        _ files: [DocumentText], shortest: Int = 0, isZone: (String) -> Bool
    ) throws(YAMLFaults) -> [MaintenanceWindow] {
        let reader = YAMLReader()
        var places: [String: YAMLPlace] = [:]
        let windows = DocumentText.entries(
            files, under: "windows", allowed: keys, required: required, reader
        ) { fields in
            let name = fields.requiredString("name", longest: 128)
            if let first = places[name], !name.isEmpty {
                fields.refuse("name", "\"\(name)\" is taken at \(first)", "give every window a name of its own")
            } else {
                places[name] = fields.place("name")
            }
            let zone = fields.value("time-zone", expected: zoneRule) { isZone($0.text) ? $0.text : nil }
            let start = fields.value("start", expected: "a time of day in quotes, as \"22:00\"") { minute($0.text) }
            let duration = fields.duration("duration", in: .seconds(60)...(.seconds(366 * 86_400)))
            let recurrence = recurrence(fields)
            let window = MaintenanceWindow(
                name: name, selector: SelectorFields.read(fields), blackout: fields.bool("blackout") ?? false,
                zone: zone ?? "UTC", recurrence: recurrence ?? .dates([]), startMinute: start ?? 0,
                durationSeconds: duration.map { Int($0.components.seconds) } ?? 60,
                place: "\(fields.place.file):\(fields.place.line)")
            if duration != nil, !window.blackout, window.durationSeconds < shortest {
                fields.refuse(
                    "duration", "is shorter than a correction may take, which is \((shortest + 59) / 60)m at the least",
                    "make it longer, or lower remediation.start-deadline or the policies' shutdown-deadline")
            }
            if case .weekly = window.recurrence, window.durationSeconds > 7 * 86_400 {
                fields.refuse("duration", "is longer than the week after which it begins again", "write at most 7d")
            }
            return window
        }
        return try reader.finish(windows)
    }

    private static let zoneRule = "a name of the time-zone database, as Europe/Berlin, America/New_York or UTC"

    private static func recurrence(_ fields: YAMLMapping) -> MaintenanceWindow.Recurrence? {
        let days = fields.values("days", expected: ShownText.alternatives(Weekday.allCases.map(\.rawValue))) {
            Weekday(rawValue: $0.text)
        }
        let dates = fields.values("dates", expected: "a day of the calendar, as 2028-02-29") { CalendarDay($0.text) }
        switch (fields.node("days") != nil, fields.node("dates") != nil) {
        case (true, true):
            fields.refuse("dates", "stands beside days", "leave one of them out, or write two windows")
        case (false, false): fields.missing("days", "write days: [mon, …], or dates: [2028-02-29, …]")
        default: break
        }
        return days.map { .weekly($0) } ?? dates.map { .dates($0.sorted()) }
    }

    /// Of the day, for `22:00`.
    private static func minute(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }
}
