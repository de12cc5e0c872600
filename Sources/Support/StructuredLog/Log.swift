import Glibc

/// Structured log of one part of a program. A value: pass it on, or narrow it with `with`.
///
/// Libraries log at info or below; only the programs use notice and above.
package struct Log: Sendable {
    package var label: String
    /// The least level that is written.
    package var level: LogLevel
    private let sink: any LogSink
    private var context: [(key: String, value: any Sendable & CustomStringConvertible)] = []

    /// - Parameter sink: where records go; by default standard error, in the form that fits it.
    package init(label: String, level: LogLevel = .info, sink: any LogSink = DescriptorSink.standardError()) {
        self.label = label
        self.level = level
        self.sink = sink
    }

    /// The same log with fields that every record carries, and another label where one is given.
    package func with(_ fields: LogFields, label: String? = nil) -> Log {
        var log = self
        log.label = label ?? self.label
        log.context += fields.map { ($0.key, $0.value) }
        return log
    }

    package func log(_ level: LogLevel, _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields) {
        guard level >= self.level else { return }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        sink.write(
            LogRecord(
                time: Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec), level: level, label: label,
                message: message(), fields: context + fields().map { ($0.key, $0.value) }))
    }

    package func trace(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.trace, message(), fields())
    }
    package func debug(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.debug, message(), fields())
    }
    package func info(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.info, message(), fields())
    }
    package func notice(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.notice, message(), fields())
    }
    package func warning(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.warning, message(), fields())
    }
    package func error(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.error, message(), fields())
    }
    package func critical(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.critical, message(), fields())
    }
}
