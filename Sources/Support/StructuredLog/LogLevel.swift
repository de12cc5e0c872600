/// How much a record matters: swift-log's names, in rising order.
package enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case trace, debug, info, notice, warning, error, critical

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.order < right.order }

    private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// syslog's priority, as journald reads it from `<N>` at the start of a line (sd-daemon(3)).
    var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// SGR colour of the level's name on a terminal.
    var colour: Int {
        switch self {
        case .trace, .debug: 90
        case .info: 36
        case .notice: 32
        case .warning: 33
        case .error, .critical: 31
        }
    }
}
