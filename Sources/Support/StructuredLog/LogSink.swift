import Glibc
import Synchronization

/// Where records go.
package protocol LogSink: Sendable {
    func write(_ record: LogRecord)
}

/// Writes each record as one line, by one `write`, to a file descriptor. What can't be written is dropped: a full disk
/// or a closed terminal must not stop the program.
package struct DescriptorSink: LogSink {
    package let format: LogFormat
    private let descriptor: Int32

    package init(descriptor: Int32, format: LogFormat) {
        self.descriptor = descriptor
        self.format = format
    }

    /// Standard error in the given form; where none is given: the journal's where systemd connected it, else a
    /// terminal's, coloured only on a real terminal without NO_COLOR (no-color.org).
    package static func standardError(_ format: LogFormat? = nil) -> DescriptorSink {
        DescriptorSink(descriptor: 2, format: format ?? .fitting(descriptor: 2))
    }

    package func write(_ record: LogRecord) {
        var bytes = Array(format.line(record).utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return }
            bytes = bytes.dropFirst(count)
        }
    }
}

extension LogFormat {
    /// The form that suits a descriptor. JOURNAL_STREAM names the device and inode of the stream to the journal; it is
    /// inherited by children whose output was sent elsewhere, so both must agree (systemd.exec(5)).
    static func fitting(descriptor: Int32) -> LogFormat {
        var status = stat()
        if let stream = getenv("JOURNAL_STREAM"), fstat(descriptor, &status) == 0,
            String(cString: stream) == "\(status.st_dev):\(status.st_ino)"
        {
            return .journal
        }
        return .terminal(colour: isatty(descriptor) == 1 && getenv("NO_COLOR") == nil)
    }
}

/// Keeps records in memory, for tests.
package final class MemorySink: LogSink {
    private let kept = Mutex<[LogRecord]>([])

    package init() {}

    package var records: [LogRecord] { kept.withLock { $0 } }

    package func write(_ record: LogRecord) { kept.withLock { $0.append(record) } }
}
