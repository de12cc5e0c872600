import Glibc
import Testing

@testable import StructuredLog

@Suite("Structured log")
struct LogTests {
    static let record = LogRecord(
        time: 1_732_476_541_123_000_000, level: .warning, label: "sweep", message: "host lost",
        fields: [("host", "rack7/build l1"), ("millis", 12), ("share", 0.5), ("warm", true), ("empty", "")])

    @Test(
        "each form renders one line",
        arguments: [
            (
                LogFormat.terminal(colour: false),
                "19:29:01.123Z warning  sweep: host lost host=\"rack7/build l1\" millis=12 share=0.5 warm=true empty=\"\"\n"
            ),
            (
                .terminal(colour: true),
                "19:29:01.123Z \u{1B}[33mwarning \u{1B}[0m sweep: host lost host=\"rack7/build l1\" millis=12 share=0.5"
                    + " warm=true empty=\"\"\n"
            ),
            (.journal, "<4>sweep: host lost host=\"rack7/build l1\" millis=12 share=0.5 warm=true empty=\"\"\n"),
            (
                .json,
                "{\"time\":\"2024-11-24T19:29:01.123Z\",\"level\":\"warning\",\"label\":\"sweep\",\"message\":\"host lost\","
                    + "\"fields\":{\"host\":\"rack7/build l1\",\"millis\":12,\"share\":0.5,\"warm\":true,\"empty\":\"\"}}\n"
            ),
        ])
    func forms(format: LogFormat, line: String) { #expect(format.line(Self.record) == line) }

    @Test(
        "control and reordering characters never pass, wherever they stand",
        arguments: [LogFormat.terminal(colour: false), .journal, .json])
    func controls(format: LogFormat) {
        let evil = "a\u{1B}[2J\n<0>b\r\u{7F}\u{9B}\u{202E}\u{2028}\0\"\\z"
        let line = format.line(LogRecord(time: 0, level: .info, label: evil, message: evil, fields: [(evil, evil)]))
        #expect(line.last == "\n")
        let refused: Set<Unicode.Scalar> = ["\u{1B}", "\n", "\r", "\u{7F}", "\u{9B}", "\u{202E}", "\u{2028}", "\0"]
        #expect(!line.dropLast().unicodeScalars.contains { refused.contains($0) })
        #expect(line.contains("\\n<0>b"))
    }

    @Test("a value of any length is cut")
    func bounded() {
        let line = LogFormat.json.line(
            LogRecord(
                time: 0, level: .info, label: "", message: "", fields: [("k", String(repeating: "x", count: 9000))]))
        #expect(line.utf8.count < 2300 && line.contains("x…\""))
    }

    @Test(
        "dates are right over leap days and centuries",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199, "2024-02-29T23:59:59.000Z"), (4_107_542_400, "2100-03-01T00:00:00.000Z"),
        ])
    func dates(seconds: Int64, text: String) { #expect(LogFormat.timestamp(seconds * 1_000_000_000) == text) }

    @Test("what is below the level is neither rendered nor written; fields of the log come first")
    func levels() {
        let sink = MemorySink()
        let log = Log(label: "http", level: .notice, sink: sink).with(["host": "rack7"], label: "api")
        func costly() -> String {
            Issue.record("rendered")
            return ""
        }
        log.info(costly())
        log.notice("up", ["port": 12])
        #expect(sink.records.count == 1)
        #expect(sink.records[0].label == "api")
        #expect(sink.records[0].fields.map(\.key) == ["host", "port"])
        #expect(sink.records[0]["port"] == "12")
        #expect(LogLevel.trace < .debug && LogLevel.error < .critical)
    }

    @Test("a descriptor gets whole lines, and a closed one does no harm")
    func descriptor() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        Log(label: "x", sink: DescriptorSink(descriptor: ends[1], format: .journal)).info("hello", ["a": 1])
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = read(ends[0], &buffer, 64)
        #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "<6>x: hello a=1\n")
        close(ends[0])
        close(ends[1])
        Log(label: "x", sink: DescriptorSink(descriptor: -1, format: .json)).info("nobody reads")
    }
}
