package import FoundationEssentials
package import NestingModel

/// When maintenance windows are open, and from when on work of a given length fits into one.
package struct WindowCalendar: Sendable {
    private let zones: [String: ScheduleZone]

    /// The windows of a zone that is not known are never open, and its blackouts always last.
    package init(_ windows: [MaintenanceWindow]) {
        zones = windows.reduce(into: [:]) { known, window in
            if known[window.zone] == nil { known[window.zone] = try? ScheduleZone(named: window.zone) }
        }
    }

    /// From when on work may start.
    package enum Opening: Sendable, Hashable {
        case now
        case at(Date)
        /// Not within a year and a month; says why.
        case never(String)
    }

    /// The first moment, not before now, from which work fits: inside a window of each group, which may be several
    /// that overlap, and clear of every blackout.
    /// - Parameters:
    ///   - groups: for each place that the work disturbs, the windows that are about it; none means any time.
    ///   - seconds: the longest that the work can take.
    package func opening(
        in groups: [[MaintenanceWindow]], clearOf blackouts: [MaintenanceWindow], for seconds: Int, from now: Date
    ) -> Opening {
        let start = Int(now.timeIntervalSince1970.rounded(.up))
        let dates = (groups.joined() + blackouts).map { window in
            if case .dates(let days) = window.recurrence {
                Int((days.max()?.number ?? 0) + 2) * 86_400
            } else {
                start
            }
        }
        let horizon = max(start + 400 * 86_400, (dates.max() ?? start) + 32 * 86_400)
        // As good as always it is within a week. What is cut off at the end of the first look is no shorter in truth,
        // so that what fits there is the first that fits at all.
        for end in [min(start + 8 * 86_400, horizon), horizon] {
            let times = times(in: groups, clearOf: blackouts, start, end)
            guard let first = times.first(where: { $0.end - $0.start >= seconds }) else { continue }
            return first.start == start ? .now : .at(Date(timeIntervalSince1970: Double(first.start)))
        }
        let names = Set((groups.joined() + blackouts).map { "'\($0.name)'" }).sorted()
        return .never(
            "\(names.joined(separator: ", ")) \(names.count == 1 ? "leaves" : "leave") no time open that is "
                + "\((seconds + 59) / 60) minutes long, which the work can take")
    }

    /// What all groups and no blackout leave open between two instants, in order.
    private func times(
        in groups: [[MaintenanceWindow]], clearOf blackouts: [MaintenanceWindow], _ start: Int, _ end: Int
    ) -> [Span] {
        var open = [Span(start: start, end: end)]
        for group in groups where !group.isEmpty {
            open = Span.intersection(open, Span.union(group.flatMap { spans($0, start, end) }))
        }
        return Span.subtraction(open, Span.union(blackouts.flatMap { spans($0, start, end) }))
    }

    /// Whether it is this moment.
    package func isOpen(_ window: MaintenanceWindow, at now: Date) -> Bool {
        let instant = Int(now.timeIntervalSince1970)
        return spans(window, instant, instant + 1).contains { $0.start <= instant && instant < $0.end }
    }

    /// When it begins next, or began where it is open.
    package func next(of window: MaintenanceWindow, from now: Date) -> (start: Date, end: Date)? {
        let instant = Int(now.timeIntervalSince1970)
        let horizon = max(instant + 8 * 86_400, lastDate(of: [window]) + 2 * 86_400)
        return spans(window, instant, horizon, most: 1).first.map {
            (Date(timeIntervalSince1970: Double($0.start)), Date(timeIntervalSince1970: Double($0.end)))
        }
    }

    /// The last day on which one of them begins that begins on days that are named.
    private func lastDate(of windows: some Sequence<MaintenanceWindow>) -> Int {
        windows.reduce(0) { last, window in
            guard case .dates(let days) = window.recurrence, let day = days.max() else { return last }
            return max(last, Int(day.number) * 86_400)
        }
    }

    /// Its times between two instants, in order.
    private func spans(
        _ window: MaintenanceWindow, _ from: Int, _ until: Int, most: Int = .max
    ) -> [Span] {
        guard let zone = zones[window.zone] else {
            return window.blackout ? [Span(start: from, end: until)] : []
        }
        let reach = window.durationSeconds / 86_400 + 2
        let days: [Int]
        switch window.recurrence {
        case .dates(let dates): days = dates.map(\.number).sorted()
        case .weekly(let weekdays):
            let first = ScheduleZone.day(ofWall: zone.wall(at: from)) - reach
            let all = first...(ScheduleZone.day(ofWall: zone.wall(at: until)) + 1)
            days = all.filter { weekdays.contains(CalendarDay(number: $0).weekday) }
        }
        var found: [Span] = []
        for day in days {
            let start = zone.instant(ofWall: day * 86_400 + window.startMinute * 60)
            let span = Span(start: start, end: start + window.durationSeconds)
            if span.end > from && span.start < until { found.append(span) }
            if found.count == most { break }
        }
        return found
    }
}

/// A stretch of time, in seconds since 1970; its end is no part of it.
struct Span: Hashable {
    var start: Int
    var end: Int

    /// In order, none touching another.
    static func union(_ spans: [Span]) -> [Span] {
        spans.sorted { ($0.start, $0.end) < ($1.start, $1.end) }.reduce(into: []) { joined, span in
            if let last = joined.last, span.start <= last.end {
                joined[joined.count - 1].end = max(last.end, span.end)
            } else {
                joined.append(span)
            }
        }
    }

    /// - Parameters: both in order, and none of one touching another of the same.
    static func intersection(_ left: [Span], _ right: [Span]) -> [Span] {
        var (result, first, second) = ([Span](), 0, 0)
        while first < left.count && second < right.count {
            let span = Span(
                start: max(left[first].start, right[second].start), end: min(left[first].end, right[second].end))
            if span.start < span.end { result.append(span) }
            if left[first].end < right[second].end { first += 1 } else { second += 1 }
        }
        return result
    }

    static func subtraction(_ left: [Span], _ right: [Span]) -> [Span] {
        left.flatMap { span -> [Span] in
            var rest = span
            var result: [Span] = []
            for hole in right where hole.end > rest.start && hole.start < rest.end {
                if hole.start > rest.start { result.append(Span(start: rest.start, end: hole.start)) }
                rest.start = hole.end
                if rest.start >= rest.end { return result }
            }
            return result + [rest]
        }
    }
}
